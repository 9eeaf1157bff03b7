"""Receipts and people for all that a carrier takes, each in their own time."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from random import Random

from tests.carriers import forgery, humans
from tests.carriers.humans import Human
from tests.carriers.plan import Plan, Told
from tests.carriers.twilio import FakeTwilio

THREADS = 8


class Shift:
    """While it is entered, `people` by number (and `others`) act, and receipts come as `plan` says.

    `faults` holds what raised; `forged_accepted` counts forgeries that were not refused.
    """

    def __init__(
        self,
        twilio: FakeTwilio,
        *,
        people: Mapping[str, Human] | None = None,
        others: Human | None = None,
        plan: Plan | None = None,
    ) -> None:
        self.twilio = twilio
        self.people = dict(people or {})
        self.others = others or Human()
        self.plan = plan or Plan()
        self.faults: list[str] = []
        self.forged = 0
        self.forged_accepted = 0
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._busy = 0
        self._changed = threading.Condition()
        self._over = False

    def __enter__(self) -> "Shift":
        self.twilio.taking.append(self._taken)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.twilio.taking.remove(self._taken)
        with self._changed:
            self._over = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(15)

    def settle(self, within_s: float = 10) -> None:
        """Wait until nobody has anything left to do. Raises AssertionError if that takes longer."""
        with self._changed:
            done = self._changed.wait_for(lambda: not self._waiting and not self._busy, within_s)
        assert done, f"{len(self._waiting)} acts still to come after {within_s} s"

    def _taken(self, entry: dict) -> None:
        voice = entry["sid"].startswith("CA")
        person = self.people.get(entry["to"], self.others)
        act = person.next_act(voice)
        if voice:
            self._later(
                person.after_s, lambda: humans.answer_call(self.twilio, act, entry), f"{act} a call", entry
            )
            return
        for told in self.plan.receipts(f"{entry['to']}:{entry['body']}"):
            if entry["request"].get("StatusCallback"):
                self._later(told.after_s, lambda told=told: self._tell(entry, told), told.status, entry)
        if act != "sleep":
            self._later(person.after_s, lambda: humans.answer_text(self.twilio, act, entry), act, entry)

    def _tell(self, message: dict, told: Told) -> int:
        url, fields = (
            message["request"]["StatusCallback"],
            self.twilio.receipt(message["sid"], told.status, told.error_code),
        )
        if not told.forged:
            message["status"] = told.status
            return self.twilio.webhook(url, fields)[0]
        true = forgery.genuine(url, fields, self.twilio.auth_token)
        another = forgery.genuine(url.replace("token=", "token=0"), fields, self.twilio.auth_token)
        seed = Random(message["sid"]).getrandbits(32)
        found = forgery.mutants(
            true, token=self.twilio.auth_token, other=another, count=1 + seed % len(forgery.KINDS), seed=seed
        )
        kind, lie = list(found)[-1]
        answered = self.twilio.post(lie.url, lie.body, lie.headers)[0]
        self.forged += 1
        self.forged_accepted += answered < 400
        self.twilio.write_down("forgery", what=kind, url=lie.url, answered=answered)
        return answered

    def _later(self, after_s: float, act: Callable[[], object], what: str, entry: dict) -> None:
        def do() -> None:
            said = act()
            self.twilio.write_down("act", what=what, sid=entry["sid"], number=entry["to"], came_back=said)

        with self._changed:
            heapq.heappush(self._waiting, (time.monotonic() + after_s, next(self._order), do))
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._over and (not self._waiting or self._waiting[0][0] > time.monotonic()):
                    self._changed.wait(self._waiting[0][0] - time.monotonic() if self._waiting else None)
                if self._over:
                    return
                _, _, act = heapq.heappop(self._waiting)
                self._busy += 1
            try:
                act()
            except Exception as exc:  # the service may be down just now: that is what the harness is for
                self.faults.append(f"{type(exc).__name__}: {exc}")
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()
