"""Whose waters a place lies in, by the zones that are loaded, and who answers for it.

Sectors are the agencies' search and rescue areas and tell who answers. Territorial seas and exclusive
economic zones tell whose waters they are. Where none is loaded the waters are unknown; that blocks nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from communities import rows
from communities.models import Agency, Zone
from communities.rows import Asked
from communities.sphere import NAUTICAL_MILE_M, Position, destination

K = Zone.Kind
STATES_WATERS = (K.TERRITORIAL, K.EEZ)
MOST_ERROR_M = 30 * NAUTICAL_MILE_M  # of a position less sure than that every waters would be said
CORNERS = 48
_TOUCHED = """
SELECT zone.kind, zone.name, zone.country, agency.name, agency.country,
    ST_Covers(zone.area, %(here)s::geography)
FROM communities_zone AS zone LEFT JOIN communities_agency AS agency ON agency.id = zone.agency_id
WHERE ST_Intersects(zone.area, %(around)s::geography)
"""
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
    here = "POINT({} {})".format(*position)
    around = _circle(position, min(error_m, MOST_ERROR_M)) if error_m else here
    [found] = rows.read(Asked(_TOUCHED, {"here": here, "around": around}))
    covering, near = [], []
    for kind, name, country, agency, agency_country, covers in found:
        answers = None if agency is None else Agency(name=agency, country=agency_country)
        (covering if covers else near).append(Zone(kind=kind, name=name, country=country, agency=answers))
    return read(covering, near, home=settings.DEFAULT_COUNTRY)


def _circle(centre: Position, radius_m: float) -> str:
    ring = [destination(centre, 360 * n / CORNERS, radius_m) for n in range(CORNERS)]
    return "POLYGON(({}))".format(", ".join("{} {}".format(*corner) for corner in (*ring, ring[0])))


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
