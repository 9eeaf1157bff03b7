"""Where a unit is, or could be by now: its fix while that is fresh, later a circle that grows. Pure.

Positions are `(lon, lat)` in degrees, times UTC, speeds knots, lengths nautical miles.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.fitness import AT_BASE_M
from alerts.reach import LIVE, is_fresh
from alerts.welfare import AT_SEA
from communities.sphere import Position, great_circle_m, is_position

# A circle wider than this tells nothing: no boat of ours runs further between two fuellings.
MOST_NM = 200.0
# Drawn at least this fast: what lies still may have cast off the minute after its last fix.
LEAST_KN = 5.0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`position` is the fix (`at` tells when) or, where there is none, the home station.

    `age` is live, recent, stale or none. `grows_kn` is how fast the circle grows since `at`, up to `most_nm`;
    0: the unit is taken to be where `position` says. At sea without any fix the circle is `most_nm` at once.
    """

    position: Position
    at: datetime | None
    age: str
    grows_kn: float = 0.0
    most_nm: float = 0.0

    def radius_nm(self, now: datetime) -> float:
        """How far from `position` the unit may be by now."""
        if self.at is None or not self.grows_kn:
            return self.most_nm
        return min(self.grows_kn * max(now - self.at, timedelta()) / timedelta(hours=1), self.most_nm)


def find(
    *,
    fix: Position | None,
    fix_at: datetime | None,
    station: Position,
    status: str,
    speed_kn: float,
    range_nm: float | None,
    now: datetime,
) -> Whereabouts:
    """Judge one unit: what was last seen at its berth, and is not said to be at sea, lies there still."""
    most_nm = min(range_nm, MOST_NM) if range_nm else MOST_NM
    at_sea = status in AT_SEA
    if fix is None or fix_at is None or not is_position(fix):
        return Whereabouts(station, None, "none", most_nm=most_nm if at_sea else 0.0)
    if is_fresh(fix_at, now):
        return Whereabouts(fix, fix_at, "live" if now - fix_at <= LIVE else "recent")
    at_berth = great_circle_m(fix, station) <= AT_BASE_M
    if at_berth and not at_sea:
        return Whereabouts(fix, fix_at, "stale")
    return Whereabouts(fix, fix_at, "stale", grows_kn=max(speed_kn, LEAST_KN), most_nm=most_nm)
