"""Write tests/data/distances/reference.csv: distances by sea on a chart of half the cell, by another search.

    .venv/bin/python -m tests.bench.sea_reference geo-maps-earth-lands-100m-0.6.0.tgz

Lazy Theta* (A. Nash, S. Koenig, C. Tovey, AAAI 2010): any angle, a heap, no pruning, no tiles, nothing shared with
`alerts.searoutes.search` but the coastline. Each incident has a window of its own; a pair is left out where a
way out of the window could be shorter.
"""

import csv
import heapq
import math
import random
import sys
import time
from pathlib import Path

import numpy as np
from numba import njit

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerts.searoutes import charts, raster
from communities.sphere import NAUTICAL_MILE_M, destination, great_circle_m

FILE = Path(__file__).parents[1] / "data" / "distances" / "reference.csv"
CELL = 0.0025
HALF = 1440  # cells from the incident to the window's side: 216 nautical miles
DEGREE_M = great_circle_m((0, 0), (0, 1))
INCIDENTS = [
    # name, lon, lat: near the coast, five each off the Philippines, the Malay Peninsula and Indonesia
    ("Batangas", 120.9, 13.6), ("Surigao", 125.6, 9.9), ("Puerto Princesa", 118.9, 9.7),
    ("Zamboanga", 122.2, 6.8), ("Lingayen", 120.0, 16.3), ("Pangkor", 100.5, 4.2), ("Sedili", 104.3, 1.9),
    ("Johor east", 104.05, 1.33), ("Phuket", 98.55, 7.9), ("Kota Bharu", 102.4, 6.3), ("Batam", 104.0, 0.9),
    ("Labuan Bajo", 119.85, -8.4), ("Buton", 122.75, -5.2), ("Ambon", 128.05, -3.75), ("Bali", 115.3, -8.85),
]  # fmt: skip


@njit
def sees(water, x0, y0, x1, y1):
    """Go from the middle of a cell to another's by the rows, asking every cell of each row that is crossed."""
    dx, dy = x1 - x0, y1 - y0
    if abs(dx) > abs(dy):
        for i in range(abs(dx) + 1):
            x = x0 + (i if dx > 0 else -i)
            low = y0 + 0.5 + dy * max(0.0, i - 0.5) / abs(dx)
            high = y0 + 0.5 + dy * min(float(abs(dx)), i + 0.5) / abs(dx)
            for y in range(int(min(low, high) + 1e-9), int(max(low, high) - 1e-9) + 1):
                if not water[y, x]:
                    return False
    elif dy:
        for i in range(abs(dy) + 1):
            y = y0 + (i if dy > 0 else -i)
            low = x0 + 0.5 + dx * max(0.0, i - 0.5) / abs(dy)
            high = x0 + 0.5 + dx * min(float(abs(dy)), i + 0.5) / abs(dy)
            for x in range(int(min(low, high) + 1e-9), int(max(low, high) - 1e-9) + 1):
                if not water[y, x]:
                    return False
    return True


@njit
def theta(water, squeeze, start_x, start_y, metres_cell, limit):
    rows, columns = water.shape
    reached = np.full((rows, columns), np.inf, np.float64)
    parent = np.full((rows, columns), -1, np.int64)
    done = np.zeros((rows, columns), np.bool_)
    reached[start_y, start_x] = 0
    parent[start_y, start_x] = start_y * columns + start_x
    heap = [(0.0, start_y * columns + start_x)]
    while heap:
        metres, node = heapq.heappop(heap)
        y, x = node // columns, node % columns
        if done[y, x]:
            continue
        if metres > limit:
            break
        done[y, x] = True
        from_y, from_x = parent[y, x] // columns, parent[y, x] % columns
        if not sees(water, from_x, from_y, x, y):
            least = np.inf
            for step_y in range(-1, 2):
                for step_x in range(-1, 2):
                    by_x, by_y = x + step_x, y + step_y
                    if (
                        not (0 <= by_x < columns and 0 <= by_y < rows)
                        or not done[by_y, by_x]
                        or (by_x, by_y) == (x, y)
                    ):
                        continue
                    if step_x and step_y and not (water[y, by_x] and water[by_y, x]):
                        continue
                    wide = step_x * (squeeze[y] + squeeze[by_y]) / 2
                    new = reached[by_y, by_x] + metres_cell * math.hypot(wide, step_y)
                    if new < least:
                        least, from_x, from_y = new, by_x, by_y
            reached[y, x] = least
            parent[y, x] = from_y * columns + from_x
        for step_y in range(-1, 2):
            for step_x in range(-1, 2):
                to_x, to_y = x + step_x, y + step_y
                if (
                    not (0 <= to_x < columns and 0 <= to_y < rows)
                    or done[to_y, to_x]
                    or not water[to_y, to_x]
                ):
                    continue
                if step_x and step_y and not (water[y, to_x] and water[to_y, x]):
                    continue
                wide = (to_x - from_x) * (squeeze[to_y] + squeeze[from_y]) / 2
                new = reached[from_y, from_x] + metres_cell * math.hypot(wide, to_y - from_y)
                if new < reached[to_y, to_x]:
                    reached[to_y, to_x] = new
                    parent[to_y, to_x] = from_y * columns + from_x
                    heapq.heappush(heap, (new, to_y * columns + to_x))
    return reached


def main() -> None:
    rings = raster.read_rings(Path(sys.argv[1]))
    straits = raster.read_straits(charts.DATA / "straits.csv", "region")
    chart = charts.read("region")
    draw = random.Random(4)
    rows = []
    for name, lon, lat in INCIDENTS:
        began = time.perf_counter()
        west, south = (math.floor(at / CELL) * CELL - HALF * CELL for at in (lon, lat))
        window = {"west": west, "south": south, "cell_deg": CELL, "rows": 2 * HALF, "columns": 2 * HALF}
        water = raster.water_share(rings, **window, told=lambda done: None) * 2 >= raster.SAMPLES**2
        inside = [
            (is_open, line)
            for is_open, line in straits
            if all(west < x < west + 2 * HALF * CELL and south < y < south + 2 * HALF * CELL for x, y in line)
        ]
        raster.draw(water, inside, west=west, south=south, cell_deg=CELL)
        squeeze = np.cos(np.radians(south + (np.arange(2 * HALF) + 0.5) * CELL))
        start_x = start_y = HALF
        while True:
            # The middle of the cell, the same in all that are asked.
            here = (west + (start_x + 0.5) * CELL, south + (start_y + 0.5) * CELL)
            if water[start_y, start_x] and chart.is_sea(*here):
                break
            start_x, start_y = HALF + draw.randint(-20, 20), HALF + draw.randint(-20, 20)
        reached = theta(water, squeeze, start_x, start_y, CELL * DEGREE_M, 400 * NAUTICAL_MILE_M)
        kept = 0
        while kept < 60:
            reach = (3, 40) if kept % 2 else (40, 200)
            place = destination(here, draw.uniform(0, 360), draw.uniform(*reach) * NAUTICAL_MILE_M)
            x, y = int((place[0] - west) / CELL), int((place[1] - south) / CELL)
            place = (west + (x + 0.5) * CELL, south + (y + 0.5) * CELL)
            if not chart.covers(*place) or not (chart.is_sea(*place) and water[y, x]):
                continue
            straight_m = great_circle_m(here, place)
            if (
                not reached[y, x] <= 380 * NAUTICAL_MILE_M
                or reached[y, x] > 420 * NAUTICAL_MILE_M - straight_m
            ):
                continue
            kept += 1
            rows.append([name, *(f"{at:.5f}" for at in (*here, *place)), f"{reached[y, x]:.0f}"])
        print(f"{name}: {kept} pairs, {time.perf_counter() - began:.0f} s", flush=True)
    with FILE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["incident", "from_lon", "from_lat", "to_lon", "to_lat", "distance_m"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
