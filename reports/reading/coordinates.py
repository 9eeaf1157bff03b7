"""Positions typed in numbers: decimal degrees, degrees and minutes, degrees minutes seconds.

Marks of hemisphere decide most; without them two numbers must stand alone together and make a position at sea
where the service works. What is doubtful is said in flags and candidates: a wrong position that nobody
doubts is worse than none.
"""

import math
import re
from dataclasses import dataclass, field
from functools import cache

from communities import coast
from communities.sphere import great_circle_m

from . import masks, spellings
from .axes import tokens
from .bare import bare_pairs
from .marked import marked_pairs
from .pairs import OTHER_SIDE, Pair, error_m, in_service_box

ON_LAND_TOLERANCE_M = 1852
SAME_PLACE_M = 1852


@dataclass(slots=True)
class Found:
    """What a text says in numbers. `position` is (lon, lat) in degrees; `spans`: the parts used."""

    position: tuple[float, float] | None = None
    error_m: float | None = None
    status: str = "none"
    candidates: list[tuple[float, float, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    tried: bool = False  # the sender meant to give a position, whether or not it could be read


_TWO_NUMBERS = re.compile(r"\d[^\d]+\d")
THREE_WORDS = re.compile(r"/{3}[a-z]+\.[a-z]+\.[a-z]+")


def find(
    text: str, *, language: str = "", south: bool = False, near: tuple[float, float] | None = None
) -> Found:
    """Find the position that folded `text` spells in numbers. Links must be blanked before."""
    out = Found()
    if THREE_WORDS.search(text):
        out.flags.add("unsupported_address")
        out.tried = True
        text = THREE_WORDS.sub(masks.blank, text)
    if not _TWO_NUMBERS.search(text):
        return out
    text = masks.hide(spellings.unify(text), masks.NEVER)
    pairs, invalid = _every_pair(text, language, south)
    if pairs:
        _choose(pairs, near, out)
    elif invalid:
        out.flags.add("invalid_position")
        out.tried = True
    return out


def position(text: str, *, language: str = "") -> tuple[float, float] | None:
    """The position that `find` would give, and nothing of what it doubts: sooner found."""
    text = masks.hide(spellings.unify(THREE_WORDS.sub(masks.blank, text)), masks.NEVER)
    pairs, _ = _every_pair(text, language, False, first=True)
    if not pairs:
        return None
    lon, lat = _likeliest(pairs, None)[1]
    return round(lon, 6), round(lat, 6)


def _every_pair(text: str, language: str, south: bool, first: bool = False) -> tuple[list[Pair], bool]:
    """Read commas as decimal points, then as separators; marks of hemisphere first, bare numbers last.

    `first`: none of those that stand behind the likeliest.
    """
    invalid = False
    cut = cache(tokens)
    for spelling in spellings.of(text):
        pairs, bad = marked_pairs(cut(spelling), language, south, first)
        invalid |= bad
        if pairs:
            return pairs, False
    if invalid:
        return [], True
    for spelling in spellings.of(text):
        measured = masks.hide(spelling, masks.MEASURES)
        counted = masks.hide(measured, masks.COUNTS)
        pairs, bad = bare_pairs(cut(counted), language, south)
        invalid |= bad
        if not pairs and counted != measured:  # "4 35 118 40 bot karam": forty is minutes, not boats
            pairs, bad = bare_pairs(cut(measured), language, south)
            pairs = [pair for pair in pairs if pair.grouped]
        if pairs:
            return pairs, False
    return [], invalid


def _likeliest(pairs: list[Pair], near: tuple[float, float] | None) -> tuple[Pair, tuple[float, float]]:
    """The pair that is meant, and where it is: of two sides of the equator the likelier."""
    best = max(pairs, key=lambda pair: (pair.inside, pair.strength, -pair.start))
    here, flipped = (best.lon, best.lat), (best.lon, -best.lat)
    if best.doubtful and best.others[0][2] == OTHER_SIDE and in_service_box(*flipped):
        return best, flipped if _likelier(flipped, here, near) else here
    return best, here


def _choose(pairs: list[Pair], near: tuple[float, float] | None, out: Found) -> None:
    best, here = _likeliest(pairs, near)
    out.tried = True
    out.flags |= best.flags
    out.spans = [(pair.start, pair.end) for pair in pairs]
    others = [(round(lon, 6), round(lat, 6), note) for lon, lat, note in best.others]
    if here != (best.lon, best.lat):
        others[0] = (round(best.lon, 6), round(best.lat, 6), OTHER_SIDE)
    for pair in pairs:
        if pair is not best and great_circle_m(here, (pair.lon, pair.lat)) > SAME_PLACE_M:
            others.append((round(pair.lon, 6), round(pair.lat, 6), "also in the text"))
            best.doubtful |= pair.inside
            out.flags.add("several_positions")
    out.position = (round(here[0], 6), round(here[1], 6))
    out.error_m = round(best.error_m, 1)
    if not in_service_box(*here):
        out.status = "out_of_area"
    else:
        out.status = "ambiguous" if best.doubtful else "ok"
        if _far_inland(*here):
            out.flags.add("on_land")
    out.candidates = [(*out.position, "read"), *others] if others else []


def from_decimals(lat: str, lon: str, stated_error_m: float | None = None) -> Pair | None:
    """A position out of a link; None where the numbers cannot be one. 0,0 is a phone without a fix."""
    latitude, longitude = float(lat), float(lon)
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None
    digits = min(len(number.partition(".")[2]) for number in (lat, lon))
    return Pair(longitude, latitude, stated_error_m or error_m(10.0**-digits), 3)


def put_first(found: Found, pairs: list[Pair], note: str) -> None:
    """Make the position of a link or a code the one; what was typed elsewhere stays as a candidate."""
    typed, found.candidates = found.position, []
    found.flags -= {"order_assumed", "hemisphere_assumed", "on_land", "invalid_position"}
    spans = found.spans
    _choose(pairs, None, found)
    found.spans = spans
    if typed and great_circle_m(typed, found.position) > SAME_PLACE_M:
        found.flags.add("several_positions")
        found.candidates = [*(found.candidates or [(*found.position, note)]), (*typed, "typed")]
        found.status = "ambiguous" if found.status == "ok" else found.status


def _likelier(a: tuple[float, float], b: tuple[float, float], near: tuple[float, float] | None) -> bool:
    """Whether `a` is likelier than `b`: at sea, near where the phone was last, else nearer to a coast."""
    if _far_inland(*a) != _far_inland(*b):
        return _far_inland(*b)
    if near and all(map(math.isfinite, near)):
        return great_circle_m(a, near) < great_circle_m(b, near)
    return coast.distance_to_coast_m(*a) < coast.distance_to_coast_m(*b)


def _far_inland(lon: float, lat: float) -> bool:
    return coast.is_land(lon, lat) and coast.distance_to_coast_m(lon, lat) > ON_LAND_TOLERANCE_M
