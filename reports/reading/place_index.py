"""An index of names of the sea, in memory: from a name as people write it to the places that bear it.

Pure: built from rows, asked with words. 29,127 places with 49,300 names take 1.0 s and 25 MB (one core).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
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
WATERS = frozenset(("strait", "bay", "gulf", "sea", "delta", "isthmus"))
WIDE = frozenset(("sea", "gulf"))  # too wide to stand for where a boat is
ISLANDS = frozenset(("island", "island_group", "reef"))
ISLAND_WORDS = frozenset(
    "pulau pulo palau kepulauan isla island islands ko koh dao hon gili nusa karang reef gosong beting "
    "shoal".split()
)
_CAPE_WORDS = frozenset(("tanjung", "mui", "punta", "cape", "laem"))
_BAYS = frozenset(("bay", "gulf", "harbour", "anchorage"))
_LAND = frozenset(("cape", "port", "coastal_town", "municipality", "coastal_village", "harbour", "landing"))
EXTENDED = WATERS | {"island_group", "reef"}  # whose extent is listed
# What a name may be that has this word with it: "Teluk Semangka" is not the island Semangka.
_CLASSES = {
    **dict.fromkeys(ISLAND_WORDS, ISLANDS),
    **dict.fromkeys("teluk look vinh ao bay gulf".split(), _BAYS),
    **dict.fromkeys(("anchorage", "port", "harbour"), _LAND | {"anchorage"}),
    **dict.fromkeys(("selat", "strait", "straits"), frozenset(("strait",))),
    **dict.fromkeys("tanjung mui punta cape laem point kampung kuala jeti dermaga".split(), _LAND),
}
# Of places that bear one name and lie together, the one that stands for all.
_RANK = {"coastal_town": 1, "municipality": 2, "island": 0, "island_group": 0, "cape": 0, "port": 3}
WIDEST_M = 60 * NAUTICAL_MILE_M
LARGEST_MINOR_M = 40 * NAUTICAL_MILE_M
CONTINENT_M = 900 * NAUTICAL_MILE_M
SAME_PLACE_M = 10 * NAUTICAL_MILE_M
LARGE_M = 10 * NAUTICAL_MILE_M
MOST_RANKED = 50
#: A phone last heard of no further than this from what a village calls by a name may use that name.
EARSHOT_M = 30 * NAUTICAL_MILE_M
BESIDE_M = 60 * NAUTICAL_MILE_M  # "Pulau Lima, Kota Tinggi": the second says which first
NEAR_M = 100 * NAUTICAL_MILE_M  # a day's way of a small boat, and back
FAR_M = 300 * NAUTICAL_MILE_M
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
    reach_m: float | None = None  # how far it reaches, where that is known better than from its kind
    village: str = ""  # the id of the community whose own name this is; "" on the chart

    @property
    def position(self) -> Position:
        return self.lon, self.lat

    @property
    def radius_m(self) -> float:
        """How far from its point the name still means it, metres.

        A big island reaches to its furthest shore; boats of a town up a river are at least as far as the sea.
        """
        if self.reach_m is not None:
            return self.reach_m
        radius_m = RADIUS_NM.get(self.kind, TOWN_RADIUS_NM) * NAUTICAL_MILE_M
        if self.kind == "island":
            reach_m = _land_reach_m(self.position)
            # Small islands drawn as one with a continent, or a rock with its island, are small all the same.
            drawn_as_one = reach_m > (LARGEST_MINOR_M if self.minor else CONTINENT_M)
            return radius_m if drawn_as_one else max(radius_m, reach_m)
        if self.kind in ISLANDS or self.kind in WATERS:
            return radius_m
        return radius_m + _to_the_sea_m(self.position)

    @property
    def is_wide(self) -> bool:
        """Whether the name says too little of where a boat is: a sea, Borneo."""
        return self.radius_m >= WIDEST_M


@lru_cache(maxsize=4096)
def _land_reach_m(position: Position) -> float:
    return coast.land_reach_m(*position)


@lru_cache(maxsize=4096)
def _to_the_sea_m(position: Position) -> float:
    return coast.distance_to_coast_m(*position) if coast.is_land(*position) else 0.0


#: A point (lon, lat) and how far round it something reaches, metres.
Circle = tuple[Position, float]


@dataclass(frozen=True, slots=True)
class Named:
    """Who bears a name: one place of each neighbourhood, likeliest first. `exact`: spelled as it is known.

    `secret`: the likeliest is known by a name of a village that is not the reporter's.
    """

    places: tuple[Place, ...]
    exact: bool = True
    settled: bool = True  # the first is the one meant, as far as can be told
    secret: bool = False


class _Names:
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
        self._by_start: dict[tuple[str, int], list[str]] = {}  # (first letter, length) → names
        for form in self._sorted:
            self._by_start.setdefault((form[:1], len(form)), []).append(form)

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
        only: Iterable[str] = (),
        beside: Iterable[Circle] = (),
    ) -> Named | None:
        """The places called `name`; None if there are none.

        `typos` forgives wrong letters; `longer` also takes names that go on with one more word ("Timun" for
        "Timun Laut"); `wide` takes seas and gulfs. `countries` are where the reporter is likely to be, `only`
        those the text says, `beside` the areas it names after this one: "Pulau Gaya, Semporna, Sabah".
        """
        only = tuple(only)
        form = names.full_name(name)
        own = names.own_name(form)
        kinds = None
        if own != form:
            parts = form.split()
            kinds = _CLASSES.get(parts[0] if form.endswith(own) else parts[-1])
        found = list(self._by_name.get(form, ()))
        in_full, guessed = bool(found), False
        if not found and own != form:
            bearers = self._by_name.get(own, ())
            found = self._of_kinds(bearers, kinds)
            # A cape is not the town of its name, however near it often is.
            guessed = form.split()[0] in _CAPE_WORDS and not any(place.kind == "cape" for place in found)
            if not found and kinds is ISLANDS:  # an island known by its town, not by another name of a town
                found = [
                    place for place in self._of_kinds(bearers, _LAND) if names.own_name(place.name) == own
                ]
        plain = frozenset(found)
        if longer and (kinds is ISLANDS or not [place for place in found if wide or place.kind not in WIDE]):
            found += self._longer(form)
            if kinds is ISLANDS:
                found += self._of_kinds(self._longer(own), ISLANDS)
        if own == form and found and all(place.kind in EXTENDED for place in found):
            found += [place for place in self._longer(form) if place.kind == "island" and not place.minor]
        if own == form:  # "Melaka" is the town, where there is one, and not its strait
            found = [place for place in found if place.kind not in EXTENDED] or found
            if near is None:
                found = [place for place in found if not place.minor] or found
                guessed = bool(found) and found[0].minor
        exact, elsewhere = bool(found), False
        if not found and typos:
            found = self._misspelled(own, kinds)
        if only and found:
            there = [place for place in found if place.country in only or not place.country]
            elsewhere = not there
            found = there or (found if in_full else [])
        if not wide:
            found = [place for place in found if place.kind not in WIDE]
        if not found:
            return None
        asked = _Asked(exact, near, only or tuple(countries), tuple(beside), plain)
        named = _settle(found, asked)
        return replace(named, settled=False) if named and (elsewhere or guessed) else named

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
        most = 2 if letters >= TWO_TYPOS_FROM else 1
        lengths = range(len(own) - most, len(own) + most + 1)
        forms = [form for length in lengths for form in self._by_start.get((own[0], length), ())]
        hits = extract(own, forms, scorer=OSA.distance, score_cutoff=most, limit=8)
        nearest = [key for key, distance, _ in hits if distance == hits[0][1]]
        return self._of_kinds((place for key in nearest for place in self._by_name[key]), kinds)


class PlaceIndex(_Names):
    """Names to places: those on the chart, which anybody may mean, and those of each village.

    Rows and aliases are as for the chart alone; a place with a `village` is known to that community.
    """

    def __init__(
        self,
        rows: Iterable[tuple[Place, Iterable[str]]],
        aliases: Iterable[tuple[str, str, str]] = (),
    ):
        own: list[tuple[Place, Iterable[str]]] = []
        super().__init__(self._charted(rows, own), aliases)
        self._secret = _Names(own)
        by_village: dict[str, list[tuple[Place, Iterable[str]]]] = {}
        for row in own:
            by_village.setdefault(row[0].village, []).append(row)
        self._of_village = {village: _Names(known) for village, known in by_village.items()}

    @staticmethod
    def _charted(rows, own: list) -> Iterator[tuple[Place, Iterable[str]]]:
        """The rows of the chart; puts the others into `own`."""
        for place, forms in rows:
            if place.village:
                own.append((place, tuple(forms)))
            else:
                yield place, forms

    def __len__(self) -> int:
        return super().__len__() + len(self._secret)

    @property
    def has_secrets(self) -> bool:
        """Whether any village has names of its own."""
        return len(self._secret) > 0

    def named(self, name: str, *, village: str = "", secrets: bool = False, **options) -> Named | None:
        """The places called `name`, asked as a chart is; None if there are none.

        Names of the reporter's own `village` come first. Those of other villages, never misspelled, are one
        more bearer where the chart leaves doubt and the reporter is near; else they are given only if
        `secrets` are asked for and no chart has the name, settled only to a reporter who is near.
        """
        near = options.get("near")
        charted = super().named(name, **options)
        known = self._of_village.get(village)
        if mine := known and known.named(name, **options):
            return _mine_first(mine, charted, near)
        if not self.has_secrets or (charted and (charted.settled or near is None)):
            return charted
        if not (charted or secrets):
            return None
        theirs = self._secret.named(name, **options | {"typos": False, "longer": False})
        if theirs is None:
            return charted
        heard = [
            place for place in theirs.places if near and great_circle_m(place.position, near) <= EARSHOT_M
        ]
        if charted is None:
            settled = theirs.settled and len(heard) == 1
            return replace(theirs, settled=settled, secret=True)
        return _one_more(charted, heard, near) if heard else charted


def _mine_first(mine: Named, charted: Named | None, near: Position | None) -> Named:
    """The village's own places, then those on the chart; but what is near the reporter before what is not."""
    if charted is None:
        return mine
    elsewhere = tuple(place for place in charted.places if not _are_one(mine.places[0], place))
    if near is not None and elsewhere:
        off_m = great_circle_m(mine.places[0].position, near)
        if off_m > NEAR_M > great_circle_m(elsewhere[0].position, near):
            return replace(charted, places=(*elsewhere, *mine.places), settled=False)
    if charted.settled and not mine.settled:
        return replace(charted, places=(*charted.places, *mine.places))
    return replace(mine, places=(*mine.places, *elsewhere))


def _one_more(charted: Named, heard: list[Place], near: Position) -> Named:
    """A doubtful name of the chart, and what a village near the reporter calls so: the nearest first."""
    off_m = {place: great_circle_m(place.position, near) for place in (*heard, *charted.places)}
    places = tuple(sorted(off_m, key=off_m.get))
    settled = len([place for place in places if off_m[place] <= NEAR_M]) == 1
    secret = bool(places[0].village)
    return Named(places, charted.exact or secret, settled, secret)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the likeliest of several bearers is told by; `plain` bear the name itself and no longer one."""

    exact: bool
    near: Position | None
    countries: tuple[str, ...]
    beside: tuple[Circle, ...]
    plain: frozenset[Place]


def _settle(found: list[Place], asked: _Asked) -> Named | None:
    """Put together what lies together, the likeliest first; None for a misspelling of what is elsewhere.

    Likeliest is what the areas named beside it hold, then what is nearest to the reporter, then what is in
    the likely countries.
    """
    heads: list[Place] = []
    for place in sorted(dict.fromkeys(found), key=lambda place: _RANK.get(place.kind, 4)):
        if not any(_are_one(head, place) for head in heads[:MOST_RANKED]):
            heads.append(place)
    if not asked.beside:
        return _order(heads, asked)
    close = [place for place in heads if max(_gap_m(place, circle) for circle in asked.beside) <= BESIDE_M]
    if not close:
        return replace(_order(heads, asked), settled=False) if asked.exact else None
    named = _order(close, asked)
    far = tuple(place for place in heads if place not in close)
    return Named((*named.places, *far), asked.exact, named.settled or (asked.exact and len(close) == 1))


def _order(heads: list[Place], asked: _Asked) -> Named:
    at_home = [place for place in heads if place.country in asked.countries]
    likely = at_home or [
        place for place in heads if not place.minor and not (asked.countries and place.country)
    ]
    settled = asked.exact and len(heads) == len(likely) == 1
    if asked.near is not None:
        off_m = {place: great_circle_m(place.position, asked.near) for place in heads}
        heads = sorted(heads, key=off_m.get)
        close = [place for place in heads if off_m[place] <= NEAR_M]
        # The only one known, but days away: that of the text is one that the lists lack.
        settled = (settled and off_m[heads[0]] <= FAR_M) or (asked.exact and len(close) == 1)
    elif len(heads) > 1:
        ranks = {country: rank for rank, country in enumerate(asked.countries)} | {"": 0}

        def rank(place: Place) -> tuple:
            # Of two islands of a name the larger is talked of more.
            small = place.kind == "coastal_village" or (place.minor and place.radius_m < LARGE_M)
            named = place in asked.plain
            size_m = 0.0 if place.is_wide else place.radius_m  # a hamlet drawn as one with Luzon is none
            return ranks.get(place.country, len(ranks)), not named, small, -size_m

        heads = sorted(heads[:MOST_RANKED], key=rank) + heads[MOST_RANKED:]
    return Named(tuple(heads), asked.exact, settled)


def _are_one(head: Place, place: Place) -> bool:
    """Whether two of one name are one place: side by side, or the one within the other."""
    apart_m = great_circle_m(head.position, place.position)
    if apart_m <= SAME_PLACE_M:
        return True
    if apart_m > WIDEST_M or not (head.kind in ISLANDS or head.kind in WATERS):
        return False
    return apart_m <= head.radius_m


def _gap_m(place: Place, circle: Circle) -> float:
    position, reach_m = circle
    return max(0.0, great_circle_m(place.position, position) - reach_m)
