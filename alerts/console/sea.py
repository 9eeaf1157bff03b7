"""What the chart of the desk draws: open incidents in one compact answer, units, stations, sectors.

The chart sorts and groups on its own; it asks for these once, and after that the stream tells what changed.
"""

import gzip
import json
from collections.abc import Iterable

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Case, F, FloatField, Func, IntegerField, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from alerts import candidates
from alerts.console import access, units
from alerts.console.access import desk_only
from alerts.models import Station
from communities.models import Zone
from reports.models import Incident
from reports.taxonomy import EmergencyPhase, IncidentType, ResponsePhase

#: What an incident's `marks` add up from.
DISTRESS, DRILL, TAKEN = 1, 2, 4
PLACES = 5  # decimals of a degree: a metre
SQUEEZE = 4  # the level at which gzip costs half of what its best does, for a tenth more bytes
# Outlines of sectors are drawn, not measured: half a mile is a pixel on a chart of the whole sea.
OUTLINE_DEG = 0.005


class Degrees(Func):
    """A coordinate rounded: `ST_X` or `ST_Y` of a geography, without a geometry object for each row."""

    template = f"round(%(function)s(%(expressions)s::geometry)::numeric, {PLACES})::float8"
    output_field = FloatField()


class Minute(Func):
    """Minutes since 1970, begun."""

    template = "floor(extract(epoch FROM %(expressions)s) / 60)::int"
    output_field = IntegerField()


def _mark(number: int, **condition) -> Case:
    return Case(When(**condition, then=number), default=0)


# In SQL: three thousand rows are then ready in a third of the time.
COLUMNS = {
    "id": F("id"),
    "reference": F("reference"),
    "lon": Degrees("position", function="ST_X"),
    "lat": Degrees("position", function="ST_Y"),
    "error_m": F("position_error_m"),
    "priority": F("priority"),
    "type": F("type"),
    "marks": Case(
        When(
            Q(emergency_phase=EmergencyPhase.DISTRESS) | Q(response_phase=ResponsePhase.ATTACK), then=DISTRESS
        ),
        default=0,
    )
    + _mark(DRILL, drill=True)
    + _mark(TAKEN, taken_at__isnull=False),
    "minute": Minute("received_at"),
}


@desk_only
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """Every incident of the queue as columns of equal length; `unplaced`: ids of those without a position.

    `type` counts in `types` ([key, words]); `minute` is when it was received, minutes since 1970; `marks` is
    a sum of DISTRESS, DRILL and TAKEN; `error_m` may be null.
    """
    rows = access.incidents_for(request.user).in_queue()
    return squeezed(request, {"at": _now(), **columns_of(rows)})


def columns_of(rows) -> dict:
    """The incidents of a queryset as columns; see `incidents`."""
    # A coordinate of none is none, so that one query finds both those that have a place and the others.
    found = list(rows.order_by("queue_rank", "id").values_list(*COLUMNS.values()))
    placed = [row for row in found if row[2] is not None]
    columns = dict(zip(COLUMNS, zip(*placed, strict=True) if placed else [()] * len(COLUMNS), strict=True))
    types = {kind: n for n, kind in enumerate(IncidentType.values)}
    return {
        "types": [[kind, str(label)] for kind, label in IncidentType.choices],
        "incidents": columns
        | {"id": [pk.hex for pk in columns["id"]], "type": [types[kind] for kind in columns["type"]]},
        "unplaced": [row[0].hex for row in found if row[2] is None],
    }


@desk_only
@require_GET
def chosen(request: HttpRequest, pk) -> HttpResponse:
    """Where one incident was told to be, and where it has probably drifted to by now."""
    incident = get_object_or_404(access.incidents_for(request.user).prefetch_related("weather"), pk=pk)
    likely = candidates.likely_now(incident, timezone.now())
    return squeezed(
        request,
        {
            "at": _now(),
            **_summary(incident),
            "likely": likely
            and {"position": list(likely.position), "radius_m": likely.radius_m, "basis": likely.basis},
        },
    )


@desk_only
@require_GET
def fleet(request: HttpRequest) -> HttpResponse:
    """`units.facts_of` every unit."""
    now = timezone.now()
    scope = access.scope_of(request.user)
    found = units.as_seen(units.boarded(scope.units()), scope.incidents())
    rows = [units.facts_of(unit, now) for unit in found]
    return squeezed(request, {"at": now.isoformat(), "units": rows})


@desk_only
@require_GET
def fixtures(request: HttpRequest) -> HttpResponse:
    """What does not move: stations, and the outlines of sectors and other waters as GeoJSON features."""
    stations = [
        {
            "code": station.code,
            "name": station.name,
            "kind": station.kind,
            "agency": station.agency.name,
            "position": [station.position.x, station.position.y],
        }
        for station in Station.objects.select_related("agency")
    ]
    outline = AsGeoJSON(Func("area", template=f"ST_Simplify(%(expressions)s::geometry, {OUTLINE_DEG})"))
    zones = Zone.objects.annotate(outline=outline).select_related("agency").defer("area")
    return squeezed(request, {"stations": stations, "zones": list(_features(zones))})


def _features(zones: Iterable[Zone]):
    for zone in zones:
        if zone.outline is None:  # too small to be drawn
            continue
        yield {
            "type": "Feature",
            "geometry": json.loads(zone.outline),
            "properties": {
                "kind": zone.kind,
                "label": str(zone),
                "agency": zone.agency.name if zone.agency else "",
            },
        }


def _summary(incident: Incident) -> dict:
    return {
        "id": str(incident.pk),
        "reference": incident.reference,
        "label": str(incident),
        "position": incident.lon_lat and list(incident.lon_lat),
        "error_m": incident.position_error_m,
    }


def squeezed(request: HttpRequest, data: dict) -> HttpResponse:
    """JSON, compressed where the browser takes it."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        gzip.compress(plain, SQUEEZE, mtime=0) if packs else plain, content_type="application/json"
    )
    if packs:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _now() -> str:
    return timezone.now().isoformat()
