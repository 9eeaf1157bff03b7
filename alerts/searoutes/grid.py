"""A chart made ready for searching: by cells in a window, by tiles over all of it.

Which of them is asked, and in what order, is the business of `alerts.searoutes.seamap`.
"""

import itertools
import math
import threading
from dataclasses import dataclass

import numpy as np

from alerts.searoutes import search
from alerts.searoutes.charts import Chart
from communities.sphere import EARTH_RADIUS_M, NAUTICAL_MILE_M, Position, great_circle_m

NEAR_M = 40 * NAUTICAL_MILE_M
RIM_M = 6 * NAUTICAL_MILE_M  # breadth of the ring that the search by tiles starts from
TOO_FAR, UNREACHED = object(), object()
SNAP_LIMIT_M = 60_000  # further inland than this no boat is helped by being told how far the sea is


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a place meets the sea of a chart: in cells, with the metres between."""

    x: float
    y: float
    place: Position
    snapped_m: float


class Cells:
    """One search by cells in a window of tiles, and all that it remembers."""

    def __init__(self, grid: "Grid", west: int, south: int, window: np.ndarray):
        self.grid, self.west, self.south, self.window = grid, west, south, window
        tiles = window.size
        self.tile_of = np.zeros(tiles + 1, np.int64)
        self.reached = np.full(tiles * 16, search.FAR, np.float32)
        self.came = np.full(tiles * 16, -1, np.int8)
        # A bucket holds a node at most once; pages never written cost nothing.
        self.queue = np.empty((search.BUCKETS, tiles * 16), np.int32)
        self.state = np.zeros(1 + search.BUCKETS, np.int64)

    def start(self, x: int, y: int) -> None:
        search.seed_cell(
            self.window, self.tile_of, x, y, self.west, self.south, self.state, self.queue, self.reached
        )  # fmt: skip

    def to(self, x: int, y: int, limit_m: float) -> int:
        """Search on until a cell is final; its node, or -1 if it lies beyond `limit_m`."""
        grid = self.grid
        return search.search_cells(
            grid.chart.sea, grid.wide, grid.cell_cost, grid.cell_scale, self.window, self.west, self.south,
            self.tile_of, self.state, self.queue, self.reached, self.came, x, y, limit_m,
        )  # fmt: skip

    def trace(self, node: int):
        """Follow the way back from a node to the start: two arrays of places in cells."""
        return search.trace_cells(self.window, self.west, self.south, self.tile_of, self.came, node)


class Grid:
    """A chart made ready for searching. Threads take turns at the search by tiles."""

    def __init__(self, chart: Chart):
        self.chart = chart
        body_of, self.middle_of = search.main_bodies()
        self.bodies = body_of[chart.sea]
        self.bodies.ravel()[chart.cut_off] = 0
        self.cell_cost = _costs(chart, 1)
        self.tile_cost = _costs(chart, 4)
        # A bucket is a hundredth narrower than the shortest step, for what rounding adds.
        self.cell_scale = float(1.01 / self.cell_cost.min())
        self.tile_scale = float(1.01 / self.tile_cost.min())
        self.wide = _wide(chart.sea)
        self.lock = threading.RLock()
        self.owner: Cells | None = None
        self._clear()

    def _clear(self) -> None:
        """Make room for a search by tiles; only the pages that it writes to are ever taken."""
        size = self.bodies.shape[0] << search.ROW
        self.reached = np.zeros(size, np.float32)
        self.came = np.empty(size, np.int8)
        self.queue = np.empty((search.BUCKETS, size), np.int32)
        self.state = np.zeros(1 + search.BUCKETS, np.int64)

    def squeeze(self, y: float) -> float:
        return math.cos(math.radians(self.chart.south + y * self.chart.cell_deg))

    def anchor(self, place: Position) -> Anchor | None:
        """Find where a place meets the sea; None on an inland water or too far from the sea."""
        x, y = self.chart.cell(*place)
        if self.chart.is_sea(*place):
            return Anchor(x, y, place, 0.0)
        if self.chart.is_inland(*place):
            return None
        metres = math.radians(self.chart.cell_deg) * EARTH_RADIUS_M
        near_x, near_y = search.nearest_water(self.chart.sea, x, y, self.squeeze(y), SNAP_LIMIT_M / metres)
        if near_x < 0:
            return None
        water = self.chart.place(near_x + 0.5, near_y + 0.5)
        return Anchor(near_x + 0.5, near_y + 0.5, water, great_circle_m(place, water))

    def near(self, anchor: Anchor) -> Cells:
        """Begin a search by cells round a place."""
        reach_m = NEAR_M + 2 * RIM_M
        high = int(reach_m / (math.radians(self.chart.cell_deg) * EARTH_RADIUS_M) / 4) + 1
        wide = int(high / min(self.squeeze(anchor.y + 4 * high), self.squeeze(anchor.y - 4 * high))) + 1
        column, row = int(anchor.x) >> 2, int(anchor.y) >> 2
        window = np.full((2 * high + 1, 2 * wide + 1), search.NONE, np.int32)
        cells = Cells(self, column - wide, row - high, window)
        cells.start(int(anchor.x), int(anchor.y))
        return cells

    def mended(self, xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Go by cells where a way by tiles cuts a corner: its next two points do not see each other."""
        parts = [(xs[:1], ys[:1])]
        for ends in itertools.pairwise(zip(xs.tolist(), ys.tolist(), strict=True)):
            (x, y), (end_x, end_y) = ends
            if search.sees(self.chart.sea, x, y, end_x, end_y):
                parts.append(([end_x], [end_y]))
                continue
            (west, east), (south, north) = (
                sorted(int(at) >> 2 for at in pair) for pair in zip(*ends, strict=True)
            )
            window = np.full((north - south + 3, east - west + 3), search.NONE, np.int32)
            cells = Cells(self, west - 1, south - 1, window)
            cells.start(int(x), int(y))
            back = cells.trace(cells.to(int(end_x), int(end_y), math.inf))
            parts.append(tuple(way[::-1] for way in back))
        return tuple(np.concatenate(way) for way in zip(*parts, strict=True))

    def tiles_to(self, rim: Cells, goal: int, limit_m: float):
        """Search by tiles from the rim of a search by cells, which has gone so far.

        Returns the way back as two arrays, or TOO_FAR or UNREACHED; goes on where it stopped for this rim.
        """
        if self.owner is not rim:
            self._clear()
            search.seed_tiles(
                self.bodies, self.middle_of, rim.tile_of, rim.reached, NEAR_M, NEAR_M + RIM_M,
                self.tile_scale, self.state, self.queue, self.reached, self.came,
            )  # fmt: skip
            self.owner = rim
        if not search.search_tiles(
            self.bodies, self.wide, self.tile_cost, self.tile_scale, self.state, self.queue, self.reached,
            self.came, goal, limit_m,
        ):  # fmt: skip
            return TOO_FAR if self.state[1:].any() else UNREACHED
        return search.trace_tiles(self.bodies, self.middle_of, self.came, goal)


def _costs(chart: Chart, cells: int) -> np.ndarray:
    """Give for each row of cells or tiles the metres of each of the sixteen steps."""
    rows = np.arange(chart.rows // cells)[:, None]
    middle = (rows + 0.5 + search.STEP_Y / 2) * cells * chart.cell_deg + chart.south
    east = search.STEP_X * np.cos(np.radians(middle))
    metres = math.radians(chart.cell_deg) * EARTH_RADIUS_M * cells * np.hypot(east, search.STEP_Y)
    return metres.astype(np.float32)


def _wide(sea: np.ndarray) -> np.ndarray:
    """Mark the tiles that have nothing but water for two tiles around."""
    full = sea == search.FULL
    wide = full.copy()
    wide[:2] = wide[-2:] = False
    wide[:, :2] = wide[:, -2:] = False
    for shift in (-2, -1, 1, 2):
        wide[2:-2] &= full[2 + shift : full.shape[0] - 2 + shift]
    full = wide.copy()
    for shift in (-2, -1, 1, 2):
        wide[:, 2:-2] &= full[:, 2 + shift : full.shape[1] - 2 + shift]
    return wide
