"""The time by which deadlines are due: the database's, carried on by a clock that nobody can set.

All copies of the dispatcher go by one time, whatever their machines' clocks say, and a clock that jumps
neither fires deadlines early nor holds them up.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

log = logging.getLogger(__name__)

# What the database's clock gains or loses is followed no faster: a minute lasts 54 to 66 s at most.
FOLLOWS = 0.1
# More apart is worth a word in the log.
APART = timedelta(seconds=5)


def database_time() -> datetime:
    """Ask the database what time it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


class SteadyClock:
    """Tells the time when called; `check` compares it with the database's, and is to be called every second.

    The first reading is taken as it is. From then on time runs with the monotonic clock, and turns towards
    later readings by at most FOLLOWS of what has passed: a jump of an hour is followed within ten. It never
    goes back. Safe to call from many threads.
    """

    def __init__(
        self, read: Callable[[], datetime] = database_time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.read, self.monotonic = read, monotonic
        self.lock = threading.Lock()
        self.known: tuple[datetime, float] | None = None
        self.apart = False

    def __call__(self) -> datetime:
        if self.known is None:
            self.check()
        time_then, then = self.known
        return time_then + timedelta(seconds=self.monotonic() - then)

    def check(self) -> None:
        """Ask the database. Raises what that raises; the clock runs on."""
        read, here = self.read(), self.monotonic()
        with self.lock:
            if self.known is None:
                self.known = read, here
                return
            time_then, then = self.known
            elapsed = timedelta(seconds=here - then)
            off = read - (time_then + elapsed)
            most = elapsed * FOLLOWS
            self.known = time_then + elapsed + max(-most, min(most, off)), here
            was_apart, self.apart = self.apart, abs(off) > APART
            if self.apart and not was_apart:
                log.error("the database's clock is %.0f s off; followed slowly", off.total_seconds())
