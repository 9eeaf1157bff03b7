"""Positions in codes: plus codes full and short, UTM and MGRS grid references.

A code names a cell: its middle is the position, half its diagonal the error.
"""

import math
import re
import warnings
from dataclasses import dataclass

import utm
from mgrs import MGRS
from mgrs.core import MGRSError
from openlocationcode import openlocationcode as plus_codes

from .pairs import GNSS_ERROR_M, METRES_A_DEGREE, Pair, in_service_box

_DIGIT = "[23456789cfghjmpqrvwx]"
# Eight before the plus is a whole code, four need a place to stand near. Shorter ones are sums: "22+22".
_PLUS_CODE = re.compile(
    rf"(?<![a-z0-9+])({_DIGIT}{{4}}\s?{_DIGIT}{{4}}|{_DIGIT}{{6}}00|{_DIGIT}{{4}}0000|{_DIGIT}{{2}}000000"
    rf"|{_DIGIT}{{4}})\+({_DIGIT}{{2,7}})?(?![a-z0-9+])",
    re.I,
)
_BAND = "[c-hj-np-x]"
_UTM = re.compile(
    rf"(?<![\w.])(?:utm\s?(?:zone?\s?)?)?(\d{{1,2}})\s?({_BAND})[\s,]{{1,2}}0?(\d{{6}}(?:\.\d{{1,3}})?)\s?(?:me|e)?[\s,/]{{1,2}}"
    r"(\d{5,8}(?:\.\d{1,3})?)(?:\s?(?:mn|n))?(?![\w.])",
    re.I,
)
_MGRS = re.compile(
    rf"(?<![\w.])(\d{{1,2}}{_BAND})\s?([a-hj-np-z][a-hj-np-v])(?:(\d{{4,10}})|\s(\d{{2,5}})\s?(\d{{2,5}}))(?![\w.])",
    re.I,
)
_CONVERTER = MGRS()
# It warns of a cell beyond its zone, and answers all the same.
warnings.filterwarnings("error", 'Warning in "Convert_MGRS_To_Geodetic"', RuntimeWarning)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a text: where it stands, and what it spells.

    `pair` is None where it spells nothing, or, for a short plus code (`short` holds it), not alone.
    """

    start: int
    end: int
    system: str  # plus_code, utm, mgrs
    pair: Pair | None = None
    short: str = ""


def find_codes(text: str) -> list[Code]:
    """Every code in `text` as typed (before folding, which shortens runs of a letter), in order."""
    found = []
    if "+" in text:
        found += [code for match in _PLUS_CODE.finditer(text) if (code := _plus_code(match, text))]
    for pattern, read in ((_UTM, _read_utm), (_MGRS, _read_mgrs)):
        for match in pattern.finditer(text):
            if all(match.end() <= code.start or match.start() >= code.end for code in found):
                found += [code] if (code := read(match)) else []
    return sorted(found, key=lambda code: code.start)


def _plus_code(match: re.Match, text: str) -> Code | None:
    before, after = "".join(match[1].split()).upper(), (match[2] or "").upper()
    code = f"{before}+{after}"
    # Eight digits and a plus may be a price or a telephone, unless nothing else was said.
    if code.replace("+", "").isdigit() and text.strip() != match[0]:
        return None
    if plus_codes.isFull(code):
        return Code(*match.span(), "plus_code", _pair_of(code))
    if len(before) == 4 and after and plus_codes.isShort(code):
        return Code(*match.span(), "plus_code", short=code)
    return Code(*match.span(), "plus_code")


def recover(short: str, near: tuple[float, float]) -> Pair | None:
    """The position of a short plus code nearest to `near` (lon, lat); None where there is none."""
    lon, lat = near
    if not (math.isfinite(lon) and math.isfinite(lat) and plus_codes.isValid(short)):
        return None
    return _pair_of(plus_codes.recoverNearest(short, lat, lon))


def _pair_of(code: str) -> Pair:
    area = plus_codes.decode(code)
    height, width = area.latitudeHi - area.latitudeLo, area.longitudeHi - area.longitudeLo
    return Pair(area.longitudeCenter, area.latitudeCenter, _error_m(height, width, area.latitudeCenter), 3)


def _error_m(height_deg: float, width_deg: float, lat: float) -> float:
    diagonal_deg = math.hypot(height_deg, width_deg * math.cos(math.radians(lat)))
    return math.hypot(diagonal_deg / 2 * METRES_A_DEGREE, GNSS_ERROR_M)


def _read_utm(match: re.Match) -> Code | None:
    """N and S are a band of eight degrees to surveyors and a half of the earth to everyone else."""
    zone, band = int(match[1]), match[2].upper()
    pair = _from_utm(match[3], match[4], zone, band)
    if band in "NS":
        half = _from_utm(match[3], match[4], zone, "M" if band == "S" else "N", half=True)
        if half is not None and (band == "N" or half.inside):
            if pair is not None and band == "S":
                half.others.append((pair.lon, pair.lat, "band S"))
            half.flags |= {"hemisphere_assumed"} if band == "S" else set()
            pair = half
    return Code(*match.span(), "utm", pair)


def _from_utm(easting: str, northing: str, zone: int, band: str, half: bool = False) -> Pair | None:
    """None out of range, or where the northing is not in `band`; `half`: it stands for its hemisphere."""
    try:
        lat, lon = (float(axis) for axis in utm.to_latlon(float(easting), float(northing), zone, band))
        other_band = utm.latitude_to_zone_letter(lat) != band
    except (utm.OutOfRangeError, ValueError):
        return None
    if other_band and not half:
        return None
    return Pair(lon, lat, GNSS_ERROR_M, 3)


def _read_mgrs(match: re.Match) -> Code | None:
    square, digits = f"{match[1]}{match[2]}".upper(), match[3]
    if digits is None:
        if len(match[4]) != len(match[5]):
            return None
        digits = match[4] + match[5]
    half = len(digits) // 2
    loose = any(char.isspace() for char in match[0])
    if len(digits) % 2:
        return None if loose else Code(*match.span(), "mgrs")
    middle = f"{digits[:half]}5{digits[half:]}5" if half < 5 else digits
    try:
        lat, lon = _CONVERTER.toLatLon(f"{square}{middle}")
    except (MGRSError, RuntimeWarning):
        return None if loose else Code(*match.span(), "mgrs")
    cell_m = 10 ** (5 - half)
    pair = Pair(lon, lat, math.hypot(cell_m * math.sqrt(2) / 2, GNSS_ERROR_M), 3)
    # "20N MI 12 34" could be many things; a grid reference in these waters is one.
    if loose and not in_service_box(lon, lat):
        return None
    return Code(*match.span(), "mgrs", pair)
