"""Crash points armed from outside: a file a point in a folder, taken by the first process that passes there.

The clock of the host is a file too: `clock` holds the seconds by which every process of the service errs. It
stands in for `django.utils.timezone.now`, by which the service asks the time; nothing else is moved.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from communities import crash_points

CLOCK_READ_EVERY_S = 0.2


def arm(folder: Path, name: str, passings: int) -> None:
    """Let the process that next passes `name` die at its n-th passing from then on."""
    beside = folder / f".{name}"
    beside.write_text(str(passings))
    beside.rename(folder / name)


def died(folder: Path) -> list[dict]:
    """The deaths at crash points so far, each `{"name", "pid", "at"}`, `at` in seconds since 1970."""
    try:
        return [json.loads(line) for line in (folder / "died").read_text().splitlines()]
    except FileNotFoundError:
        return []


def make_hook(folder: Path, die: Callable[[], object]) -> Callable[[str], None]:
    """Return what `crash_point` calls: counts the passings of a point that this process took, then dies."""
    left: dict[str, int] = {}
    lock = threading.Lock()

    def passed(name: str) -> None:
        with lock:
            if name not in left:
                taken = folder / f"{name}.{os.getpid()}"
                try:
                    (folder / name).rename(taken)  # of many processes one
                except FileNotFoundError:
                    return
                left[name] = int(taken.read_text())
            left[name] -= 1
            if left[name] > 0:
                return
            del left[name]
            line = json.dumps({"name": name, "pid": os.getpid(), "at": time.time()}) + "\n"
            handle = os.open(folder / "died", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(handle, line.encode())
            os.close(handle)
            die()

    return passed


def set_hook(folder: Path) -> None:
    """Let crash points of this process kill it as `folder` says."""
    crash_points.hook = make_hook(folder, lambda: os.kill(os.getpid(), signal.SIGKILL))


def set_clock(folder: Path) -> None:
    """Let this process's wall clock be off by what the file `clock` says, from 0.2 s after it is written."""
    read_at, off = float("-inf"), timedelta()

    def now() -> datetime:
        nonlocal read_at, off
        if time.monotonic() - read_at > CLOCK_READ_EVERY_S:
            read_at = time.monotonic()
            try:
                off = timedelta(seconds=float((folder / "clock").read_text()))
            except (FileNotFoundError, ValueError):
                off = timedelta()
        return datetime.now(UTC) + off

    timezone.now = now
