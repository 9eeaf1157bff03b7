"""The auditor process: a round every AUDITOR_PERIOD_S, bounded in time whatever the database does.

Any number of copies may run: one is at work, the others stand by.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from alerts import alarm_texts, alarms, pulses
from alerts.auditor import heartbeat, rounds
from alerts.auditor.rounds import Round
from alerts.auditor.watch import Watch
from alerts.transports.base import get_transport
from communities import phones

log = logging.getLogger(__name__)

#: Rounds without an answer of the database after which the operations number is texted past it.
AWAY_ROUNDS = 2
#: A round is waited for a little longer than it gives itself, so that it can say itself what did not end.
SPARE_S = 3.0
#: A connection that the network swallowed may hang for hours: after so many rounds a new process does better.
STUCK_ROUNDS = 12


class Auditor:
    """One copy of the auditor. `run` blocks until `stop`."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.watch = Watch()
        self.pulse = pulses.Writer("auditor")
        # Threads of their own, so that a database or a carrier that hangs holds up no round after it.
        self.rounds = Hand("round")
        self.texts = Hand("texts")
        self.unsure: set[tuple[str, str]] = set()
        self.away = 0
        self.told_away = 0
        self.tell_away_at = 0.0
        self.others_work = False
        self.stuck = False
        self.numbers: list[tuple[str, object]] = []

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Make rounds until stopped."""
        get_transport("sms")  # the client library loads now, not at the first alarm
        log.info("auditor is at its post, a round every %g s", settings.AUDITOR_PERIOD_S)
        while not self.stopping.is_set():
            started = time.monotonic()
            self.turn()
            self.stopping.wait(max(0.0, settings.AUDITOR_PERIOD_S - (time.monotonic() - started)))
        self.rounds.do(self._leave, wait_s=5)
        log.info("auditor has left its post")

    def turn(self) -> Round | None:
        """One round, waited for no longer than its budget; then the heartbeat, if all was clean."""
        done = self.rounds.do(self._round, wait_s=rounds.BUDGET * settings.AUDITOR_PERIOD_S + SPARE_S)
        if not isinstance(done, Round):
            if done is not STANDING_BY:
                self._database_away(done)
            return None
        self.away = self.told_away = 0
        log.debug("round: %d looks in %.3f s, %s", done.looked, done.took_s, done.found or "nothing found")
        self.texts.do(self._text, wait_s=0)
        if done.clean and done.took_s <= rounds.BUDGET * settings.AUDITOR_PERIOD_S and settings.HEARTBEAT_URL:
            wrong = heartbeat.ping()
            if wrong:
                log.error("the outside watch did not take the heartbeat: %s", wrong)
            self.rounds.do(lambda: _note_heartbeat(wrong), wait_s=3)
        return done

    def _round(self) -> object:
        try:
            if not self.watch.hold():
                self.others_work = True
                self.pulse.beat("standing by")
                return STANDING_BY
            self.others_work = False
            done = rounds.go(self.unsure)
            self.unsure = done.unsure
            self.numbers = alarm_texts.of_operations()
            self.pulse.beat(_said(done))
            return done
        finally:
            connection.close()

    def _text(self) -> None:
        try:
            alarm_texts.send_due(timezone.now())
        finally:
            connection.close()

    def _database_away(self, why: object) -> None:
        """No row can be written: the alarm is kept here, and texted straight to the operations number."""
        self.away += 1
        if isinstance(why, TimeoutError) and self.away >= STUCK_ROUNDS:
            log.critical("a round does not come back: this process ends, so that another one begins")
            self.stuck = True
            self.stop()
        log.error("round without an answer of the database, %d in a row: %s", self.away, why)
        if self.others_work or self.away < AWAY_ROUNDS or time.monotonic() < self.tell_away_at:
            return
        self.told_away += 1
        self.tell_away_at = time.monotonic() + alarms.pause(self.told_away).total_seconds()
        seconds = self.away * settings.AUDITOR_PERIOD_S
        text = alarm_texts.words([f"the database has not answered for {seconds:.0f} s"])
        numbers = [number for number, _ in self.numbers] or [phones.of_operations()]
        self.texts.do(lambda: [alarm_texts.send(number, text) for number in filter(None, numbers)], wait_s=0)

    def _leave(self) -> None:
        self.watch.let_go()
        self.pulse.end()
        connection.close()


#: What a round returns where another copy is at work.
STANDING_BY = object()


class Hand:
    """One thread, and how long to wait for what it does."""

    def __init__(self, name: str) -> None:
        self.pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self.doing: Future | None = None

    def do(self, job, *, wait_s: float) -> object:
        """Return what `job` returns, or its exception; TimeoutError where that takes longer."""
        if self.doing is not None and not self.doing.done():
            return TimeoutError("still at the one before")
        self.doing = self.pool.submit(job)
        try:
            return self.doing.result(wait_s)
        except TimeoutError as exc:
            return exc
        except (DatabaseError, psycopg.Error) as exc:
            return exc
        except Exception as exc:  # a fault of ours must not end the auditor
            log.exception("a fault in the auditor")
            return exc


def _note_heartbeat(wrong: str) -> None:
    try:
        if wrong:
            alarms.stand(
                "heartbeat_refused", "ping", f"the outside watch answers: {wrong}", lasts=timedelta(minutes=5)
            )
        else:
            alarms.clear("heartbeat_refused", "ping")
    finally:
        connection.close()


def _said(done: Round) -> str:
    state = "clean" if done.clean else f"{done.standing} alarms, {len(done.mended)} mended"
    return f"looked {done.looked} times in {1000 * done.took_s:.0f} ms: {state}"
