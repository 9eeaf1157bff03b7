"""The dispatcher process: carries out due rungs and sends due notifications, until told to stop.

Any number of copies may run. The rows in PostgreSQL are the truth; Redis only rings the bell.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from alerts import asked_rankings, delivery, escalation, fleet, pulses, rungs, searoutes, wakeup, watches
from alerts.clock import SteadyClock
from alerts.lanes import Lanes
from alerts.transports.base import get_transport
from reports.models import Incident

log = logging.getLogger(__name__)

SWEEP_S = 1.0
AWAY_S = 1.0  # pause after the database did not answer
RUNGS = 4  # carried out at once, the last of them P1 or P2: one whose ways are long holds up no other
AT_ONCE = 4  # rows of one channel that a rung hands on itself
# A ranking is completed, for the desk to read, when no rung has begun for so long: both ask the same pilot.
# In a crowd that lasts, the rung after it ranks anew.
QUIET_S = 0.5


class Dispatcher:
    """One copy of the dispatcher. `run` blocks until `stop`. `clock` tells it what is due."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or SteadyClock()
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}"
        self.due = threading.Event()
        self.stopping = threading.Event()
        self.lanes = Lanes(self.clock, self.due)
        self.rungs = Rungs(self)
        self.listener = wakeup.Listener(self.due)
        self.pulse = pulses.Writer("dispatcher")
        self.keeper = fleet.Keeper()
        self.swept_at = 0.0

    def stop(self) -> None:
        self.stopping.set()
        self.due.set()

    def run(self) -> None:
        """Work until stopped; then let what is in flight finish."""
        for channel in self.lanes.channels:
            get_transport(channel)  # client libraries load now, not at the first distress
        self.listener.start()
        searoutes.warm()
        sweeper = threading.Thread(target=self._sweep_on, name="sweeper")
        sweeper.start()
        log.info("dispatcher %s is at work, looking every %s s", self.name, settings.DISPATCHER_POLL_S)
        while not self.stopping.is_set():
            self.due.clear()
            if time.monotonic() - self.swept_at >= SWEEP_S:
                self.swept_at = time.monotonic()
                close_old_connections()
            try:
                busy = self.tick()
                self.pulse.beat("sending" if busy else "nothing is due")
            except DatabaseError:
                log.exception("the database did not answer; trying again in %s s", AWAY_S)
                connection.close()
                self.stopping.wait(AWAY_S)
            # What found no free thread is looked for when a thread is free again: that sets `due`, too.
            self.due.wait(settings.DISPATCHER_POLL_S)
        self.listener.stopping = True
        self.rungs.close()
        self.lanes.close()
        sweeper.join()
        self.pulse.end()
        log.info("dispatcher %s has stopped", self.name)

    def tick(self) -> bool:
        """Begin what is due now, as far as there are threads; True if anything was."""
        now = self.clock()
        begun = self.rungs.fill(now)
        return bool(self.lanes.fill(self.name, now, hurried=bool(self.rungs.in_work)) or begun)

    def sweep(self) -> None:
        """Make the rows that should be there, and return what others dropped."""
        now = self.clock()
        if delivery.return_leases(now) + escalation.sweep(now) + watches.carry_out_due(now):
            self.due.set()
        self.rungs.rank_asked(now)

    def drain(self) -> None:
        """Carry out all that is due and wait for it: for tests and drills."""
        self.rungs.hurries = True
        while True:
            if time.monotonic() - self.swept_at >= SWEEP_S:
                self.swept_at = time.monotonic()
                self.sweep()
            if not (self.tick() or self.rungs.in_work or self.rungs.incomplete or self.lanes.in_flight):
                self.rungs.hurries = False
                return
            time.sleep(0.005)

    def _sweep_on(self) -> None:
        """Sweep until stopped, in a thread of its own, so that a long sweep holds no alert up."""
        while not self.stopping.is_set():
            close_old_connections()
            try:
                if isinstance(self.clock, SteadyClock):
                    self.clock.check()
                self.keeper.refresh(self.clock())
                self.sweep()
            except DatabaseError:  # the main loop says so
                connection.close()
            except Exception:
                log.exception("the sweep failed and will be tried again")
            self.stopping.wait(SWEEP_S)
        connection.close()


class Rungs:
    """The threads that carry out rungs, and one that afterwards completes what they left out in a hurry."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.lock = threading.Lock()
        self.in_work: set = set()
        self.incomplete: set = set()
        self.begun_at = 0.0
        self.hurries = False  # a drain waits for no quiet
        self.pool = ThreadPoolExecutor(RUNGS, thread_name_prefix="rung")
        self.afterwards = ThreadPoolExecutor(1, thread_name_prefix="ranking")
        self.asked = ThreadPoolExecutor(1, thread_name_prefix="asked")

    def fill(self, now: datetime) -> int:
        """Begin as many due rungs as there are free threads; return how many."""
        if len(self.in_work) >= RUNGS:
            return 0
        begun = 0
        for incident_id, priority in rungs.due(now, RUNGS, without=self.in_work):
            most = RUNGS if priority <= delivery.URGENT else RUNGS - 1
            with self.lock:
                if len(self.in_work) >= most:
                    break
                self.in_work.add(incident_id)
            self.begun_at = time.monotonic()
            self.pool.submit(self._carry_out, incident_id)
            begun += 1
        return begun

    def close(self) -> None:
        self.pool.shutdown(wait=True)
        for pool in (self.afterwards, self.asked):
            pool.shutdown(wait=True, cancel_futures=True)

    def _carry_out(self, incident_id) -> None:
        """Carry out a rung, and hand what it wrote to the lanes in the same breath."""
        one, now = self.dispatcher, self.dispatcher.clock()
        booking = one.lanes.booking(AT_ONCE)
        try:

            def lease(incident: Incident) -> None:
                booking.claim_of(incident, worker=one.name, now=now)

            done = rungs.try_to_carry_out(
                incident_id, now=now, hurried=True, kept=one.keeper.latest(), then=lease
            )
            if done:
                booking.send()
                self.incomplete.add(incident_id)
                self.afterwards.submit(self._rank, incident_id, rungs.complete_ranking, QUIET_S)
        except Exception:  # the database went away; the row is still there
            log.exception("incident %s: the rung could not be carried out", incident_id)
        finally:
            booking.end()
            connection.close()
            with self.lock:
                was_full = len(self.in_work) >= RUNGS - 1
                self.in_work.discard(incident_id)
            if was_full or not booking.took_all:
                one.due.set()

    def rank_asked(self, now: datetime) -> None:
        """Begin the rankings that desks asked for; a rung that is due goes first."""
        if self.dispatcher.stopping.is_set():
            return
        for incident_id in asked_rankings.claim(now):
            self.incomplete.add(incident_id)
            self.asked.submit(self._rank, incident_id, asked_rankings.carry_out)

    def _rank(self, incident_id, rank: Callable[..., None], quiet_s: float = 0.0) -> None:
        """Rank for the desk to read, once no rung is at work nor has begun in the last `quiet_s` seconds."""
        one = self.dispatcher

        def is_quiet() -> bool:
            return not self.in_work and (self.hurries or time.monotonic() - self.begun_at >= quiet_s)

        try:
            while not is_quiet() and not one.stopping.wait(0.02):
                pass
            rank(incident_id, now=one.clock(), kept=one.keeper.latest())
        except Exception:
            log.exception("incident %s: the ranking was not completed; the next one ranks anew", incident_id)
        finally:
            self.incomplete.discard(incident_id)
            connection.close()
