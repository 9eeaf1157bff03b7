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
    search.thin(water, cells)
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
    bodies, sizes = search.label(water, NOTHING[1])
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
    bodies, sizes = search.label(NOTHING[0], search.main_bodies()[0][tiles])
    return np.flatnonzero((bodies != 0) & (bodies != np.argmax(sizes) + 1)).astype(np.int32)
