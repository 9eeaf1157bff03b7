"""The chart of the sea that routes are searched on: which cells are water, as one small file.

A file is xz over a line of JSON and two bitmaps, row by row from the south, eight cells a byte, the westmost
in the lowest bit: cells of the open sea, then cells of inland waters wide enough that a boat may be in
trouble there, and from which no sea is reached. Last the tiles (`search`) that a search by tiles must leave
out, four bytes each.
"""

import json
import lzma
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "data" / "sea"


@dataclass(frozen=True, slots=True)
class Chart:
    """`sea` and `inland` are tiles of 4 x 4 cells as the bits of a uint16, see `search`."""

    name: str
    west: float
    south: float
    cell_deg: float
    sea: np.ndarray
    inland: np.ndarray  # cells as row * columns + column, ascending
    cut_off: np.ndarray  # tiles, likewise

    @property
    def rows(self) -> int:
        return self.sea.shape[0] * 4

    @property
    def columns(self) -> int:
        return self.sea.shape[1] * 4

    def covers(self, lon: float, lat: float) -> bool:
        x, y = self.cell(lon, lat)
        return 0 <= x < self.columns and 0 <= y < self.rows

    def is_sea(self, lon: float, lat: float) -> bool:
        x, y = map(math.floor, self.cell(lon, lat))
        if not self.covers(lon, lat):
            return False
        return bool(int(self.sea[y >> 2, x >> 2]) >> ((y & 3) * 4 + (x & 3)) & 1)

    def is_inland(self, lon: float, lat: float) -> bool:
        """Tell whether a place lies on a lake."""
        x, y = map(math.floor, self.cell(lon, lat))
        at = np.searchsorted(self.inland, y * self.columns + x)
        return self.covers(lon, lat) and at < len(self.inland) and self.inland[at] == y * self.columns + x

    def cell(self, lon: float, lat: float) -> tuple[float, float]:
        """Give a place in cells east and north of the chart's corner."""
        return (lon - self.west) / self.cell_deg, (lat - self.south) / self.cell_deg

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give the (lon, lat) of a place in cells."""
        return self.west + x * self.cell_deg, self.south + y * self.cell_deg


def read(name: str) -> Chart:
    """Read a shipped chart."""
    data = lzma.decompress((DATA / f"{name}.xz").read_bytes())
    line, _, bits = data.partition(b"\n")
    head = json.loads(line)
    rows, columns = head["rows"], head["columns"]
    half = rows * columns // 8
    sea = np.frombuffer(bits, np.uint8, half).reshape(rows, columns // 8)
    inland = np.frombuffer(bits, np.uint8, half, half)
    at_byte = np.flatnonzero(inland)
    found = np.unpackbits(inland[at_byte][:, None], axis=1, bitorder="little").nonzero()
    cells = at_byte[found[0]] * 8 + found[1]
    cut_off = np.frombuffer(bits, "<i4", offset=2 * half)
    return Chart(name, head["west"], head["south"], head["cell_deg"], tiles(sea), cells, cut_off)


def write(
    path: Path, *, west: float, south: float, cell_deg: float, sea, inland, cut_off, source: str
) -> int:
    """Write arrays of booleans, southmost row first, and numbers of tiles as a chart; return its bytes."""
    rows, columns = sea.shape
    head = {
        "west": west, "south": south, "cell_deg": cell_deg, "rows": rows, "columns": columns,
        "source": source,
    }  # fmt: skip
    bits = b"".join(np.packbits(part, axis=1, bitorder="little").tobytes() for part in (sea, inland))
    bits += cut_off.astype("<i4").tobytes()
    data = lzma.compress(json.dumps(head).encode() + b"\n" + bits, preset=9 | lzma.PRESET_EXTREME)
    path.write_bytes(data)
    return len(data)


def tiles(bits: np.ndarray) -> np.ndarray:
    """Turn rows of bytes into tiles: two lie side by side in four bytes above each other."""
    found = np.zeros((bits.shape[0] // 4, bits.shape[1] * 2), np.uint16)
    for row in range(4):
        byte = bits[row::4].astype(np.uint16)
        found[:, 0::2] |= (byte & 0xF) << (4 * row)
        found[:, 1::2] |= (byte >> 4) << (4 * row)
    return found
