"""Which names in a text are those of places, who bears them, and whether the boat is there.

A name is taken for a place where its kind stands before or after it ("P. Timun", "Dumai inner anchorage"),
after a word for "at" or before a country or state in a text about boats, beside a distance, or where it is
all the text says. What the text names after it ("Pulau Gaya, Semporna, Sabah") says which bearer is meant.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from communities.sphere import Position

from . import offsets, words
from .ordinary import ORDINARY
from .place_index import ISLAND_WORDS, Circle, Named, PlaceIndex
from .regions import BEFORE_REGION, COUNTRIES, REGION, STATES

KINDS = (
    "pulau|p|pl|pu|kg|kpg|kampung|kampong|tg|tj|tjg|tanjung|tanjong|kuala|teluk|tlk|telok|selat|karang|gugusan"
    "|gosong|batu|sungai|sg|sei|bagan"
    "|lubuk|laguna|jeti|dermaga|pantai"
    "|pelabuhan|perairan|kepulauan|kep|beting|unjam|tukun|ko|koh|ao|laem|hon|dao|cu lao|mui"
    "|muara|vinh|isla|look|punta|shoal|pulo|palau|cape|port|bay of|gulf of|strait of|straits of|gili|nusa"
)
LOOSE = frozenset(
    "pu batu look ko dao hon mui vinh ao port kep nusa sungai sg sei bagan muara pantai".split()
)
#: Every word that stands before a name and says what sort of place it is.
PLACE_WORDS = frozenset(" ".join(KINDS.split("|")).split()) - {"cu", "lao", "of"}
_NAME_AFTER_KIND = re.compile(rf"(?<![a-z0-9])(?:{KINDS})\b\.?\s?(?=[a-z])")
# What stands between a port's name and the word for it, and says nothing of which port.
_SORTS = (
    "inner|outer|out|cargo|coal|tanker|quarantine|loading|container|transit|sts|working|international|pilot"
    "|lightering|layup|oil|gas|lpg|lng|ferry|fishing|fish|boarding|general|explosive|transhipment|north|south|east|west"
    "|no\\.?|[0-9]{1,3}[a-z]?"
)
_KINDS_AFTER = frozenset(
    "island islands isl strait straits bay gulf reef shoal shoals harbour harbor point anchorage port roads "
    "roadstead terminal jetty wharf berth breakwater lighthouse channel passage".split()
)
_KIND_AFTER_NAME = re.compile(
    rf"(?<=[a-z])(?P<sorts>(?:[\s-](?:{_SORTS})(?![a-z])){{0,3}})[\s-]"
    rf"(?P<kind>{'|'.join(_KINDS_AFTER)})(?![a-z])"
)
# Words before a verb as easily as before a name: a wrong letter is not forgiven ("pelabuhan kabari").
_VILLAGES = frozenset("kampung kampong kg kpg batu sungai sg muara bagan pantai".split())
_MADE = _VILLAGES | {"pelabuhan", "jeti", "dermaga", "port", "perairan"}
_CUT_OFF = PLACE_WORDS - {"p", "pl", "pu", "batu", "look", "ko", "ao", "port"}
_SORT_ALONE = re.compile(rf"(?:(?:{_SORTS})\s)*(?:{_SORTS})")
_REST_OF_NAME = re.compile(
    rf"(?:[\s-](?:{_SORTS}|{'|'.join(_KINDS_AFTER)}|coast|waters|area)(?![a-z])){{0,4}}"
)
_PORT_WORDS = frozenset("anchorage roads roadstead terminal jetty wharf berth breakwater lighthouse".split())
_OUTSIDE = frozenset(("anchorage", "roads", "roadstead"))
_AT = re.compile(
    r"(?<![a-z])(?:di|d|dkt|dekat|dkat|kat|berdekatan|sekitar|kawasan|kwsn|at|near|nr|off|around"
    r"|vicinity of|outside|sa may|sa|nasa|nsa|malapit sa|malapit|tapat ng|depan|gan|o gan"
    r"|ngoai khoi|o|tai|vung bien|posisi|lokasi"
    r"|location|loc)"
    r"[\s:]{1,3}(?=[a-z])"
)
_AT_SCRIPT = re.compile(r"(?:ใกล้|ที่|แถว|บริเวณ|หน้า)\s?")
_AT_AFTER_SCRIPT = re.compile(r"(?<=[\u0b80-\u0bff])\s?(?:அருகே|அருகில்|பக்கத்தில்|கிட்ட)")
_FROM_OR_TO = re.compile(
    r"(?<![a-z])(?:dari|dr|daripada|from|ke|to|menuju|heading|towards|pulang ke|balik ke|galing|papunta"
    r"|patungo|bound for|tu|den|ve)\s{1,2}(?=[a-z])"
)
_THAI_RUN = re.compile(r"[\u0e00-\u0e7f]{2,40}|[\u0b80-\u0bff]{2,40}(?:\s[\u0b80-\u0bff]{2,40})?")
LONGEST_RUN = 40
_RUN_BEFORE = re.compile(r"([\u0e00-\u0e7f]{2,40}|[\u0b80-\u0bff]{2,40})\s{0,2}$")
# Before a name: the boat is not there. "laut" is the water off a place, how far off nobody says.
_ELSEWHERE = frozenset(
    "dari dr drpd daripada from for ke to menuju nak heading towards balik pulang hala arah "
    "utara selatan timur barat tenggara laut daya north south east west northeast northwest southeast "
    "southwest galing mula papunta "
    "patungo pauwi hilaga timog silangan kanluran bac nam dong tay tu den ve going between antara via "
    "enroute bound leaving left departed destination "
    "orang org asal anak kapal bot ikan fv mv named nama nelayan pasukan balai polis maritim hospital".split()
)
# How far off nobody says.
_OFF = re.compile(
    r"(?<![a-z])(?:off|vicinity of|vicinity|waters of|waters|perairan|lepas pantai|lepas|luar|outside"
    r"|ngoai khoi|vung bien|karagatan ng|dagat ng)\s{1,2}$"
)
_BEARING = re.compile(r"\b(?:brg|bearing)\b")
_SIDE = (
    r"(?:utara|selatan|timur|barat|tenggara|timur laut|barat laut|barat daya|north|south|east|west"
    r"|hilaga|timog|silangan|kanluran)"
)
_SIDE_AFTER = re.compile(rf"\s(?:ke |di |arah |sebelah |side |bahagian )?{_SIDE}(?![a-z]|\s(?:china|coast))")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_BETWEEN_WORDS = re.compile(r"[\s.\-/()]{1,3}$")
# What leads from one name to that of the area it lies in.
_NEXT_NAME = re.compile(
    r"(?P<comma>\s?[,(/]\s?|\s-\s)?(?(comma)|\s)(?:off |di |in |dalam |sa |near |dekat )?(?=[a-z])"
)
LONGEST_NAME = 4  # words
SHORTEST_NAME = 4  # letters, where no kind stands before it
MOST_MENTIONS = 12
MOST_AREAS = 4
LIKELY = {
    "ms": ("MY", "SG", "BN"),
    "id": ("ID", "TL", "MY", "SG", "BN"),  # short texts in Malay often pass for Indonesian
    "fil": ("PH",),
    "vi": ("VN",),
    "th": ("TH",),
    "ta": ("MY", "SG", "IN", "LK"),
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A name and where in the text it stands. `there`: the boat is said to be at it; `off`: off it;
    `outside`: at its anchorage.
    """

    named: Named
    start: int
    end: int
    there: bool
    off: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class _Areas:
    """What a text names behind a place: the countries and circles it lies in, and where that ends.

    `near`: a place named without a comma between ("pulau kapas marang"), which may be another matter.
    """

    countries: tuple[str, ...] = ()
    circles: tuple[Circle, ...] = ()
    end: int = 0
    near: Position | None = None


class Reader:
    """Looks names up in an index on behalf of one folded text.

    `village` is the reporter's community; `secrets`: names of other villages are looked up too.
    """

    def __init__(
        self,
        text: str,
        index: PlaceIndex,
        language: str,
        near: Position | None,
        village: str = "",
        *,
        secrets: bool = False,
    ):
        self.text, self.index, self.language, self.near = text, index, language, near
        self._knows = {"village": village, "secrets": secrets}
        said = tuple(
            COUNTRIES[match["region"]] for match in REGION.finditer(text) if match["region"] in COUNTRIES
        )
        self.likely = (*LIKELY.get(language, ()), *said)
        self._known_areas: dict[int, _Areas] = {}

    def after(self, at: int, *, bare: bool = False) -> tuple[Named, int] | None:
        """The place whose name starts at `at`, and where it ends. `bare`: exact, no ordinary word."""
        run = _THAI_RUN.match(self.text, at)
        if run:
            return self._in_script(run)
        return self._best(_words_from(self.text, at), False, bare)

    def before(self, at: int, *, bare: bool = False) -> tuple[Named, int] | None:
        """The place whose name ends at `at`, and where it starts."""
        if run := _RUN_BEFORE.search(self.text, max(0, at - LONGEST_RUN), at):
            return self._in_script_to(run)
        return self._best(_words_to(self.text, at), True, bare)

    def areas(self, at: int) -> _Areas:
        """The areas named right behind a name that ends at `at`."""
        if at not in self._known_areas:
            self._known_areas[at] = self._areas_from(at)
        return self._known_areas[at]

    def _areas_from(self, at: int) -> _Areas:
        countries: list[str] = []
        circles: list[Circle] = []
        near: Position | None = None
        at = _REST_OF_NAME.match(self.text, at).end()
        for _ in range(MOST_AREAS):
            link = _NEXT_NAME.match(self.text, at)
            if link is None:
                break
            if region := REGION.match(self.text, link.end()):
                name, at = region["region"], region.end()
                if name in COUNTRIES:
                    countries.append(COUNTRIES[name])
                else:
                    countries.append(STATES[name][0])
                    circles.append(STATES[name][1])
                continue
            spans = _words_from(self.text, link.end())
            apart = link["comma"] or link[0].strip()
            hit = self._exact(spans) if spans and (apart or spans[0][0] not in ORDINARY) else None
            if hit is None:
                break
            named, at = hit
            if len(named.places) > 1:
                continue
            area = named.places[0]
            if apart:
                circles.append((area.position, area.radius_m))
            else:
                near = near or area.position
        return _Areas(tuple(dict.fromkeys(countries)), tuple(circles), at, near)

    def _exact(self, spans: list[tuple[str, int, int]]) -> tuple[Named, int] | None:
        """The place of that name and no other spelling, with no thought to what stands behind it."""
        for size in range(len(spans), 0, -1):
            part = spans[:size]
            if named := self._named(" ".join(word for word, _, _ in part), {"wide": True}, False, _Areas()):
                return named, part[-1][2]
        return None

    def _best(
        self, spans: list[tuple[str, int, int]], backwards: bool, bare: bool
    ) -> tuple[Named, int] | None:
        for options in ({}, {"longer": True}, {"typos": True}):
            if options and bare:
                break
            for size in range(min(LONGEST_NAME, len(spans)), 0, -1):
                part = spans[-size:] if backwards else spans[:size]
                if backwards and size < len(spans) and spans[-size - 1][0] in _CUT_OFF:
                    continue  # "Semangka" of "Teluk Semangka"
                name = " ".join(word for word, _, _ in part)
                named = self._named(name, options, bare, self.areas(part[-1][2]))
                if named and not backwards and self._goes_on(part, spans):
                    named = replace(named, settled=False)
                if named:
                    return named, part[0][1] if backwards else part[-1][2]
        return None

    @staticmethod
    def _goes_on(part: list[tuple[str, int, int]], spans: list[tuple[str, int, int]]) -> bool:
        """Whether what is known may be the beginning of a name: "Kampung Ayer" of "Kg. Ayer Papan"."""
        if len(part) != 2 or part[0][0] not in _VILLAGES or len(spans) == len(part):
            return False
        following = spans[len(part)][0]
        known = following in words.VOCABULARY or following in COUNTRIES or following in STATES
        return not known and len(following) > SHORTEST_NAME - 1

    def _named(self, name: str, options: dict, bare: bool, areas: _Areas) -> Named | None:
        parts = name.split()
        kind = parts[0] in PLACE_WORDS and len(parts) > 1
        own = parts[1:] if kind else parts
        if all(part in PLACE_WORDS for part in own) or name in STATES:
            return None
        if _SORT_ALONE.fullmatch(" ".join(own[:-1] if own[-1] in _KINDS_AFTER else own)):
            return None
        ordinary = all(part in ORDINARY or part in PLACE_WORDS for part in own)
        if ordinary and not kind and (bare or len(own) == 1):
            return None
        if len("".join(own)) < (SHORTEST_NAME if not kind else 2):
            return None
        if options.get("longer") and not kind and len(name) < SHORTEST_NAME + 1:
            return None
        island = kind and (parts[0] in ISLAND_WORDS or parts[0] in ("p", "pl", "pu"))
        if options.get("typos") and (parts[0] in _MADE or any(part in ORDINARY for part in own)):
            return None
        if island:
            options = {**options, "longer": True}
        return self.index.named(
            name.replace("'", ""),
            near=areas.near or self.near,
            countries=self.likely,
            only=areas.countries,
            beside=areas.circles,
            **self._knows,
            **{"wide": kind or bare, **options},
        )

    def _in_script(self, run: re.Match) -> tuple[Named, int] | None:
        for end in range(len(run[0]), 1, -1):
            named = self.index.named(run[0][:end], near=self.near, countries=self.likely, **self._knows)
            if named:
                return named, run.start() + end
        return None

    def _in_script_to(self, run: re.Match) -> tuple[Named, int] | None:
        for start in range(len(run[1]) - 1):
            named = self.index.named(run[1][start:], near=self.near, countries=self.likely, **self._knows)
            if named:
                return named, run.start() + start
        return None

    def mentions(self, at_sea: bool) -> list[Mention]:
        """Every place that the text names, in order. `at_sea`: it speaks of boats or danger."""
        found = [*self._with_kind_before(at_sea)]
        if at_sea:
            found += self._with_kind_after()
            found += self._before_region()
            for pattern, there in ((_AT, True), (_FROM_OR_TO, False), (_AT_SCRIPT, True)):
                for match in islice(pattern.finditer(self.text), MOST_MENTIONS):
                    if hit := self.after(match.end(), bare=True):
                        found.append(Mention(hit[0], match.end(), hit[1], there))
            for match in islice(_AT_AFTER_SCRIPT.finditer(self.text), MOST_MENTIONS):
                if hit := self.before(match.start()):
                    found.append(Mention(hit[0], hit[1], match.start(), True))
        if not found:
            start = len(self.text) - len(self.text.lstrip())
            short = len(self.text.split()) <= LONGEST_NAME + 2
            hit = self.after(start, bare=True) if short else None
            if hit and self._is_all(start, hit[1]):
                found.append(Mention(hit[0], start, hit[1], True))
        found.sort(key=lambda mention: (mention.start, -mention.end))
        kept: list[Mention] = []
        for mention in found:
            # An area named behind a place is none of its own: "Pulau Gaya, Semporna".
            if not any(other.start < mention.start < self.areas(other.end).end for other in kept):
                kept.append(replace(mention, off=self._off(mention.start)))
        return kept

    def far_told(self, mention: Mention) -> bool:
        """Whether the text tells a distance, or a side of the place, that could not be read with it."""
        return bool(
            offsets.tells_distance(self.text)
            or _BEARING.search(self.text)
            or _SIDE_AFTER.match(self.text, mention.end)
        )

    def _with_kind_before(self, at_sea: bool):
        for match in islice(_NAME_AFTER_KIND.finditer(self.text), MOST_MENTIONS):
            kind = match[0].strip(" .")
            loose = kind in LOOSE and "." not in match[0]
            hit = self.after(match.start(), bare=loose)
            if hit and (at_sea or self._is_all(match.start(), hit[1])):
                yield Mention(hit[0], match.start(), hit[1], self._there(match.start()))

    def _with_kind_after(self):
        for match in islice(_KIND_AFTER_NAME.finditer(self.text), MOST_MENTIONS):
            port = match["kind"] in _PORT_WORDS
            hit, end = None, match.end()
            if not match["sorts"].strip():
                hit = self.before(end)
                if hit and not self.text[hit[1] : match.start()].split():
                    hit = None
            if hit is None and (port or match["sorts"].strip()):
                hit = self.before(match.start(), bare=True)
            if hit:
                outside = match["kind"] in _OUTSIDE
                yield Mention(hit[0], hit[1], end, self._there(hit[1]), outside=outside)

    def _before_region(self):
        for match in islice(BEFORE_REGION.finditer(self.text), MOST_MENTIONS):
            if hit := self.before(match.start(), bare=True):
                yield Mention(hit[0], hit[1], match.start(), self._there(hit[1]))

    def _there(self, at: int) -> bool:
        before = re.findall(r"[a-z]+", self.text[max(0, at - 40) : at])
        if before and before[-1] == "of":
            return bool(_OFF.search(self.text, max(0, at - 40), at))
        return not before or before[-1] not in _ELSEWHERE

    def _off(self, at: int) -> bool:
        return self.text.startswith("perairan", at) or bool(_OFF.search(self.text, 0, at))

    def _is_all(self, start: int, end: int) -> bool:
        """Whether nothing but small words stands round the name: an answer to "where?"."""
        rest = words.split(self.text[:start] + " " + self.text[max(end, self.areas(end).end) :])
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
        if spans and ". " in gap and spans[-1][0] not in PLACE_WORDS:
            break
        spans.append((match[0], match.start(), match.end()))
    return spans


def _words_to(text: str, at: int) -> list[tuple[str, int, int]]:
    spans: list[tuple[str, int, int]] = []
    for match in reversed(list(_WORD.finditer(text, max(0, at - 80), at))):
        gap = text[match.end() : spans[0][1]] if spans else text[match.end() : at]
        if match[0][0].isdigit() or (gap and not _BETWEEN_WORDS.match(gap)) or len(spans) == LONGEST_NAME:
            break
        if ". " in gap and match[0] not in PLACE_WORDS:
            break
        spans.insert(0, (match[0], match.start(), match.end()))
    return spans
