"""When the service could not have carried out a rung: the database was away, or no dispatcher had begun."""

import contextlib
import threading
import time

import psycopg

from tests.faults.stage import Stage

LOOK_S = 0.25
BEGUN = "SELECT pid FROM alerts_pulse WHERE kind = 'dispatcher'"


class Watch:
    """Looks four times a second, from `start` to `stop`."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.unable: list[tuple[float, float]] = []
        self.since: float | None = None
        self.stopping = threading.Event()
        self.connection: psycopg.Connection | None = None
        self.thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> list[tuple[float, float]]:
        """End; return from when until when nobody could work, in seconds since 1970."""
        self.stopping.set()
        self.thread.join(10)
        if self.since is not None:
            self.unable.append((self.since, time.time()))
        if self.connection is not None:
            self.connection.close()
        return self.unable

    def _work(self) -> None:
        while not self.stopping.wait(LOOK_S):
            at, able = time.time(), self._able()
            if not able and self.since is None:
                self.since = at - LOOK_S
            elif able and self.since is not None:
                self.unable.append((self.since, time.time()))
                self.since = None

    def _able(self) -> bool:
        """Whether the database answers, and one of the dispatchers that run now has looked at the queue."""
        try:
            if self.connection is None:
                self.connection = self.stage.connect()
            begun = {pid for (pid,) in self.connection.execute(BEGUN).fetchall()}
        except psycopg.Error:
            with contextlib.suppress(Exception):
                self.connection.close()
            self.connection = None
            return False
        running = {pid for name, pid in self.stage.pids.items() if name.startswith("dispatcher")}
        return bool(begun & running)
