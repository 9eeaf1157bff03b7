"""Land or sea, and miles to the coast, from the shipped Natural Earth polygons.

Inside the window of the 1:10m file (South-East Asia) answers are good to about half a nautical mile;
beyond it the 1:50m file of the whole world answers, coarser. Small islands are missing and rivers count as
land: what is said here is a hint for the officer, never a reason to refuse a report.

Both files are read at the first question that needs them and kept: 0.2 s and 17 MB, the world's another
0.2 s and 8 MB. After that land or sea takes 0.03 ms and the distance 0.15 ms (one core of a small server;
`tests/bench/bench_coast.py` measures).
"""

import gzip
import json
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from communities.sphere import Position, great_circle_m

DATA = Path(__file__).parent / "data" / "coast"
WINDOW = (90.0, -13.0, 135.0, 24.0)  # west, south, east, north of the 1:10m file
WORLD = (-180.0, -90.0, 180.0, 90.0)

# Vertices in one piece of coast: short pieces have tight boxes, long ones are fewer.
PIECE = 16


class _Layer:
    """The polygons of one file with an index for each of the two questions."""

    def __init__(self, name: str, clip: tuple[float, float, float, float], inner=None):
        with gzip.open(DATA / name, "rb") as file:
            features = json.load(file)["features"]
        self.polygons = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features])
        shapely.prepare(self.polygons)
        self.land = shapely.STRtree(self.polygons)
        self.coast = shapely.STRtree(_coast_pieces(self.polygons, clip, inner))

    def is_land(self, lon: float, lat: float) -> bool:
        found = self.land.query(shapely.Point(lon, lat))
        return bool(shapely.intersects_xy(self.polygons[found], lon, lat).any())

    def crosses(self, line) -> bool:
        return bool(shapely.intersects(self.polygons[self.land.query(line)], line).any())

    def distance_m(self, lon: float, lat: float) -> float:
        here = shapely.Point(_mercator(np.array([[lon, lat]]))[0])
        line = shapely.shortest_line(self.coast.geometries[self.coast.nearest(here)], here)
        return great_circle_m((lon, lat), _from_mercator(*shapely.get_coordinates(line)[0]))


def is_land(lon: float, lat: float) -> bool:
    """Tell whether a position in degrees lies on charted land (the coastline itself counts as land)."""
    layer = _near() if _inside(WINDOW, lon, lat) else _world()
    return layer.is_land(lon, lat)


def crosses_land(start: Position, end: Position) -> bool:
    """Tell whether charted land lies on the straight way between two positions `(lon, lat)`.

    Straight on the plain chart, which within a day's run differs from the great circle by less than the
    chart's own error. A way across longitude 180 is not looked at and counts as crossing.
    """
    if abs(start[0] - end[0]) > 180:
        return True
    layer = _near() if _inside(WINDOW, *start) and _inside(WINDOW, *end) else _world()
    return layer.crosses(shapely.LineString([start, end]))


def distance_to_coast_m(lon: float, lat: float) -> float:
    """Measure metres to the nearest coastline, from sea or from land.

    The nearest point is looked for in Mercator's projection, whose scale is the same in all directions, and
    measured on the sphere: within 1 % up to 100 nautical miles off in these latitudes. Does not look across
    longitude 180. What is no number is not a number of metres either (nan).
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return math.nan
    if not _inside(WINDOW, lon, lat):
        return min(_world().distance_m(lon, lat), _near().distance_m(lon, lat))
    near_m = _near().distance_m(lon, lat)
    west, south, east, north = WINDOW
    to_edge_m = min(
        great_circle_m((lon, lat), edge) for edge in ((west, lat), (east, lat), (lon, south), (lon, north))
    )
    # Only when the file's edge is nearer than its coast can a coast beyond it be nearer still.
    return min(near_m, _world().distance_m(lon, lat)) if to_edge_m < near_m else near_m


def land_reach_m(lon: float, lat: float) -> float:
    """Measure metres from a point on charted land to the furthest corner of its island's box; 0 at sea.

    A continent answers with thousands of miles.
    """
    layer = _near() if _inside(WINDOW, lon, lat) else _world()
    found = layer.polygons[layer.land.query(shapely.Point(lon, lat))]
    reach_m = 0.0
    for west, south, east, north in shapely.bounds(found[shapely.intersects_xy(found, lon, lat)]):
        corners = ((west, south), (west, north), (east, south), (east, north))
        reach_m = max(reach_m, *(great_circle_m((lon, lat), corner) for corner in corners))
    return reach_m


@lru_cache(maxsize=4)
def land_geojson(tolerance_deg: float = 0.0) -> str:
    """Give the 1:10m land of the region as one GeoJSON FeatureCollection, for maps.

    A tolerance makes it lighter (0.01 degree, about 1 km: 40 % of the size); what vanishes is left out.
    """
    polygons = _near().polygons
    if tolerance_deg:
        polygons = shapely.simplify(polygons, tolerance_deg)
    polygons = shapely.set_precision(polygons[~shapely.is_empty(polygons)], 0.0001)
    shapes = shapely.to_geojson(polygons[~shapely.is_empty(polygons)])
    features = ",".join(f'{{"type":"Feature","properties":{{}},"geometry":{shape}}}' for shape in shapes)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


@lru_cache(maxsize=1)
def _near() -> _Layer:
    return _Layer("land_10m_sea.geojson.gz", WINDOW)


@lru_cache(maxsize=1)
def _world() -> _Layer:
    return _Layer("land_50m_world.geojson.gz", WORLD, inner=WINDOW)


def _inside(box, lon, lat) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


def _coast_pieces(polygons, clip, inner):
    """Cut the rings into short lines in Mercator metres, without edges along `clip` or within `inner`."""
    rings = shapely.get_rings(polygons)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    a, b = points[:-1], points[1:]
    west, south, east, north = clip
    lon, lat = 0, 1
    keep = ring_of[:-1] == ring_of[1:]
    for axis, edge in ((lon, west), (lon, east), (lat, south), (lat, north)):
        keep &= ~((a[:, axis] == edge) & (b[:, axis] == edge))
    if inner:
        middle = (a + b) / 2
        keep &= ~(
            (middle[:, lon] > inner[0])
            & (middle[:, lat] > inner[1])
            & (middle[:, lon] < inner[2])
            & (middle[:, lat] < inner[3])
        )
    projected = _mercator(points)
    pieces = []
    kept = np.flatnonzero(keep)
    for run in np.split(kept, np.flatnonzero(np.diff(kept) > 1) + 1):
        for start in range(0, len(run), PIECE):
            first, last = run[start], run[min(start + PIECE, len(run)) - 1]
            pieces.append(shapely.LineString(projected[first : last + 2]))
    return pieces


def _mercator(points: np.ndarray) -> np.ndarray:
    """Project degrees to Mercator on the unit sphere; the poles, which it cannot show, to latitude 89.9."""
    lon, lat = np.radians(points[:, 0]), np.radians(np.clip(points[:, 1], -89.9, 89.9))
    return np.column_stack([lon, np.arctanh(np.sin(lat))])


def _from_mercator(x: float, y: float) -> tuple[float, float]:
    return float(np.degrees(x)), float(np.degrees(np.arcsin(np.tanh(y))))
