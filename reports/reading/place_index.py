"""An index of names of the sea, in memory: from a name as people write it to the places that bear it.

Pure: built from rows, asked with words. 29,058 places with 49,000 names take 1.3 s and 27 MB (one core).
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from communities import coast, names
from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m

# How far from its point a thing of this kind reaches, nautical miles; a town where nothing is said.
RADIUS_NM = {
    "island": 3,
    "island_group": 10,
    "reef": 3,
    "bay": 10,
    "strait": 10,
    "delta": 10,
    "isthmus": 10,
    "gulf": 60,
    "sea": 60,
}
TOWN_RADIUS_NM = 2
WIDE = frozenset(("sea", "gulf"))  # too wide to stand for where a boat is
ISLANDS = frozenset(("island", "island_group", "reef"))
ISLAND_WORDS = frozenset(
    "pulau pulo palau kepulauan isla island islands ko koh dao hon gili nusa karang reef gosong beting "
    "shoal".split()
)
_BAYS = frozenset(("bay", "gulf", "harbour", "anchorage"))
_LAND = frozenset(("cape", "port", "coastal_town", "municipality", "coastal_village", "harbour", "landing"))
# What a name may be that has this word with it: "Teluk Semangka" is not the island Semangka.
_CLASSES = {
    **dict.fromkeys(ISLAND_WORDS, ISLANDS),
    **dict.fromkeys("teluk look vinh ao bay gulf".split(), _BAYS),
    **dict.fromkeys(("anchorage", "port", "harbour"), _LAND | {"anchorage"}),
    **dict.fromkeys(("selat", "strait", "straits"), frozenset(("strait",))),
    **dict.fromkeys("tanjung mui punta cape laem point kampung kuala jeti".split(), _LAND),
}
# Of places that bear one name and lie together, the one that stands for all.
_RANK = {"coastal_town": 1, "municipality": 2, "island": 0, "island_group": 0, "cape": 0, "port": 3}
WIDEST_M = 60 * NAUTICAL_MILE_M
CONTINENT_M = 900 * NAUTICAL_MILE_M
SAME_PLACE_M = 10 * NAUTICAL_MILE_M
NEAR_M = 100 * NAUTICAL_MILE_M  # a day's way of a small boat, and back
# A name is forgiven one wrong letter from six letters, two from ten; the first must be right.
TYPO_FROM, TWO_TYPOS_FROM = 6, 10


@dataclass(frozen=True, slots=True)
class Place:
    """A known place: degrees, what it is, and its country (ISO 3166-1, empty for open seas)."""

    name: str
    lon: float
    lat: float
    kind: str = ""
    country: str = ""
    minor: bool = False  # of a register of every rock: that it alone bears the name does not make it the one

    @property
    def position(self) -> Position:
        return self.lon, self.lat

    @property
    def radius_m(self) -> float:
        """How far from its point the name still means it; a big island reaches to its furthest shore."""
        radius_m = RADIUS_NM.get(self.kind, TOWN_RADIUS_NM) * NAUTICAL_MILE_M
        if self.kind == "island":
            reach_m = coast.land_reach_m(*self.position)
            # Small islands drawn as one with the continent are small all the same.
            return max(radius_m, reach_m) if reach_m < CONTINENT_M else radius_m
        return radius_m

    @property
    def is_wide(self) -> bool:
        """Whether the name says too little of where a boat is: a sea, Borneo."""
        return self.radius_m >= WIDEST_M


@dataclass(frozen=True, slots=True)
class Named:
    """Who bears a name: one place of each neighbourhood, likeliest first. `exact`: spelled as it is known."""

    places: tuple[Place, ...]
    exact: bool = True
    settled: bool = True  # the first is the one meant, as far as can be told


class PlaceIndex:
    """Names to places.

    Rows are (place, every folded form of its names as `names.search_names` gives). `aliases` are (name in
    another script, Latin name, country): the first is borne by whoever bears the second there.
    """

    def __init__(
        self,
        rows: Iterable[tuple[Place, Iterable[str]]],
        aliases: Iterable[tuple[str, str, str]] = (),
    ):
        self._by_name: dict[str, list[Place]] = {}
        for place, forms in rows:
            for form in forms:
                self._by_name.setdefault(form, []).append(place)
        for name, latin, country in aliases:
            bearers = self._by_name.get(names.full_name(latin)) or self._by_name.get(
                names.own_name(latin), ()
            )
            if of_there := [place for place in bearers if place.country in (country, "")]:
                self._by_name[names.full_name(name)] = of_there
        self._sorted = sorted(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def named(
        self,
        name: str,
        *,
        near: Position | None = None,
        countries: Iterable[str] = (),
        typos: bool = False,
        longer: bool = False,
        wide: bool = True,
    ) -> Named | None:
        """The places called `name`; None if there are none.

        `typos` forgives wrong letters; `longer` also takes names that go on with one more word ("Timun" for
        "Timun Laut"); `wide` takes seas and gulfs. `countries` are where the reporter is likely to be.
        """
        form = names.full_name(name)
        own = names.own_name(form)
        kinds = None
        if own != form:
            parts = form.split()
            kinds = _CLASSES.get(parts[0] if form.endswith(own) else parts[-1])
        found = list(self._by_name.get(form, ()))
        if not found and own != form:
            bearers = self._by_name.get(own, ())
            found = self._of_kinds(bearers, kinds)
            if not found and kinds is ISLANDS:  # an island known by its town
                found = self._of_kinds(bearers, _LAND)
        if longer and (kinds is ISLANDS or not [place for place in found if wide or place.kind not in WIDE]):
            found += self._longer(form)
            if kinds is ISLANDS:
                found += self._of_kinds(self._longer(own), ISLANDS)
        exact = bool(found)
        if not found and typos:
            found = self._misspelled(own, kinds)
        if not wide:
            found = [place for place in found if place.kind not in WIDE]
        return _settle(found, exact, near, tuple(countries)) if found else None

    @staticmethod
    def _of_kinds(places: Iterable[Place], kinds: frozenset[str] | None) -> list[Place]:
        return [place for place in places if kinds is None or place.kind in kinds]

    def _longer(self, form: str) -> list[Place]:
        prefix = f"{form} "
        start = bisect_left(self._sorted, prefix)
        keys = takewhile(lambda key: key.startswith(prefix), self._sorted[start : start + 60])
        return [place for key in keys if " " not in key[len(prefix) :] for place in self._by_name[key]]

    def _misspelled(self, own: str, kinds: frozenset[str] | None) -> list[Place]:
        """Names a wrong letter or two away, where no other name is as near."""
        letters = len(own.replace(" ", ""))
        if letters < TYPO_FROM:
            return []
        first = own[0]
        start, end = bisect_left(self._sorted, first), bisect_left(self._sorted, chr(ord(first) + 1))
        most = 2 if letters >= TWO_TYPOS_FROM else 1
        hits = extract(own, self._sorted[start:end], scorer=OSA.distance, score_cutoff=most, limit=8)
        nearest = [key for key, distance, _ in hits if distance == hits[0][1]]
        return self._of_kinds((place for key in nearest for place in self._by_name[key]), kinds)


def _settle(found: list[Place], exact: bool, near: Position | None, countries: tuple[str, ...]) -> Named:
    """Put together what lies together, the likeliest first: nearest to `near`, else of those countries."""
    heads: list[Place] = []
    for place in sorted(dict.fromkeys(found), key=lambda place: _RANK.get(place.kind, 4)):
        if all(great_circle_m(place.position, head.position) > SAME_PLACE_M for head in heads[:50]):
            heads.append(place)
    at_home = [place for place in heads if place.country in countries]
    likely = at_home or [place for place in heads if not place.minor and not (countries and place.country)]
    if near is not None:
        heads.sort(key=lambda place: great_circle_m(place.position, near))
        close = [place for place in heads if great_circle_m(place.position, near) <= NEAR_M]
        settled = exact and (len(close) == 1 or len(heads) == len(likely) == 1)
    else:
        order = {country: rank for rank, country in enumerate(countries)}
        heads.sort(key=lambda place: (order.get(place.country, len(order)), place.minor))
        settled = exact and len(heads) == len(likely) == 1
    return Named(tuple(heads), exact, settled)
