"""Ways by sea from one place to many: which of the searches answers, and the way on the map.

Nearest first, and the cheapest question first. Where the straight line is all water it is the way. Else the
cells are searched from the origin out to `NEAR_M`; one search serves all targets, and goes on where it
stopped. Else the tiles, four times as coarse, are searched from the rim of that; where the way found cuts a
corner of land, the cells are searched from one tile to the next. The way is then pulled tight.
"""

import itertools
import math
import threading
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from alerts.searoutes import charts, search
from alerts.searoutes.grid import NEAR_M, RIM_M, TOO_FAR, UNREACHED, Anchor, Cells, Grid
from alerts.searoutes.way import Way
from communities.sphere import EARTH_RADIUS_M, NAUTICAL_MILE_M, Position, great_circle_m

# A search's own metres are more than those of the way pulled tight: sixteen directions, middles of tiles.
SLACK = 1.1
INLAND_M = 2 * NAUTICAL_MILE_M  # further from the charted sea than a berth or a beach


class Ways:
    """The ways from one origin on one chart, found as they are asked for."""

    def __init__(self, grid: Grid, origin: Position):
        self.grid = grid
        self.origin = origin
        self.start = grid.anchor(origin)
        self._cells: Cells | None = None
        self._ends: dict[Position, Anchor | None] = {}

    def rim(self) -> Cells:
        """Search by cells out to the far side of the rim."""
        if self._cells is None:
            self._cells = self.grid.near(self.start)
        self._cells.to(-1, -1, NEAR_M + RIM_M)
        return self._cells

    def to(self, target: Position) -> Way:
        """Find the way to one target."""
        return self.in_sight(target) or self.near(target, NEAR_M) or self.far(target, math.inf)

    def in_sight(self, target: Position) -> Way | None:
        """Answer where no search is needed: the line is all water, or no sea is near; else None."""
        end = self._end(target)
        if self.start is None or end is None:
            return Way(None, (), flags=("unreachable",))
        if way := self._inland(end, target):
            return way
        if search.sees(self.grid.chart.sea, self.start.x, self.start.y, end.x, end.y):
            return self._way(end, target, ())
        return None

    def _inland(self, end: Anchor, target: Position) -> Way | None:
        """The straight line between two places up rivers, nearer to one another than to the charted sea."""
        snapped_m = self.start.snapped_m, end.snapped_m
        straight_m = great_circle_m(self.origin, target)
        if min(snapped_m) < INLAND_M or straight_m > sum(snapped_m):
            return None
        return Way(straight_m, (self.origin, target), snapped_m, ("inland",))

    def near(self, target: Position, within_m: float) -> Way | None:
        """Search by cells; None if the way is longer than `within_m` or `NEAR_M`."""
        end = self._end(target)
        with self.grid.lock:
            if self._cells is None:
                self._cells = self.grid.near(self.start)
            node = self._cells.to(int(end.x), int(end.y), min(within_m * SLACK, NEAR_M))
            # What the rim needs beyond is not for answers: they must not depend on who asked before.
            if node < 0 or self._cells.reached[node] > NEAR_M:
                return None
            return self._tight(end, target, *self._cells.trace(node))

    def far(self, target: Position, within_m: float) -> Way | None:
        """Search by tiles, then by cells along the way found; None if it is longer than `within_m`."""
        end = self._end(target)
        with self.grid.lock:
            goal, tail = self._tile_of(end)
            found = UNREACHED
            if goal is not None:
                found = self.grid.tiles_to(self.rim(), goal, within_m * SLACK + RIM_M)
            if found is TOO_FAR:
                return None
            if found is UNREACHED:
                return Way(None, (), (self.start.snapped_m, end.snapped_m), ("unreachable",))
            cells = self._cells
            head = cells.trace(cells.to(int(found[0][-1]), int(found[1][-1]), NEAR_M + RIM_M))
            xs, ys = (np.concatenate(parts) for parts in zip(tail, found, head, strict=True))
            xs, ys = self.grid.mended(*search.skip(self.grid.chart.sea, xs, ys))
            return self._tight(end, target, *search.resample(xs, ys))

    def _end(self, target: Position) -> Anchor | None:
        if target not in self._ends:
            self._ends[target] = self.grid.anchor(target)
        return self._ends[target]

    def _tile_of(self, end: Anchor):
        """Find the tile whose main body of water leads to a cell, and the way from the cell to it."""
        grid = self.grid
        x, y = int(end.x), int(end.y)
        column, row = x >> 2, y >> 2
        body = int(grid.bodies[row, column])
        if body >> ((y & 3) * 4 + (x & 3)) & 1:
            return (row << search.ROW) + column, (np.array([x + 0.5]), np.array([y + 0.5]))
        cells = grid.near(end)
        for reach_m in (RIM_M, NEAR_M):
            cells.to(-1, -1, reach_m)
            goal, node = search.nearest_body(grid.bodies, grid.middle_of, cells.tile_of, cells.reached)
            if goal >= 0:
                break
        else:
            return None, None
        xs, ys = cells.trace(node)
        return goal, (xs[::-1], ys[::-1])

    def _tight(self, end: Anchor, target: Position, xs: np.ndarray, ys: np.ndarray) -> Way:
        # The ends are the places themselves, each seen from the middle of its cell.
        xs = np.concatenate([[self.start.x], xs[::-1], [end.x]])
        ys = np.concatenate([[self.start.y], ys[::-1], [end.y]])
        xs, ys = search.pull_tight(self.grid.chart.sea, self.grid.squeeze((ys[0] + ys[-1]) / 2), xs, ys)
        if xs[0] != self.start.x or ys[0] != self.start.y:
            xs, ys = xs[::-1], ys[::-1]
        return self._way(end, target, zip(xs[1:-1].tolist(), ys[1:-1].tolist(), strict=True))

    def _way(self, end: Anchor, target: Position, corners: Iterable[tuple[float, float]]) -> Way:
        path = [self.origin]
        if self.start.snapped_m:
            path.append(self.start.place)
        path += [self.grid.chart.place(x, y) for x, y in corners]
        if end.snapped_m:
            path.append(end.place)
        path.append(target)
        metres = sum(great_circle_m(a, b) for a, b in itertools.pairwise(path))
        return Way(metres, tuple(path), (self.start.snapped_m, end.snapped_m))


class SeaMap:
    """The charts, each made ready when first needed, and the searches from the last few origins."""

    KEPT = 4

    def __init__(self):
        self._kept: OrderedDict[tuple[Grid, Position], Ways] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def region(self) -> Grid:
        return Grid(charts.read("region"))

    @cached_property
    def world(self) -> Grid:
        return Grid(charts.read("world"))

    def warm(self) -> None:
        """Load the chart of the region and have every step of a search compiled."""
        self.way((103.9, 1.2), (104.2, 1.75))
        self.way((118.32, 5.02), (120.5, 6.6))

    def way(self, origin: Position, target: Position) -> Way:
        """Find the way between two places: on the region's chart where it shows both, else on the world's."""
        ways = self._ways(origin, target)
        return ways if isinstance(ways, Way) else self._named(ways, ways.to(target))

    def _in_sight(self, origin: Position, target: Position, within_m: float) -> Way | None:
        ways = self._ways(origin, target)
        return ways if isinstance(ways, Way) else self._named(ways, ways.in_sight(target))

    def _near(self, origin: Position, target: Position, within_m: float) -> Way | None:
        ways = self._ways(origin, target)
        return self._named(ways, ways.near(target, within_m))

    def _far(self, origin: Position, target: Position, within_m: float) -> Way | None:
        ways = self._ways(origin, target)
        return self._named(ways, ways.far(target, within_m))

    def _ways(self, origin: Position, target: Position) -> Ways | Way:
        """Choose the chart; a `Way` says that none shows both places."""
        if self.region.chart.covers(*origin) and self.region.chart.covers(*target):
            return self._from(self.region, origin)
        # The world's chart ends at longitude 180, so it cannot show the shorter way across.
        if abs(origin[0] - target[0]) > 180 or not all(map(self._in_world, (origin, target))):
            return Way(None, (), flags=("not_covered",))
        return self._from(self.world, origin)

    def _named(self, ways: Ways, way: Way | None) -> Way | None:
        if way is None or ways.grid is self.region:
            return way
        return replace(way, flags=(*way.flags, "coarse"))

    def distances(
        self,
        origin: Position,
        targets: Sequence[Position],
        *,
        within_m: float | None = None,
        want: int | None = None,
    ) -> list[Way | None]:
        """Find the ways from one origin to many targets, in the order of the targets.

        None for those further than `within_m` by sea, and for those further than the `want` nearest. The
        distance between two places does not depend on what else is asked.
        """
        straight_m = _great_circles_m(origin, targets)
        # A hair more than what was found, for what rounding adds.
        limit_m = math.inf if within_m is None else within_m * 1.000001
        found: dict[int, Way] = {}
        lengths: list[float] = []

        def bound_m() -> float:
            enough = want is not None and len(lengths) >= want
            return min(limit_m, lengths[want - 1] * 1.000001) if enough else limit_m

        order = np.argsort(straight_m, kind="stable").tolist()
        # The cheapest question first, for all; whoever it leaves open is at least so far away.
        for step in (self._in_sight, self._near, self._far):
            for at in order:
                if straight_m[at] > bound_m():
                    break
                if at in found or not (way := step(origin, targets[at], bound_m())):
                    continue
                found[at] = way
                if way.distance_m is not None:
                    insort(lengths, way.distance_m)
            if step == self._near and bound_m() < NEAR_M / SLACK:
                break
        return [
            way if (way := found.get(at)) and _within(way, limit_m) else None for at in range(len(targets))
        ]

    def _in_world(self, place: Position) -> bool:
        return self.world.chart.covers(*place)

    def _from(self, grid: Grid, origin: Position) -> Ways:
        with self._lock:
            ways = self._kept.pop((grid, origin), None) or Ways(grid, origin)
            self._kept[grid, origin] = ways
            if len(self._kept) > self.KEPT:
                self._kept.popitem(last=False)
        return ways


def _within(way: Way, limit_m: float) -> bool:
    return way.distance_m is None or way.distance_m <= limit_m


def _great_circles_m(origin: Position, targets: Sequence[Position]) -> np.ndarray:
    lon, lat = np.radians(np.asarray(targets, np.float64).reshape(-1, 2)).T
    lon_a, lat_a = map(math.radians, origin)
    h = np.sin((lat - lat_a) / 2) ** 2 + math.cos(lat_a) * np.cos(lat) * np.sin((lon - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
