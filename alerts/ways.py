"""Ways as the ranking asks for them: by water, or straight where the charts must not be loaded."""

from collections.abc import Sequence

from alerts import searoutes
from alerts.ranking import Way
from communities import coast
from communities.sphere import Position, great_circle_m

STRAIGHT = "in a straight line: the way by water is measured when it is alerted"


def by_water(origin: Position, positions: Sequence[Position], within_m: float | None = None) -> list[Way]:
    """Measure the way by water from each position to `origin`, where the path ends; all `(lon, lat)`."""
    return [_way(searoutes.sea_distance(position, origin)) for position in positions]


def straight(origin: Position, positions: Sequence[Position], within_m: float | None = None) -> list[Way]:
    """Measure straight lines, and say so: for the web process, which never loads the charts of the sea."""
    return [Way(great_circle_m(position, origin), note=STRAIGHT) for position in positions]


def clear(start: Position, end: Position) -> bool:
    """Tell whether no charted land lies on the straight way between two positions."""
    return not coast.crosses_land(start, end)


def _way(found: searoutes.SeaDistance) -> Way:
    return Way(found.distance_m, found.path)
