"""From a report's commit to its alert in the carrier's hands: `python -m tests.bench.bench_wakeup [seconds]`.

Distress reports come at random times (Poisson) from where ships were attacked, and from anywhere at sea, to
the shipped units, while the dispatcher runs as its own process with the simulated carrier: at leisure, without
Redis, and in a burst of so many seconds (60 unless told) with low-priority rows waiting, in which crews
answer. The floor is a worker without rules, woken and polling alike, measured in the same run.
"""

import csv
import os
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from io import StringIO
from pathlib import Path

import psycopg
import redis

from tests.bench import floor
from tests.bench.stage import Server, Stage, dead_address, environment, percentile, show, show_goals

ROUNDS, SECONDS = 2, 10.0
#: Reports a second, and whether from anywhere at sea; the goals are for the first.
SCENES = {"1/s": (1, False), "4/s": (4, False), "1/s from anywhere": (1, True)}
DATA = Path(__file__).parents[1] / "data"
BURST, BURST_S, WAITING = 20, 60.0, 1000
ANSWERS = 40
#: Longer than any alert may take; what has not left by then is counted as lost.
PATIENCE_S = 10


def fleet(count: int) -> None:
    """Units that can be called, at stations all over the region."""
    from django.contrib.gis.geos import Point

    from alerts.models import PatrolUnit, Station
    from communities.models import Agency

    draw = random.Random(1)
    agency = Agency.objects.create(name="Coast guard", country="MY")
    stations = Station.objects.bulk_create(
        [
            Station(
                code=f"S{number}",
                name=f"Station {number}",
                agency=agency,
                duty_phone=f"+6015{number:07}",
                position=Point(draw.uniform(95, 125), draw.uniform(-8, 12), srid=4326),
            )
            for number in range(count // 4)
        ],
        batch_size=1000,
    )
    PatrolUnit.objects.bulk_create(
        [
            PatrolUnit(
                call_sign=f"MY-{number:04}",
                station=stations[number % len(stations)],
                phone=f"+6016{number:07}",
                speed_kn=30,
                range_nm=800,
                capabilities=["sar_surface", "fast_intercept", "boarding"],
                alert_channel="sms",
            )
            for number in range(count)
        ],
        batch_size=1000,
    )


def shipped_fleet() -> int:
    """The shipped stations and units, all free; how many units."""
    from django.core.management import call_command

    from alerts.models import PatrolUnit

    call_command("import_patrol_units", stdout=StringIO())
    PatrolUnit.objects.update(status=PatrolUnit.Status.AVAILABLE)
    return PatrolUnit.objects.count()


def clear() -> None:
    """No incident, every unit free again."""
    from django.db import connection

    from alerts.models import PatrolUnit

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_incident CASCADE")
    PatrolUnit.objects.update(status=PatrolUnit.Status.AVAILABLE)


def arrive(report, rate: float, seconds: float) -> list:
    """Call `report` at random times, `rate` a second on average; return what the calls returned."""
    draw = random.Random(rate)
    at, futures = 0.0, []
    started = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        while (at := at + draw.expovariate(rate)) < seconds:
            time.sleep(max(0, started + at - time.monotonic()))
            futures.append(threads.submit(report))
        return [future.result() for future in futures]


@cache
def real_places() -> list[tuple[float, float]]:
    """Where ships were attacked: half of them within 39 nautical miles of a station, a tenth beyond 138."""
    with (DATA / "incidents" / "asam_positions.csv").open() as file:
        return [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]


def anywhere(draw: random.Random) -> tuple[float, float]:
    """Any place at sea in the region, as far from help as may be."""
    from communities import coast

    while True:
        place = draw.uniform(96, 124), draw.uniform(-7, 11)
        if not coast.is_land(*place):
            return place


def suar_report(*, far: bool = False) -> tuple:
    """Take one distress in, from a real place or from anywhere; its incident and the moment of its commit."""
    from django.db import connection, transaction
    from django.utils import timezone

    from communities.ids import uuid7
    from reports import intake

    draw = random.Random()
    committed: list[datetime] = []
    try:
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(timezone.now()))
            incoming = intake.Incoming(
                source="app",
                external_id=str(uuid7()),
                text="tolong bot karam 4 orang",
                type="sinking",
                position=anywhere(draw) if far else draw.choice(real_places()),
            )
            receipt = intake.receive(incoming)
    finally:
        connection.close()
    return receipt.report.incident_id, committed[0]


def suar_round(rate: float, seconds: float = SECONDS, *, far: bool = False) -> list[float]:
    """Seconds from commit to hand-over of the first call of each incident."""
    from alerts.models import Notification

    made = arrive(partial(suar_report, far=far), rate, seconds)

    def handed() -> dict:
        rows = Notification.objects.filter(purpose__in=("alert", "duty"), accepted_at__isnull=False)
        first: dict = {}
        for incident, at in rows.order_by("-accepted_at").values_list("incident_id", "accepted_at"):
            first[incident] = at
        return first

    end = time.monotonic() + PATIENCE_S
    while len(found := handed()) < len(made) and time.monotonic() < end:
        time.sleep(0.1)
    return [
        (found[incident] - at).total_seconds() if incident in found else float("inf") for incident, at in made
    ]


def low_priority_waits() -> None:
    """Rows of P5 that are due, as after a broadcast or an outage."""
    from django.utils import timezone

    from alerts.models import Notification, PatrolUnit
    from reports.models import Incident

    now = timezone.now()
    incident = Incident.objects.create(received_at=now, last_report_at=now)
    unit = PatrolUnit.objects.first()
    Notification.objects.bulk_create(
        Notification(
            incident=incident, unit=unit, purpose="answer", channel="sms", priority=5, text="low",
            key=f"low {number}", created_at=now, due_at=now,
        )
        for number in range(WAITING)
    )  # fmt: skip


def answers(stop: threading.Event) -> tuple[list[float], int]:
    """Crews say "I go" while the burst goes on, each unit once.

    Seconds from each word to the commit that stops its ladder; how many calls for help left after that.
    """
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from alerts import dispatch
    from alerts.models import Dispatch, Notification

    took, stopped = [], {}
    try:
        while len(took) < ANSWERS and not stop.wait(0.5):
            called = Dispatch.objects.filter(status="alerting").exclude(
                unit__dispatches__status="acknowledged"
            )
            one = called.order_by("?").first()
            if one is None:
                continue
            started = time.monotonic()
            dispatch.acknowledge(one.pk, via="sms")
            took.append(time.monotonic() - started)
            stopped[one.incident_id] = timezone.now()
        stop.wait()
        calls = Notification.objects.filter(incident__in=stopped, purpose__in=("alert", "duty"))
        lease_s = settings.DISPATCHER_LEASE_S  # what was leased before the word was in flight

        def left_later(row: Notification) -> bool:
            leased_at = row.leased_until and row.leased_until.timestamp() - lease_s
            return bool(row.accepted_at) and leased_at > stopped[row.incident_id].timestamp()

        return took, sum(map(left_later, calls))
    finally:
        connection.close()


def burst(seconds: float) -> tuple[list[float], list[float], int]:
    """A burst of reports with low-priority rows waiting, and crews that answer meanwhile."""
    clear()
    low_priority_waits()
    stop = threading.Event()
    with ThreadPoolExecutor(1) as crews:
        answering = crews.submit(answers, stop)
        try:
            values = suar_round(BURST, seconds)
        finally:
            stop.set()
        return values, *answering.result()


def floor_round(rate: float, redis_url: str | None) -> list[float]:
    client = redis.Redis.from_url(redis_url) if redis_url else None
    local = threading.local()

    def report() -> tuple[int, float]:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(os.environ["FLOOR_URL"], autocommit=True, prepare_threshold=0)
        number, at = floor.store_one(local.connection), time.time()
        if client:
            client.publish(floor.CHANNEL, b"")
        return number, at

    made = arrive(report, rate, SECONDS)
    time.sleep(2 * floor.POLL_S)
    with psycopg.connect(os.environ["FLOOR_URL"]) as connection:
        rows = connection.execute("SELECT report_id, extract(epoch FROM handed_at)::float8 FROM outbox")
        handed = dict(rows.fetchall())
    return [(handed[number] or float("inf")) - at for number, at in made]


def main() -> None:
    found: dict[str, list[list[float]]] = {}
    with Stage() as stage:
        stage.postgres.sql("floor", floor.TABLES)
        units = shipped_fleet()
        url = stage.environment["REDIS_URL"]
        for broker, address in (("Redis up", url), ("Redis down", dead_address(url))):
            take(found, stage, broker, address, floor_address=url if address == url else None)
        took, late = take_burst(found, stage, url, float(sys.argv[1]) if len(sys.argv) > 1 else BURST_S)
    rows = [("", "alerts", "p50 ms", "p99 ms", "max ms", "floor p50", "by the floor")]
    for name, rounds in found.items():
        if name.startswith("floor"):
            continue
        values = [value * 1000 for one in rounds for value in one]
        bare = [value * 1000 for one in found["floor" + name.removeprefix("suar")] for value in one]
        rows.append(
            (
                name,
                len(values),
                f"{percentile(values, 50):.1f}",
                f"{percentile(values, 99):.0f}",
                f"{max(values):.0f}",
                f"{percentile(bare, 50):.1f}",
                f"{percentile(values, 50) / percentile(bare, 50):.1f}",
            )
        )
    print(f"\nCommit to hand-over, {units} units, {ROUNDS} rounds of {SECONDS:g} s; {environment()}")
    show(rows)
    print()
    up = [value * 1000 for one in found["suar, Redis up, 1/s"] for value in one]
    crowd = [value for one in found[f"suar, burst, {BURST}/s"] for value in one]
    down = [value for one in found["suar, Redis down, 1/s"] for value in one]
    show_goals(
        [
            ("Redis up, p50 ms", percentile(up, 50), "<=", 10),
            ("Redis up, p99 ms", percentile(up, 99), "<=", 50),
            ("Redis down, slowest s", max(down), "<=", 1.5),
            (f"burst with {WAITING} low-priority rows, p99 s", percentile(crowd, 99), "<=", 1),
            (f"{len(took)} answers in it, ladder stopped, p99 s", percentile(took, 99), "<=", 1),
            ("calls that left after an answer", late, "<=", 0),
        ]
    )


def take_burst(found: dict, stage: Stage, address: str, seconds: float) -> tuple[list[float], int]:
    """Measure the burst; how long answers took, and how many calls left after one."""
    from django.conf import settings

    settings.REDIS_URL = address
    with serving(stage, address, address):
        suar_round(1)  # does not count
        values, took, late = burst(seconds)
        found[f"suar, burst, {BURST}/s"] = [values]
        found[f"floor, burst, {BURST}/s"] = [floor_round(BURST, address)]
    return took, late


@contextmanager
def serving(stage: Stage, address: str, floor_address: str | None):
    """The dispatcher and the floor's worker, each a process."""
    workers = [
        Server("manage.py run_dispatcher", stage.environment | {"REDIS_URL": address}),
        Server(f"-m tests.bench.floor {floor_address or ''}", stage.environment),
    ]
    try:
        time.sleep(5)  # neither listens on a port that would tell
        yield
    finally:
        for worker in workers:
            worker.stop()


def take(found: dict, stage: Stage, broker: str, address: str, floor_address: str | None) -> None:
    """Measure with one broker, or with none that answers."""
    from django.conf import settings

    settings.REDIS_URL = address
    with serving(stage, address, floor_address):
        suar_round(4)  # does not count
        for name, (rate, far) in SCENES.items():
            for _ in range(ROUNDS):
                clear()
                found.setdefault(f"suar, {broker}, {name}", []).append(suar_round(rate, far=far))
                found.setdefault(f"floor, {broker}, {name}", []).append(floor_round(rate, floor_address))


if __name__ == "__main__":
    main()
