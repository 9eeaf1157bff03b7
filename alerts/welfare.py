"""Is a crew at sea well: how often it is asked, and what its positions tell without a word."""

from datetime import datetime, timedelta

from alerts import candidates
from alerts.fitness import AT_BASE_M
from alerts.models import PatrolUnit, UnitPosition, UnitTrack
from alerts.reach import is_fresh
from alerts.watch_ladders import ROUGH_SEA_STATE, WELFARE_DAY_S, WELFARE_NIGHT_S
from communities.sphere import great_circle_m
from reports.models import Incident

U = PatrolUnit.Status
AT_SEA = (U.EN_ROUTE, U.ON_SCENE, U.TOWING, U.RETURNING, U.LIMITED)
MOVING_KN = 3.0  # slower is a boat that lies in a stream
MOVED_M = 926.0  # half a mile, more than fixes of a boat at its berth wander


def interval(unit: PatrolUnit, incident: Incident, now: datetime) -> timedelta:
    """How long a crew may be silent: half an hour at night or in a rough sea, else an hour."""
    weather = candidates.scene_weather(incident)
    sea = weather.sea_state if weather else None
    limit = ROUGH_SEA_STATE if unit.sea_state_limit is None else min(ROUGH_SEA_STATE, unit.sea_state_limit)
    hard = is_night(_longitude(unit, incident), now) or (sea is not None and sea >= limit)
    return timedelta(seconds=WELFARE_NIGHT_S if hard else WELFARE_DAY_S)


def is_night(longitude: float, at: datetime) -> bool:
    """Between six in the evening and six in the morning of mean solar time: near enough in low latitudes."""
    hour = (at.hour + at.minute / 60 + longitude / 15) % 24
    return not 6 <= hour < 18


def moving_at(unit: PatrolUnit, since: datetime, now: datetime) -> datetime | None:
    """When the unit was seen to make way after `since`, by a fix that is still fresh; None: it was not."""
    fix = _fix(unit)
    if fix is None or fix.position_at <= since or not is_fresh(fix.position_at, now):
        return None
    if (fix.speed_kn or 0) >= MOVING_KN:
        return fix.position_at
    first = UnitTrack.objects.filter(unit=unit, position_at__gt=since).order_by("position_at").first()
    if first is None:
        return None
    moved_m = great_circle_m((first.longitude, first.latitude), (fix.longitude, fix.latitude))
    return fix.position_at if moved_m >= MOVED_M else None


def is_home(unit: PatrolUnit, now: datetime) -> bool:
    """Nobody needs to be asked: it is not at sea by its status, or lies at its station by a fresh fix."""
    if unit.status not in AT_SEA:
        return True
    if unit.status not in (U.RETURNING, U.LIMITED):
        return False
    fix = _fix(unit)
    if fix is None or not is_fresh(fix.position_at, now):
        return False
    base = unit.station.position
    return great_circle_m((fix.longitude, fix.latitude), (base.x, base.y)) <= AT_BASE_M


def _fix(unit: PatrolUnit) -> UnitPosition | None:
    return getattr(unit, "fix", None)


def _longitude(unit: PatrolUnit, incident: Incident) -> float:
    fix = _fix(unit)
    if fix is not None:
        return fix.longitude
    return incident.lon_lat[0] if incident.lon_lat else unit.station.position.x
