"""One fix of a unit: is it a position at all, and can the unit have come there? Pure.

A receiver lies in known ways: 0, 0 before it has a fix; a date 1024 weeks off after its week counter
rolled over; a jump of a hundred miles from a reflected signal. One lie must neither move a boat on the
chart nor, once believed, keep the truth out.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.utils.dateparse import parse_datetime

from communities.sphere import NAUTICAL_MILE_M, great_circle_m

CLOCK_SLACK = timedelta(minutes=2)  # a fix further in the future comes from a wrong clock
# Further than this it counts as of now: else it would make the true fixes of those seconds look old.
AHEAD = timedelta(seconds=10)
OLDEST = timedelta(days=366)
NULL_ISLAND_DEG = 0.01  # what a receiver without a fix says: 0, 0
MOST_SPEED_KN = 300  # a patrol aircraft
KNOT_MPS = NAUTICAL_MILE_M / 3600

# GPS counts weeks in ten bits (IS-GPS-200, 20.3.3.3.1.1): who lost count is a multiple of this off.
ROLLOVER = timedelta(weeks=1024)
ROLLOVERS = (1, 2, -1)
ROLLOVER_REACH = timedelta(days=7)  # repaired only where the result is this recent: the longest buffering

# Fastest plausible speed: 1.5 times cruising and this much, for wind, current and a sprint.
_HASTE_KN = {"boat": 15, "aircraft": 80, "shore": 50}
JUMP_SLACK_M = 500  # two fixes of one second may differ by the error of both
# So many doubted fixes that follow from each other, over so long, are the truth and the known one was wrong.
# So long by their own times and by our clock: times are what a sender says, and four can come in one second.
BELIEVED_FROM = 3
BELIEVED_AFTER = timedelta(seconds=30)


class Reason(StrEnum):
    """Why a fix was refused; the words of the API."""

    NOT_A_FIX = "not_a_fix"
    OUT_OF_RANGE = "out_of_range"
    NULL_ISLAND = "null_island"
    BAD_TIME = "bad_time"
    FUTURE = "future"
    TOO_OLD = "too_old"
    TOO_FAST = "too_fast"
    NOT_YOUR_UNIT = "not_your_unit"


class NotAFix(ValueError):
    """The row is no position that a unit could have sent; `reason` in one word."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fix:
    """One position of a unit: degrees WGS 84, UTC, knots, degrees true. None: not told.

    `repaired`: its date was a multiple of 1024 weeks off.
    """

    latitude: float
    longitude: float
    position_at: datetime
    speed_kn: float | None = None
    course_deg: float | None = None
    repaired: bool = False

    @property
    def lon_lat(self) -> tuple[float, float]:
        return self.longitude, self.latitude


@dataclass(frozen=True, slots=True)
class Known:
    """What we believe of a unit: its newest accepted fix, and the newest of those we doubt since.

    `doubts` of them follow from each other, the first of `doubted_since`, which came at `doubt_began_at`.
    """

    fix: Fix | None = None
    doubted: Fix | None = None
    doubted_since: datetime | None = None
    doubt_began_at: datetime | None = None
    doubts: int = 0


class Verdict(StrEnum):
    NEWER = "newer"
    OLDER = "older"
    TOO_FAST = "too_fast"


def read_fix(row: object, now: datetime) -> Fix:
    """Read one row of JSON; raise NotAFix. A nonsensical speed or course is left out."""
    if not isinstance(row, dict):
        raise NotAFix(Reason.NOT_A_FIX, "not an object")
    position_at = _time(row.get("position_at"))
    return check_fix(
        _number(row.get("latitude")),
        _number(row.get("longitude")),
        position_at,
        _number(row.get("speed_kn")),
        _number(row.get("course_deg")),
        now=now,
    )


def check_fix(
    latitude: float | None,
    longitude: float | None,
    position_at: datetime | None,
    speed_kn: float | None = None,
    course_deg: float | None = None,
    *,
    now: datetime,
) -> Fix:
    """A fix of finite numbers and a time in UTC, or NotAFix. A date off by 1024 weeks is put right.

    A time over AHEAD in the future becomes `now`.
    """
    if latitude is None or not -90 <= latitude <= 90:
        raise NotAFix(Reason.OUT_OF_RANGE, "latitude is not a number from -90 to 90")
    if longitude is None or not -180 <= longitude <= 180:
        raise NotAFix(Reason.OUT_OF_RANGE, "longitude is not a number from -180 to 180")
    if abs(latitude) < NULL_ISLAND_DEG and abs(longitude) < NULL_ISLAND_DEG:
        raise NotAFix(Reason.NULL_ISLAND, "0, 0 is what a receiver without a fix says")
    if position_at is None:
        raise NotAFix(
            Reason.BAD_TIME, "position_at is not a time with its offset, such as 2026-01-31T23:59:00Z"
        )
    right = None
    if not now - OLDEST <= position_at <= now + CLOCK_SLACK:
        right = rolled_back(position_at, now)
        position_at = right or position_at
    if position_at > now + CLOCK_SLACK:
        raise NotAFix(Reason.FUTURE, "position_at is in the future")
    if position_at < now - OLDEST:
        raise NotAFix(Reason.TOO_OLD, "position_at is over a year old")
    return Fix(
        latitude,
        longitude,
        position_at if position_at <= now + AHEAD else now,
        speed_kn if speed_kn is not None and 0 <= speed_kn <= MOST_SPEED_KN else None,
        course_deg % 360 if course_deg is not None and 0 <= course_deg <= 360 else None,
        repaired=right is not None,
    )


def rolled_back(position_at: datetime, now: datetime) -> datetime | None:
    """The true time, where `position_at` is 1024 weeks (or twice that, or less than none) off; else None.

    A true fix of those years cannot exist here, so nothing else can be meant by it.
    """
    for count in ROLLOVERS:
        try:
            moment = position_at + count * ROLLOVER
        except OverflowError:
            continue
        if now - ROLLOVER_REACH <= moment <= now + CLOCK_SLACK:
            return moment
    return None


def most_speed_kn(kind: str, cruising_kn: float) -> float:
    """How fast a unit of this kind can go at most, in knots."""
    return 1.5 * cruising_kn + _HASTE_KN.get(kind, _HASTE_KN["boat"])


def reachable(start: Fix, end: Fix, most_kn: float) -> bool:
    """Whether a unit can have gone from the one fix to the other at `most_kn`."""
    seconds = abs((end.position_at - start.position_at).total_seconds())
    return great_circle_m(start.lon_lat, end.lon_lat) <= JUMP_SLACK_M + most_kn * KNOT_MPS * seconds


def judge(known: Known, fix: Fix, most_kn: float, now: datetime) -> tuple[Known, Verdict]:
    """What we believe after `fix`. Feed fixes of one unit in the order of their times; `now` is our clock.

    A fix that the unit cannot have reached is doubted. Doubted fixes that follow from each other for
    a while are believed in the end: then it was the known one that was wrong.
    """
    if known.fix is None:
        return Known(fix), Verdict.NEWER
    if fix.position_at <= known.fix.position_at:
        return known, Verdict.OLDER
    if reachable(known.fix, fix, most_kn):
        return Known(fix), Verdict.NEWER
    if known.doubted is None or not reachable(known.doubted, fix, most_kn):
        began = Known(known.fix, fix, doubted_since=fix.position_at, doubt_began_at=now, doubts=1)
        return began, Verdict.TOO_FAST
    if fix.position_at <= known.doubted.position_at:
        return known, Verdict.TOO_FAST  # said before
    doubts = known.doubts + 1
    agreed_for = min(fix.position_at - known.doubted_since, now - known.doubt_began_at)
    if doubts >= BELIEVED_FROM and agreed_for >= BELIEVED_AFTER:
        return Known(fix), Verdict.NEWER
    return replace(known, doubted=fix, doubts=doubts), Verdict.TOO_FAST


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
