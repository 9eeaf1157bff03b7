"""How far it is by water, round the land.

`sea_distance` for two places, `distances` for one origin and many targets. The search itself runs in a
process of its own (`pilot`). Should that fail, the answer is the great circle, and flagged as such.
"""

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path

from alerts.searoutes.way import Way
from communities.sphere import Position, great_circle_m

log = logging.getLogger(__name__)

START_S = 60.0  # where the compiled search is not on disk yet, on a busy machine
ANSWER_S = 5.0  # of the dispatcher
EACH_S = 0.1  # more for each target: on a busy machine a long way takes as much
AGAIN_S = 30.0  # nobody waits twice for a pilot that fails; the ladder goes on with straight lines
IDLE_S = 900.0  # a pilot that nobody asks goes home; the dispatcher's stays
ROOT = Path(__file__).parents[2]
# Its searches take pages of 4 kB as they write them, and give them back: 50 MB less.
LEAN = ("env", "NUMPY_MADVISE_HUGEPAGE=0", "MALLOC_MMAP_THRESHOLD_=1048576")
PILOT = "alerts.searoutes.pilot"


class _Pilot:
    """This process's line to its pilot. Threads take turns."""

    def __init__(self):
        self.lock = threading.Lock()
        self.process: subprocess.Popen | None = None
        self.line = None
        self.started_by: int | None = None
        self.is_ready = False
        self.not_before = 0.0
        self.stays = False
        self.gate = threading.Lock()
        self.starting: threading.Thread | None = None

    def ask(self, origin: Position, targets: Sequence[Position], limits: dict) -> list[Way | None]:
        """Raises OSError, EOFError or RuntimeError when there is no answer."""
        if not self.ready:
            self._start_beside()
        if not self.lock.acquire(timeout=self.patience_s):
            raise TimeoutError("the pilot is busy with others")
        try:
            self._start()
            self.line.send((origin, targets, limits))
            answer = self._hear(self.patience_s + EACH_S * len(targets))
        except (OSError, EOFError) as error:
            self._end()
            if self.stays and isinstance(error, TimeoutError):
                self.not_before = time.monotonic() + AGAIN_S
            raise
        finally:
            self.lock.release()
        if isinstance(answer, Exception):
            raise RuntimeError("the pilot failed") from answer
        return answer

    @property
    def patience_s(self) -> float:
        """How long an answer is worth waiting for: nobody in distress waits for a command."""
        return ANSWER_S if self.stays else START_S

    @property
    def ready(self) -> bool:
        """Whether this process's own pilot runs and has said so."""
        return self.is_ready and self.started_by == os.getpid() and self.process.poll() is None

    def _start_beside(self) -> None:
        """Have it started by a thread: a distress waits for that no longer than for an answer."""
        if time.monotonic() < self.not_before:
            raise TimeoutError("the pilot failed a moment ago")
        with self.gate:
            if self.starting is None or not self.starting.is_alive():
                self.starting = threading.Thread(target=_try_to_start, name="pilot", daemon=True)
                self.starting.start()
            starting = self.starting
        starting.join(self.patience_s)
        if not self.ready:
            self.not_before = time.monotonic() + AGAIN_S
            raise TimeoutError("the pilot is not there yet")

    def start(self) -> None:
        with self.lock:
            self._start()

    def end(self) -> None:
        with self.lock:
            self._end()

    def _start(self) -> None:
        if self.ready:
            return
        self._end()
        self.started_by = os.getpid()
        try:
            self.line, theirs = Pipe()
            with theirs:
                idle_s = 0 if self.stays else IDLE_S
                command = [*LEAN, sys.executable, "-m", PILOT, str(theirs.fileno()), str(idle_s)]
                self.process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
            self._hear(START_S)
            self.is_ready = True
        except (OSError, EOFError):
            self._end()
            raise

    def _hear(self, seconds: float):
        if not self.line.poll(seconds):
            raise TimeoutError(f"no answer from the pilot in {seconds:g} s")
        return self.line.recv()

    def _end(self) -> None:
        if self.started_by != os.getpid():  # a fork's copy of its parent's line is not its own to use
            self.line = self.process = None
        self.started_by, self.is_ready = None, False
        if self.line is not None:
            self.line.close()
            self.line = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


_pilot = _Pilot()
atexit.register(_pilot.end)


def _try_to_start() -> None:
    try:
        _pilot.start()
    except (OSError, EOFError):
        log.exception("the pilot did not start; distances will be great circles, and say so")


def warm(*, stay: bool = True) -> None:
    """Have the search ready before the first distress; the pilot then stays. Never raises."""
    _pilot.stays = stay
    _try_to_start()


def sea_distance(start: Position, end: Position) -> Way:
    """Find the way by water from `start` to `end`, both `(lon, lat)` in degrees.

    Ways to the same `end` cost less than the first.
    """
    (way,) = distances(end, [start])
    return way.back()


def distances(
    origin: Position,
    targets: Sequence[Position],
    *,
    within_m: float | None = None,
    want: int | None = None,
) -> list[Way | None]:
    """Find the ways from one origin to many targets, see `seamap.SeaMap.distances`."""
    try:
        return _pilot.ask(origin, list(targets), {"within_m": within_m, "want": want})
    except (OSError, EOFError, RuntimeError) as error:
        log.warning("no answer from the pilot (%r); distances are great circles, and say so", error)
        return [_straight(origin, target) for target in targets]


def _straight(origin: Position, target: Position) -> Way:
    try:
        return Way(great_circle_m(origin, target), (origin, target), flags=("great_circle",))
    except (TypeError, ValueError):  # no places at all
        return Way(None, (), flags=("not_covered",))
