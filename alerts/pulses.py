"""Signs of life: each process writes its own, out of the work that shows that it hears.

A process that is stopped, hangs in a call or has lost its broker writes none, however alive it looks.
"""

import logging
import os
import socket
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from alerts.models import Pulse

log = logging.getLogger(__name__)

#: How many pulses may be missing before a process of that kind counts as silent. A worker's is a task that
#: waits behind others; the web process is asked by the auditor, once a round.
MAY_MISS = {"dispatcher": 2.5, "worker": 12, "beat": 12, "web": 8, "auditor": 8}
MAY_MISS_ANY = 6
#: A clock further than this from the database's makes deadlines and tokens wrong.
CLOCK_MS = 2000

_WRITE = """
INSERT INTO alerts_pulse (name, kind, host, pid, started_at, at, ahead_ms, doing, ended_at)
VALUES (%(name)s, %(kind)s, %(host)s, %(pid)s, statement_timestamp(), statement_timestamp(),
    least(greatest(1000 * (%(epoch)s::float8 - extract(epoch from statement_timestamp())), -2e9), 2e9)::int,
    %(doing)s, NULL)
ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at, ahead_ms = EXCLUDED.ahead_ms, doing = EXCLUDED.doing,
    ended_at = NULL
"""
_READ = """
SELECT kind, name, extract(epoch from statement_timestamp() - at)::float8,
    extract(epoch from statement_timestamp() - started_at)::float8, ahead_ms, ended_at IS NOT NULL
FROM alerts_pulse ORDER BY kind, name LIMIT 1000
"""


def limit_s(kind: str) -> float:
    """Seconds without a pulse after which a process of this kind is silent."""
    return MAY_MISS.get(kind, MAY_MISS_ANY) * settings.PULSE_S


def write(kind: str, doing: str = "", *, name: str = "") -> None:
    """Write one sign of life of this process, or of the one called `name`. Raises DatabaseError."""
    host = socket.gethostname()[:60]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "name": name or f"{kind}:{host}:{os.getpid()}",
                "kind": kind,
                "host": host,
                "pid": None if name else os.getpid(),
                "epoch": time.time(),
                "doing": doing[:120],
            },
        )


class Writer:
    """The pulse of this process: at most one write in PULSE_S, and never an exception."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.written_at = float("-inf")

    def beat(self, doing: str = "") -> None:
        """Say that a piece of work has just come to its end."""
        if time.monotonic() - self.written_at < settings.PULSE_S:
            return
        self.written_at = time.monotonic()
        try:
            write(self.kind, doing)
        except DatabaseError as exc:  # the work itself will say so
            log.warning("no pulse was written: %s", type(exc).__name__)

    def end(self) -> None:
        """Say that this process stops because it was told to."""
        end(self.kind)


def end(kind: str) -> None:
    """Say that this process stops because it was told to. Never raises for a database that is away."""
    try:
        name = f"{kind}:{socket.gethostname()[:60]}:{os.getpid()}"
        Pulse.objects.filter(name=name).update(ended_at=Now())
    except DatabaseError as exc:
        log.warning("the last pulse was not written: %s", type(exc).__name__)


@dataclass(frozen=True, slots=True)
class Sign:
    """One copy's last sign of life; seconds by the database's clock, before which its own was `ahead_ms`."""

    kind: str
    name: str
    age_s: float
    started_s: float
    ahead_ms: int
    ended: bool

    @property
    def host(self) -> str:
        """The machine; "" for a copy that was named otherwise."""
        return self.name.split(":")[1] if self.name.count(":") == 2 else ""

    @property
    def is_silent(self) -> bool:
        return not self.ended and self.age_s > limit_s(self.kind)


def signs() -> list[Sign]:
    """Every copy's last sign of life, of those not yet forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return [Sign(*row) for row in cursor.fetchall()]


def silent(found: list[Sign]) -> list[Sign]:
    """Of `found` the copies that went silent and that no later copy of their kind stands in for.

    One that began on the same machine after the last sign of the others replaces them all: a machine that is
    started anew leaves many behind. One elsewhere stands in for one.
    """
    left = []
    for kind in {sign.kind for sign in found}:
        of_kind = [sign for sign in found if sign.kind == kind]
        fresh = sorted((s for s in of_kind if not s.ended and not s.is_silent), key=lambda s: s.started_s)
        taken: list[Sign] = []
        for gone in sorted((s for s in of_kind if s.is_silent), key=lambda s: s.age_s):
            later = [s for s in fresh if s.started_s <= gone.age_s]
            if any(s.host == gone.host for s in later if s.host):
                continue
            successor = next((s for s in later if s not in taken), None)
            if successor is None:
                left.append(gone)
            else:
                taken.append(successor)
    return left


def forget(older_than_s: float = 24 * 3600) -> int:
    """Delete the pulses of copies that are long gone; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM alerts_pulse WHERE at < statement_timestamp() - make_interval(secs => %s::float8)",
            [older_than_s],
        )
        return cursor.rowcount
