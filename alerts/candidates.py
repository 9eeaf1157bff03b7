"""An incident and the fleet as the ranking sees them, and which desks answer for the place."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Exists, OuterRef, Q

from alerts import fitness, ranking, reach, searoutes
from alerts.models import Dispatch, PatrolUnit, Station
from communities.models import Device
from communities.sphere import great_circle_m
from reports.models import Incident
from reports.taxonomy import TAXONOMY, Category


@dataclass(frozen=True, slots=True)
class Datum:
    """Where to look for the incident: (lon, lat), error in metres, and whose word that is.

    `told` is what a crew may be told of it in place of a position, if anything.
    """

    position: tuple[float, float]
    error_m: float | None
    basis: str
    told: str | tuple[float, float] | None = None


def datum(incident: Incident, now: datetime) -> Datum | None:
    """The incident's position; else the reporter's last fix of a day, else the waters of the community.

    A security matter without a position is never placed by its reporter's own fix on a crew's phone.
    """
    if incident.position is not None:
        return Datum(incident.lon_lat, incident.position_error_m, incident.position_source)
    rescue = (
        TAXONOMY[incident.type].category == Category.EMERGENCY and TAXONOMY[incident.type].reply == "FULL"
    )
    for report in incident.reports.select_related("reporter__community").order_by("-received_at"):
        reporter = report.reporter
        if reporter is None:
            continue
        last = reporter.reports.fixes(now).first()
        if last is not None and rescue:
            return Datum(last.lon_lat, last.position_error_m, "last fix of the reporter", last.lon_lat)
        if reporter.community and reporter.community.waters:
            waters = reporter.community.waters
            where = (waters.x, waters.y)
            return Datum(
                where,
                reporter.community.waters_radius_m,
                "waters of the community",
                where if rescue else None,
            )
    return None


# Columns and not rows: the fleet is read at every rung, and models of it cost ten times as much.
_WEIGHED = (
    "call_sign",
    "kind",
    "status",
    "phone",
    "has_device",
    "speed_kn",
    "range_nm",
    "capabilities",
    "readiness_s",
    "sea_state_limit",
    "station__position",
    "station__agency__name",
    "fix__longitude",
    "fix__latitude",
    "fix__position_at",
)


def fleet(now: datetime) -> tuple[list[ranking.Unit], list[ranking.PassedOver]]:
    """Every unit that can be called, as the ranking weighs it, and those that no call can reach."""
    has_device = Device.objects.filter(
        user__patrol_units=OuterRef("pk"), revoked_at__isnull=True, push_retired_at__isnull=True
    ).exclude(push_target="")
    units, unreachable = [], []
    for unit in PatrolUnit.objects.annotate(has_device=Exists(has_device)).values_list(*_WEIGHED, named=True):
        if not unit.phone and not unit.has_device:
            unreachable.append(ranking.PassedOver(unit.call_sign, "cannot be called: no phone, no device"))
            continue
        base = (unit.station__position.x, unit.station__position.y)
        here = None if unit.fix__position_at is None else (unit.fix__longitude, unit.fix__latitude)
        at_sea = (
            here is not None
            and reach.is_fresh(unit.fix__position_at, now)
            and great_circle_m(here, base) > fitness.AT_BASE_M
        )
        units.append(
            ranking.Unit(
                call_sign=unit.call_sign,
                kind=unit.kind,
                position=here,
                position_at=unit.fix__position_at,
                base_position=base,
                status=unit.status,
                speed_kn=unit.speed_kn,
                range_nm=unit.range_nm,
                capabilities=frozenset(unit.capabilities),
                agency=unit.station__agency__name,
                readiness_s=reach.READY_AT_SEA_S if at_sea else unit.readiness_s,
                sea_state_limit=unit.sea_state_limit,
            )
        )
    return units, unreachable


def rank_for(incident: Incident, where: Datum, now: datetime) -> dict:
    """Rank the fleet for an incident; JSON-ready `ranked` and `passed_over`, kept for the desk to show.

    Units that declined, dropped out or were stood down from this incident are passed over by name.
    """
    units, unreachable = fleet(now)
    need = ranking.Need(type=incident.type, position=where.position, position_error_m=where.error_m)
    out = dict(
        incident.dispatches.filter(
            status__in=[Dispatch.Status.DECLINED, Dispatch.Status.CANNOT_CONTINUE, Dispatch.Status.STOOD_DOWN]
        ).values_list("unit__call_sign", "status")
    )
    result = ranking.rank(
        need, [unit for unit in units if unit.call_sign not in out], at=now, distance=by_sea
    )
    said = [
        ranking.PassedOver(call_sign, f"{status.replace('_', ' ')} for this incident")
        for call_sign, status in out.items()
    ]
    return {
        "datum": {"position": where.position, "error_m": where.error_m, "basis": where.basis},
        "ranked": [asdict(row) for row in result.ranked],
        "passed_over": [asdict(row) for row in (*said, *result.passed_over, *unreachable)],
    }


def by_sea(start: tuple[float, float], end: tuple[float, float]) -> float | None:
    """Metres by water between two (lon, lat); None where there is no way."""
    return searoutes.sea_distance(start, end).distance_m


def desks(
    incident: Incident, where: Datum | None, lead: PatrolUnit | None
) -> tuple[Station | None, list[Station]]:
    """The station whose duty officer answers for the incident, and the co-ordination centres above.

    By the first unit's own station, else the nearest with a duty phone. Where nothing tells the
    place: the centre of the country of the reporter's number, else every centre.
    """
    with_phone = Station.objects.exclude(duty_phone="").select_related("agency", "parent")
    station = lead.station if lead and lead.station.duty_phone else None
    if station is None and where is not None:
        # A few hundred stations at most, so no index is needed to order them.
        station = (
            with_phone.annotate(away=Distance("position", Point(*where.position, srid=4326)))
            .order_by("away")
            .first()
        )
    if station is not None:
        centre = station.centre
        if centre is not None and centre.duty_phone:
            return station, [centre]
        return station, []
    centres = with_phone.filter(Q(kind=Station.Kind.MRCC) | Q(kind=Station.Kind.MRSC, parent__isnull=True))
    country = incident.reports.values_list("reading__extra__sender_country", flat=True).first()
    own = list(centres.filter(agency__country=country)) if country else []
    return None, own or list(centres)
