"""Whose waters a place lies in, by the zones that are loaded, and who answers for it.

Sectors are the agencies' search and rescue areas and tell who answers. Territorial seas and exclusive
economic zones tell whose waters they are. Where none is loaded the waters are unknown; that blocks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.gis.geos import Point, Polygon
from django.db.models import BooleanField, ExpressionWrapper, Q

from communities.models import Zone
from communities.sphere import NAUTICAL_MILE_M, Position, destination

K = Zone.Kind
STATES_WATERS = (K.TERRITORIAL, K.EEZ)
MOST_ERROR_M = 30 * NAUTICAL_MILE_M  # of a position less sure than that every waters would be said
CORNERS = 48
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Waters:
    """What the zones say of one place; empty: nothing.

    `agency` and `country` answer for it. `held` says why nothing is sent there without an officer's word, and
    `alarm` is what the desks are told then (one of `messages.ALARMS`). `may_lie_in` names such waters that
    only the error of the position reaches: nothing is held for them.
    """

    sector: str = ""
    agency: str = ""
    country: str = ""
    lies_in: tuple[str, ...] = ()
    held: str = ""
    alarm: str = ""
    may_lie_in: str = ""


def waters_of(position: Position | None, error_m: float | None = None) -> Waters:
    """Look a position `(lon, lat)`, give or take `error_m`, up in the loaded zones, in one query."""
    if position is None:
        return Waters()
    home = settings.DEFAULT_COUNTRY
    here = Point(*position, srid=4326)
    if not error_m:
        return read(Zone.objects.filter(area__covers=here).select_related("agency").defer("area"), home=home)
    touched = Zone.objects.filter(area__intersects=_circle(position, min(error_m, MOST_ERROR_M)))
    inside = ExpressionWrapper(Q(area__covers=here), output_field=BooleanField())
    zones = list(touched.annotate(inside=inside).select_related("agency").defer("area"))
    near = [zone for zone in zones if not zone.inside]
    return read((zone for zone in zones if zone.inside), near, home=home)


def _circle(centre: Position, radius_m: float) -> Polygon:
    ring = [destination(centre, 360 * n / CORNERS, radius_m) for n in range(CORNERS)]
    return Polygon([*ring, ring[0]], srid=4326)


def read(zones: Iterable[Zone], near: Iterable[Zone] = (), *, home: str) -> Waters:
    """Make out what zones that cover one place mean together; `home` is the country of this service.

    `near` are zones that do not cover it, but may, as the position has an error.

    The sector's agency answers, whosever waters they are: search and rescue regions do not follow borders.
    Where waters are known and no sector is, home answers. "Another state's" is seen from who answers.
    """
    zones = sorted(zones, key=lambda zone: (zone.kind, zone.name))
    sectors = sorted(
        (zone for zone in zones if zone.kind == K.SECTOR), key=lambda zone: (zone.state != home, zone.name)
    )
    states = sorted({zone.state for zone in zones if zone.kind in STATES_WATERS} - {""})
    sector = sectors[0] if sectors else None
    disputed = [zone.name for zone in zones if zone.kind == K.DISPUTED]
    country = (sector.state if sector else "") or (home if sector or states or disputed else "")
    held, alarm = "", ""
    if disputed:
        held, alarm = f"disputed waters: {', '.join(disputed)}", "disputed_waters"
    elif len(states) > 1:
        held, alarm = f"disputed waters: claimed by {', '.join(states)}", "disputed_waters"
    elif states and states != [country]:
        held, alarm = f"waters of {states[0]}", "other_states_waters"
    may = [f"disputed waters: {zone.name}" for zone in near if zone.kind == K.DISPUTED]
    others = {zone.state for zone in near if zone.kind in STATES_WATERS} - {"", country or home}
    may += [f"waters of {state}" for state in others]
    return Waters(
        sector=sector.name if sector else "",
        agency=sector.agency.name if sector and sector.agency else "",
        country=country,
        lies_in=tuple(str(zone) for zone in zones if zone.kind != K.SECTOR),
        held=held[:_LONGEST],
        alarm=alarm,
        may_lie_in="" if held else "; ".join(sorted(may))[:_LONGEST],
    )
