"""Two axes make a position: which is the latitude, which way each points, and what is doubtful about it."""

import math
from dataclasses import dataclass, field

from .axes import Axis, readings
from .signs import HEMISPHERES, LOOSE

SERVICE_BOX = (90.0, -13.0, 142.0, 25.0)  # west, south, east, north: where the service answers
GNSS_ERROR_M = 15.0  # what a fisher's set is worth, besides the digits that were typed
METRES_A_DEGREE = 111_120.0
OTHER_SIDE = "other side of the equator"


@dataclass(slots=True)
class Pair:
    """One reading of a position in a text. `others`: (lon, lat, note) that it could also be."""

    lon: float
    lat: float
    error_m: float
    strength: int  # 3 two hemisphere marks, 2 one mark or axis words, 1 bare numbers
    start: int = 0
    end: int = 0
    flags: set[str] = field(default_factory=set)
    others: list[tuple[float, float, str]] = field(default_factory=list)
    doubtful: bool = False
    grouped: bool = False  # degrees and minutes apart

    @property
    def inside(self) -> bool:
        return in_service_box(self.lon, self.lat)


def in_service_box(lon: float, lat: float) -> bool:
    west, south, east, north = SERVICE_BOX
    return west <= lon <= east and south <= lat <= north


def error_m(unit_deg: float) -> float:
    """Radius of a typed position: half of its last digit, and what the set itself is worth, in metres.

    Whole degrees give 30 NM, D M.mm gives 18 m, four decimals 16 m.
    """
    return math.hypot(unit_deg / 2 * METRES_A_DEGREE, GNSS_ERROR_M)


def join(first: Axis, second: Axis, strength: int, language: str, south: bool) -> Pair | None:
    """Make the likeliest position of two axes in text order; None where they cannot be one.

    `south`: the reporter is Indonesian or was last seen south of the line, so a latitude without letter or
    sign may be either.
    """
    for lat_axis, lon_axis in ((first, second), (second, first)):
        if not (_can_be(lat_axis, 0, lon_axis, language) and _can_be(lon_axis, 1, lat_axis, language)):
            continue
        pair = _read(lat_axis, lon_axis, strength, language, south)
        if pair is None:
            continue
        if lat_axis is second and not (_says(first) or _says(second)):
            pair.flags.add("order_assumed")
        return pair
    return None


def _says(axis: Axis) -> bool:
    lat, lon = HEMISPHERES.get(axis.hemisphere, (None, None))
    return bool(axis.word) or (lat is None) != (lon is None)


def _can_be(axis: Axis, role: int, other: Axis, language: str) -> bool:
    if axis.word:
        return (axis.word == "o") == bool(role)
    if not axis.hemisphere:
        return True
    if HEMISPHERES[axis.hemisphere][role] is None:
        return False
    if axis.hemisphere == "s" and role == 1:
        # Silangan (fil), or the number can only be a longitude
        return language == "fil" or other.hemisphere in ("h", "hilaga", "timog") or _whole(axis) > 90
    return True


def _whole(axis: Axis) -> int:
    whole = axis.numbers[0].text.split(".")[0].split("·")[0]
    return int(whole[:-2] if 4 <= len(whole) <= 5 else whole[:-4] or 0 if len(whole) > 5 else whole)


def _read(lat_axis: Axis, lon_axis: Axis, strength: int, language: str, south: bool) -> Pair | None:
    if not (lats := _forms(lat_axis, 0)) or not (lons := _forms(lon_axis, 1)):
        return None
    three = len(lat_axis.numbers) == len(lon_axis.numbers) == 3
    if three and lats[0][2] != lons[0][2]:  # 02.15.50 beside 117.39.97
        lats, lons = _forms(lat_axis, 0, fraction=True), _forms(lon_axis, 1, fraction=True)
        if lats[0][2] != lons[0][2]:
            return None
    # The two axes of one position are written alike: compare the first form with its like.
    couples = [(a, b) for a in lats for b in lons if a[2] == b[2]]
    if not couples and strength < 3:
        return None
    couples = couples or [(lats[0], lons[0])]
    if len(couples) == 2 and language == "vi":
        couples.reverse()  # the press writes 15,34 for 15 degrees 34 minutes
    lat, lon, unit = couples[0][0][0], couples[0][1][0], max(couples[0][0][1], couples[0][1][1])
    pair = Pair(0.0, 0.0, error_m(unit), strength)
    if any(
        len(axis.numbers) == 3 and len(axis.numbers[2].text) == 2 and form == "dm"
        for axis, (_, _, form) in zip((lat_axis, lon_axis), couples[0], strict=True)
    ):
        pair.flags.add("minutes_assumed")  # 35 61 for 35.61
    lat_signs = _latitude_signs(lat_axis, lon_axis, language, south, pair)
    lon_signs = _longitude_signs(lon_axis, lon, lat * lat_signs[0], language, pair)
    pair.lat, pair.lon = lat * lat_signs[0], lon * lon_signs[0]
    if len(lat_signs) > 1 and lat and -lat >= SERVICE_BOX[1] - 1e-9 and lat <= SERVICE_BOX[3]:
        pair.doubtful = True
        pair.others.append((pair.lon, -pair.lat, OTHER_SIDE))
    elif len(lat_signs) > 1:
        pair.flags.add("hemisphere_assumed")
    if len(lon_signs) > 1:
        pair.others.append((-pair.lon, pair.lat, "east"))
    for other_lat, other_lon in couples[1:]:
        pair.doubtful = True
        note = "degrees and minutes" if other_lat[2] == "dm" else "decimal degrees"
        pair.others.append((other_lon[0] * lon_signs[0], other_lat[0] * lat_signs[0], note))
    return pair


def _forms(axis: Axis, longitude: int, fraction: bool = False) -> list[tuple[float, float, str]]:
    return readings(axis.numbers, axis.marks, bool(longitude), bool(axis.hemisphere), fraction)


def _latitude_signs(axis: Axis, partner: Axis, language: str, south: bool, pair: Pair) -> list[int]:
    mark = axis.hemisphere
    if not mark:
        if axis.sign:
            return [axis.sign]
        if south:
            pair.flags.add("hemisphere_assumed")
            return [1, -1]
        return [1]
    if axis.sign < 0:  # a minus and a letter: the letter is what the sender wrote on purpose
        pair.flags.add("hemisphere_assumed")
    if mark == "t":  # Timog (fil); nothing else is a latitude
        if language == "fil" or partner.hemisphere in ("silangan", "kanluran"):
            return [-1]
        pair.flags.add("hemisphere_assumed")
        return [-1, 1]
    if mark == "b":  # Bac (vi); nothing else is a latitude
        if language == "vi" or partner.hemisphere in ("d", "dong", "tay"):
            return [1]
        pair.flags.add("hemisphere_assumed")
        return [1, -1]
    return [1 if HEMISPHERES[mark][0] == "N" else -1]


def _longitude_signs(axis: Axis, lon: float, lat: float, language: str, pair: Pair) -> list[int]:
    mark = axis.hemisphere
    if not mark:
        return [axis.sign or 1]
    east_inside = in_service_box(lon, lat)
    if axis.sign < 0 and HEMISPHERES[mark][1] == "E":
        pair.flags.add("hemisphere_assumed")
    if mark == "s" and language != "fil":
        pair.flags.add("hemisphere_assumed")
    if mark == "t":
        return [1] if east_inside or language != "vi" else [-1]
    if mark == "b" and east_inside:
        pair.flags.add("hemisphere_assumed")
        return [1]
    if HEMISPHERES[mark][1] == "E":
        return [1]
    return [-1, 1] if east_inside else [-1]


def plausible(pair: Pair, axes: tuple[Axis, Axis]) -> bool:
    """Whether a pair found is a position and not two numbers that happen to stand together."""
    if pair.strength == 3:
        loose = all(axis.hemisphere in LOOSE for axis in axes)
        return pair.inside or not loose
    decimals = [len(axis.numbers[-1].text.replace("·", ".").partition(".")[2]) for axis in axes]
    groups = [len(axis.numbers) for axis in axes]
    marked = any(axis.marked for axis in axes)
    if pair.strength == 2:
        return pair.inside or min(decimals) >= 2 or marked
    if any(axis.sign for axis in axes):
        return groups[0] > 1 or max(decimals) > 0
    if groups[0] > 1:
        return pair.inside or marked or min(decimals) >= 2
    if pair.inside:
        return min(decimals) >= 1 or max(decimals) >= 3
    return min(decimals) >= 3 or marked
