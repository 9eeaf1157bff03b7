"""Which unit gets there first and can do the work, and why each of the others was passed over.

Pure: the caller brings the need, the units and the time; nothing is read or written. Metres, seconds, knots,
nautical miles and UTC; positions are `(lon, lat)` in degrees.
"""

import math
from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from communities.sphere import NAUTICAL_MILE_M, Position, bearing_deg, great_circle_m, is_position
from reports.taxonomy import TAXONOMY, IncidentType

LIVE = timedelta(minutes=5)
RECENT = timedelta(minutes=30)
CLOCK_SLACK = timedelta(minutes=5)  # a fix further in the future comes from a wrong clock

READY_AT_BASE_S = 600
READY_AT_SEA_S = 0
AT_BASE_M = NAUTICAL_MILE_M  # a fix this near the home station is a boat at its berth
SHORE_REACH_M = 5 * NAUTICAL_MILE_M  # a shore team goes by land, to what lies at the beach

FREE = {"available", "clear", "returning", "alerted", "limited"}
WITH_NOTE = {
    "returning": "returning from a task",
    "alerted": "already alerted, no answer yet",
    "limited": "limited: check what it lacks",
}
ON_TASK = {"acknowledged", "en_route", "on_scene", "towing", "transporting", "on_task"}
UNFIT_WORDS = {
    "off_watch": "off watch",
    "out_of_service": "out of service",
    "in_distress": "is itself in distress",
    "declined": "declined",
    "cannot_continue": "cannot continue",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What an incident asks of its first unit.

    `capability` overrides the lead capability of the type; `radius_m` leaves out what is further in a
    straight line; `sea_state` is the Douglas degree at the scene. None: not asked, not known.
    """

    type: str
    position: Position | None
    position_error_m: float | None = None
    capability: str | None = None
    radius_m: float | None = None
    sea_state: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A patrol unit as the ranking sees it; `range_nm` is the whole way, out and back. None: not known."""

    call_sign: str
    kind: str = "boat"  # boat, aircraft or shore
    position: Position | None = None
    position_at: datetime | None = None
    base_position: Position | None = None
    status: str = "available"
    speed_kn: float | None = None
    range_nm: float | None = None
    capabilities: frozenset[str] = frozenset()
    agency: str = ""
    readiness_s: float | None = None
    sea_state_limit: int | None = None
    rested: bool | None = None
    may_leave_task: bool = False


@dataclass(frozen=True, slots=True)
class RankedUnit:
    call_sign: str
    distance_m: float
    eta_s: int
    bearing_deg: float  # true, from the unit to the incident
    basis: str  # "live fix 3 min old", "home station, last fix 5 h old"
    position: Position  # where it was ranked from
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassedOver:
    call_sign: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every unit given is in one of the two, `ranked` by time to arrive, `passed_over` by call sign."""

    ranked: tuple[RankedUnit, ...]
    passed_over: tuple[PassedOver, ...]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a unit sets out from; `at_base` decides how long it takes to cast off."""

    position: Position
    basis: str
    at_base: bool


def rank(
    need: Need,
    units: Iterable[Unit],
    *,
    at: datetime,
    distance: Callable[[Position, Position], float | None] = great_circle_m,
    wanted: int | None = None,
) -> Ranking:
    """Order the units that can act on `need` by the time they take to arrive; ties by call sign.

    Time to arrive = distance / cruise speed + readiness. `distance` gives metres by water, never less than
    the great circle, or None where no way is found; aircraft and shore teams go straight. With `wanted`,
    units whose straight line alone takes longer than the slowest of that many found are not measured.
    """
    capability = need.capability or lead_capability(need.type)
    passed_over, candidates = [], []
    for unit in units:
        start = _start(unit, at)
        reasons = _reasons(unit, need, capability, start)
        if reasons:
            passed_over.append(PassedOver(unit.call_sign, "; ".join(reasons)))
        else:
            straight_m = great_circle_m(start.position, need.position)
            candidates.append((_eta_s(unit, start, straight_m), unit.call_sign, straight_m, unit, start))

    ranked, etas_s = [], []
    for least_s, call_sign, straight_m, unit, start in sorted(
        candidates, key=lambda candidate: candidate[:2]
    ):
        if wanted and len(etas_s) >= wanted and least_s > etas_s[wanted - 1]:
            passed_over.append(PassedOver(call_sign, f"{wanted} others arrive sooner"))
            continue
        by_water = unit.kind not in ("aircraft", "shore")
        distance_m = distance(start.position, need.position) if by_water else straight_m
        if distance_m is None:
            passed_over.append(PassedOver(call_sign, "no way by water found"))
        elif reason := _out_of_range(unit, distance_m):
            passed_over.append(PassedOver(call_sign, reason))
        else:
            eta_s = _eta_s(unit, start, distance_m)
            insort(etas_s, eta_s)
            ranked.append((eta_s, call_sign, _ranked(unit, need, start, distance_m, eta_s)))
    ranked.sort(key=lambda row: row[:2])
    passed_over.sort(key=lambda row: row.call_sign)
    return Ranking(tuple(row[2] for row in ranked), tuple(passed_over))


def lead_capability(type: str) -> str | None:
    """Give what the first unit must be able to do; a type we do not know counts as unclassified."""
    return TAXONOMY.get(type, TAXONOMY[IncidentType.UNCLASSIFIED]).lead_capability


def is_fresh(position_at: datetime | None, at: datetime) -> bool:
    """Tell whether a fix of that time still says where a unit is (live or recent)."""
    return position_at is not None and -CLOCK_SLACK <= _utc(at) - _utc(position_at) <= RECENT


def _start(unit: Unit, at: datetime) -> _Start | None:
    """Decide between the last fix and the home station; None when there is neither."""
    base = unit.base_position if is_position(unit.base_position) else None
    has_fix = is_position(unit.position)
    age = _utc(at) - _utc(unit.position_at) if has_fix and unit.position_at is not None else None
    if has_fix and is_fresh(unit.position_at, at):
        word = "live" if age <= LIVE else "recent"
        at_base = base is not None and great_circle_m(unit.position, base) <= AT_BASE_M
        return _Start(unit.position, f"{word} fix {_ago(max(age, timedelta()))} old", at_base)
    if base is None:
        return None
    if not has_fix:
        doubt = "no fix"
    elif age is None:
        doubt = "time of last fix unknown"
    elif age < timedelta():
        doubt = f"last fix {_ago(-age)} in the future"
    else:
        doubt = f"last fix {_ago(age)} old"
    return _Start(base, f"home station, {doubt}", True)


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _reasons(unit: Unit, need: Need, capability: str | None, start: _Start | None) -> list[str]:
    """Say all that keeps a unit from going, the way by water apart; empty when it can go."""
    reasons = []
    if unit.status in ON_TASK:
        if not unit.may_leave_task:
            reasons.append(f"on another task ({unit.status.replace('_', ' ')})")
    elif unit.status not in FREE:
        reasons.append(UNFIT_WORDS.get(unit.status, f"status {unit.status or 'unknown'}"))
    if capability and capability not in unit.capabilities:
        reasons.append(f"lacks {capability}")
    if unit.rested is False:
        reasons.append("crew not rested")
    if (
        need.sea_state is not None
        and unit.sea_state_limit is not None
        and need.sea_state > unit.sea_state_limit
    ):
        reasons.append(f"sea state {need.sea_state} is above its limit {unit.sea_state_limit}")
    if not (unit.speed_kn and math.isfinite(unit.speed_kn) and unit.speed_kn > 0):
        reasons.append("no cruise speed known")
    if start is None:
        reasons.append("no fix that counts and no home station")
    if not is_position(need.position):
        reasons.append("the incident has no position")
    elif start is not None:
        straight_m = great_circle_m(start.position, need.position)
        if need.radius_m is not None and straight_m > need.radius_m:
            reasons.append(f"{_nm(straight_m)} away, outside the {_nm(need.radius_m)} asked")
        if unit.kind == "shore" and straight_m > SHORE_REACH_M:
            reasons.append(f"shore team {_nm(straight_m)} away, reaches {_nm(SHORE_REACH_M)}")
        if reason := _out_of_range(unit, straight_m):
            reasons.append(reason)
    return reasons


def _out_of_range(unit: Unit, distance_m: float) -> str | None:
    if unit.range_nm is None or 2 * distance_m <= unit.range_nm * NAUTICAL_MILE_M:
        return None
    there_and_back = _nm(2 * distance_m)
    return f"out of range: {there_and_back} there and back, range {unit.range_nm:g} NM"


def _eta_s(unit: Unit, start: _Start, distance_m: float) -> float:
    readiness_s = unit.readiness_s
    if readiness_s is None:
        readiness_s = READY_AT_BASE_S if start.at_base else READY_AT_SEA_S
    return distance_m / (unit.speed_kn * NAUTICAL_MILE_M / 3600) + readiness_s


def _ranked(unit: Unit, need: Need, start: _Start, distance_m: float, eta_s: float) -> RankedUnit:
    underway_min = distance_m / (unit.speed_kn * NAUTICAL_MILE_M / 60)
    ready_min = eta_s / 60 - underway_min
    why = [start.basis, f"{_nm(distance_m)} at {unit.speed_kn:g} kn = {underway_min:.0f} min"]
    if ready_min > 0.5:
        why.append(f"ready in {ready_min:.0f} min")
    if unit.range_nm is None:
        why.append("range not known")
    if note := WITH_NOTE.get(unit.status):
        why.append(note)
    if unit.status in ON_TASK:
        why.append(f"would leave its task ({unit.status.replace('_', ' ')})")
    if need.position_error_m and need.position_error_m > distance_m:
        why.append("may be nearer or further: the incident's position is less sure than the distance")
    bearing = bearing_deg(start.position, need.position)
    return RankedUnit(
        unit.call_sign, distance_m, round(eta_s), bearing, start.basis, start.position, tuple(why)
    )


def _nm(metres: float) -> str:
    return f"{metres / NAUTICAL_MILE_M:.1f} NM"
