"""From polygons of land to a chart: used once for each coastline, by `manage.py build_sea_mask`."""

import csv
import gzip
import itertools
import json
import math
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from alerts.searoutes import charts, search

SAMPLES = 4  # a cell is asked at 4 x 4 places
INLAND_CELLS = 4  # an inland water is kept if a square of so many cells fits in
STRIP_ROWS = 64
NOTHING = np.zeros((0, 0), np.bool_), np.zeros((0, 0), np.uint16)


def read_rings(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the rings of GeoJSON land, plain, gzipped or in an npm package: points, and each one's ring."""
    if path.suffix == ".tgz":
        with tarfile.open(path) as package:
            data = package.extractfile("package/map.geo.json").read()
    else:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rings = [np.array(ring) for polygon in _polygons(json.loads(data)) for ring in polygon]
    return np.concatenate(rings), np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])


def _polygons(shape: dict) -> Iterator[list]:
    match shape["type"]:
        case "FeatureCollection":
            for feature in shape["features"]:
                yield from _polygons(feature["geometry"])
        case "GeometryCollection":
            for part in shape["geometries"]:
                yield from _polygons(part)
        case "MultiPolygon":
            yield from shape["coordinates"]
        case "Polygon":
            yield shape["coordinates"]


def water_share(
    rings, *, west: float, south: float, cell_deg: float, rows: int, columns: int, told: Callable[[int], None]
) -> np.ndarray:
    """Count for each cell, southmost row first, how many of its `SAMPLES` squared places are water.

    A place is land where the rings wind round it, so overlapping polygons do no harm; a hole is water. `told`
    hears how many rows are done.
    """
    points, ring_of = rings
    a, b = points[:-1], points[1:]
    low, high = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    # Edges to the west of the chart count: what they enclose may reach into it.
    keep = (ring_of[:-1] == ring_of[1:]) & (high > south) & (low < south + rows * cell_deg)
    keep &= np.minimum(a[:, 0], b[:, 0]) < west + columns * cell_deg
    a, b, low, high = a[keep], b[keep], low[keep], high[keep]
    step = cell_deg / SAMPLES
    lines, places = rows * SAMPLES, columns * SAMPLES
    first, last = (
        np.clip(np.ceil((edge - south) / step - 0.5), 0, lines).astype(np.int64) for edge in (low, high)
    )
    edge = np.repeat(np.arange(len(a)), last - first)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(last - first) - last, last - first)
    lat = south + (line + 0.5) * step
    lon = a[edge, 0] + (lat - a[edge, 1]) * (b[edge, 0] - a[edge, 0]) / (b[edge, 1] - a[edge, 1])
    place = np.clip(np.ceil((lon - west) / step - 0.5), 0, places).astype(np.int64)
    turn = np.where(b[edge, 1] > a[edge, 1], 1, -1).astype(np.int8)
    order = np.argsort(line, kind="stable")
    line, place, turn = line[order], place[order], turn[order]
    share = np.empty((rows, columns), np.uint8)
    for row in range(0, rows, STRIP_ROWS):
        strip = min(STRIP_ROWS, rows - row)
        begin, end = np.searchsorted(line, [row * SAMPLES, (row + strip) * SAMPLES])
        winds = np.zeros((strip * SAMPLES, places + 1), np.int8)
        np.add.at(winds, (line[begin:end] - row * SAMPLES, place[begin:end]), turn[begin:end])
        np.cumsum(winds, axis=1, out=winds)
        water = (winds[:, :places] == 0).reshape(strip, SAMPLES, columns, SAMPLES)
        share[row : row + strip] = water.sum(axis=(1, 3), dtype=np.uint8)
        told(row + strip)
    return share


def open_water(share: np.ndarray) -> np.ndarray:
    """Take for water what is half water, and of what is a quarter water as much as joins such cells.

    So a channel less than a cell wide stays open, one cell wide, while creeks that lead nowhere are land.
    """
    water = share * 2 >= SAMPLES**2
    narrow = (share * 4 >= SAMPLES**2) & ~water
    cells = np.flatnonzero(narrow)
    cells = cells[np.argsort(share.ravel()[cells], kind="stable")]
    water |= narrow
    thin(water, cells)
    return water


def read_straits(path: Path, chart: str) -> list[tuple[bool, list[tuple[float, float]]]]:
    """Read what the cells get wrong on a chart: whether to open, and the line of (lon, lat) along which."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (
                row["action"] == "open",
                [tuple(map(float, point.split())) for point in row["line"].split(",")],
            )
            for row in csv.DictReader(file)
            if row["chart"] == chart
        ]


def draw(water: np.ndarray, straits, *, west: float, south: float, cell_deg: float) -> None:
    """Open or close the cells that lines cross, in place; each next cell shares a side with the last."""
    for is_open, line in straits:
        cells = [
            (math.floor((lon - west) / cell_deg), math.floor((lat - south) / cell_deg)) for lon, lat in line
        ]
        for (x, y), (end_x, end_y) in itertools.pairwise(cells):
            wide, high = end_x - x, end_y - y
            water[y, x] = is_open
            for _ in range(abs(wide) + abs(high)):
                if abs((x - end_x) * high) >= abs((y - end_y) * wide) and x != end_x:
                    x += int(math.copysign(1, wide))
                else:
                    y += int(math.copysign(1, high))
                water[y, x] = is_open


def part(water: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Part the cells of water into the open sea, the largest that hangs together, and broad inland waters."""
    bodies, sizes = label(water, NOTHING[1])
    sea = bodies == np.argmax(sizes) + 1
    rest = water & ~sea
    square = rest[: 1 - INLAND_CELLS, : 1 - INLAND_CELLS].copy()
    rows, columns = square.shape
    for up in range(INLAND_CELLS):
        for right in range(INLAND_CELLS):
            square &= rest[up : up + rows, right : right + columns]
    broad = np.unique(bodies[:rows, :columns][square])
    return sea, rest & np.isin(bodies, broad)


def cut_off(sea: np.ndarray) -> np.ndarray:
    """List the tiles whose main waters do not hang together with the open sea's, as row * columns + column.

    Narrow creeks: a search by cells gets there, one by tiles does not.
    """
    tiles = charts.tiles(np.packbits(sea, axis=1, bitorder="little"))
    bodies, sizes = label(NOTHING[0], search.main_bodies()[0][tiles])
    return np.flatnonzero((bodies != 0) & (bodies != np.argmax(sizes) + 1)).astype(np.int32)


@search.compiled
def label(water, bodies_of_tiles):
    """Number the bodies of water from 1, cells that share a side being one; return the numbers and the sizes.

    Or, where `water` is empty, tiles whose main waters meet. For building charts: 8 bytes a cell.
    """
    by_tile = water.size == 0
    rows, columns = bodies_of_tiles.shape if by_tile else water.shape
    bodies = np.zeros((rows, columns), np.int32)
    stack = np.empty(rows * columns, np.int32)
    sizes = []
    for start in range(rows * columns):
        y, x = start // columns, start % columns
        wet = bodies_of_tiles[y, x] != 0 if by_tile else water[y, x]
        if not wet or bodies[y, x]:
            continue
        bodies[y, x] = len(sizes) + 1
        stack[0] = start
        waiting, size = 1, 0
        while waiting:
            waiting -= 1
            size += 1
            y, x = stack[waiting] // columns, stack[waiting] % columns
            for side in range(0, 16, 4):
                to_x, to_y = x + search.STEP_X[side], y + search.STEP_Y[side]
                if not (0 <= to_x < columns and 0 <= to_y < rows) or bodies[to_y, to_x]:
                    continue
                if search.meets(bodies_of_tiles, x, y, side) if by_tile else water[to_y, to_x]:
                    bodies[to_y, to_x] = len(sizes) + 1
                    stack[waiting] = to_y * columns + to_x
                    waiting += 1
        sizes.append(size)
    return bodies, np.array(sizes)


@search.compiled
def thin(water, cells):
    """Make land of every one of `cells` that joins nothing, in their order, again and again till all join.

    A cell joins where its sides touch waters that do not meet round it within the eight cells about it.
    """
    columns = water.shape[1]
    changed = True
    while changed:
        changed = False
        for cell in cells:
            y, x = cell // columns, cell % columns
            if not water[y, x]:
                continue
            # Going round, a water ends at a side whose next corner or next side is land.
            waters = 0
            for side in range(0, 16, 4):
                if _wet(water, x, y, side):
                    waters += not (_wet(water, x, y, side + 2) and _wet(water, x, y, side + 4))
            if waters > 1:
                continue
            water[y, x] = False
            changed = True


@search.compiled
def _wet(water, x, y, step):
    to_x, to_y = x + search.STEP_X[step & 15], y + search.STEP_Y[step & 15]
    return 0 <= to_x < water.shape[1] and 0 <= to_y < water.shape[0] and water[to_y, to_x]
