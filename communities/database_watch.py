"""Whether the database answers, known before a request has to wait for it.

A web process starts one watch, and so does the spool process. While it says away, connections are refused at
once and statements that hang are given up, so that a report is in the spool within milliseconds and no thread
stands in a queue of time-outs. Without a watch (dispatcher, commands, tests) nothing here changes anything.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator

import psycopg
from psycopg.waiting import READY_NONE

log = logging.getLogger(__name__)

#: How often the watch looks, and how long it waits for an answer, in seconds.
LOOK_S = 0.5
LOOK_PATIENCE_S = 2.0
#: What a statement may wait while the watch says away, and what it may wait in any case.
AWAY_PATIENCE_S = 2.0
LONGEST_STATEMENT_S = 10.0


class Away(psycopg.OperationalError):
    """The database is known to be away, or did not answer in time."""


class Watch:
    """Asks the database twice a second over a connection of its own. `away` is what it last heard."""

    def __init__(self) -> None:
        self.away = False
        self.running = False
        self._look_now = threading.Event()
        self._connection: PatientConnection | None = None

    def start(self, parameters: dict) -> None:
        """Look until the process ends, connecting with `parameters` as psycopg takes them."""
        self.running = True
        threading.Thread(target=self._run, args=[parameters], name="database-watch", daemon=True).start()

    def doubt(self) -> None:
        """Somebody got no answer: it counts as away until the next look, which comes at once."""
        if self.running:
            self.away = True
            self._look_now.set()

    def _run(self, parameters: dict) -> None:
        said = False
        while True:
            self._look_now.clear()
            self.away = not self._answers(parameters)
            if self.away != said:
                said = self.away
                if said:
                    log.error("the database is away")
                else:
                    log.warning("the database is back")
            self._look_now.wait(LOOK_S)

    def _answers(self, parameters: dict) -> bool:
        """Whether it answers and takes writes; a kept connection that has died is made anew once."""
        for _ in range(2):
            fresh = self._connection is None
            try:
                if self._connection is None:
                    self._connection = PatientConnection.connect(
                        **parameters | {"autocommit": True, "connect_timeout": int(LOOK_PATIENCE_S)}
                    )
                    self._connection.longest_wait_s = LOOK_PATIENCE_S
                (standby,) = self._connection.execute("SELECT pg_is_in_recovery()").fetchone()
                return not standby
            except Exception as exc:
                log.debug("the database did not answer: %s", type(exc).__name__)
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                if fresh:
                    break
        return False


#: The one of this process.
watch = Watch()


class PatientConnection(psycopg.Connection):
    """A connection whose every wait ends, where there is a watch."""

    longest_wait_s = LONGEST_STATEMENT_S

    def wait(self, gen, *args, **kwargs):
        return super().wait(_bounded(gen, self._lost()) if watch.running else gen, *args, **kwargs)

    def _lost(self) -> Callable[[], bool]:
        since = time.monotonic()

        def lost() -> bool:
            waited_s = time.monotonic() - since
            return waited_s > self.longest_wait_s or (watch.away and waited_s > AWAY_PATIENCE_S)

        return lost


def _bounded(gen: Generator, lost: Callable[[], bool]) -> Generator:
    """The same generator, ended with Away once `lost` says so; it is asked when nothing came for 0.1 s."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready == READY_NONE and lost():
                raise Away("the database did not answer in time")
            wanted = gen.send(ready)
    except StopIteration as done:
        return done.value
