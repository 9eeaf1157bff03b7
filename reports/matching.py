"""Which reports tell of the same incident.

Pure: two sightings in, a score between 0 and 1 and its reasons out. The score is a sum of evidence (log-odds:
0 is even) from place, time, type, vessel names and shared words, so that an officer can read why. It only
proposes: nothing here joins a report to an incident, and nobody's report is put under a distress by machine.

The weights are judgements, not fits: what each could be worth at most is in the constants below.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from communities.sphere import NAUTICAL_MILE_M, Position, great_circle_m
from reports.taxonomy import TAXONOMY, Category, IncidentType
from reports.vessels import Words, mentions, vessel_kinds, vessel_names, words_of

SAME = 0.5  # from here on a match is worth proposing

PRIOR = -2.5  # two reports picked near each other tell, more often than not, of two things
NO_POSITION = -1.0
SAME_PLACE = 2.5
SAME_TIME = 2.0
SAME_TYPE, SAME_FAMILY, OTHER_FAMILY = 1.0, 0.5, -2.0
SAME_NAME, OTHER_NAME = 8.0, -6.0
SAME_KIND, OTHER_KIND = 0.7, -2.0
SHARED_WORDS = 1.5

DEFAULT_ERROR_M = NAUTICAL_MILE_M  # a position that does not say how sure it is
DRIFT_KN = 1.0  # a casualty drifts, a gang moves on
MAX_DRIFT_H = 24.0
WINDOW = timedelta(days=4)  # what lies further apart in time is not compared
CELL_DEG = 1.5  # nor what lies more than a cell, at least 80 nautical miles, apart
MOST_WITHOUT_POSITION = 200  # compared with one another only so many, the latest


@dataclass(frozen=True)
class Sighting:
    """What one report says, as far as matching cares. `at` in UTC, give or take `at_error_s`."""

    id: object
    at: datetime
    position: Position | None = None
    position_error_m: float | None = None
    type: str = ""
    text: str = ""
    vessel: str = ""
    at_error_s: float = 0.0

    @cached_property
    def words(self) -> Words:
        return words_of(f"{self.vessel} {self.text}" if self.vessel else self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        named = " ".join(words_of(self.vessel).tokens)
        return tuple(dict.fromkeys((*([named] if named else ()), *vessel_names(self.text))))

    @cached_property
    def kinds(self) -> frozenset[str]:
        return vessel_kinds(self.text)


@dataclass(frozen=True, slots=True)
class Match:
    score: float
    why: tuple[str, ...]


def score(a: Sighting, b: Sighting) -> Match:
    """Say how likely two sightings are of one incident, 0 to 1, and why; order does not matter."""
    evidence = [(PRIOR, ""), *_place(a, b), *_time(a, b), *_type(a, b)]
    # Words are the costly part: not read where nothing they could say would help.
    if sum(weight for weight, _ in evidence) + SAME_NAME + SAME_KIND + SHARED_WORDS > 0:
        evidence += [*_names(a, b), *_kinds(a, b), *_shared_words(a, b)]
    total = sum(weight for weight, _ in evidence)
    why = tuple(f"{reason} {weight:+.1f}" for weight, reason in evidence if reason)
    return Match(1 / (1 + math.exp(-total)), why)


def best_match(
    new: Sighting,
    earlier: Iterable[Sighting],
    companions: Callable[[Sighting], Iterable[Sighting]] = lambda other: (),
) -> tuple[object, float, tuple[str, ...]] | None:
    """Find the earlier sighting most likely of the same incident: (id, score, why); None below `SAME`.

    Of equals the first wins. `companions` gives those an earlier one is already joined with: where one of
    them names another vessel, a report without a name between the two must not bridge them.
    """
    best = None
    for other in earlier:
        if _hopeless(new, other):
            continue
        match = score(new, other)
        if match.score < SAME or (best is not None and match.score <= best[1]):
            continue
        if not any(_named_apart(new, companion) for companion in companions(other)):
            best = (other.id, match.score, match.why)
    return best


class Earlier:
    """Sightings kept by day and place, so that one among a hundred thousand meets only those near it."""

    def __init__(self):
        self._cells: dict[tuple, list[Sighting]] = defaultdict(list)
        self._nowhere: dict[int, list[Sighting]] = defaultdict(list)
        self._days: dict[int, list[Sighting]] = defaultdict(list)
        self._groups: dict[object, list[Sighting]] = {}

    def add(self, sighting: Sighting, same_as: object = None) -> None:
        """Keep a sighting; `same_as` is the id of the earlier one it was found to tell of, or None."""
        group = self._groups.get(same_as, []) if same_as is not None else []
        group.append(sighting)
        self._groups[sighting.id] = group
        day = _day(sighting.at)
        self._days[day].append(sighting)
        if sighting.position is None:
            self._nowhere[day].append(sighting)
        else:
            self._cells[day, *_cell(sighting.position)].append(sighting)

    def companions(self, sighting: Sighting) -> list[Sighting]:
        return self._groups.get(sighting.id, [])

    def near(self, sighting: Sighting) -> list[Sighting]:
        """Give what may match: within the window, the same or a neighbouring cell, or without position."""
        day = _day(sighting.at)
        days = range(day - WINDOW.days, day + WINDOW.days + 1)
        if sighting.position is None:
            return [other for d in days for other in self._days.get(d, ())][-MOST_WITHOUT_POSITION:]
        x, y = _cell(sighting.position)
        found = [other for d in days for other in self._nowhere.get(d, ())][-MOST_WITHOUT_POSITION:]
        for d in days:
            for i in (x - 1, x, x + 1):
                for j in (y - 1, y, y + 1):
                    found += self._cells.get((d, i, j), ())
        return found


def _day(at: datetime) -> int:
    return at.toordinal()


def _cell(position: Position) -> tuple[int, int]:
    return math.floor(position[0] / CELL_DEG), math.floor(position[1] / CELL_DEG)


def _hours_apart(a: Sighting, b: Sighting) -> float:
    times = [at.replace(tzinfo=UTC) if at.tzinfo is None else at for at in (a.at, b.at)]
    return abs((times[0] - times[1]).total_seconds()) / 3600


def _place(a: Sighting, b: Sighting):
    """Weigh the distance against what errors and drift explain; two vague positions prove little."""
    if a.position is None or b.position is None:
        yield NO_POSITION, "a position is missing"
        return
    apart_nm = great_circle_m(a.position, b.position) / NAUTICAL_MILE_M
    errors_nm = _errors_nm(a, b, _hours_apart(a, b))
    yield _place_weight(apart_nm, errors_nm), f"{apart_nm:.1f} NM apart, {errors_nm:.1f} NM explained"


def _errors_nm(a: Sighting, b: Sighting, apart_h: float) -> float:
    errors_m = sum(DEFAULT_ERROR_M if s.position_error_m is None else s.position_error_m for s in (a, b))
    return errors_m / NAUTICAL_MILE_M + DRIFT_KN * min(apart_h, MAX_DRIFT_H)


def _place_weight(apart_nm: float, errors_nm: float) -> float:
    vague = 0.8 * math.log2(max(1.0, errors_nm / 2))
    return SAME_PLACE - vague - 1.5 * math.log2(1 + max(0.0, apart_nm - errors_nm) / 3)


def _time(a: Sighting, b: Sighting):
    apart_h, errors_h = _hours_apart(a, b), (a.at_error_s + b.at_error_s) / 3600
    unsure = f", {errors_h:.0f} h unsure" if errors_h else ""
    yield _time_weight(apart_h, errors_h), f"{apart_h:.1f} h apart{unsure}"


def _time_weight(apart_h: float, errors_h: float) -> float:
    vague = 0.5 * math.log2(max(1.0, errors_h / 1.5))
    return SAME_TIME - vague - math.log2(1 + max(0.0, apart_h - errors_h) / 2)


def _hopeless(a: Sighting, b: Sighting) -> bool:
    """Tell cheaply that no words could bring two sightings to `SAME`, as is so for most that are compared."""
    apart_h = _hours_apart(a, b)
    most = PRIOR + SAME_TYPE + SAME_KIND + SHARED_WORDS + (SAME_NAME if a.names or b.names else 0.0)
    most += _time_weight(apart_h, (a.at_error_s + b.at_error_s) / 3600)
    if a.position is None or b.position is None:
        return most + NO_POSITION < 0
    north_nm = abs(a.position[1] - b.position[1]) * 59.9  # the whole way is never shorter than its northing
    return most + _place_weight(north_nm, _errors_nm(a, b, apart_h)) < 0


def _type(a: Sighting, b: Sighting):
    rows = [TAXONOMY.get(sighting.type) for sighting in (a, b)]
    if any(row is None or row.type in (IncidentType.UNCLASSIFIED, IncidentType.TIP) for row in rows):
        return  # says nothing of what happened
    if rows[0].type == rows[1].type:
        yield SAME_TYPE, f"both {a.type}"
    elif rows[0].ifc == rows[1].ifc:
        yield SAME_FAMILY, "kindred types"
    # A raid that ends with the crew in the water is reported as either.
    elif not all(row.category == Category.EMERGENCY for row in rows):
        yield OTHER_FAMILY, f"{a.type} and {b.type}"


def _names(a: Sighting, b: Sighting):
    if name := _common_name(a, b):
        yield SAME_NAME, f"both name {name}"
    elif a.names and b.names:
        yield OTHER_NAME, f"{a.names[0]} is not {b.names[0]}"


def _common_name(a: Sighting, b: Sighting) -> str | None:
    for one, other in ((a, b), (b, a)):
        for name in one.names:
            if mentions(other.words, name):
                return name
    return None


def _named_apart(a: Sighting, b: Sighting) -> bool:
    return bool(a.names and b.names) and _common_name(a, b) is None


def _kinds(a: Sighting, b: Sighting):
    if a.kinds and b.kinds:
        shared = a.kinds & b.kinds
        yield (SAME_KIND, f"both a {min(shared)}") if shared else (OTHER_KIND, "different kinds of vessel")


def _shared_words(a: Sighting, b: Sighting):
    one, other = a.words.telling, b.words.telling
    shared = one & other
    if len(shared) >= 2:
        share = len(shared) / min(len(one), len(other))
        yield SHARED_WORDS * min(1.0, share), f"{len(shared)} words in common"
