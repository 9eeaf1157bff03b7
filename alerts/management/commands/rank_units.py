import math
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand

from alerts import ways
from alerts.drift import Likely, Weather, likely
from alerts.fitness import Need, Unit
from alerts.ranking import RankedUnit, rank, rank_adrift
from alerts.reach import is_fresh
from communities import coast
from communities.jsonlines import answer_lines, read_position, read_time
from communities.sphere import is_position

# Words that other systems have for what flies.
AIRCRAFT = dict.fromkeys(("helicopter", "plane", "airplane", "aeroplane", "drone", "uav"), "aircraft")


class Command(BaseCommand):
    help = "Read an incident and its units as JSON lines; write who goes and who is passed over. No database."
    requires_system_checks = []

    def handle(self, **options):
        for line in answer_lines(getattr(sys.stdin, "buffer", sys.stdin), answer):
            self.stdout.write(line)


def answer(row: dict) -> dict:
    """Rank the units of one line; ValueError where the incident itself cannot be read.

    A unit's field that cannot be read counts as not known, so that one bad feed never hides the other units.
    """
    units = row.get("units")
    if not isinstance(units, list):
        raise ValueError("units is not a list")
    at = read_time(row.get("at"))
    silent_s = _number(row.get("oldest_fix_s"))
    need = Need(
        type=str(row.get("type") or ""),
        position=read_position(row.get("position")),
        position_error_m=_number(row.get("position_error_m")),
        capability=_word(row.get("capability")) or None,
        radius_m=_number(row.get("radius_m")),
        sea_state=_number(row.get("sea_state")),
        weather=read_weather(row.get("weather")),
        agency=_word(row.get("agency")),
        country=_word(row.get("country")),
        oldest_fix=None if silent_s is None else timedelta(seconds=min(silent_s, 1e9)),
    )
    units = [read_unit(unit if isinstance(unit, dict) else {}, at) for unit in units]
    how = {"at": at, "distances": ways.by_water, "clear": ways.clear, "wanted": _wanted(row.get("wanted"))}
    if need.position is None or need.weather is None:
        ranking, aim = rank(need, units, **how), None
    else:
        since = read_time(row["position_at"]) if row.get("position_at") is not None else at
        ranking, aim = rank_adrift(need, units, likely=_drift_of(need, since), **how)
    return {
        "ranked": [_rounded(unit) for unit in ranking.ranked],
        "passed_over": [asdict(unit) for unit in ranking.passed_over],
        "support": [
            {"capability": one.capability, "unit": _rounded(one.unit) if one.unit else None}
            for one in ranking.support
        ],
        "aim": asdict(aim) | {"at": aim.at.isoformat()} if aim else None,
    }


def read_weather(value) -> Weather | None:
    """Read an object with the fields of `drift.Weather`; what is no number is not known."""
    if not isinstance(value, dict):
        return None
    figures = {field.name: _number(value.get(field.name)) for field in fields(Weather)}
    return Weather(**figures) if any(figure is not None for figure in figures.values()) else None


def _drift_of(need: Need, since: datetime) -> Callable[[datetime], Likely]:
    def place(at: datetime) -> Likely:
        return likely(
            need.position, need.position_error_m or 0.0, since, at,
            type=need.type, weather=need.weather, is_land=coast.is_land,
        )  # fmt: skip

    return place


def read_unit(row: dict, at: datetime) -> Unit:
    """Read one unit; without `base_position`, a fix too old to count stands for the home station."""
    position = tuple(row["position"]) if is_position(row.get("position")) else None
    try:
        position_at = read_time(row.get("position_at"))
    except ValueError:
        position_at = None
    base = tuple(row["base_position"]) if is_position(row.get("base_position")) else None
    if base is None and not is_fresh(position_at, at):
        base = position
    capabilities = row.get("capabilities")
    return Unit(
        call_sign=_word(row.get("call_sign")),
        kind=_kind(row.get("kind")),
        position=position,
        position_at=position_at,
        base_position=base,
        status=_word(row.get("status")),
        speed_kn=_number(row.get("speed_kn")),
        range_nm=_number(row.get("range_nm")),
        capabilities=frozenset(map(str, capabilities)) if isinstance(capabilities, list) else frozenset(),
        agency=_word(row.get("agency")),
        readiness_s=_number(row.get("readiness_s")),
        sea_state_limit=_number(row.get("sea_state_limit")),
        rested=row.get("rested") if isinstance(row.get("rested"), bool) else None,
        may_leave_task=row.get("may_leave_task") is True,
        country=_word(row.get("country")),
        moving_kn=_number(row.get("moving_kn")),
        course_deg=_number(row.get("course_deg")),
    )


def _rounded(unit: RankedUnit) -> dict:
    numbers = {"distance_m": round(unit.distance_m, 1), "bearing_deg": round(unit.bearing_deg, 1)}
    return asdict(unit) | numbers


def _wanted(value) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number >= 1 else None


def _kind(value) -> str:
    kind = _word(value).strip().lower() or "boat"
    return AIRCRAFT.get(kind, kind)


def _word(value) -> str:
    return str(value) if isinstance(value, (str, int)) else ""


def _number(value) -> float | None:
    """Read a number that is not negative; anything else is not known."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < 1e12 and math.isfinite(value) else None
