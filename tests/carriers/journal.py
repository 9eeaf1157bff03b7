"""What a carrier saw and did, on the disk before anybody hears of it."""

import json
import os
import threading
import time
from pathlib import Path


class Journal:
    """An append-only file of JSON lines, each fsynced before `write` returns: it outlives any kill.

    `n` counts the lines of one run, `at` is the time in seconds since 1970.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self._written = 0
        if os.fstat(self._file).st_size and not Path(path).read_bytes().endswith(b"\n"):
            os.write(self._file, b"\n")  # the torn end of a run that was killed

    def write(self, kind: str, **facts: object) -> None:
        with self._lock:
            self._written += 1
            line = {"n": self._written, "at": time.time(), "kind": kind} | facts
            os.write(self._file, json.dumps(line, ensure_ascii=False, default=str).encode() + b"\n")
            os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


def read(path: str | os.PathLike) -> list[dict]:
    """Return the lines of a journal, without those that a kill tore."""
    lines = []
    for raw in Path(path).read_bytes().split(b"\n"):
        try:
            lines.append(json.loads(raw))
        except ValueError:
            continue
    return lines
