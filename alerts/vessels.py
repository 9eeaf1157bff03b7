"""Vessels that an AIS receiver hears: where each was last, and which of them could help."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from alerts.models import PatrolUnit, Vessel
from communities.sphere import NAUTICAL_MILE_M, Position, bearing_deg, great_circle_m

NEAR_M = 30 * NAUTICAL_MILE_M
MOST_NEAR = 20
FRESH = timedelta(minutes=30)
CANNOT_HELP = {2, 6}  # not under command, aground (ITU-R M.1371, table 45)
# A ship that is asked to turn round goes at least this fast, whatever it does now.
LEAST_SPEED_KN = 8
_KNOT_MPS = NAUTICAL_MILE_M / 3600
# ITU-R M.585: ships, craft of a ship, rescue aircraft; not shore stations, buoys and beacons.
_VESSEL_PREFIXES = ("2", "3", "4", "5", "6", "7", "98", "111")

# What is not told stays as it was; the position, its speed and its time move together and only forward.
_STORE = """
INSERT INTO alerts_vessel AS kept (mmsi, name, call_sign, ship_type, length_m, latitude, longitude,
    position_at, speed_kn, course_deg, nav_status, heard_at)
SELECT row.* FROM set_config('synchronous_commit', 'off', true), json_to_recordset(%s::json) AS row
    (mmsi text, name text, call_sign text, ship_type int, length_m int, latitude float8, longitude float8,
     position_at timestamptz, speed_kn float8, course_deg float8, nav_status int, heard_at timestamptz)
ON CONFLICT (mmsi) DO UPDATE SET
    name = COALESCE(NULLIF(excluded.name, ''), kept.name),
    call_sign = COALESCE(NULLIF(excluded.call_sign, ''), kept.call_sign),
    ship_type = COALESCE(excluded.ship_type, kept.ship_type),
    length_m = COALESCE(excluded.length_m, kept.length_m),
    (latitude, longitude, position_at, speed_kn, course_deg, nav_status) = (
        SELECT CASE WHEN newer THEN excluded.latitude ELSE kept.latitude END,
            CASE WHEN newer THEN excluded.longitude ELSE kept.longitude END,
            CASE WHEN newer THEN excluded.position_at ELSE kept.position_at END,
            CASE WHEN newer THEN excluded.speed_kn ELSE kept.speed_kn END,
            CASE WHEN newer THEN excluded.course_deg ELSE kept.course_deg END,
            CASE WHEN newer THEN excluded.nav_status ELSE kept.nav_status END
        FROM (SELECT COALESCE(excluded.position_at > kept.position_at, excluded.position_at IS NOT NULL))
            AS compared (newer)
    ),
    heard_at = GREATEST(excluded.heard_at, kept.heard_at)
"""


@dataclass(slots=True)
class Sighting:
    """What was heard of one vessel since it was last stored; None and empty: nothing."""

    mmsi: str
    heard_at: datetime
    name: str = ""
    call_sign: str = ""
    ship_type: int | None = None
    length_m: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    position_at: datetime | None = None
    speed_kn: float | None = None
    course_deg: float | None = None
    nav_status: int | None = None

    def add(self, later: "Sighting") -> None:
        """Take over what `later` tells."""
        if later.position_at is not None and (
            self.position_at is None or later.position_at > self.position_at
        ):
            for name in ("latitude", "longitude", "position_at", "speed_kn", "course_deg", "nav_status"):
                setattr(self, name, getattr(later, name))
        for name in ("name", "call_sign", "ship_type", "length_m"):
            setattr(self, name, getattr(later, name) or getattr(self, name))
        self.heard_at = max(self.heard_at, later.heard_at)


@dataclass(frozen=True, slots=True)
class Near:
    """A vessel that could help: how far off, in a straight line, and how long at its speed at least."""

    mmsi: str
    name: str
    kind: str
    length_m: int | None
    latitude: float
    longitude: float
    position_at: datetime
    speed_kn: float | None
    course_deg: float | None
    distance_m: float
    bearing_deg: float
    eta_s: float


def is_vessel(mmsi: str) -> bool:
    """Whether the number is that of a vessel or a rescue aircraft."""
    return mmsi.startswith(_VESSEL_PREFIXES)


def store(sightings: Iterable[Sighting]) -> None:
    """Write what was heard, one statement; one row a vessel."""
    names = [one.name for one in fields(Sighting)]
    rows = [
        {name: getattr(one, name) for name in names} for one in sorted(sightings, key=lambda one: one.mmsi)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [json.dumps(rows, default=datetime.isoformat)])


def near(position: Position, *, radius_m: float = NEAR_M, now: datetime | None = None) -> list[Near]:
    """Vessels within `radius_m` of `(lon, lat)` that could help, the nearest first, at most MOST_NEAR.

    Heard of in the last half hour, none of our own units, neither aground nor out of command. The whole
    table is read: it holds what one coast hears in a day.
    """
    now = now or timezone.now()
    ours = set(PatrolUnit.objects.exclude(mmsi="").values_list("mmsi", flat=True))
    found = []
    for vessel in Vessel.objects.filter(position_at__gte=now - FRESH):
        here = (vessel.longitude, vessel.latitude)
        if vessel.mmsi in ours or vessel.nav_status in CANNOT_HELP:
            continue
        distance_m = great_circle_m(here, position)
        if distance_m <= radius_m:
            found.append(_near(vessel, here, position, distance_m))
    return sorted(found, key=lambda one: one.distance_m)[:MOST_NEAR]


def _near(vessel: Vessel, here: Position, position: Position, distance_m: float) -> Near:
    speed_kn = max(vessel.speed_kn or 0, LEAST_SPEED_KN)
    return Near(
        vessel.mmsi,
        vessel.name,
        kind_of(vessel.ship_type, vessel.mmsi),
        vessel.length_m,
        vessel.latitude,
        vessel.longitude,
        vessel.position_at,
        vessel.speed_kn,
        vessel.course_deg,
        distance_m,
        bearing_deg(position, here),
        distance_m / (speed_kn * _KNOT_MPS),
    )


def kind_of(ship_type: int | None, mmsi: str) -> str:
    """A word for the type of ship (ITU-R M.1371, table 53)."""
    if mmsi.startswith("111"):
        return "rescue aircraft"
    if ship_type is None:
        return "vessel"
    return _KINDS.get(ship_type) or _TENS.get(ship_type // 10, "vessel")


_KINDS = {
    30: "fishing boat", 31: "tug", 32: "tug", 33: "dredger", 34: "diving vessel", 35: "naval vessel",
    36: "sailing boat", 37: "pleasure craft", 50: "pilot boat", 51: "rescue boat", 52: "tug",
    53: "port tender", 54: "anti-pollution vessel", 55: "law enforcement", 58: "medical transport",
}  # fmt: skip
_TENS = {2: "wing-in-ground craft", 4: "high-speed craft", 6: "passenger ship", 7: "cargo ship", 8: "tanker"}
