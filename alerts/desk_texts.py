"""Kept distress calls, texted to duty desks while the database is away, once each.

A journal on disk remembers what the carrier took, so that a restart repeats nothing; who is killed between
the carrier's yes and the journal's line repeats that one text. No row, reference or sender is known here.
"""

import json
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from alerts import duty_numbers, kept_distress
from alerts.duty_numbers import Desk, DutyNumbers, NotUsable
from alerts.kept_distress import UNREAD_AFTER, Told
from alerts.transports.base import Message, TransportError, get_transport
from reports import spool

log = logging.getLogger(__name__)

THREADS = 4
VALID_FOR_S = 3600
#: The same words of the same phone are texted once in this time.
SAME_WITHIN = timedelta(minutes=10)
#: Pauses before a further attempt, seconds; the last one repeats.
PAUSES_S = (1, 2, 4, 8, 15, 30)


class Journal:
    """Which desk was texted which call, a line each, flushed to the disk before it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.settled: set[tuple[str, str]] = set()

    def load(self, still_kept: set[str]) -> None:
        """Read what was written, drop what is about calls that are gone, and a line that was torn."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            lines = []
        kept = []
        for line in lines:
            try:
                row = json.loads(line)
                pair = row["name"], row["desk"]
            except (ValueError, KeyError, TypeError):
                log.error("a line of %s is torn; one desk may be texted again", self.path.name)
                continue
            if row["name"] in still_kept:
                self.settled.add(pair)
                kept.append(line)
        temporary = self.path.with_name(f".{self.path.name}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(b"".join(line + b"\n" for line in kept))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)

    def settle(self, name: str, desk: str, outcome: str) -> None:
        """Write that a desk need not be texted this call any more. Never raises: once too often is better."""
        row = {"name": name, "desk": desk, "outcome": outcome, "at": timezone.now().isoformat()}
        with self.lock:
            self.settled.add((name, desk))
            try:
                with os.fdopen(
                    os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb"
                ) as file:
                    file.write(json.dumps(row).encode() + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as exc:
                log.error("the journal of texts cannot be written (%s): a restart repeats them", exc)


class DeskTexts:
    """Texts what is in the spool to the desks of the signed file. One a machine; `look` never waits."""

    def __init__(self) -> None:
        self.journal = Journal(Path(settings.SPOOL_ROOT) / "texted.jsonl")
        self.numbers: DutyNumbers | None = None
        self.trouble = ""
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="desk-text")
        self.lock = threading.Lock()
        self.in_flight: set[tuple[str, str]] = set()
        self.attempts: dict[tuple[str, str], tuple[int, float]] = {}
        self.told: dict[str, Told | None] = {}
        self.said: dict[tuple[str, str], tuple[datetime, str]] = {}

    def start(self) -> None:
        """Read the journal and the numbers, and load the carrier's client before the first call."""
        self.journal.load({*spool.waiting(), *spool.quarantined()})
        self.load_numbers()
        get_transport("sms")

    def load_numbers(self) -> None:
        """Take what the file says now; alarm when it cannot be used, keep what was known before."""
        trouble = duty_numbers.trouble()
        if trouble and trouble != self.trouble:
            log.error("duty_numbers.json %s: in an outage no desk, or a wrong one, would be texted", trouble)
        self.trouble = trouble
        with suppress(NotUsable):
            self.numbers = duty_numbers.load()

    def look(self, names: list[str], *, within: str = "waiting", now: datetime | None = None) -> None:
        """Have everything texted that these kept requests tell and that no desk was texted yet."""
        now = now or timezone.now()
        if self.numbers is None:
            self.load_numbers()
        for name in names:
            told = self._told(name, within)
            if told is None or self.numbers is None:
                continue
            call_sign = self.numbers.crews.get(told.who, "")
            crew_in_distress = told.own_distress and bool(call_sign)
            if not (told.at_once or crew_in_distress) and (told.own_distress or now - told.at < UNREAD_AFTER):
                continue
            for desk in self.numbers.for_place(told.position, told.country):
                self._ask(name, told, desk, call_sign)

    def forget(self, name: str) -> None:
        """A call that became rows: whoever must hear of it hears by them."""
        self.told.pop(name, None)

    def close(self) -> None:
        self.pool.shutdown(wait=True)

    def _told(self, name: str, within: str) -> Told | None:
        if name not in self.told:
            try:
                told = kept_distress.what_it_tells(spool.read(name, within=within))
            except FileNotFoundError:
                return None
            except Exception:
                log.exception("kept request %s cannot be read for what it tells", name)
                told = None
            if told is not None:
                key = told.who, " ".join(told.words.lower().split())
                at, first = self.said.get(key, (None, name))
                if at is not None and first != name and told.at - at < SAME_WITHIN:
                    told = None
                else:
                    self.said[key] = told.at, name
            self.told[name] = told
        return self.told[name]

    def _ask(self, name: str, told: Told, desk: Desk, call_sign: str) -> None:
        pair = name, desk.code
        with self.lock:
            due = self.attempts.get(pair, (0, 0.0))[1]
            if pair in self.journal.settled or pair in self.in_flight or time.monotonic() < due:
                return
            self.in_flight.add(pair)
        self.pool.submit(self._send, pair, told, desk, call_sign)

    def _send(self, pair: tuple[str, str], told: Told, desk: Desk, call_sign: str) -> None:
        name, code = pair
        text = kept_distress.text_for(told, desk.language, call_sign)
        message = Message(id=name, to=desk.phone, text=text, priority=1, valid_for_s=VALID_FOR_S)
        try:
            sid = get_transport("sms").send(message)
        except Exception as exc:
            permanent = isinstance(exc, TransportError) and exc.permanent
            number = self.attempts.get(pair, (0, 0.0))[0] + 1
            pause_s = PAUSES_S[min(number, len(PAUSES_S)) - 1]
            self.attempts[pair] = number, time.monotonic() + pause_s
            log.error("kept distress %s not texted to %s (attempt %s): %s", name, code, number, exc)
            if permanent:
                self.journal.settle(name, code, "refused")
        else:
            self.journal.settle(name, code, sid)
            log.warning("kept distress %s texted to %s", name, code)
        finally:
            with self.lock:
                self.in_flight.discard(pair)
