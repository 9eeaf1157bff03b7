"""The fleet as the ranking weighs it: read from the tables, or kept by a process that ranks all the time."""

import time
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, Exists, IntegerField, Min, OuterRef, When

from alerts import fitness, ranking, reach
from alerts.models import Dispatch, PatrolUnit, Station
from communities.models import Device
from communities.rows import Asked
from communities.sphere import great_circle_m
from reports.models import Incident

# A kept fleet is read again every second; where that fails it soon no longer counts. Reading must stay a
# small part of the work, so a large fleet is read less often, and where that is too seldom, at each rung.
KEPT_S = 3.0
SHARE = 0.1
LEAST_PRIORITY = 5

STATUSES = Asked("SELECT id, status FROM alerts_patrolunit", [])

# Columns and not rows: models of a fleet cost ten times as much.
_WEIGHED = (
    "pk",
    "call_sign",
    "kind",
    "status",
    "rest_until",
    "phone",
    "has_device",
    "speed_kn",
    "range_nm",
    "capabilities",
    "readiness_s",
    "sea_state_limit",
    "station",
    "fix__longitude",
    "fix__latitude",
    "fix__position_at",
    "fix__speed_kn",
    "fix__course_deg",
)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every unit that can be called, by its key, and those that no call can reach.

    `tasks` has the priority of its most urgent task for each unit on one.
    """

    units: dict[object, ranking.Unit]
    unreachable: list[ranking.PassedOver]
    tasks: dict[object, int]

    def for_incident(self, priority: int | None) -> list[ranking.Unit]:
        """The units as an incident of this priority may have them: it may be worth leaving a task for."""
        if not self.tasks or priority is None:
            return list(self.units.values())
        return [
            replace(unit, may_leave_task=True)
            if pk in self.tasks and fitness.may_leave(unit.status, self.tasks[pk], priority)
            else unit
            for pk, unit in self.units.items()
        ]

    def as_now(self, by_now: dict[object, str]) -> "Fleet | None":
        """The same units with the statuses of `by_now`, by key, and their tasks: what calls change.

        None where a unit is not among these: then all of it is to be read.
        """
        if len(by_now) != len(self.units) + len(self.unreachable) or not self.units.keys() <= by_now.keys():
            return None
        changed = {pk: unit for pk, unit in self.units.items() if unit.status != by_now[pk]}
        if not changed:
            return self
        units = self.units | {pk: replace(unit, status=by_now[pk]) for pk, unit in changed.items()}
        called = all({unit.status, by_now[pk]} <= fitness.FREE for pk, unit in changed.items())
        return Fleet(units, self.unreachable, self.tasks if called else tasks_now())


def weight_of(task: Incident) -> int:
    """The priority that a task has for a unit that is called away from it: a drill has the least."""
    return LEAST_PRIORITY if task.drill else task.priority


def tasks_now() -> dict[object, int]:
    """The priority of the most urgent task of each unit on one."""
    drill = When(incident__drill=True, then=LEAST_PRIORITY)
    weight = Min(Case(drill, default="incident__priority", output_field=IntegerField()))
    return dict(Dispatch.objects.engaged().values_list("unit").annotate(weight=weight).order_by())


def read(now: datetime) -> Fleet:
    """Read the fleet as it is."""
    has_device = Device.objects.filter(
        user__patrol_units=OuterRef("pk"), revoked_at__isnull=True, push_retired_at__isnull=True
    ).exclude(push_target="")
    # A position costs more to unpack than all the rest of a row, so each station's is unpacked once.
    stations = {
        station.pk: station
        for station in Station.objects.values_list(
            "pk", "position", "agency__name", "agency__country", named=True
        ).order_by()
    }
    units, unreachable = {}, []
    rows = PatrolUnit.objects.annotate(has_device=Exists(has_device)).values_list(*_WEIGHED, named=True)
    for unit in rows:
        if not unit.phone and not unit.has_device:
            unreachable.append(ranking.PassedOver(unit.call_sign, "cannot be called: no phone, no device"))
            continue
        station = stations[unit.station]
        base = (station.position.x, station.position.y)
        here = None if unit.fix__position_at is None else (unit.fix__longitude, unit.fix__latitude)
        at_sea = (
            here is not None
            and reach.is_fresh(unit.fix__position_at, now)
            and great_circle_m(here, base) > fitness.AT_BASE_M
        )
        units[unit.pk] = ranking.Unit(
            call_sign=unit.call_sign,
            kind=unit.kind,
            position=here,
            position_at=unit.fix__position_at,
            base_position=base,
            status=unit.status,
            speed_kn=unit.speed_kn,
            range_nm=unit.range_nm,
            capabilities=frozenset(unit.capabilities),
            agency=station.agency__name,
            country=station.agency__country,
            readiness_s=reach.READY_AT_SEA_S if at_sea else unit.readiness_s,
            sea_state_limit=unit.sea_state_limit,
            rested=unit.rest_until is None or unit.rest_until <= now,
            moving_kn=unit.fix__speed_kn,
            course_deg=unit.fix__course_deg,
        )
    return Fleet(units, unreachable, tasks_now())


class Keeper:
    """A fleet kept in memory, for rungs that must not wait for it to be read."""

    def __init__(self) -> None:
        self.fleet: Fleet | None = None
        self.read_at = 0.0
        self.cost_s = 0.0

    def refresh(self, now: datetime) -> None:
        """Read the fleet again, unless that was done lately by the measure of what it costs."""
        started = time.monotonic()
        if self.fleet is not None and started - self.read_at < self.cost_s / SHARE:
            return
        self.fleet = read(now)
        self.read_at = time.monotonic()
        self.cost_s = self.read_at - started

    def latest(self) -> Fleet | None:
        """The kept fleet while it is fresh, else None."""
        return self.fleet if time.monotonic() - self.read_at < KEPT_S else None
