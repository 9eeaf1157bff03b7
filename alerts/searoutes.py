"""How far it is by water.

For now the great circle, which ignores land: short by nothing in open sea and by up to two thirds round
a peninsula. `method` says so in every answer and `reachable` is None, not known, until a search over the
charted sea takes this function's place; `ranking.rank` takes whichever distance it is given.
"""

from dataclasses import dataclass

from communities.sphere import Position, great_circle_m


@dataclass(frozen=True, slots=True)
class SeaDistance:
    """`path` runs from start to end in `(lon, lat)`; `reachable` None: not known by this method."""

    distance_m: float
    path: tuple[Position, ...]
    reachable: bool | None
    method: str


def sea_distance(start: Position, end: Position) -> SeaDistance:
    """Measure the way from `start` to `end`, both `(lon, lat)` in degrees."""
    return SeaDistance(great_circle_m(start, end), (start, end), None, "great_circle")
