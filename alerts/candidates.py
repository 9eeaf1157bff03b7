"""An incident and the fleet as the ranking sees them, and which desks answer for the place."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Prefetch, Q, prefetch_related_objects

from alerts import drift, fleet, ranking, ways
from alerts.models import Beacon, Dispatch, PatrolUnit, SceneWeather, Station
from alerts.waters import Waters, waters_of
from communities import coast
from communities.rows import Asked
from reports.models import Incident
from reports.taxonomy import TAXONOMY, Category, IncidentType


@dataclass(frozen=True, slots=True)
class Datum:
    """Where to look for the incident: (lon, lat), error in metres, and whose word that is.

    `told` is what a crew may be told of it in place of a position, if anything. `since` is when it was there;
    None for waters, which do not drift.
    """

    position: tuple[float, float]
    error_m: float | None
    basis: str
    told: str | tuple[float, float] | None = None
    since: datetime | None = None


def datum(incident: Incident, now: datetime) -> Datum | None:
    """The incident's position; else the reporter's last fix of a day, else the waters of the community.

    A security matter without a position is never placed by its reporter's own fix on a crew's phone.
    """
    if incident.position is not None:
        since = incident.position_at or incident.received_at
        return Datum(incident.lon_lat, incident.position_error_m, incident.position_source, since=since)
    rescue = (
        TAXONOMY[incident.type].category == Category.EMERGENCY and TAXONOMY[incident.type].reply == "FULL"
    )
    for report in incident.reports.select_related("reporter__community").order_by("-received_at"):
        reporter = report.reporter
        if reporter is None:
            continue
        last = reporter.reports.fixes(now).first()
        if last is not None and rescue:
            since = last.observed_at or last.received_at
            return Datum(last.lon_lat, last.position_error_m, "last fix of the reporter", last.lon_lat, since)
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


# --- What drifts ---


def scene_weather(incident: Incident) -> SceneWeather | None:
    """The weather that an officer entered last; no query where it was prefetched with the incident."""
    return next(iter(incident.weather.all()), None)


def likely_place(
    incident: Incident, where: Datum | None, at: datetime, weather: SceneWeather | None
) -> drift.Likely | None:
    """Where the incident probably is at `at`; None where nothing is known of its place, or it may steer."""
    if where is None or where.since is None or not drift.drifts(incident.type):
        return None
    figures = weather.figures if weather else None
    return drift.likely(
        where.position,
        where.error_m,
        where.since,
        at,
        type=incident.type,
        weather=figures,
        is_land=coast.is_land,
    )


def likely_now(incident: Incident, now: datetime) -> drift.Likely | None:
    """Where an open incident probably is now."""
    if not incident.is_open:
        return None
    return likely_place(incident, datum(incident, now), now, scene_weather(incident))


def aim(incident: Incident, at: datetime) -> drift.Likely | None:
    """The place that a crew arriving at `at` should steer for in place of the reported one.

    None unless an officer has entered wind or current: the machine's own guess moves no crew.
    """
    weather = scene_weather(incident)
    if weather is None or incident.position is None:
        return None
    found = likely_place(incident, datum(incident, at), at, weather)
    return found if found is not None and found.drifted_m else None


# --- Who can go ---


def type_of(incident: Incident) -> str:
    """The type as texts name it: "ais_sart" where only such devices call, no EPIRB to look for."""
    if incident.type != IncidentType.BEACON_ALERT:
        return incident.type
    kinds = set(incident.beacons.values_list("kind", flat=True))
    return "ais_sart" if kinds == {Beacon.Kind.SART} else incident.type


def recall(incident: Incident, has_story: bool) -> None:
    """Read what a rung asks of an incident again and again, once: who was told, and the weather.

    `has_story` is the answer to `asked_for_story`.
    """
    if has_story:
        prefetch_related_objects([incident], Prefetch("dispatches", _WITH_UNIT), "weather")
    else:  # most often, at the first rung: what is empty is not asked for
        incident._prefetched_objects_cache = dict(_NO_STORY)


def asked_for_story(incident_id) -> Asked:
    """The question whether anybody was told of an incident, or weather entered."""
    return Asked(_HAS_STORY, {"incident": incident_id})


def dispatches_of(incident: Incident) -> list[Dispatch]:
    """All dispatches of an incident with their units; no query after `recall`."""
    recalled = "dispatches" in getattr(incident, "_prefetched_objects_cache", {})
    return list(incident.dispatches.all() if recalled else incident.dispatches.select_related("unit"))


def forget_dispatches(incident: Incident) -> None:
    """A dispatch was added: the next question reads them again."""
    getattr(incident, "_prefetched_objects_cache", {}).pop("dispatches", None)


# The same two for all incidents, so that each is evaluated once.
_NO_STORY = {"dispatches": Dispatch.objects.none(), "weather": SceneWeather.objects.none()}
_WITH_UNIT = Dispatch.objects.select_related("unit")
_HAS_STORY = """
SELECT EXISTS (SELECT 1 FROM alerts_dispatch WHERE incident_id = %(incident)s)
    OR EXISTS (SELECT 1 FROM alerts_sceneweather WHERE incident_id = %(incident)s)
"""
# Said no, dropped out or was told to stop: not asked again for this incident.
OUT = (Dispatch.Status.DECLINED, Dispatch.Status.CANNOT_CONTINUE, Dispatch.Status.STOOD_DOWN)
LONGEST = timedelta(hours=24)  # who takes longer to arrive is an officer's to send
WANTED = 12  # units measured by water unless more are asked for: three times as many as the ladder names


def rank_for(
    incident: Incident,
    where: Datum,
    now: datetime,
    *,
    waters: Waters | None = None,
    distances: ranking.Distances = ways.by_water,
    wanted: int = WANTED,
    named: Collection[str] = (),
    nearby_m: float = 0.0,
    given: fleet.Fleet | None = None,
    first_only: bool = False,
) -> dict:
    """Rank the fleet for an incident; JSON-ready, kept for the desk to show.

    `ranked`, `passed_over` and `support` as `ranking.Ranking` has them; `datum` where it was told to be,
    `aim` where it is thought to be when the first unit arrives, `waters` whose they are. Units that declined,
    dropped out or were stood down from this incident are passed over by name. `distances`, `wanted`,
    `named` and `nearby_m` go to `ranking.rank`. `given` is the fleet where it is known already. `first_only`
    finds the first unit alone, the same as otherwise, no support and no reasons; `partial` says so.
    """
    waters = waters_of(where.position, where.error_m) if waters is None else waters
    weather = scene_weather(incident)
    given = given or fleet.read(now)
    need = ranking.Need(
        type=incident.type,
        position=where.position,
        position_error_m=where.error_m,
        weather=weather.figures if weather else None,
        agency=waters.agency,
        country=waters.country,
        oldest_fix=settings.OLDEST_FIX,
        longest=LONGEST,
    )
    out = {one.unit.call_sign: one.status for one in dispatches_of(incident) if one.status in OUT}
    in_place = drift.Likely(where.position, where.error_m or 0.0, now, 0.0, where.basis)
    result, aimed = ranking.rank_adrift(
        need,
        [unit for unit in given.for_incident(incident.priority) if unit.call_sign not in out],
        at=now,
        likely=lambda at: likely_place(incident, where, at, weather) or in_place,
        distances=distances,
        clear=ways.clear,
        wanted=1 if first_only else wanted,
        with_support=not first_only,
        named=named,
        nearby_m=nearby_m,
    )
    said = [
        ranking.PassedOver(call_sign, f"{status.replace('_', ' ')} for this incident")
        for call_sign, status in out.items()
    ]
    passed_over = (*said, *result.passed_over, *given.unreachable)
    return {
        "datum": {"position": where.position, "error_m": where.error_m, "basis": where.basis},
        "aim": asdict(aimed) | {"at": aimed.at.isoformat()},
        "waters": asdict(waters),
        "weather": str(weather) if weather else "",
        # A path for the map is for those that may be called next; five hundred would be a megabyte a rung.
        "ranked": [asdict(row) | ({} if n < WANTED else {"path": ()}) for n, row in enumerate(result.ranked)],
        "passed_over": [] if first_only else [asdict(row) for row in passed_over],
        "support": [asdict(row) for row in result.support],
    } | ({"partial": True} if first_only else {})


def desks(
    incident: Incident, where: Datum | None, lead: PatrolUnit | None
) -> tuple[Station | None, list[Station]]:
    """The station whose duty officer answers for the incident, and the co-ordination centres above.

    By the first unit's own station, else the nearest with a duty phone, of the country that answers for the
    place if the zones tell one that has any. Where nothing tells the place: the centre of the country of the
    reporter's number, else every centre.
    """
    with_phone = Station.objects.exclude(duty_phone="").select_related("agency", "parent")
    station = lead.station if lead and lead.station.duty_phone else None
    if station is None and where is not None:
        # A few hundred stations at most, so no index is needed to order them.
        country = waters_of(where.position).country
        own = with_phone.filter(agency__country=country) if country else with_phone
        station = (
            (own if own.exists() else with_phone)
            .annotate(away=Distance("position", Point(*where.position, srid=4326)))
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
