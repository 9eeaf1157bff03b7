"""One report by app, durably stored, against the bare statement and a stock view: `python -m tests.bench.bench_intake`.

`profile` as an argument prints instead where one report's time goes, and its statements.
"""

import itertools
import json
import random
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

from config.localservices import ROOT
from tests.bench import floor
from tests.bench.stage import (
    Server,
    Stage,
    drive,
    granian,
    ratio,
    request,
    show_goals,
    show_loads,
    take_turns,
    web_command,
)

ROUNDS, SECONDS, CONNECTIONS = 3, 1.5, 16
DEVICES = 3000
#: What is reported, and the type that the app's button gives it. A distress asks for a unit too.
SIGHTING = ("kapal asing pukat tunda 2 buah dekat sini", "iuu_foreign")
DISTRESS = ("tolong bot karam 4 orang", "sinking")


def devices(count: int) -> list[str]:
    """Enrol apps, each with a reporter of its own; return their tokens."""
    from django.utils import timezone

    from communities.models import Device, Reporter

    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    reporters = Reporter.objects.bulk_create([Reporter(language="ms") for _ in tokens])
    Device.objects.bulk_create(
        Device(reporter=reporter, token_hash=Device.hash_token(token), last_seen_at=timezone.now())
        for reporter, token in zip(reporters, tokens, strict=True)
    )
    return tokens


def report(words: tuple[str, str], draw: random.Random) -> bytes:
    return json.dumps(
        {
            "external_id": str(uuid.uuid4()),
            "text": words[0],
            "type": words[1],
            "position": {"latitude": draw.uniform(-8, 12), "longitude": draw.uniform(95, 125), "error_m": 12},
            "persons_on_board": 4,
        }
    ).encode()


def posts(path: str, words: tuple[str, str], tokens: Iterator[str], scheme: str) -> Iterator[bytes]:
    draw = random.Random(1)
    for token in tokens:
        yield request(
            "POST",
            path,
            report(words, draw),
            Content_Type="application/json",
            Authorization=f"{scheme} {token}",
        )


def peer_token() -> str:
    """The tables of the peer's logins, and a token."""
    subprocess.run([sys.executable, "-m", "tests.bench.peer", "migrate", "-v0"], cwd=ROOT, check=True)
    code = (
        "from tests.bench import peer; from django.contrib.auth.models import User;"
        "from rest_framework.authtoken.models import Token;"
        "print(Token.objects.create(user=User.objects.create(username='app')).key)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def measure(stage: Stage) -> None:
    stage.postgres.sql("floor", floor.TABLES)
    token = peer_token()
    tokens = itertools.cycle(devices(DEVICES))
    servers = {
        "floor": Server(granian("tests.bench.floor:application"), stage.environment),
        "peer": Server(granian("tests.bench.peer:application"), stage.environment),
        "suar": Server(web_command(), stage.environment),
    }
    try:
        for name, server in servers.items():
            server.wait("/healthz" if name == "suar" else "/")
        # The first calls of a process import, open connections and read the coast: they do not count.
        drive(servers["suar"], posts("/api/v1/reports/", SIGHTING, tokens, "Device"), CONNECTIONS, 5, 0)
        again = list(itertools.islice(posts("/api/v1/reports/", SIGHTING, tokens, "Device"), CONNECTIONS))
        drive(
            servers["suar"], itertools.cycle(again), CONNECTIONS, 2, 0
        )  # once for good, so that all are repeats
        streams = {
            "floor, three rows": ("floor", posts("/reports/", SIGHTING, tokens, "Token")),
            "peer, ModelSerializer": ("peer", posts("/reports/", SIGHTING, itertools.repeat(token), "Token")),
            "suar, sighting": ("suar", posts("/api/v1/reports/", SIGHTING, tokens, "Device")),
            "suar, distress": ("suar", posts("/api/v1/reports/", DISTRESS, tokens, "Device")),
            "suar, the same again": ("suar", itertools.cycle(again)),
        }

        def variants(connections: int) -> dict:
            postgres = stage.postgres.pid()
            return {
                name: lambda server=servers[server], stream=stream: drive(
                    server, stream, connections, SECONDS, postgres
                )
                for name, (server, stream) in streams.items()
            }

        busy = take_turns(variants(CONNECTIONS), ROUNDS)
        show_loads(
            f"Intake, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s", busy, "floor, three rows"
        )
        alone = take_turns(variants(1), ROUNDS)
        show_loads(f"Intake, 1 connection, {ROUNDS} rounds of {SECONDS:g} s", alone, "floor, three rows")
    finally:
        for server in servers.values():
            server.stop()

    def cost(load) -> float:
        return load.cpu_ms + load.postgres_ms

    print()
    show_goals(
        [
            ("sighting, rate by the floor's", ratio(busy, "suar, sighting", "floor, three rows"), ">=", 0.28),
            (
                "sighting, rate by the stock view's",
                ratio(busy, "suar, sighting", "peer, ModelSerializer"),
                ">=",
                3,
            ),
            ("sighting, CPU ms with PostgreSQL", min(map(cost, busy["suar, sighting"])), "<=", 2.3),
            ("distress, CPU ms with PostgreSQL", min(map(cost, busy["suar, distress"])), "<=", 2.3),
            (
                "p50 at 1 connection by the floor's",
                ratio(alone, "suar, sighting", "floor, three rows", lambda load: load.percentile_ms(50)),
                "<=",
                3.5,
            ),
            (
                "a repeat's CPU by a first post's",
                ratio(busy, "suar, the same again", "suar, sighting", cost),
                "<=",
                1,
            ),
        ]
    )


def profile(stage: Stage) -> None:
    """Where the time of one report goes: by function, then its statements in order."""
    import cProfile
    import pstats

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    draw = random.Random(1)
    tokens = iter(devices(1000))

    repeated = report(SIGHTING, draw), next(tokens)

    def post(words) -> None:
        body, token = (report(words, draw), next(tokens)) if words else repeated
        answer = client.post(
            "/api/v1/reports/",
            body,
            content_type="application/json",
            headers={"Authorization": f"Device {token}"},
        )
        if answer.status_code not in (200, 201):
            raise RuntimeError(answer.content)

    for words in (SIGHTING, DISTRESS, None):
        for _ in range(20):
            post(words)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            post(words)
        print(f"\n{words[1] if words else 'the same again'}: {len(captured)} statements")
        for query in captured.captured_queries:
            print(f"  {float(query['time']) * 1000:4.0f} ms  {query['sql'][:150]}")
        profiler = cProfile.Profile(time.process_time)
        started = time.process_time()
        profiler.enable()
        for _ in range(200):
            post(words)
        profiler.disable()
        print(f"{(time.process_time() - started) / 200 * 1000:.1f} ms a report under the profiler")
        pstats.Stats(profiler).strip_dirs().sort_stats("cumulative").print_stats(70)


def main() -> None:
    with Stage() as stage:
        profile(stage) if "profile" in sys.argv[1:] else measure(stage)


if __name__ == "__main__":
    main()
