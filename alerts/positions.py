"""Where our units are: the newest fix of each, and which fixes are nonsense."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from alerts.models import PatrolUnit, UnitPosition

MOST_ROWS = 500
CLOCK_SLACK = timedelta(minutes=2)  # a fix further in the future comes from a wrong clock
OLDEST = timedelta(days=366)  # a receiver that lost its week count says 1999 or 2006
NULL_ISLAND_DEG = 0.01  # what a receiver without a fix says: 0, 0
MOST_SPEED_KN = 300  # a patrol aircraft


class NotAFix(ValueError):
    """The row is no position that a unit could have sent."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One position of a unit: degrees WGS 84, UTC, knots, degrees true. None: not told."""

    latitude: float
    longitude: float
    position_at: datetime
    speed_kn: float | None = None
    course_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`accepted` fixes were newer than what we had, `ignored` were not; `errors` are (row, why)."""

    accepted: int
    ignored: int
    errors: list[tuple[int, str]]


def read_fix(row: object, now: datetime) -> Fix:
    """Read one row of JSON; raise NotAFix with the reason. A nonsensical speed or course is left out."""
    if not isinstance(row, dict):
        raise NotAFix("not an object")
    latitude, longitude = _number(row.get("latitude")), _number(row.get("longitude"))
    if latitude is None or not -90 <= latitude <= 90:
        raise NotAFix("latitude is not a number from -90 to 90")
    if longitude is None or not -180 <= longitude <= 180:
        raise NotAFix("longitude is not a number from -180 to 180")
    if abs(latitude) < NULL_ISLAND_DEG and abs(longitude) < NULL_ISLAND_DEG:
        raise NotAFix("0, 0 is what a receiver without a fix says")
    position_at = _time(row.get("position_at"))
    if position_at is None:
        raise NotAFix("position_at is not a time with its offset, such as 2026-01-31T23:59:00Z")
    if position_at > now + CLOCK_SLACK:
        raise NotAFix("position_at is in the future")
    if position_at < now - OLDEST:
        raise NotAFix("position_at is over a year old")
    speed_kn, course_deg = _number(row.get("speed_kn")), _number(row.get("course_deg"))
    return Fix(
        latitude,
        longitude,
        position_at,
        speed_kn if speed_kn is not None and 0 <= speed_kn <= MOST_SPEED_KN else None,
        course_deg % 360 if course_deg is not None and 0 <= course_deg <= 360 else None,
    )


def record(unit: PatrolUnit, rows: Sequence, *, source: str, now: datetime | None = None) -> Outcome:
    """Keep the newest of `rows` (at most MOST_ROWS) as the unit's fix, unless we have a newer one.

    `source` is a UnitPosition.Source. Order does not matter, and a repeat changes nothing.
    """
    now = now or timezone.now()
    fixes, errors = [], []
    for index, row in enumerate(rows):
        try:
            fixes.append(read_fix(row, now))
        except NotAFix as exc:
            errors.append((index, str(exc)))
    known = UnitPosition.objects.filter(unit=unit).values_list("position_at", flat=True).first()
    newer = [fix for fix in fixes if known is None or fix.position_at > known]
    if newer and not _keep(unit, max(newer, key=lambda fix: fix.position_at), source):
        newer = []  # a newer fix came in by another road meanwhile
    return Outcome(len(newer), len(fixes) - len(newer), errors)


def _keep(unit: PatrolUnit, fix: Fix, source: str) -> bool:
    """Write `fix` unless the row is as new; whether it was written.

    The commit does not wait for the disk: the next fix is seconds away, and no life hangs on this one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO alerts_unitposition
                (unit_id, longitude, latitude, position_at, speed_kn, course_deg, source)
            SELECT %s, %s, %s, %s, %s, %s, %s FROM set_config('synchronous_commit', 'off', true)
            ON CONFLICT (unit_id) DO UPDATE SET
                longitude = excluded.longitude, latitude = excluded.latitude,
                position_at = excluded.position_at, speed_kn = excluded.speed_kn,
                course_deg = excluded.course_deg, source = excluded.source
            WHERE alerts_unitposition.position_at < excluded.position_at
            """,
            [unit.pk, fix.longitude, fix.latitude, fix.position_at, fix.speed_kn, fix.course_deg, source],
        )
        return cursor.rowcount == 1


def _number(value: object) -> float | None:
    """A finite number, also one sent as text; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(value: object) -> datetime | None:
    """A time with its offset, as UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = parse_datetime(value.strip())
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
