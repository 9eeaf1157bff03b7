"""Keep the track of units by month, and forget what is older than the agency wants it kept.

A month is a partition: to forget one is to drop a table, which costs nothing and leaves no holes.
"""

import logging
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alerts.models import Vessel

log = logging.getLogger(__name__)

_PREFIX = "alerts_unittrack_"
_BATCH = 10_000
# A busy table is not worth waiting for: whoever waits here lets no fix past. The next run comes in an hour.
_LOCK_WAIT = "SET LOCAL lock_timeout = '2s'"


def prepare_months(now: datetime | None = None) -> list[str]:
    """Make the partitions of this month and the next, where they are missing; their names.

    Should none have been made in time, rows wait in the default partition, and that month stays there.
    """
    first = _month(now or timezone.now())
    made, known = [], set(_partitions())
    for month in (first, _next(first)):
        name = f"{_PREFIX}{month:%Y_%m}"
        if name in known:
            continue
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_LOCK_WAIT)
                cursor.execute(
                    f"CREATE TABLE {name} PARTITION OF alerts_unittrack "
                    f"FOR VALUES FROM ('{month} 00:00+00') TO ('{_next(month)} 00:00+00')"
                )
        except DatabaseError as exc:
            log.warning("no partition %s, its rows stay in the default one: %s", name, exc)
        else:
            made.append(name)
    return made


def forget(now: datetime | None = None) -> tuple[int, int]:
    """Drop months of tracks past UNIT_TRACK_DAYS and vessels not heard for VESSEL_HOURS.

    Returns (months dropped, single rows deleted). A month goes when its last day is past.
    """
    now = now or timezone.now()
    before = now - timedelta(days=settings.UNIT_TRACK_DAYS)
    dropped = 0
    for name, month in _partitions().items():
        if datetime.combine(_next(month), datetime.min.time(), UTC) <= before:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_LOCK_WAIT)
                cursor.execute(f"DROP TABLE {name}")
            dropped += 1
    deleted = 0
    with connection.cursor() as cursor:
        # What came late may stand in the default partition; in batches, so that no lock is held for long.
        while True:
            cursor.execute(
                f"DELETE FROM {_PREFIX}default WHERE ctid = ANY(ARRAY("  # noqa: S608  our own name
                f"SELECT ctid FROM {_PREFIX}default WHERE position_at < %s LIMIT %s))",
                [before, _BATCH],
            )
            deleted += cursor.rowcount
            if cursor.rowcount < _BATCH:
                break
    silent = Vessel.objects.filter(heard_at__lt=now - timedelta(hours=settings.VESSEL_HOURS))
    return dropped, deleted + silent.delete()[0]


def _partitions() -> dict[str, date]:
    """Name and first day of each month that has a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'alerts_unittrack'::regclass"
        )
        names = [name for (name,) in cursor.fetchall() if name != f"{_PREFIX}default"]
    return {name: datetime.strptime(name, f"{_PREFIX}%Y_%m").date() for name in names}  # noqa: DTZ007


def _month(at: datetime) -> date:
    return at.astimezone(UTC).date().replace(day=1)


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
