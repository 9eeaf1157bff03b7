"""Other incidents near one: what may be the same matter, and what else a unit there would meet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.measure import D
from django.db.models import Q, QuerySet
from django.utils import timezone

from alerts.fitness import nm
from communities.sphere import NAUTICAL_MILE_M, bearing_deg, great_circle_m
from reports.models import Incident

NEAR_M = 10 * NAUTICAL_MILE_M
LATELY = timedelta(hours=24)
MOST = 12


@dataclass(frozen=True, slots=True)
class Near:
    """Another incident: how far off and where, and whether it is proposed as the same, with the reason."""

    incident: Incident
    away: str
    distance_m: float | None
    proposed: bool = False
    why: str = ""


def nearby(incident: Incident, seen: QuerySet[Incident], now: datetime | None = None) -> list[Near]:
    """Proposed ones first, then the nearest: open within 10 NM, or of the last 24 hours there.

    `seen` is what the officer may see.
    """
    now = now or timezone.now()
    found: dict = {}
    if incident.proposed_same_as_id:
        for other in seen.filter(pk=incident.proposed_same_as_id):
            found[other.pk] = _near(incident, other, True, incident.proposed_why)
    for other in seen.filter(proposed_same_as=incident.pk).open().order_by("-received_at")[:MOST]:
        found[other.pk] = _near(incident, other, True, other.proposed_why)
    if incident.position is not None:
        lately = Q(received_at__gte=now - LATELY) & ~Q(status=Incident.Status.MERGED)
        there = seen.exclude(pk=incident.pk).filter(position__dwithin=(incident.position, D(m=NEAR_M)))
        # Two questions with an index each; one with OR would read the whole table.
        for some in (there.open(), there.filter(lately)):
            for other in some.order_by("-received_at")[: 4 * MOST]:
                found.setdefault(other.pk, _near(incident, other))
    rows = sorted(found.values(), key=lambda row: (not row.proposed, row.distance_m or 0))
    return rows[:MOST]


def _near(incident: Incident, other: Incident, proposed: bool = False, why: str = "") -> Near:
    here, there = incident.lon_lat, other.lon_lat
    if here is None or there is None:
        return Near(other, "", None, proposed, why)
    distance_m = great_circle_m(here, there)
    return Near(other, f"{nm(distance_m)} {bearing_deg(here, there):03.0f}°", distance_m, proposed, why)
