"""Where a unit sets out from, and how long it takes: its fix or its station, its speed in wind and sea.

Pure. Metres, seconds, knots, degrees true and UTC; positions are `(lon, lat)` in degrees.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.drift import Weather
from alerts.fitness import AT_BASE_M, Unit, ago, nm, utc
from communities.sphere import NAUTICAL_MILE_M, Position, destination, great_circle_m, is_position

LIVE = timedelta(minutes=5)
RECENT = timedelta(minutes=30)
CLOCK_SLACK = timedelta(minutes=5)  # a fix further in the future comes from a wrong clock

READY_AT_BASE_S = 600
READY_AT_SEA_S = 0
UNDER_WAY_KN = 1.0  # slower is a boat that lies still, and its course is noise
FASTEST = 1.5  # times the cruise speed: what a boat may do for half an hour; more is a bad fix
LEAST_KN = 1.0  # slower over the ground than this is not getting there

#: Share of its cruise speed that a patrol boat keeps, by Douglas degree of the sea. A proposal for the
#: operating agency to tune: it depends on the hull, and no published table fits all.
SPEED_IN_SEA = {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 0.85, 5: 0.7, 6: 0.5, 7: 0.35, 8: 0.25, 9: 0.25}

Clear = Callable[[Position, Position], bool]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a unit sets out from; `at_base` decides how long it takes to cast off."""

    position: Position
    basis: str
    at_base: bool


def is_fresh(position_at: datetime | None, at: datetime) -> bool:
    """Tell whether a fix of that time still says where a unit is (live or recent)."""
    return position_at is not None and -CLOCK_SLACK <= utc(at) - utc(position_at) <= RECENT


def start_of(unit: Unit, at: datetime, clear: Clear | None = None) -> Start | None:
    """Decide between the last fix, moved on to `at`, and the home station; None when there is neither.

    A moving unit is where its course and speed have brought it since, unless `clear` (is the straight way
    between two positions all water?) says that land lies there; then it counts from the fix itself.
    """
    base = unit.base_position if is_position(unit.base_position) else None
    has_fix = is_position(unit.position)
    age = utc(at) - utc(unit.position_at) if has_fix and unit.position_at is not None else None
    if has_fix and is_fresh(unit.position_at, at):
        word = "live" if age <= LIVE else "recent"
        here, moved = _reckoned(unit, age, clear)
        at_base = base is not None and great_circle_m(here, base) <= AT_BASE_M
        return Start(here, f"{word} fix {ago(max(age, timedelta()))} old{moved}", at_base)
    if base is None:
        return None
    if not has_fix:
        doubt = "no fix"
    elif age is None:
        doubt = "time of last fix unknown"
    elif age < timedelta():
        doubt = f"last fix {ago(-age)} in the future"
    else:
        doubt = f"last fix {ago(age)} old"
    return Start(base, f"home station, {doubt}", True)


def ready_s(unit: Unit, start: Start) -> float:
    """Seconds until it casts off."""
    if unit.readiness_s is not None:
        return unit.readiness_s
    return READY_AT_BASE_S if start.at_base else READY_AT_SEA_S


def speed_made_good_kn(unit: Unit, bearing: float, weather: Weather | None, sea: float | None) -> float:
    """Knots over the ground towards `bearing` (true): what sea, current and wind leave of the cruise speed.

    Boats lose to the sea and to the current, aircraft to the wind. Only the cost counts: what was entered
    holds at the scene, and a fair current there is no promise for the whole way. 0: it makes no way at all.
    The triangle of velocities, with the heading held into the stream.
    """
    speed_kn, stream = unit.speed_kn, None
    if unit.kind == "boat":
        if sea is not None:
            speed_kn *= SPEED_IN_SEA[min(max(int(sea), 0), 9)]
        stream = weather and weather.current
    elif unit.kind == "aircraft":
        stream = weather and weather.wind
    if not stream:
        return speed_kn
    angle = math.radians(stream[1] - bearing)
    across_kn, along_kn = stream[0] * math.sin(angle), stream[0] * math.cos(angle)
    if abs(across_kn) >= speed_kn:
        return 0.0
    return max(0.0, min(speed_kn, math.sqrt(speed_kn**2 - across_kn**2) + along_kn))


def _reckoned(unit: Unit, age: timedelta, clear: Clear | None) -> tuple[Position, str]:
    """Where course and speed have brought the unit since its fix, and how to say so."""
    fix, moving_kn, course = unit.position, unit.moving_kn, unit.course_deg
    numbers = all(value is not None and math.isfinite(value) for value in (moving_kn, course))
    if not numbers or unit.kind == "shore" or age <= timedelta() or moving_kn < UNDER_WAY_KN:
        return fix, ""
    if unit.speed_kn:
        moving_kn = min(moving_kn, FASTEST * unit.speed_kn)
    moved_m = moving_kn * NAUTICAL_MILE_M * age.total_seconds() / 3600
    here = destination(fix, course, moved_m)
    if unit.kind != "aircraft" and clear is not None and not clear(fix, here):
        return fix, ""
    return here, f", moved on {nm(moved_m)} to {course % 360:03.0f} since"
