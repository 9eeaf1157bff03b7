"""The queue over a million incidents, and the ranking of units: `python -m tests.bench.bench_queue [incidents]`."""

import itertools
import random
import statistics
import sys
import time
from contextlib import contextmanager

from tests.bench import bench_wakeup
from tests.bench.stage import Server, Stage, environment, percentile, request, show, show_goals, web_command

SIZES = (100_000, 1_000_000)
OPEN = 3000
TIMES = 40
FLEETS = (89, 10_000)

# One report an incident; all but the newest OPEN are closed.
FILL = """
WITH made AS (
    INSERT INTO reports_incident (
        id, reference, status, type, emergency_phase, response_phase, severity, reply_mode, drill,
        position, position_source, place, flags, priority, score, score_terms, rule_priority, queue_rank,
        received_at, last_report_at, proposed_why, outcome
    )
    SELECT gen_random_uuid(), lpad(to_hex(n), 5, '0'), CASE WHEN n > {open_from} THEN 'open' ELSE 'closed' END,
        (ARRAY['iuu_foreign', 'sinking', 'unclassified', 'flooding'])[1 + n %% 4], 'NONE', 'NONE', 'UNKNOWN',
        'RECEIVED', false,
        ST_MakePoint(95 + 30 * random(), -8 + 20 * random())::geography, 'typed', '', '{{}}', 1 + n %% 5, n %% 60,
        '[]', 1 + n %% 5, (1 + n %% 5)::bigint * 1000000000000 + n,
        now() - ({last} - n) * interval '20 s', now() - ({last} - n) * interval '20 s', '', ''
    FROM generate_series({first}, {last}) AS n
    RETURNING id, reference, type, position, received_at
)
INSERT INTO reports_report (
    id, reference, source, external_id, content_hash, incident_id, status, text, quiet, drill, received_at, type,
    category, language, position, position_source, position_status, flags, reading, corrected_reading,
    reading_version, grade_digit, reply_mode
)
SELECT gen_random_uuid(), reference, 'app', id::text, '\\x00', id, 'received', 'kapal asing pukat tunda', false,
    false, received_at, type, 'other', 'ms', position, 'typed', 'ok', '{{}}', '{{}}', '{{}}', '', 6,
    'RECEIVED'
FROM made
"""


def fill(first: int, last: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reports_incident DISABLE TRIGGER incident_ends_by_officers")
        cursor.execute("UPDATE reports_incident SET status = 'closed' WHERE status = 'open'")
        cursor.execute("ALTER TABLE reports_incident ENABLE TRIGGER incident_ends_by_officers")
        for start in range(first, last + 1, 100_000):
            end = min(start + 99_999, last)
            # `last` sets the clock and the open ones of the whole, so it stays; the series goes in parts.
            text = FILL.format(first=start, last=last, open_from=last - OPEN).replace(
                f"generate_series({start}, {last})", f"generate_series({start}, {end})"
            )
            cursor.execute(text.replace("%%", "%"))
        cursor.execute("VACUUM ANALYZE reports_incident")
        cursor.execute("VACUUM ANALYZE reports_report")


def questions() -> dict:
    """The pages that a desk asks for, as the API builds them: page name to queryset of 50 rows."""
    from django.contrib.gis.db.models import PointField
    from django.contrib.gis.geos import Polygon
    from django.db.models.functions import Cast

    from reports.models import Incident

    queue = Incident.objects.queue().select_related("held_by")
    box = Polygon.from_bbox((100, 2, 104, 6))
    boxed = queue.alias(point=Cast("position", PointField())).filter(point__contained=box)
    deep = queue[OPEN // 2]
    newest = Incident.objects.order_by("-received_at", "id").select_related("held_by")
    middle = newest.filter(received_at__lt=statistics_middle())[0]
    return {
        "queue, first page": queue[:50],
        "queue, a page in the middle": queue.filter(queue_rank__gte=deep.queue_rank)[:50],
        "queue, type and box": boxed.filter(type="sinking")[:50],
        "archive, first page": newest[:50],
        "archive, a page in the middle": newest.filter(received_at__lte=middle.received_at)[:50],
        "archive, closed in a box": newest.filter(status="closed")
        .alias(point=Cast("position", PointField()))
        .filter(point__contained=box)[:50],
        "one reference": Incident.objects.called("0ABCD".lower())[:50],
    }


def statistics_middle():
    from django.db.models import Max, Min

    from reports.models import Incident

    ends = Incident.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    return ends["first"] + (ends["last"] - ends["first"]) / 2


def buffers(queryset) -> int:
    """Pages of 8 kB that PostgreSQL touches for it."""
    import json

    plan = json.loads(queryset.explain(format="json", analyze=True, buffers=True))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def timed(ask, times: int = TIMES) -> list[float]:
    """Milliseconds of each of `times` calls, after one that does not count."""
    ask()
    found = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        found.append((time.perf_counter() - started) * 1000)
    return found


def sql_times(queryset, bare) -> tuple[list[float], list[float]]:
    """Milliseconds on the wire alone, without Django's own work, and in turns with it those of `bare`."""
    from django.db import connection

    found: tuple[list[float], list[float]] = ([], [])
    statements = [one.query.sql_with_params() for one in (queryset, bare)]
    with connection.cursor() as cursor:
        for number in range(TIMES + 6):
            for times, (sql, params) in zip(found, statements, strict=True):
                started = time.perf_counter()
                cursor.execute(sql, params)
                cursor.fetchall()
                if number > 5:  # by then it is prepared
                    times.append((time.perf_counter() - started) * 1000)
    return found


def pages(server: Server, token: str) -> dict[str, list[float]]:
    """Milliseconds of pages through HTTP, one after the other."""
    from tests.bench.stage import drive

    found = {}
    for name, path in {
        "HTTP, first page": "/api/v1/incidents/",
        "HTTP, type and box": "/api/v1/incidents/?type=sinking&bbox=100,2,104,6",
    }.items():
        call = itertools.repeat(request("GET", path, Authorization=f"Token {token}"))
        load = drive(server, call, 1, 1.5, 1)
        if set(load.statuses) != {200}:
            raise RuntimeError(f"{path}: {load.statuses}")
        found[name] = [seconds * 1000 for seconds in load.latencies]
    return found


def desk_token() -> str:
    from knox.models import AuthToken

    from communities.models import User

    user = User.objects.create(username="desk", role=User.Role.DISPATCHER, is_staff=True)
    return AuthToken.objects.create(user)[1]


@contextmanager
def serving(stage: Stage):
    server = Server(web_command(), stage.environment)
    try:
        yield server.wait()
    finally:
        server.stop()


def measure_queue(stage: Stage, sizes: tuple[int, ...]) -> None:
    """The floor is the same 50 rows by their keys, asked in turns with each page."""
    from reports.models import Incident

    token = desk_token()
    found: dict[int, dict] = {}
    with serving(stage) as server:
        first = 1
        for size in sizes:
            fill(first, size)
            first = size + 1
            asked = questions()
            bare = Incident.objects.filter(pk__in=[row.pk for row in asked["queue, first page"]]).order_by()
            found[size] = {}
            for name, queryset in asked.items():
                times, floor = sql_times(queryset, bare)
                by_floor = statistics.median(a / b for a, b in zip(times, floor, strict=True))
                found[size][name] = times, buffers(queryset), by_floor
            for name, times in pages(server, token).items():
                found[size][name] = times, None, statistics.median(times) / statistics.median(floor)
    small, large = found[sizes[0]], found[sizes[-1]]
    rows = [("", "p50 ms", "max ms", "buffers", "by the floor", f"the same over {sizes[0]}")]
    for name, (times, touched, by_floor) in large.items():
        middle = f"{statistics.median(times):.2f}"
        rows.append(
            (name, middle, f"{max(times):.1f}", touched or "", f"{by_floor:.2f}", f"{small[name][2]:.2f}")
        )
    print(f"\nPages of 50 over {sizes[-1]} incidents, {OPEN} open; {environment()}")
    show(rows)

    queue = ("queue, first page", "queue, a page in the middle", "queue, type and box")
    first, deep = large[queue[0]][2], large[queue[1]][2]
    print()
    show_goals(
        [
            (
                "queue, slowest p50 of SQL, ms",
                max(statistics.median(large[name][0]) for name in queue),
                "<=",
                5,
            ),
            ("queue, most buffers", max(large[name][1] for name in queue), "<=", 3000),
            ("a page in the middle by the first", deep / first, "<=", 1.5),
            (f"first page by that over {sizes[0]}", first / small[queue[0]][2], "<=", 1.5),
            ("HTTP, first page, p50 ms", statistics.median(large["HTTP, first page"][0]), "<=", 10),
        ]
    )


def measure_ranking() -> None:
    """One incident's ranking: the fleet read from the database, then weighed; the floor is great circles alone."""

    from django.utils import timezone

    from alerts import candidates, fleet, ranking, ways
    from alerts.models import PatrolUnit, Station
    from communities.models import Agency
    from communities.sphere import great_circle_m

    draw = random.Random(1)
    rows = [
        ("units", "read p50 ms", "weigh p50 ms", "weigh p99 ms", "great circles p50 ms", "weigh by circles")
    ]
    for count in FLEETS:
        PatrolUnit.objects.all().delete()
        Station.objects.all().delete()
        Agency.objects.all().delete()
        bench_wakeup.fleet(count)
        now = timezone.now()
        times = 20 if count < 1000 else 5
        reading = timed(lambda now=now: fleet.read(now), times)
        units = list(fleet.read(now).units.values())

        def weigh(units=units, now=now) -> None:
            here = draw.uniform(96, 124), draw.uniform(-7, 11)
            need = ranking.Need(type="sinking", position=here, position_error_m=100)
            ranking.rank(need, units, at=now, distances=ways.by_water, wanted=candidates.WANTED)

        def circles(units=units) -> None:
            here = draw.uniform(96, 124), draw.uniform(-7, 11)
            sorted(great_circle_m(here, unit.base_position) for unit in units)

        weighing, bare = timed(weigh, times), timed(circles, times)
        rows.append(
            (
                count,
                f"{statistics.median(reading):.1f}",
                f"{statistics.median(weighing):.1f}",
                f"{percentile(weighing, 99):.1f}",
                f"{statistics.median(bare):.2f}",
                f"{statistics.median(weighing) / statistics.median(bare):.1f}",
            )
        )
    print(f"\nRanking the fleet for one incident; {environment()}")
    show(rows)


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    with Stage() as stage:
        measure_ranking()
        measure_queue(stage, (min(SIZES[0], most // 10), most))


if __name__ == "__main__":
    main()
