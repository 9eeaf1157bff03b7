"""Positions of units over HTTP: `python -m tests.bench.bench_positions [seconds of the long run]`.

A gateway sends batches for a fleet as fast as they are taken; meanwhile the table must not grow and its
updates must stay inside their pages. Ten minutes are 600.
"""

import itertools
import json
import random
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.bench import bench_wakeup, floor
from tests.bench.stage import (
    Server,
    Stage,
    drive,
    environment,
    granian,
    percentile,
    ratio,
    request,
    show_goals,
    show_loads,
    take_turns,
    web_command,
)

FLEET = 500
ROWS = 100
SECONDS, ROUNDS = 2.0, 4
LONG_S = 30.0
PACE = 2000  # fixes a second, while the fleet is ranked
RANKINGS = 300


def gateway() -> tuple[str, list[str]]:
    """A fleet, and the token of a user who speaks for all of it; token and call signs."""
    from knox.models import AuthToken

    from alerts.models import PatrolUnit
    from communities.models import User

    bench_wakeup.fleet(FLEET)
    user = User.objects.create(username="gateway", role=User.Role.CREW)
    units = list(PatrolUnit.objects.all())
    user.patrol_units.set(units)
    return AuthToken.objects.create(user)[1], [unit.call_sign for unit in units]


def rows(call_signs: list[str]) -> Iterator[dict]:
    """Fixes of the fleet one after the other, each unit creeping about its place, without end."""
    draw = random.Random(3)
    for n in itertools.count():
        name = call_signs[n % len(call_signs)]
        place = hash(name) % 1000 / 100
        yield {
            "call_sign": name,
            "latitude": round(place + draw.random() / 1000, 6),
            "longitude": round(100 + place + draw.random() / 1000, 6),
            "position_at": datetime.now(UTC).isoformat(),
            "speed_kn": 12.5,
            "course_deg": 270,
        }


def batches(call_signs: list[str], token: str, *, every_s: float = 0) -> Iterator[bytes]:
    """Requests of ROWS fixes; with `every_s` no more than one in that time."""
    source = rows(call_signs)
    due = time.perf_counter()
    while True:
        if every_s:
            time.sleep(max(0.0, due - time.perf_counter()))
            due += every_s
        body = json.dumps(list(itertools.islice(source, ROWS))).encode()
        yield request("POST", "/api/v1/patrol-units/positions/", body, **_headers(token))


def singles(call_signs: list[str], token: str | None) -> Iterator[bytes]:
    for row in rows(call_signs):
        call_sign = row.pop("call_sign")
        path = f"/api/v1/patrol-units/{call_sign}/positions/" if token else "/position"
        yield request("POST", path, json.dumps(row).encode(), **_headers(token))


def _headers(token: str | None) -> dict[str, str]:
    return {"Content_Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})


def table() -> dict[str, float]:
    """Size in kB of the newest fixes with their index, updates and heap-only updates so far; rows of track."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT pg_total_relation_size('alerts_unitposition') / 1024.0, n_tup_upd, n_tup_hot_upd, n_tup_ins "
            "FROM pg_stat_user_tables WHERE relname = 'alerts_unitposition'"
        )
        return dict(zip(("kb", "updates", "hot", "rows"), map(float, cursor.fetchone()), strict=True))


def track_rows() -> int:
    from alerts.models import UnitTrack

    return UnitTrack.objects.count()


def rankings() -> list[float]:
    """Milliseconds of each of RANKINGS rankings of the fleet: read from the database, then weighed."""
    from django.utils import timezone

    from alerts import candidates, fleet, ranking, ways

    draw, found = random.Random(1), []
    for _ in range(RANKINGS):
        here = draw.uniform(96, 124), draw.uniform(-7, 11)
        started = time.perf_counter()
        now = timezone.now()
        units = list(fleet.read(now).units.values())
        need = ranking.Need(type="sinking", position=here, position_error_m=100)
        ranking.rank(need, units, at=now, distances=ways.by_water, wanted=candidates.WANTED)
        found.append((time.perf_counter() - started) * 1000)
    return found


def main() -> None:
    long_s = float(sys.argv[1]) if len(sys.argv) > 1 else LONG_S
    with Stage() as stage:
        token, call_signs = gateway()
        import psycopg

        with psycopg.connect(stage.environment["FLOOR_URL"], autocommit=True) as connection:
            connection.execute(floor.TABLES)
        web = Server(web_command(), stage.environment)
        bare = Server(granian("tests.bench.floor:application"), stage.environment)
        try:
            web.wait(), bare.wait("/")
            measure(stage, web, bare, token, call_signs, long_s)
        finally:
            web.stop()
            bare.stop()


def measure(
    stage: Stage, web: Server, bare: Server, token: str, call_signs: list[str], long_s: float
) -> None:
    postmaster = stage.postgres.pid()
    one, floor_one = singles(call_signs, token), singles(call_signs, None)
    many = batches(call_signs, token)
    found = take_turns(
        {
            "floor: one fix by one prepared statement, no framework": lambda: drive(
                bare, floor_one, 16, SECONDS, postmaster
            ),
            "Suar, one fix a call": lambda: drive(web, one, 16, SECONDS, postmaster),
            f"Suar, {ROWS} fixes a call": lambda: drive(web, many, 8, SECONDS, postmaster),
        },
        ROUNDS,
    )
    names = list(found)
    show_loads("Positions", found, names[0])

    found_long = {}
    for name, some, connections, seconds in (
        (f"at {PACE} a second", batches(call_signs, token, every_s=ROWS / PACE), 1, long_s),
        ("as fast as they are taken", many, 8, min(long_s, LONG_S)),
    ):
        before, kept_before = table(), track_rows()
        load = drive(web, some, connections, seconds, postmaster)
        after, kept = table(), track_rows() - kept_before
        if set(load.statuses) != {200}:
            raise RuntimeError(f"answers: {load.statuses}")
        hot = (after["hot"] - before["hot"]) / (after["updates"] - before["updates"])
        found_long[name] = load, hot, after["kb"] / before["kb"]
        print(
            f"\n{seconds:.0f} s of batches {name}: {load.rate * ROWS:.0f} fixes a second sent, "
            f"{kept / load.seconds:.0f} a second in the track, p99 of a batch {load.percentile_ms(99):.0f} ms, "
            f"{hot:.3f} heap-only; newest fixes {before['kb']:.0f} -> {after['kb']:.0f} kB; {environment()}"
        )
    paced, hot, grown = found_long[f"at {PACE} a second"]

    idle, busy = [], []
    for _ in range(3):
        idle += rankings()
        ingesting = threading.Thread(
            target=drive,
            args=(web, batches(call_signs, token, every_s=ROWS / PACE), 1, 6.0, postmaster),
        )
        ingesting.start()
        time.sleep(0.5)
        busy += rankings()
        ingesting.join()
    print(
        f"Ranking {len(call_signs)} units: p50 {statistics.median(idle):.1f}, p99 {percentile(idle, 99):.1f} ms idle; "
        f"{statistics.median(busy):.1f}, {percentile(busy, 99):.1f} ms at {PACE} fixes a second\n"
    )
    rate = min(load.rate, statistics.median(one.rate for one in found[names[2]])) * ROWS
    show_goals(
        [
            ("fixes a second in batches", rate, ">=", 2000),
            ("the same, if it comes cheaply", rate, ">=", 10_000),
            (f"heap-only share of updates at {PACE} a second", hot, ">=", 0.9),
            ("table after that by before", grown, "<=", 2),
            ("one fix a call, by the floor", ratio(found, names[1], names[0]), ">=", 0.4),
            ("p99 of a batch, ms", paced.percentile_ms(99), "<=", 150),
            ("ranking p99 while ingesting, by idle", percentile(busy, 99) / percentile(idle, 99), "<=", 1.2),
        ]
    )


if __name__ == "__main__":
    main()
