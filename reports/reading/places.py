"""Where the places that a text names put the boat.

A place alone, so far off a place, between two, or so long a way from one. A place that the boat left, heads
for or drifts towards is told, and no position.
"""

import re
from dataclasses import dataclass, field
from itertools import islice

from communities.sphere import NAUTICAL_MILE_M, Position, bearing_deg, destination, great_circle_m

from . import offsets
from .mentions import KINDS, LOOSE, Mention, Reader
from .ordinary import ORDINARY
from .place_index import Named, Place, PlaceIndex

_NAMED = re.compile(
    rf"\b({KINDS})\b\.? ?(?!(?:mana|ni|itu|ini|tu|yang|terdekat|kecil|dekat)\b)([a-z]{{3,20}})"
)
_ABBREVIATED = {
    "p": "pulau",
    "pl": "pulau",
    "kg": "kampung",
    "kpg": "kampung",
    "sg": "sungai",
    "tg": "tanjung",
    "tj": "tanjung",
    "tjg": "tanjung",
    "tlk": "teluk",
    "koh": "ko",
}
# A name alone is said of the waters round it, an anchorage lies off its port, "off" reaches further. With
# these 92 % of 729 attacks that the IMB tells of by a name alone lie inside; a third of the others are set
# down more than a hundred miles from the port they name.
ALONE_M, ANCHORED_M, OFF_M = (miles * NAUTICAL_MILE_M for miles in (10, 20, 30))
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
#: The position rests on a name of a village that is not the reporter's: it is not told to the reporter.
SECRET = "name_of_another_village"  # noqa: S105

__all__ = ["Place", "PlaceIndex", "Where", "find", "mentioned"]


@dataclass(slots=True)
class Where:
    """What the places of a text say. `position` is (lon, lat); `name` is the place, placed or only told.

    `source`: named_place, or derived (so far from a place). `candidates` are (lon, lat, name).
    """

    name: str = ""
    position: Position | None = None
    error_m: float | None = None
    source: str | None = None
    status: str = "none"
    candidates: list[tuple[float, float, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)


def mentioned(text: str) -> str:
    """The first place that folded `text` names by kind ("p. timun" → "Pulau Timun"); "" if none."""
    for match in _NAMED.finditer(text):
        kind, name = match[1], match[2]
        if kind in LOOSE and f"{kind}." not in match[0]:
            continue
        return f"{_ABBREVIATED.get(kind, kind)} {name}".title()
    return ""


def find(
    text: str, index: PlaceIndex, *, language: str, near: Position | None, at_sea: bool, village: str = ""
) -> Where:
    """Where the places in folded `text` put the boat.

    `at_sea`: the text speaks of boats or danger. `village` is the id of the reporter's community; names of
    other villages are looked up where the text gives no position without them.
    """
    where = _find(Reader(text, index, language, near, village), at_sea)
    if where.position is None and index.has_secrets:
        with_secrets = _find(Reader(text, index, language, near, village, secrets=True), at_sea)
        if SECRET in with_secrets.flags:
            return with_secrets
    return where


def _find(reader: Reader, at_sea: bool) -> Where:
    text, where = reader.text, Where()
    if pair := _between(text, reader):
        _take_pair(*pair, where)
        return where
    if said := offsets.find(text, reader.language, reader.after, reader.before):
        _take_offset(said, where)
        return where
    mentions = reader.mentions(at_sea)
    there = [mention for mention in mentions if mention.there]
    if mentions:
        where.name = (there or mentions)[0].named.places[0].name
    if there and not reader.far_told(there[0]):
        _take_mentions(there, where)
    return where


MOST_BESIDE_CODE = 100  # words: each may be looked up, at 0.15 ms


def near_code(
    text: str, index: PlaceIndex, *, language: str, near: Position | None, village: str = ""
) -> Named | None:
    """The place that folded `text` gives beside a short plus code: any name among its first words."""
    reader = Reader(text, index, language, near, village)
    for match in islice(_WORD.finditer(text), MOST_BESIDE_CODE):
        if match[0] not in ORDINARY and (hit := reader.after(match.start(), bare=True)):
            return hit[0]
    return None


_BETWEEN = re.compile(
    r"(?<![a-z])(?:antara|di antara|between|half ?way|betwen|btwn|sa pagitan ng|pagitan ng"
    r"|sa gitna ng|gitna ng|giua|o giua)\s{1,2}(?=[a-z])"
    r"|ระหว่าง\s?"
)
_AND = re.compile(
    r"(?:\s(?:islands?|port))?\s{0,2}(?:(?:dan|dgn|dengan|and|at|ng|n|va|voi|to|ke|hingga)(?![a-z])|&|/|-|,|กับ|และ)\s{0,2}"
)
MOST_PAIRED = 12


def _between(text: str, reader: Reader) -> tuple[Named, Named] | None:
    """The two places of "between A and B"."""
    for match in islice(_BETWEEN.finditer(text), MOST_PAIRED):
        first = reader.after(match.end())
        link = first and _AND.match(text, first[1])
        second = link and reader.after(link.end())
        if second:
            return first[0], second[0]
    return None


def _take_pair(first: Named, second: Named, where: Where) -> None:
    """Half way between the two, which of one name are those that lie nearest to each other."""
    where.name = first.places[0].name
    pairs = sorted(
        (great_circle_m(one.position, other.position), i, j)
        for i, one in enumerate(first.places[:MOST_PAIRED])
        for j, other in enumerate(second.places[:MOST_PAIRED])
    )
    apart_m, i, j = pairs[0]
    one, other = first.places[i], second.places[j]
    where.name = one.name
    if not 0 < apart_m <= offsets.MOST_M or one.is_wide or other.is_wide:
        return
    where.source = "derived"
    where.position = _half_way(one, other)
    where.error_m = max(apart_m / 2, NAUTICAL_MILE_M) + max(one.radius_m, other.radius_m)
    sure = not [pair for pair in pairs[1:] if pair[0] < 3 * apart_m] and all(
        named.exact and (named.settled or not named.secret) for named in (first, second)
    )
    where.status = "ok" if sure or (first.settled and second.settled) else "ambiguous"
    if where.status != "ok" and len(pairs) > 1:
        where.candidates = [
            (*_half_way(first.places[i], second.places[j]), first.places[i].name)
            for apart_m, i, j in pairs[:5]
            if 0 < apart_m <= offsets.MOST_M
        ]
    _flag(where, first, second)


def _half_way(one: Place, other: Place) -> Position:
    bearing = bearing_deg(one.position, other.position)
    return destination(one.position, bearing, great_circle_m(one.position, other.position) / 2)


def _take_offset(said: list[offsets.Said], where: Where) -> None:
    first = said[0]
    if first.named.places[0].is_wide:
        where.name = first.named.places[0].name
        return
    placed = [(first.seen_from(place), place) for place in first.named.places[:5]]
    (where.position, where.error_m), place = placed[0]
    where.name = place.name
    where.source = "named_place" if first.direction is None else "derived"
    where.status = "ok" if first.named.settled and not first.rough else "ambiguous"
    if first.rough:
        where.flags.add("distance_told_as_time")
    if len(placed) > 1:
        where.candidates = [(*position, place.name) for (position, _), place in placed]
    for other in said[1:]:
        position, error_m = other.seen_from(other.named.places[0])
        if great_circle_m(position, where.position) > error_m + where.error_m:
            where.status = "ambiguous"
            where.flags.add("several_positions")
            where.candidates = where.candidates or [(*where.position, place.name)]
            where.candidates.append((*position, other.named.places[0].name))
    _flag(where, first.named)


def _take_mentions(there: list[Mention], where: Where) -> None:
    first, off = there[0].named, there[0].off
    best = first.places[0]
    if best.is_wide:
        return
    where.position, where.source = best.position, "named_place"
    where.error_m = best.radius_m + (OFF_M if off else ANCHORED_M if there[0].outside else ALONE_M)
    where.status = "ok" if first.settled and not off else "ambiguous"
    others = list(first.places[1:5])
    for mention in there[1:]:
        other = mention.named.places[0]
        if great_circle_m(other.position, best.position) > best.radius_m + other.radius_m:
            where.status = "ambiguous"
            others.append(other)
    if others:
        where.candidates = [(place.lon, place.lat, place.name) for place in (best, *others)]
    _flag(where, first)


def _flag(where: Where, *known: Named) -> None:
    if not all(named.exact for named in known):
        where.flags.add("place_spelled_otherwise")
    if any(named.secret for named in known):
        where.flags.add(SECRET)
    where.position = (round(where.position[0], 6), round(where.position[1], 6))
    where.error_m = round(where.error_m, 1)
    where.candidates = [(round(lon, 6), round(lat, 6), name) for lon, lat, name in where.candidates]
