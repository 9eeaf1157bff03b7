"""Draw ten ways by sea on the chart, for docs/images/sea-routes.png: so that a person can look.

.venv/bin/python -m tests.bench.sea_scenes
"""

import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerts.searoutes.charts import Chart
from alerts.searoutes.seamap import SeaMap
from communities.sphere import NAUTICAL_MILE_M, great_circle_m

FILE = Path(__file__).parents[2] / "docs" / "images" / "sea-routes.png"
SIDE, HEAD, ACROSS = 380, 34, 5
SEA, LAND, LAKE = (222, 236, 245), (200, 190, 165), (160, 190, 215)
SCENES = [
    ("Batu Uban to Lumut", (100.35, 5.41667), (100.63333, 4.23333)),
    ("Johor, round the causeway", (103.735, 1.447), (103.80, 1.463)),
    ("Melaka to Tanjung Sedili", (102.12338, 2.24889), (104.15, 1.75)),
    ("Batangas to Legazpi, San Bernardino", (121.0584, 13.7567), (123.75656, 13.14508)),
    ("Cebu to Surigao", (123.9, 10.3), (125.495, 9.789)),
    ("Tawau to Kudat", (117.89115, 4.24482), (116.85, 6.88333)),
    ("Puerto Princesa to El Nido", (118.73333, 9.73333), (119.39, 11.18)),
    ("Up the river to Kuching", (110.2, 1.85), (110.35, 1.56667)),
    ("Bali, north to south", (115.2, -8.05), (115.21667, -8.75)),
    ("Makassar to Kendari, Buton", (119.43194, -5.14861), (122.6, -3.98)),
]


def draw(path: Path, sea: SeaMap) -> list:
    """Draw every scene with its way (red) and the straight line (grey); return the ways."""
    rows = math.ceil(len(SCENES) / ACROSS)
    image = Image.new("RGB", (SIDE * ACROSS, (SIDE + HEAD) * rows), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    ways = []
    for number, (name, start, end) in enumerate(SCENES):
        way = sea.way(start, end)
        ways.append(way)
        west, south, span = _frame(way.path)
        left, top = number % ACROSS * SIDE, number // ACROSS * (SIDE + HEAD)
        image.paste(_chart(sea.region.chart, west, south, span), (left, top + HEAD))

        def at(place, west=west, south=south, span=span, left=left, top=top):
            lon, lat = place
            return left + (lon - west) / span * SIDE, top + HEAD + SIDE - (lat - south) / span * SIDE

        pen.line([at(start), at(end)], (130, 130, 130), 1)
        pen.line([at(place) for place in way.path], (200, 40, 30), 2)
        for place in (start, end):
            x, y = at(place)
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), (20, 50, 80))
        straight = great_circle_m(start, end) / NAUTICAL_MILE_M
        pen.text((left + 6, top + 2), name, "black", font)
        pen.text(
            (left + 6, top + 17),
            f"{way.distance_m / NAUTICAL_MILE_M:.1f} NM, straight {straight:.1f}",
            "black",
            font,
        )
    image.quantize(16).save(path, optimize=True)
    return ways


def _frame(path) -> tuple[float, float, float]:
    lons, lats = zip(*path, strict=True)
    span = max(max(lons) - min(lons), max(lats) - min(lats)) * 1.25 + 0.02
    return (max(lons) + min(lons) - span) / 2, (max(lats) + min(lats) - span) / 2, span


def _chart(chart: Chart, west: float, south: float, span: float) -> Image.Image:
    at = (np.arange(SIDE) + 0.5) / SIDE * span
    x = np.floor((west + at - chart.west) / chart.cell_deg).astype(int)[None, :]
    y = np.floor((south + at[::-1] - chart.south) / chart.cell_deg).astype(int)[:, None]
    water = chart.sea[y >> 2, x >> 2] >> ((y & 3) * 4 + (x & 3)) & 1 == 1
    lake = np.isin(y * chart.columns + x, chart.inland)
    pixels = np.where(water[..., None], SEA, np.where(lake[..., None], LAKE, LAND)).astype(np.uint8)
    return Image.fromarray(pixels)


if __name__ == "__main__":
    draw(FILE, SeaMap())
    print(FILE)
