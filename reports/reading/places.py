"""Places named in words, and where they put a boat.

A name is taken for a place where its kind stands before it ("P. Timun", "selat Melaka"), after a word for
"at" in a text about boats, beside a distance, or where it is all the text says. A place that the boat left,
heads for or drifts towards is told, and no position.
"""

import re
from dataclasses import dataclass, field, replace

from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m

from . import offsets, words
from .ordinary import ORDINARY
from .place_index import ISLAND_WORDS, Named, Place, PlaceIndex

_KINDS = (
    "pulau|p|pl|pu|kg|kampung|kampong|tg|tj|tanjung|tanjong|kuala|teluk|tlk|telok|selat|karang|gugusan|gosong|batu"
    "|lubuk|laguna|jeti|pelabuhan|perairan|kepulauan|kep|beting|unjam|tukun|ko|koh|ao|laem|hon|dao|cu lao|mui"
    "|vinh|isla|look|punta|shoal|pulo|palau|cape|port|bay of|gulf of|strait of|straits of|gili|nusa|lau laut"
)
_NAMED = re.compile(
    rf"\b({_KINDS})\b\.? ?(?!(?:mana|ni|itu|ini|tu|yang|terdekat|kecil|dekat)\b)([a-z]{{3,20}})"
)
_ABBREVIATED = {
    "p": "pulau",
    "pl": "pulau",
    "kg": "kampung",
    "tg": "tanjung",
    "tj": "tanjung",
    "tlk": "teluk",
    "koh": "ko",
}
_LOOSE = frozenset(
    ("p", "pl", "pu", "batu", "look", "ko", "dao", "hon", "mui", "vinh", "ao", "port", "kep", "nusa")
)
_KIND_WORDS = frozenset(" ".join(_KINDS.split("|")).split())
_NAME_AFTER_KIND = re.compile(rf"(?<![a-z0-9])(?:{_KINDS})\b\.?\s?(?=[a-z])")
_KIND_AFTER_NAME = re.compile(
    r"(?<=[a-z]\s)(?:island|islands|strait|bay|reef|shoal|harbour|harbor|point|anchorage|port)(?![a-z])"
)
_AT = re.compile(
    r"(?<![a-z])(?:di|d|dkt|dekat|dkat|kat|berdekatan|sekitar|kawasan|kwsn|at|near|nr|off|around"
    r"|vicinity of|outside|sa|nasa|nsa|sa may|malapit sa|malapit|tapat ng|gan|o gan"
    r"|ngoai khoi|o|tai|vung bien|posisi|lokasi"
    r"|location|loc)"
    r"[\s:]{1,3}(?=[a-z])"
)
_AT_SCRIPT = re.compile(r"(?:ใกล้|ที่|แถว|บริเวณ|หน้า)\s?")
_FROM_OR_TO = re.compile(
    r"(?<![a-z])(?:dari|dr|daripada|from|ke|to|menuju|heading|towards|pulang ke|balik ke|galing|papunta"
    r"|patungo|bound for|tu|den|ve)\s{1,2}(?=[a-z])"
)
_THAI_RUN = re.compile(r"[\u0e00-\u0e7f]{2,40}|[\u0b80-\u0bff]{2,40}(?:\s[\u0b80-\u0bff]{2,40})?")
# Before a name: the boat is not there. "laut" is the water off a place, how far off nobody says.
_ELSEWHERE = frozenset(
    "dari dr drpd daripada from ke to menuju nak heading towards balik pulang hala arah utara selatan timur "
    "barat tenggara laut daya north south east west northeast northwest southeast "
    "southwest galing mula papunta "
    "patungo pauwi hilaga timog silangan kanluran bac nam dong tay tu den ve going between antara via "
    "enroute bound leaving left departed destination "
    "orang org asal anak kapal bot ikan fv mv named nama nelayan pasukan balai polis maritim hospital".split()
)
# A name alone is said of the waters round it. Of 130 attacks that the IMB tells of with a place and no
# distance, 58 % were within the radius of its kind, 82 % within ten miles more; "off" reaches further.
_OFF = re.compile(
    r"(?<![a-z])(?:off|vicinity of|vicinity|waters of|waters|perairan|lepas pantai|lepas|luar|outside"
    r"|ngoai khoi|vung bien|karagatan ng|dagat ng)\s{1,2}$"
)
ALONE_M, OFF_M = 10 * NAUTICAL_MILE_M, 30 * NAUTICAL_MILE_M
_OFFSET = re.compile(
    r"\d(?:[.,]\d+)?\s?(?:nm|nmi|mil|miles?|batu|km|mail|hai ly|nautical|ไมล์|மைல்|கி)"
    r"|\b(?:utara|selatan|timur|barat|tenggara|north|south|east|west|hilaga|timog|silangan|kanluran|brg|bearing)\b"
)
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_BETWEEN_WORDS = re.compile(r"[\s.\-/()]{1,3}$")
LONGEST_NAME = 4  # words
SHORTEST_NAME = 4  # letters, where no kind stands before it
MOST_MENTIONS = 12
COUNTRIES = {
    "ms": ("MY", "SG", "BN"),
    "id": ("ID", "TL", "MY", "SG", "BN"),  # short texts in Malay often pass for Indonesian
    "fil": ("PH",),
    "vi": ("VN",),
    "th": ("TH",),
    "ta": ("MY", "SG", "IN", "LK"),
}
_COUNTRY_WORDS = {
    "indonesia": "ID",
    "malaysia": "MY",
    "sabah": "MY",
    "sarawak": "MY",
    "philippines": "PH",
    "pilipinas": "PH",
    "vietnam": "VN",
    "viet nam": "VN",
    "thailand": "TH",
    "singapore": "SG",
    "singapura": "SG",
    "brunei": "BN",
    "myanmar": "MM",
    "cambodia": "KH",
}
_COUNTRY = re.compile(rf"(?<![a-z])(?:{'|'.join(_COUNTRY_WORDS)})(?![a-z])")

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
        if kind in _LOOSE and f"{kind}." not in match[0] and kind not in ("p", "pl"):
            continue
        return f"{_ABBREVIATED.get(kind, kind)} {name}".title()
    return ""


def find(text: str, index: PlaceIndex, *, language: str, near: Position | None, at_sea: bool) -> Where:
    """Where the places in folded `text` put the boat. `at_sea`: the text speaks of boats or danger."""
    reader = _Reader(index, language, near, text)
    where = Where()
    if said := offsets.find(text, language, reader.after, reader.before):
        _take_offset(said, where)
        return where
    mentions = reader.mentions(text, at_sea)
    there = [mention for mention in mentions if mention.there]
    if mentions:
        where.name = (there or mentions)[0].named.places[0].name
    if there and not _OFFSET.search(text):
        _take_mentions([mention.named for mention in there], there[0].off, where)
    return where


def near_code(text: str, index: PlaceIndex, *, language: str, near: Position | None) -> Named | None:
    """The place that folded `text` gives beside a short plus code: any name it ends or begins with."""
    reader = _Reader(index, language, near, text)
    for match in _WORD.finditer(text):
        if match[0] not in ORDINARY and (hit := reader.after(text, match.start(), bare=True)):
            return hit[0]
    return None


def _take_offset(said: list[offsets.Said], where: Where) -> None:
    first = said[0]
    placed = [(first.seen_from(place), place) for place in first.named.places[:5]]
    (where.position, where.error_m), place = placed[0]
    where.name = place.name
    where.source = "named_place" if first.direction is None else "derived"
    where.status = "ok" if first.named.settled else "ambiguous"
    if len(placed) > 1:
        where.candidates = [(*position, place.name) for (position, _), place in placed]
    for other in said[1:]:
        position, error_m = other.seen_from(other.named.places[0])
        if great_circle_m(position, where.position) > error_m + where.error_m:
            where.status = "ambiguous"
            where.flags.add("several_positions")
            where.candidates = where.candidates or [(*where.position, place.name)]
            where.candidates.append((*position, other.named.places[0].name))
    _flag(first.named, where)


def _take_mentions(there: list[Named], off: bool, where: Where) -> None:
    best = there[0].places[0]
    if best.is_wide:
        return
    where.position, where.source = best.position, "named_place"
    where.error_m = best.radius_m + (OFF_M if off else ALONE_M)
    where.status = "ok" if there[0].settled and not off else "ambiguous"
    others = list(there[0].places[1:5])
    for named in there[1:]:
        other = named.places[0]
        if great_circle_m(other.position, best.position) > best.radius_m + other.radius_m:
            where.status = "ambiguous"
            others.append(other)
    if others:
        where.candidates = [(place.lon, place.lat, place.name) for place in (best, *others)]
    _flag(there[0], where)


def _flag(named: Named, where: Where) -> None:
    if not named.exact:
        where.flags.add("place_spelled_otherwise")
    where.position = (round(where.position[0], 6), round(where.position[1], 6))
    where.error_m = round(where.error_m, 1)
    where.candidates = [(round(lon, 6), round(lat, 6), name) for lon, lat, name in where.candidates]


@dataclass(frozen=True, slots=True)
class _Mention:
    named: Named
    start: int
    there: bool
    off: bool = False


class _Reader:
    """Looks names up in an index on behalf of one text."""

    def __init__(self, index: PlaceIndex, language: str, near: Position | None, text: str):
        self.index, self.near = index, near
        said = tuple(_COUNTRY_WORDS[word] for word in _COUNTRY.findall(text))
        self.countries = said or COUNTRIES.get(language, ())

    def after(self, text: str, at: int, *, bare: bool = False) -> tuple[Named, int] | None:
        """The place whose name starts at `at`, and where it ends. `bare`: exact, no ordinary word."""
        run = _THAI_RUN.match(text, at)
        if run:
            return self._in_script(run)
        return self._best(_words_from(text, at), False, bare)

    def before(self, text: str, at: int) -> tuple[Named, int] | None:
        """The place whose name ends at `at`, and where it starts."""
        return self._best(_words_to(text, at), True, False)

    def _best(
        self, spans: list[tuple[str, int, int]], backwards: bool, bare: bool
    ) -> tuple[Named, int] | None:
        for options in ({}, {"longer": True}, {"typos": True}):
            if options and bare:
                break
            for size in range(min(LONGEST_NAME, len(spans)), 0, -1):
                part = spans[-size:] if backwards else spans[:size]
                name = " ".join(word for word, _, _ in part)
                named = self._named(name, options, bare)
                if named:
                    return named, part[0][1] if backwards else part[-1][2]
        return None

    def _named(self, name: str, options: dict, bare: bool) -> Named | None:
        parts = name.split()
        kind = parts[0] in _KIND_WORDS and len(parts) > 1
        own = parts[1:] if kind else parts
        if all(part in _KIND_WORDS for part in own):
            return None
        ordinary = all(part in ORDINARY or part in _KIND_WORDS for part in own)
        if ordinary and not kind and (bare or len(own) == 1):
            return None
        if len("".join(own)) < (SHORTEST_NAME if not kind else 2):
            return None
        if options.get("longer") and not kind and len(name) < SHORTEST_NAME + 1:
            return None
        island = kind and (parts[0] in ISLAND_WORDS or parts[0] in ("p", "pl", "pu"))
        if options.get("typos") and any(part in ORDINARY for part in own):
            return None
        if island:
            options = {**options, "longer": True}
        return self.index.named(
            name.replace("'", ""), near=self.near, countries=self.countries, wide=kind or bare, **options
        )

    def _in_script(self, run: re.Match) -> tuple[Named, int] | None:
        for end in range(len(run[0]), 1, -1):
            named = self.index.named(run[0][:end], near=self.near, countries=self.countries)
            if named:
                return named, run.start() + end
        return None

    def mentions(self, text: str, at_sea: bool) -> list[_Mention]:
        """Every place that folded `text` names, in order."""
        found: list[_Mention] = []
        for match in list(_NAME_AFTER_KIND.finditer(text))[:MOST_MENTIONS]:
            kind = match[0].strip(" .")
            loose = kind in _LOOSE and "." not in match[0] and kind not in ("p", "pl")
            hit = self.after(text, match.start(), bare=loose)
            if hit and (at_sea or _is_all(text, match.start(), hit[1])):
                found.append(_Mention(hit[0], match.start(), self._there(text, match.start())))
        if at_sea:
            for match in list(_KIND_AFTER_NAME.finditer(text))[:MOST_MENTIONS]:
                hit = self.before(text, match.end())
                if hit and len(text[hit[1] : match.start()].split()) > 0:
                    found.append(_Mention(hit[0], hit[1], self._there(text, hit[1])))
            for match in list(_AT.finditer(text))[:MOST_MENTIONS]:
                hit = self.after(text, match.end(), bare=True)
                if hit:
                    found.append(_Mention(hit[0], match.end(), True))
            for match in list(_FROM_OR_TO.finditer(text))[:MOST_MENTIONS]:
                if hit := self.after(text, match.end(), bare=True):
                    found.append(_Mention(hit[0], match.end(), False))
            for match in list(_AT_SCRIPT.finditer(text))[:MOST_MENTIONS]:
                if hit := self.after(text, match.end(), bare=True):
                    found.append(_Mention(hit[0], match.end(), True))
        if not found:
            start = len(text) - len(text.lstrip())
            short = len(text.split()) <= LONGEST_NAME + 2
            hit = self.after(text, start, bare=True) if short else None
            if hit and _is_all(text, start, hit[1]):
                found.append(_Mention(hit[0], start, True))
        found.sort(key=lambda mention: mention.start)
        return [replace(mention, off=bool(_OFF.search(text, 0, mention.start))) for mention in found]

    @staticmethod
    def _there(text: str, at: int) -> bool:
        before = re.findall(r"[a-z]+", text[max(0, at - 40) : at])
        if before and before[-1] == "of":
            return bool(_OFF.search(text, max(0, at - 40), at))
        return not before or before[-1] not in _ELSEWHERE


def _is_all(text: str, start: int, end: int) -> bool:
    """Whether nothing but small words stands round the name: an answer to "where?"."""
    rest = words.split(text[:start] + " " + text[end:])
    return all(word in words.BREAKS or word in _SMALL_TALK for word in rest)


_SMALL_TALK = frozenset(
    "di d dkt dekat kat at near off sa nasa malapit po tuan pak bang encik sir boss gan o tai".split()
)


def _words_from(text: str, at: int) -> list[tuple[str, int, int]]:
    spans: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(text, at, at + 80):
        gap = text[spans[-1][2] : match.start()] if spans else text[at : match.start()]
        if match[0][0].isdigit() or (gap and not _BETWEEN_WORDS.match(gap)) or len(spans) == LONGEST_NAME:
            break
        if spans and ". " in gap and spans[-1][0] not in _KIND_WORDS:
            break
        spans.append((match[0], match.start(), match.end()))
    return spans


def _words_to(text: str, at: int) -> list[tuple[str, int, int]]:
    spans: list[tuple[str, int, int]] = []
    for match in reversed(list(_WORD.finditer(text, max(0, at - 80), at))):
        gap = text[match.end() : spans[0][1]] if spans else text[match.end() : at]
        if match[0][0].isdigit() or (gap and not _BETWEEN_WORDS.match(gap)) or len(spans) == LONGEST_NAME:
            break
        if ". " in gap and match[0] not in _KIND_WORDS:
            break
        spans.insert(0, (match[0], match.start(), match.end()))
    return spans
