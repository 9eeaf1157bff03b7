"""Does the lazy ranking choose as one that measures every unit, and what does it cost?

    .venv/bin/python tests/bench/bench_ranking.py [INCIDENTS]

Random incidents, 500 random units of every sort, six wanted. Ways are up to four times the straight line, the same
for both rankings, and one in seven leads nowhere; so the answers must be equal, unit by unit and second by second.
The plain ranking measures all ways; that its order is one of time is checked apart. Then the same with ways by
water, as the dispatcher measures them, on fewer incidents.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerts import ways
from alerts.drift import Weather
from alerts.fitness import Need, Unit
from alerts.ranking import IN_TIME_S, NEAR_TIE_S, STANDINGS, Ranking, Way, rank
from communities.sphere import great_circle_m
from tests.bench.stage import environment, percentile, show

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
INCIDENTS, BY_WATER = 10_000, 200
UNITS, WANTED, FLEETS = 500, 6, 20
AGENCIES = {"A": "MY", "B": "MY", "C": "PH"}
PLACES = list(STANDINGS.values())


def unit(draw: random.Random, n: int) -> Unit:
    kind = draw.choice(["boat"] * 8 + ["aircraft", "shore"])
    agency = draw.choice(list(AGENCIES))
    return Unit(
        f"U{n:03}",
        kind=kind,
        position=(draw.uniform(95, 125), draw.uniform(-8, 15)),
        position_at=AT - timedelta(minutes=draw.choice([1, 10, 40, 2000])),
        base_position=(draw.uniform(95, 125), draw.uniform(-8, 15)),
        status=draw.choice(["available"] * 6 + ["alerted", "off_watch", "en_route"]),
        speed_kn=draw.choice([12, 20, 26, 35]) if kind == "boat" else 140,
        range_nm=draw.choice([None, 220, 420, 1600]),
        capabilities=frozenset(draw.sample(["sar_surface", "air_search", "medical", "armed_boarding"], 2)),
        agency=agency,
        country=AGENCIES[agency],
        moving_kn=draw.choice([None, 0, 15]),
        course_deg=draw.uniform(0, 360),
        may_leave_task=draw.random() < 0.5,
    )


def need(draw: random.Random) -> Need:
    weather = Weather(draw.uniform(0, 30), draw.uniform(0, 360), draw.uniform(0, 3), draw.uniform(0, 360), 4)
    return Need(
        draw.choice(["sinking", "man_overboard", "disabled_adrift", "smuggling_drugs"]),
        (draw.uniform(96, 124), draw.uniform(-7, 14)),
        weather=draw.choice([None, weather]),
        agency=draw.choice(["", "A"]),
        country=draw.choice(["", "MY"]),
    )


class Crooked:
    """Ways longer than the straight line by a factor of their own; counts what it was asked."""

    def __init__(self, draw: random.Random) -> None:
        self.seed, self.asked, self.known = draw.random(), 0, {}

    def __call__(self, origin, positions, within_m):
        self.asked += len(positions)
        return [self.way(origin, position, within_m) for position in positions]

    def way(self, origin, position, within_m) -> Way:
        if position not in self.known:
            part = abs(hash((self.seed, position))) % 10_007 / 10_007
            self.known[position] = (
                None if part < 1 / 7 else great_circle_m(origin, position) * (1 + 3 * part**3)
            )
        metres = self.known[position]
        return Way(None) if metres is None or (within_m is not None and metres > within_m) else Way(metres)


def in_order(ranking: Ranking) -> bool:
    """Own units first among those in time; the rest by time, own units first within each NEAR_TIE_S."""
    turns = [
        (row.eta_s > IN_TIME_S and 1 + row.eta_s // NEAR_TIE_S, PLACES.index(row.standing), row.eta_s)
        for row in ranking.ranked
        if row.eta_s % NEAR_TIE_S  # whole seconds do not tell on which side of the border it lies
    ]
    return all(a <= b for a, b in pairwise(turns))


def compare(count: int, measures, what: str) -> tuple:
    draw = random.Random(1)
    fleets = [[unit(draw, n) for n in range(UNITS)] for _ in range(FLEETS)]
    same, asked, all_asked, lazy_ms, plain_ms = 0, 0, 0, [], []
    for n in range(count):
        fleet, wanted_need, measure = fleets[n % FLEETS], need(draw), measures(draw)
        started = time.perf_counter()
        lazy = rank(wanted_need, fleet, at=AT, distances=measure, wanted=WANTED)
        between = time.perf_counter()
        lazily = getattr(measure, "asked", 0)
        plain = rank(wanted_need, fleet, at=AT, distances=measure)
        lazy_ms.append((between - started) * 1000)
        plain_ms.append((time.perf_counter() - between) * 1000)
        asked, all_asked = asked + lazily, all_asked + getattr(measure, "asked", 0) - lazily
        same += (
            lazy.ranked[:WANTED] == plain.ranked[:WANTED]
            and lazy.support == plain.support
            and in_order(plain)
        )
    measured = f"{asked / count:.1f} / {all_asked / count:.0f}" if asked else "-"
    figures = (f"{percentile(ms, part):.1f}" for ms in (lazy_ms, plain_ms) for part in (50, 99))
    return what, count, f"{100 * same / count:.2f} %", *figures, measured


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else INCIDENTS
    ways.by_water((100.3, 4.2), [(100.5, 4.1)])  # charts are read, code is compiled
    rows = [("ways", "incidents", "agree", "lazy p50 ms", "p99", "plain p50 ms", "p99", "ways measured")]
    rows.append(compare(count, Crooked, "made up"))
    rows.append(compare(min(count, BY_WATER), lambda draw: ways.by_water, "by water"))
    print(f"{UNITS} units, {WANTED} wanted; {environment()}")
    show(rows)


if __name__ == "__main__":
    main()
