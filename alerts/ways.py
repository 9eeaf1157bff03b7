"""Ways as the ranking asks for them: by water, or straight where the charts must not be loaded."""

from collections.abc import Sequence

from alerts import searoutes
from alerts.fitness import nm
from alerts.ranking import Way
from communities import coast
from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m

NO_WAY = {
    "unreachable": "no way by water: on an inland water or too far from the sea",
    "not_covered": "no way by water known: outside the charts",
}
NOTES = {
    "great_circle": "in a straight line: the charts of the sea did not answer",
    "inland": "in a straight line: both lie up a river or on land",
    "sea_coarse": "by the coarse chart of the world",
}
FAR_INLAND_M = 2 * NAUTICAL_MILE_M  # a berth or a beach is nearer; further up a river is worth a word
STRAIGHT = "in a straight line: the way by water is measured when it is alerted"


def by_water(origin: Position, positions: Sequence[Position], within_m: float | None = None) -> list[Way]:
    """Measure the way by water from each position to `origin`, where the path ends; all `(lon, lat)`.

    Those longer than `within_m` have no distance. What is unusual about a way is in its note.
    """
    found = searoutes.distances(origin, positions, within_m=within_m)
    return [Way(None) if way is None else _way(way.back()) for way in found]


def straight(origin: Position, positions: Sequence[Position], within_m: float | None = None) -> list[Way]:
    """Measure straight lines, and say so: for the web process, which never loads the charts of the sea."""
    return [Way(great_circle_m(position, origin), note=STRAIGHT) for position in positions]


def clear(start: Position, end: Position) -> bool:
    """Tell whether no charted land lies on the straight way between two positions."""
    return not coast.crosses_land(start, end)


def _way(found: searoutes.Way) -> Way:
    if found.distance_m is None:
        return Way(None, note=NO_WAY[found.method])
    notes = [NOTES[found.method]] if found.method in NOTES else []
    for metres, whose in zip(found.snapped_m, ("unit", "incident"), strict=True):
        if metres > FAR_INLAND_M:
            notes.append(f"the {whose} is {nm(metres)} from the charted sea")
    return Way(found.distance_m, found.path, "; ".join(notes))
