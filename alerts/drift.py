"""Where a boat or a person in the water has gone since they were last known to be somewhere.

A decision aid of the plainest kind: datum = last known position + current x time + leeway x time; the search
radius is the error of the position plus 30 % of the way drifted, and it never shrinks (DOMAIN of search and
rescue: IAMSAR Manual vol. II, "datum" and "total probable error"). Leeway about 1 % of the wind for a person
and 3 to 5 % for a raft or skiff, down the wind, are the round figures of A. Allen and J. Plourde, "Review of
Leeway", US Coast Guard 1999. Nothing here replaces a drift model or an officer's chart work.

Pure: metres, knots, degrees true, UTC; positions are `(lon, lat)` in degrees.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from communities.sphere import NAUTICAL_MILE_M, Position, destination
from reports.taxonomy import IncidentType as T

PERSON, CRAFT = 0.01, 0.04  # share of the wind's speed
#: What drifts, and with how much of the wind. A boat aground, and one that steers, is not here; a burning
#: boat is seldom steered any more.
LEEWAY: dict[str, float] = {
    T.MAN_OVERBOARD: PERSON,
    T.FIRE_EXPLOSION: CRAFT,
    T.FLOODING: CRAFT,
    T.COLLISION: CRAFT,
    T.LISTING_CAPSIZING: CRAFT,
    T.SINKING: CRAFT,
    T.DISABLED_ADRIFT: CRAFT,
    T.UNDESIGNATED_DISTRESS: CRAFT,
    T.ABANDONING_SHIP: CRAFT,
    T.MEDICAL: CRAFT,
    T.OVERDUE_MISSING: CRAFT,
    T.BEACON_ALERT: CRAFT,
}

# More than the strongest typhoon blows, and than the fastest tidal stream runs, is a slip of the pen.
MOST_WIND_KN, MOST_CURRENT_KN = 150, 12
UNKNOWN_KN = 1.0  # the drift that is reckoned with, in any direction, while wind or current is not known
RADIUS_OF_DRIFT = 0.3
UNKNOWN_ERROR_M = NAUTICAL_MILE_M
LONGEST = timedelta(hours=72)  # beyond it the figures say nothing; a search plan is an officer's
STEPS = 12  # pieces of the way that are asked for land


@dataclass(frozen=True, slots=True)
class Weather:
    """Wind and sea at the scene, as an officer entered them. None: not known.

    `wind_from_deg` is where the wind comes from, `current_to_deg` where the current sets; `sea_state` is the
    Douglas degree 0 to 9.
    """

    wind_kn: float | None = None
    wind_from_deg: float | None = None
    current_kn: float | None = None
    current_to_deg: float | None = None
    sea_state: int | None = None

    @property
    def wind(self) -> tuple[float, float] | None:
        """(speed in knots, degrees it blows towards)."""
        if self.wind_kn is None or (self.wind_from_deg is None and self.wind_kn > 0):
            return None
        return self.wind_kn, ((self.wind_from_deg or 0.0) + 180.0) % 360.0

    @property
    def current(self) -> tuple[float, float] | None:
        """(speed in knots, degrees it sets towards)."""
        if self.current_kn is None or (self.current_to_deg is None and self.current_kn > 0):
            return None
        return self.current_kn, self.current_to_deg or 0.0


@dataclass(frozen=True, slots=True)
class Likely:
    """The datum at a time: most probable position, and the radius that should hold the true one."""

    position: Position
    radius_m: float
    at: datetime
    drifted_m: float
    basis: str  # "drift of 2.1 h: current 1.5 kn to 090, wind 12 kn from 270"


def drifts(type: str) -> bool:
    """Tell whether what is reported drifts."""
    return type in LEEWAY


def likely(
    last_known: Position,
    error_m: float | None,
    since: datetime,
    at: datetime,
    *,
    type: str,
    weather: Weather | None = None,
    is_land: Callable[[float, float], bool] | None = None,
) -> Likely:
    """Give the likely place at `at` of what was at `last_known`, give or take `error_m`, at `since`.

    Without wind and current the place stays and only the radius grows, by UNKNOWN_KN; with one of the two, it
    moves by that and the radius still grows for the other. What drifts does not cross land: with `is_land`
    (of lon, lat) it stays where its way meets the shore. Nothing drifts backwards in time.
    """
    error_m = UNKNOWN_ERROR_M if error_m is None else error_m
    elapsed = min(max(at - since, timedelta()), LONGEST)
    hours = elapsed.total_seconds() / 3600
    if not drifts(type) or hours == 0:
        return Likely(last_known, error_m, at, 0.0, "does not drift" if hours else "last known position")
    weather = weather or Weather()
    known = [vector for vector in (weather.current, _leeway(type, weather)) if vector is not None]
    east_kn = sum(speed_kn * math.sin(math.radians(towards)) for speed_kn, towards in known)
    north_kn = sum(speed_kn * math.cos(math.radians(towards)) for speed_kn, towards in known)
    drift_m = math.hypot(east_kn, north_kn) * hours * NAUTICAL_MILE_M
    unknown_m = 0.0 if len(known) == 2 else UNKNOWN_KN * hours * NAUTICAL_MILE_M
    towards = math.degrees(math.atan2(east_kn, north_kn)) % 360.0
    position, gone_m = _ashore(last_known, towards, drift_m, is_land) if drift_m else (last_known, 0.0)
    # What stopped at a shore as our coarse chart has it may also have passed it: the way not gone counts too.
    radius_m = error_m + RADIUS_OF_DRIFT * drift_m + unknown_m + (drift_m - gone_m)
    return Likely(position, radius_m, at, gone_m, _basis(weather, hours, gone_m < drift_m))


def _leeway(type: str, weather: Weather) -> tuple[float, float] | None:
    return weather.wind and (weather.wind[0] * LEEWAY[type], weather.wind[1])


def _ashore(start: Position, towards: float, drift_m: float, is_land) -> tuple[Position, float]:
    """The end of the way, or the last point of it before land."""
    end, gone_m = start, 0.0
    for step in range(1, STEPS + 1):
        step_m = drift_m * step / STEPS
        next_one = destination(start, towards, step_m)
        if is_land is not None and is_land(*next_one):
            return end, gone_m
        end, gone_m = next_one, step_m
    return end, gone_m


def _basis(weather: Weather, hours: float, stopped: bool) -> str:
    parts = []
    if weather.current is not None:
        parts.append(f"current {weather.current[0]:g} kn to {weather.current[1]:03.0f}")
    if weather.wind is not None:
        parts.append(f"wind {weather.wind_kn:g} kn from {weather.wind_from_deg or 0:03.0f}")
    if len(parts) < 2:
        missing = "current" if weather.current is None else "wind"
        missing = "wind and current" if not parts else missing
        parts.append(f"{missing} not entered: {UNKNOWN_KN:g} kn any way")
    if stopped:
        parts.append("stopped by land")
    return f"drift of {hours:.1f} h: {', '.join(parts)}"
