"""Which unit gets there first and can do the work, and why each of the others was passed over.

Pure: the caller brings the need, the units and the time; nothing is read or written. Metres, seconds, knots,
nautical miles and UTC; positions are `(lon, lat)` in degrees. Who may go is `alerts.fitness`, where from and
how fast `alerts.reach`; here ways are measured and units put in order.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import fitness, reach
from alerts.drift import LONGEST, Likely
from alerts.fitness import Need, Standing, Unit, nm
from communities.sphere import NAUTICAL_MILE_M, Position, bearing_deg, great_circle_m, is_position

# Help at the scene within two hours is what an agency's charter promises. Who comes later than that comes
# after everybody who does not, whosever unit it is, and whose it is only parts those of about the same time.
IN_TIME_S = 2 * 3600
NEAR_TIE_S = 900
SETTLED_M, SETTLED_AFTER = 200, 3  # a drifting place is as good as reached, after so many rounds at most
STANDINGS = {
    Standing.OWN: "own",
    Standing.MUTUAL_AID: "mutual aid",
    Standing.NEIGHBOUR: "neighbouring agency",
}


@dataclass(frozen=True, slots=True)
class Way:
    """How far a boat goes; `distance_m` None: it does not get there, and `note` says why."""

    distance_m: float | None
    path: tuple[Position, ...] = ()
    note: str = ""


#: (the incident, where the boats are, metres beyond which no answer is needed or None) → a Way for each.
Distances = Callable[[Position, Sequence[Position], float | None], Sequence[Way]]


@dataclass(frozen=True, slots=True)
class RankedUnit:
    call_sign: str
    distance_m: float
    eta_s: int
    bearing_deg: float  # true, from the unit to the incident
    basis: str  # "live fix 3 min old", "home station, last fix 5 h old"
    position: Position  # where it was ranked from
    why: tuple[str, ...]
    standing: str = "own"  # own, mutual aid or neighbouring agency
    path: tuple[Position, ...] = ()  # by water, from the unit; empty where it was not told


@dataclass(frozen=True, slots=True)
class PassedOver:
    call_sign: str
    reason: str


@dataclass(frozen=True, slots=True)
class Support:
    """Who would bring one further capability of the run card; `unit` None: nobody can."""

    capability: str
    unit: RankedUnit | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every unit given is in one of the first two, `ranked` in the order to ask, `passed_over` by call sign.

    `support` names one unit a further capability: the first unit itself where it has it, else the best of
    all, also of those passed over for want of the lead's capability (an aircraft cannot lead a rescue).
    """

    ranked: tuple[RankedUnit, ...]
    passed_over: tuple[PassedOver, ...]
    support: tuple[Support, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A unit that may go, with all that its time depends on but the length of its way."""

    unit: Unit
    start: reach.Start
    standing: Standing
    straight_m: float
    speed_kn: float  # made good
    ready_s: float

    @property
    def goes_by_water(self) -> bool:
        return self.unit.kind not in fitness.BY_LAND_OR_AIR

    def eta_s(self, distance_m: float) -> float:
        return distance_m / (self.speed_kn * NAUTICAL_MILE_M / 3600) + self.ready_s

    def turn(self, distance_m: float) -> tuple:
        """Its place in the order; grows with the distance, so that the straight line gives the earliest."""
        eta_s = self.eta_s(distance_m)
        late = 1 + eta_s // NEAR_TIE_S if eta_s > IN_TIME_S else 0
        return late, self.standing, eta_s, self.unit.call_sign

    def reaches_m(self, turn: tuple) -> float:
        """A length of way beyond which its turn surely comes after `turn`."""
        late, standing, eta_s, _ = turn
        if self.standing != standing:
            eta_s = late * NEAR_TIE_S if late else IN_TIME_S  # where those who count as one with it end
        return max(0.0, eta_s - self.ready_s) * self.speed_kn * NAUTICAL_MILE_M / 3600


def rank(
    need: Need,
    units: Iterable[Unit],
    *,
    at: datetime,
    distance: Callable[[Position, Position], float | None] = great_circle_m,
    distances: Distances | None = None,
    clear: reach.Clear | None = None,
    wanted: int | None = None,
    named: Collection[str] = (),
    nearby_m: float = 0.0,
    with_support: bool = True,
) -> Ranking:
    """Order the units that can act on `need` by the time they take to arrive; ties by call sign.

    Time to arrive = way / speed made good + readiness. Own units come before mutual aid, and that before a
    neighbour's, among those that arrive within IN_TIME_S. The rest follow by time alone; whose they are parts
    only those whose times fall into the same NEAR_TIE_S. Who takes longer than `need.longest` is passed over.

    `distances` measures ways by water, all from one incident at once; `distance` does so one by one, in
    metres or None. Neither may be shorter than the great circle; aircraft and shore teams go straight.
    `clear` tells whether a straight way is all water. With `wanted`, units that cannot come among that many
    first even in a straight line are not measured, nor ranked; `named` call signs, and units that are no
    further than `nearby_m` in a straight line, always are. Support may be left out (`with_support`).
    """
    measure = _Measure(need, distances or _one_by_one(distance))
    entrants = [_Entrant(unit, reach.start_of(unit, at, clear), need.position) for unit in units]
    candidates, passed_over = _sifted(need, entrants, at)
    ranked, too_far = measure.in_order(candidates, wanted, named, nearby_m)
    passed_over += too_far
    return Ranking(
        tuple(row for _, row in ranked),
        tuple(sorted(passed_over, key=lambda row: row.call_sign)),
        tuple(_support(need, entrants, at, measure, ranked[0] if ranked else None)) if with_support else (),
    )


def rank_adrift(
    need: Need, units: Iterable[Unit], *, at: datetime, likely: Callable[[datetime], Likely], **how
) -> tuple[Ranking, Likely]:
    """`rank` towards where what drifts will be when the first unit arrives; that place with its time.

    `likely` gives the place at a time. The arrival moves the place, and the place the arrival; a boat drifts
    twenty times slower than one comes, so two rounds settle it. All units are ranked to the one place: for
    a later one it has drifted on, by less than their order turns on.
    """
    units, aim = list(units), likely(at)
    for _ in range(SETTLED_AFTER):
        aimed = replace(need, position=aim.position, position_error_m=aim.radius_m)
        ranking = rank(aimed, units, at=at, **how)
        if not ranking.ranked:
            break
        eta = timedelta(seconds=min(ranking.ranked[0].eta_s, LONGEST.total_seconds()))
        before, aim = aim, likely(at + eta)
        if great_circle_m(before.position, aim.position) <= SETTLED_M:
            break
    return ranking, aim


def lead_capability(type: str) -> str | None:
    """Give what the first unit must be able to do; a type we do not know counts as unclassified."""
    return fitness.row_of(type).lead_capability


def _one_by_one(distance: Callable[[Position, Position], float | None]) -> Distances:
    return lambda origin, positions, within_m: [Way(distance(position, origin)) for position in positions]


class _Entrant:
    """A unit with where it sets out from and its straight line to the incident; None: not known."""

    __slots__ = ("start", "straight_m", "unit")

    def __init__(self, unit: Unit, start: reach.Start | None, place: Position | None) -> None:
        self.unit, self.start = unit, start
        placed = start is not None and is_position(place)
        self.straight_m = great_circle_m(start.position, place) if placed else None


def _sifted(
    need: Need, entrants: Iterable[_Entrant], at: datetime
) -> tuple[list[_Candidate], list[PassedOver]]:
    """Part the units that may go from those that may not."""
    candidates, passed_over = [], []
    for entrant in entrants:
        unit, start, straight_m = entrant.unit, entrant.start, entrant.straight_m
        why_not = fitness.reasons(unit, need, at, started=start is not None, straight_m=straight_m)
        if not why_not:
            bearing = bearing_deg(start.position, need.position) if need.weather else 0.0
            speed_kn = reach.speed_made_good_kn(unit, bearing, need.weather, need.sea)
            if speed_kn >= min(reach.LEAST_KN, unit.speed_kn):
                standing, ready_s = fitness.standing(unit, need), reach.ready_s(unit, start)
                candidate = _Candidate(unit, start, standing, straight_m, speed_kn, ready_s)
                too_late = fitness.too_late(need, candidate.eta_s(straight_m))
                if too_late is None:
                    candidates.append(candidate)
                    continue
                why_not = [too_late]
            else:
                stream = "wind" if unit.kind == "aircraft" else "current"
                why_not = [f"makes no way against the {stream} there"]
        passed_over.append(PassedOver(unit.call_sign, "; ".join(why_not)))
    return candidates, passed_over


class _Measure:
    """Ways to one incident; none is measured twice, and none that cannot matter."""

    def __init__(self, need: Need, distances: Distances) -> None:
        self.need = need
        self.distances = distances
        self.known: dict[Position, Way] = {}

    def in_order(
        self,
        candidates: list[_Candidate],
        wanted: int | None,
        named: Collection[str] = (),
        nearby_m: float = 0.0,
    ) -> tuple[list[tuple[_Candidate, RankedUnit]], list[PassedOver]]:
        """The candidates that get there, in order, and the others with their reasons."""
        wanted = wanted or None
        waiting = sorted(candidates, key=lambda one: one.turn(one.straight_m))
        turns, ranked, passed_over = [], [], []
        within_m = None
        count = len(waiting) if wanted is None else wanted
        first = {
            one.unit.call_sign
            for place, one in enumerate(waiting)
            if place < count or one.straight_m <= nearby_m or one.unit.call_sign in named
        }
        batch = [one for one in waiting if one.unit.call_sign in first]
        waiting = [one for one in waiting if one.unit.call_sign not in first]
        while batch:
            for one, way in zip(batch, self.ways(batch, within_m), strict=True):
                if reason := self._why_not(one, way, wanted if within_m is not None else None):
                    passed_over.append(PassedOver(one.unit.call_sign, reason))
                else:
                    insort(turns, one.turn(way.distance_m))
                    ranked.append((one, _ranked(one, self.need, way)))
            if wanted is not None and len(turns) >= wanted:
                last = turns[wanted - 1]
                batch = [one for one in waiting[:wanted] if one.turn(one.straight_m) <= last]
                within_m = max((one.reaches_m(last) for one in batch), default=0.0)
            else:
                batch = waiting[: max(wanted or 0, 1)]
            waiting = waiting[len(batch) :]
            if not batch:
                passed_over += [
                    PassedOver(one.unit.call_sign, f"{wanted} others arrive sooner") for one in waiting
                ]
        ranked.sort(key=lambda row: row[0].turn(row[1].distance_m))
        return ranked, passed_over

    def _why_not(self, one: _Candidate, way: Way, others: int | None) -> str | None:
        """Why it does not go; `others` is how many do, where no way longer than theirs was asked for."""
        if way.distance_m is None:
            return way.note or (f"{others} others arrive sooner" if others else "no way by water found")
        return fitness.out_of_range(one.unit, way.distance_m) or fitness.too_late(
            self.need, one.eta_s(way.distance_m)
        )

    def ways(self, batch: list[_Candidate], within_m: float | None) -> list[Way]:
        """A way for each, straight for aircraft and shore teams."""
        missing = dict.fromkeys(one.start.position for one in batch if one.goes_by_water)
        missing = [position for position in missing if position not in self.known]
        new = {}
        if missing:
            found = self.distances(self.need.position, missing, within_m)
            new = dict(zip(missing, found, strict=True))
            # Not found within a limit is not known beyond it.
            self.known |= {
                position: way
                for position, way in new.items()
                if way.distance_m is not None or within_m is None
            }
        ways = self.known | new
        return [ways[one.start.position] if one.goes_by_water else Way(one.straight_m) for one in batch]


def _support(need: Need, entrants: list[_Entrant], at: datetime, measure: _Measure, lead):
    """The best unit for each further capability of the run card."""
    for capability in fitness.support_capabilities(need):
        if lead is not None and capability in lead[0].unit.capabilities:
            yield Support(capability, lead[1])
            continue
        able = [entrant for entrant in entrants if capability in entrant.unit.capabilities]
        candidates, _ = _sifted(replace(need, capability=capability), able, at)
        best, _ = measure.in_order(candidates, 1)
        yield Support(capability, best[0][1] if best else None)


def _ranked(one: _Candidate, need: Need, way: Way) -> RankedUnit:
    unit, distance_m = one.unit, way.distance_m
    eta_s = one.eta_s(distance_m)
    underway_min = (eta_s - one.ready_s) / 60
    why = [one.start.basis, f"{nm(distance_m)} at {one.speed_kn:.3g} kn = {underway_min:.0f} min"]
    if one.speed_kn < unit.speed_kn:
        why.append(f"{unit.speed_kn:g} kn less what sea, current or wind there cost")
    if one.ready_s > 30:
        why.append(f"ready in {one.ready_s / 60:.0f} min")
    if unit.range_nm is None:
        why.append("range not known")
    if unit.kind not in fitness.KINDS:
        why.append(f"kind {unit.kind!r} not known: counts as a boat")
    if note := fitness.WITH_NOTE.get(unit.status):
        why.append(note)
    if unit.status in fitness.ON_TASK:
        why.append(f"would leave its task ({unit.status.replace('_', ' ')})")
    if one.standing != Standing.OWN:
        why.append(f"{STANDINGS[one.standing]}: {unit.agency or unit.country}")
    if way.note:
        why.append(way.note)
    if need.position_error_m and need.position_error_m > distance_m:
        why.append("may be nearer or further: the incident's position is less sure than the distance")
    bearing = bearing_deg(one.start.position, need.position)
    return RankedUnit(
        unit.call_sign, distance_m, round(eta_s), bearing, one.start.basis, one.start.position, tuple(why),
        STANDINGS[one.standing], way.path,
    )  # fmt: skip
