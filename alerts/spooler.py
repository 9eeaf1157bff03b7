"""The spool process: replays what is kept as soon as the database answers, and until then texts distress.

One a machine, since the spool is on its disk; a second copy waits for the first to end.
"""

import fcntl
import hashlib
import logging
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from alerts import alarms, duty_numbers, pulses, spool_replay
from alerts.desk_texts import DeskTexts
from alerts.webhooks import form_of
from communities.crash_points import crash_point
from communities.database_watch import watch
from reports import spool

log = logging.getLogger(__name__)

IDLE_S = 0.3
#: So many are replayed before distress is looked for again.
BATCH = 25
#: What has waited for so long while others were replayed is texted as if the database were away.
LATE_AFTER_S = 15
SWEEP_S = 10
NUMBERS_S = 60
#: Pauses after which a request that fails for a fault of its own is tried again; then it is set aside.
TRY_AGAIN_S = (1, 5, 20)


class Spooler:
    """`run` blocks until `stop`."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.texts = DeskTexts()
        self.pulse = pulses.Writer("spool")
        self.failures: dict[str, tuple[int, float]] = {}
        self.swept_at = self.numbers_at = float("-inf")
        self.set_aside: list[str] = []

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Work until stopped. Raises OSError if the spool is not ours to use."""
        spool.prepare()
        with (Path(settings.SPOOL_ROOT) / "lock").open("w") as lock:
            if not self._alone(lock):
                return
            watch.start(connection.get_connection_params())
            self.texts.start()
            self.set_aside = spool.quarantined()
            log.info("the spool process is at work in %s", settings.SPOOL_ROOT)
            while not self.stopping.is_set():
                try:
                    busy = self.tick()
                except OSError:
                    log.exception("the spool cannot be read")
                    busy = False
                if not busy:
                    self.stopping.wait(IDLE_S)
            self.texts.close()
            self.pulse.end()
            connection.close()

    def tick(self) -> bool:
        """Replay a batch, or have distress texted; True if there may be more to replay at once."""
        self._sweep()
        names = spool.waiting()
        away = watch.away
        done = 0
        if names and not away:
            away, done = self.replay(names)
        if away:
            self.texts.look(names)
        elif done == BATCH:
            self.texts.look([name for name in names[BATCH:] if _age_s(name) > LATE_AFTER_S])
        self.texts.look(self.set_aside, within="quarantine")
        if not away:
            self.pulse.beat(f"{done} replayed")
            self._tell_once_a_minute()
            connection.close()  # back to the pool
        return done == BATCH

    def replay(self, names: list[str]) -> tuple[bool, int]:
        """Replay up to BATCH of these, oldest first; tell whether the database went away, and how many."""
        done, held, late_s = 0, set(), 0.0
        for name in names:
            if done >= BATCH or self.stopping.is_set():
                break
            try:
                kept = spool.read(name)
            except FileNotFoundError:
                continue
            except spool.Unreadable as exc:
                self._set_aside(name, f"it is {exc}")
                continue
            phone = sender_of(kept)
            if phone in held or time.monotonic() < self.failures.get(name, (0, 0.0))[1]:
                held.add(phone)  # nothing of a phone passes what it said before
                continue
            try:
                spool_replay.replay(kept)
            except Exception as exc:
                connection.close()
                if spool_replay.is_of_the_database(exc):
                    return True, done
                held.add(phone)
                self._failed(name, exc)
                continue
            crash_point("K11")
            spool.done(name)
            self.failures.pop(name, None)
            self.texts.forget(name)
            done += 1
            late_s = time.time() - kept.received_at.timestamp()
            log.info("kept request %s became rows", name)
        if done:
            log.warning("%s kept requests became rows, the last %.0f s after it came", done, late_s)
        close_old_connections()
        return False, done

    def _failed(self, name: str, exc: Exception) -> None:
        number = self.failures.get(name, (0, 0.0))[0] + 1
        if number > len(TRY_AGAIN_S):
            self._set_aside(name, f"{type(exc).__name__}, {number} times")
            return
        log.error("kept request %s cannot be replayed, attempt %s", name, number, exc_info=exc)
        self.failures[name] = number, time.monotonic() + TRY_AGAIN_S[number - 1]

    def _set_aside(self, name: str, why: str) -> None:
        log.critical("KEPT REQUEST %s IS SET ASIDE FOR A HUMAN: %s", name, why)
        spool.set_aside(name)
        self.failures.pop(name, None)
        self.set_aside.append(name)

    def _sweep(self) -> None:
        if time.monotonic() - self.swept_at < SWEEP_S:
            return
        self.swept_at = time.monotonic()
        whole, torn = spool.clear_leftovers()
        if whole or torn:
            log.error("%s requests were left whole by a process that died, %s torn", whole, torn)
        if trouble := spool.trouble():
            log.critical("THE SPOOL IS %s: in an outage reports would be refused", trouble.upper())
        self.texts.load_numbers()

    def _tell_once_a_minute(self) -> None:
        if time.monotonic() - self.numbers_at < NUMBERS_S:
            return
        self.numbers_at = time.monotonic()
        try:
            duty_numbers.write()
            if aside := len(spool.quarantined()):
                text = f"{aside} kept requests could not be replayed and wait for a human"
                alarms.stand(
                    "spool_waiting", socket.gethostname(), text, lasts=timedelta(seconds=3 * NUMBERS_S)
                )
        except (DatabaseError, OSError) as exc:
            log.error("duty_numbers.json cannot be written: %s", exc)
        self.texts.load_numbers()

    @staticmethod
    def is_at_work() -> bool:
        """Whether a copy works on this spool now. Raises OSError if the spool is not ours to use."""
        spool.prepare()
        with (Path(settings.SPOOL_ROOT) / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _alone(self, lock) -> bool:
        """Wait until no other copy works on this spool; False if stopped before."""
        told = False
        while not self.stopping.is_set():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    log.warning("another spool process is at work here; waiting for it to end")
                told = True
                self.stopping.wait(1)
            else:
                return True
        return False


def _age_s(name: str) -> float:
    """How long ago the request of this name came; infinite for a name that no request of ours has."""
    try:
        return time.time() - int(name[:17]) / 1e6
    except ValueError:
        return float("inf")


def sender_of(kept: spool.Kept) -> str:
    """What two requests of one phone have in common; the request's own key where nothing tells."""
    said = form_of(kept.body).get("From", "") if kept.kind == "sms" else kept.headers.get("authorization", "")
    return hashlib.sha256(said.encode()).hexdigest() if said else kept.key
