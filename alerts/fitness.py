"""Who may go to an incident, and in a dispatcher's words what keeps each of the others.

Pure: what is asked, what a unit can, and the rules between the two; time and way are weighed elsewhere
(`alerts.reach`, `alerts.ranking`). Metres, seconds, knots, nautical miles, UTC; positions are `(lon, lat)`.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from alerts.drift import Weather
from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m, is_position
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, TypeRow

BY_LAND_OR_AIR = ("aircraft", "shore")  # they go straight, whatever lies between
KINDS = ("boat", *BY_LAND_OR_AIR)
AT_BASE_M = NAUTICAL_MILE_M  # a fix this near the home station is a boat at its berth
SHORE_REACH_M = 5 * NAUTICAL_MILE_M  # a shore team goes by land, to what lies at the beach
LEAST_SPEED_KN = 0.1  # below it a figure is no speed
LEAVES_FOR, LEAVES_FROM = 1, 4  # a unit leaves a task of P4 or P5 for a P1

FREE = {"available", "clear", "returning", "alerted", "limited"}
WITH_NOTE = {
    "returning": "returning from a task",
    "alerted": "already alerted, no answer yet",
    "limited": "limited: check what it lacks",
}
WITH_PEOPLE = {"towing", "transporting"}
ON_TASK = {"acknowledged", "en_route", "on_scene", "on_task"} | WITH_PEOPLE
UNFIT_WORDS = {
    "off_watch": "off watch",
    "out_of_service": "out of service",
    "in_distress": "is itself in distress",
    "declined": "declined",
    "cannot_continue": "cannot continue",
}


class Standing(IntEnum):
    """Whose a unit is, seen from the agency that answers for the place; the order in which they are asked."""

    OWN = 0
    MUTUAL_AID = 1
    NEIGHBOUR = 2


@dataclass(frozen=True, slots=True)
class Need:
    """What an incident asks of its first unit.

    `capability` overrides the lead capability of the type; `radius_m` leaves out what is further in a
    straight line; `sea_state` is the Douglas degree at the scene and overrides the weather's. `agency` and
    `country` (ISO 3166, two letters) answer for the place; empty: not known, and then every unit counts as
    their own. A unit silent for longer than `oldest_fix`, when last seen at sea, is an officer's to send, and
    so is one that takes longer than `longest` to arrive.
    """

    type: str
    position: Position | None
    position_error_m: float | None = None
    capability: str | None = None
    radius_m: float | None = None
    sea_state: float | None = None
    weather: Weather | None = None
    agency: str = ""
    country: str = ""
    oldest_fix: timedelta | None = None
    longest: timedelta | None = None

    @property
    def sea(self) -> float | None:
        """The sea state that counts."""
        if self.sea_state is None and self.weather is not None:
            return self.weather.sea_state
        return self.sea_state

    @property
    def wants(self) -> str | None:
        """What the first unit must be able to do; None asks nothing."""
        return self.capability or row_of(self.type).lead_capability


@dataclass(frozen=True, slots=True)
class Unit:
    """A patrol unit as the ranking sees it; `range_nm` is the whole way, out and back. None: not known.

    `speed_kn` is cruising; `moving_kn` and `course_deg` (true) are those of the fix.
    """

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
    country: str = ""
    readiness_s: float | None = None
    sea_state_limit: float | None = None
    rested: bool | None = None
    may_leave_task: bool = False
    moving_kn: float | None = None
    course_deg: float | None = None


def row_of(type: str) -> TypeRow:
    """The row of a type; one that we do not know counts as unclassified."""
    return TAXONOMY.get(type, TAXONOMY[IncidentType.UNCLASSIFIED])


def support_capabilities(need: Need) -> tuple[str, ...]:
    """What the type's run card asks for beyond the first unit's capability, most wanted first."""
    return tuple(str(one) for one in row_of(need.type).capabilities if one != need.wants)


def standing(unit: Unit, need: Need) -> Standing:
    """Whose the unit is; what is not known on either side separates nobody."""
    if need.country and unit.country and unit.country != need.country:
        return Standing.NEIGHBOUR
    if need.agency and unit.agency and unit.agency != need.agency:
        return Standing.MUTUAL_AID
    return Standing.OWN


def may_leave(status: str, task_priority: int, priority: int) -> bool:
    """Tell whether a unit on a task of one priority may be called away to an incident of another.

    With people on board or in tow never.
    """
    return status not in WITH_PEOPLE and priority <= LEAVES_FOR and task_priority >= LEAVES_FROM


def reasons(unit: Unit, need: Need, at: datetime, *, started: bool, straight_m: float | None) -> list[str]:
    """Say all that keeps a unit from going, its speed and its way by water apart; empty when it may go.

    `started` tells whether it is known where it would set out from, `straight_m` how far that is in a
    straight line; None where one of the two places is not known.
    """
    found = [*_of_the_unit(unit, need, at)]
    if not started:
        found.append("no fix that counts and no home station")
    if straight_m is not None:
        found += _of_the_distance(unit, need, straight_m)
    elif not is_position(need.position):
        found.append("the incident has no position")
    return found


def out_of_range(unit: Unit, distance_m: float) -> str | None:
    """Say that the way there and back is too long, if it is."""
    if unit.range_nm is None or 2 * distance_m <= unit.range_nm * NAUTICAL_MILE_M:
        return None
    return f"out of range: {nm(2 * distance_m)} there and back, range {unit.range_nm:g} NM"


def too_late(need: Need, eta_s: float) -> str | None:
    """Say that it takes longer to arrive than a rule may call a unit for, if it does."""
    if need.longest is None or eta_s <= need.longest.total_seconds():
        return None
    return f"{eta_s / 3600:.0f} h away: for an officer to send"


def is_silent(unit: Unit, oldest: timedelta, at: datetime) -> bool:
    """Tell whether the unit was at sea when last heard of, longer ago than `oldest`.

    One that was at its berth then is still there as far as anybody knows: its box is switched off with it.
    """
    if not is_position(unit.position) or unit.position_at is None:
        return False
    base = unit.base_position
    at_berth = is_position(base) and great_circle_m(unit.position, base) <= AT_BASE_M
    return not at_berth and utc(at) - utc(unit.position_at) > oldest


def utc(time: datetime) -> datetime:
    """A time without zone is UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def ago(age: timedelta) -> str:
    """An age as a dispatcher says it."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def nm(metres: float) -> str:
    return f"{metres / NAUTICAL_MILE_M:.1f} NM"


def _of_the_unit(unit: Unit, need: Need, at: datetime):
    if unit.status in ON_TASK:
        if not unit.may_leave_task or unit.status in WITH_PEOPLE:
            yield f"on another task ({unit.status.replace('_', ' ')})"
    elif unit.status not in FREE:
        yield UNFIT_WORDS.get(unit.status, f"status {unit.status or 'unknown'}")
    wants = need.wants
    if wants and wants not in unit.capabilities:
        yield f"lacks {wants}"
    if unit.rested is False:
        yield "crew not rested"
    if unit.sea_state_limit is not None and need.sea is not None and need.sea > unit.sea_state_limit:
        yield f"sea state {need.sea:g} is above its limit {unit.sea_state_limit:g}"
    if not (unit.speed_kn and math.isfinite(unit.speed_kn) and unit.speed_kn >= LEAST_SPEED_KN):
        yield "no cruise speed known"
    if need.oldest_fix is not None and is_silent(unit, need.oldest_fix, at):
        age = ago(utc(at) - utc(unit.position_at))
        yield f"last fix {age} old and at sea: only an officer may send it"
    # To a rescue any state's boat may come; to enforce the law in another's waters no rule may send one.
    if standing(unit, need) is Standing.NEIGHBOUR and row_of(need.type).reply == ReplyMode.QUIET:
        yield f"of another country ({unit.country}): only an officer may send it"


def _of_the_distance(unit: Unit, need: Need, straight_m: float):
    if need.radius_m is not None and straight_m > need.radius_m:
        yield f"{nm(straight_m)} away, outside the {nm(need.radius_m)} asked"
    if unit.kind == "shore" and straight_m > SHORE_REACH_M:
        yield f"shore team {nm(straight_m)} away, reaches {nm(SHORE_REACH_M)}"
    if reason := out_of_range(unit, straight_m):
        yield reason
