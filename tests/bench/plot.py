"""Small pictures for the documentation, drawn with Pillow."""

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

INK, GRID, LINE = "#16324f", "#d5dde5", "#c8442f"
PANEL = (560, 380)
LEFT, TOP, RIGHT, BOTTOM = 70, 60, 530, 320


def lines(path: Path, panels: dict[str, dict[float, float]], *, unit: str) -> None:
    """Draw one panel a title, both axes logarithmic."""
    image = Image.new("RGB", (PANEL[0] * len(panels), PANEL[1]), "white")
    pen = ImageDraw.Draw(image)
    title, small = ImageFont.load_default(16), ImageFont.load_default(13)
    for number, (name, values) in enumerate(panels.items()):
        left = LEFT + number * PANEL[0]
        right = RIGHT + number * PANEL[0]
        pen.text((left, 22), name, INK, title)
        low, high = math.floor(math.log10(min(values.values()))), math.ceil(math.log10(max(values.values())))
        first, last = math.log10(min(values)), math.log10(max(values))

        def at(key, value, left=left, right=right, low=low, high=high, first=first, last=last):
            return (
                left + (math.log10(key) - first) / (last - first) * (right - left),
                BOTTOM - (math.log10(value) - low) / (high - low) * (BOTTOM - TOP),
            )

        for power in range(low, high + 1):
            _, y = at(min(values), 10.0**power)
            pen.line((left, y, right, y), GRID)
            pen.text((left - 8, y), f"{10.0**power:g} {unit}", INK, small, anchor="rm")
        points = [at(key, value) for key, value in values.items()]
        pen.line(points, LINE, 3)
        for (x, y), key, value in zip(points, values, values.values(), strict=True):
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), LINE)
            pen.text((x, y - 8), f"{value:.3g}", INK, small, anchor="mb")
            pen.text((x, BOTTOM + 10), f"{key:g}", INK, small, anchor="mt")
    image.save(path, optimize=True)
