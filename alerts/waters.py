"""Whose waters a place lies in, by the zones that are loaded, and who answers for it.

Sectors are the agencies' search and rescue areas and tell who answers. Territorial seas and exclusive
economic zones tell whose waters they are. Where none is loaded the waters are unknown; that blocks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.gis.geos import Point

from communities.models import Zone
from communities.sphere import Position

K = Zone.Kind
STATES_WATERS = (K.TERRITORIAL, K.EEZ)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Waters:
    """What the zones say of one place; empty: nothing.

    `agency` and `country` answer for it. `held` says why nothing is sent there without an officer's word, and
    `alarm` is what the desks are told then (one of `messages.ALARMS`).
    """

    sector: str = ""
    agency: str = ""
    country: str = ""
    lies_in: tuple[str, ...] = ()
    held: str = ""
    alarm: str = ""


def waters_of(position: Position | None) -> Waters:
    """Look a position `(lon, lat)` up in the loaded zones, in one query."""
    if position is None:
        return Waters()
    here = Zone.objects.filter(area__covers=Point(*position, srid=4326)).select_related("agency")
    return read(here.defer("area"), home=settings.DEFAULT_COUNTRY)


def read(zones: Iterable[Zone], *, home: str) -> Waters:
    """Make out what zones that cover one place mean together; `home` is the country of this service.

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
    return Waters(
        sector=sector.name if sector else "",
        agency=sector.agency.name if sector and sector.agency else "",
        country=country,
        lies_in=tuple(str(zone) for zone in zones if zone.kind != K.SECTOR),
        held=held[:_LONGEST],
        alarm=alarm,
    )
