"""The live desk with fifty who listen: `python -m tests.bench.bench_console [old reports] [seconds] [desks]`.

Fifty desks hold the stream and ask for the list now and then; 500 incidents are open, twenty new reports a minute
come in and incidents change. Said are the list's time and how long after its commit a change is at the desks, once
over an empty archive and once over a full one.
"""

import asyncio
import json
import random
import sys
import time

from tests.bench import bench_queue
from tests.bench.bench_queue import fill, serving
from tests.bench.stage import Server, Stage, environment, percentile, request, show, show_goals

OPEN, OLD, SECONDS, DESKS = 500, 1_000_000, 60, 50
NEW_A_MINUTE, CHANGES_A_MINUTE = 20, 60
LIST_EVERY_S = 5  # a desk reads its list anew: filters, a page further, the link back


class Listening:
    """One desk on the stream: when each row came, by its id and its place."""

    def __init__(self) -> None:
        self.came: dict[tuple[str, str], float] = {}
        self.bytes = 0

    async def listen(self, port: int, cookie: str, until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(request("GET", "/console/stream?language=en", Cookie=cookie))
        try:
            while (left := until - time.perf_counter()) > 0:
                line = await asyncio.wait_for(reader.readline(), left)
                self.bytes += len(line)
                if not line.startswith(b'data: {"at"'):
                    continue
                at = time.perf_counter()
                for row in json.loads(line[6:]).get("rows", []):
                    place = row["html"].partition("mark-")[2][:12]
                    self.came.setdefault((row["id"], place), at)
        except TimeoutError:
            pass
        finally:
            writer.close()


async def lists(port: int, cookie: str, until: float, times: list[float], statuses: set[bytes]) -> None:
    """Ask for the first page of the queue every few seconds, each desk at its own moment."""
    await asyncio.sleep(random.uniform(0, LIST_EVERY_S))
    while time.perf_counter() < until:
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("GET", "/console/queue/", Cookie=cookie, X_Fragment="1", Connection="close"))
        statuses.add((await reader.readline()).split()[1])
        await reader.read()
        writer.close()
        times.append(time.perf_counter() - started)
        await asyncio.sleep(LIST_EVERY_S)


def cookies(count: int) -> list[str]:
    """A signed-in session for each desk, all of one agency's dispatchers."""
    from communities.models import Agency, User
    from tests.browser.conftest import _session_of

    agency, _made = Agency.objects.get_or_create(name="Coast guard", country="MY")
    found = []
    for n in range(count):
        user, _made = User.objects.get_or_create(
            username=f"desk{n}", defaults={"role": User.Role.DISPATCHER, "is_staff": True, "agency": agency}
        )
        found.append(f"sessionid={_session_of(user.username)}")
    return found


def happen(seconds: float, committed: dict[tuple[str, str], float]) -> None:
    """New reports by the real intake, and changes of open incidents, at their rate; when each was committed."""
    from reports.intake import Incoming, receive
    from reports.models import Incident

    draw = random.Random(1)
    ids = list(Incident.objects.open().values_list("pk", flat=True)[:50])  # on the first page and behind it
    every = 60 / (NEW_A_MINUTE + CHANGES_A_MINUTE)
    started, n = time.perf_counter(), 0
    while (now := time.perf_counter() - started) < seconds:
        if n * every > now:
            time.sleep(n * every - now)
        n += 1
        place = f"mark-{n:07}-----"
        if n % ((NEW_A_MINUTE + CHANGES_A_MINUTE) // NEW_A_MINUTE) == 0:
            text = f"bot karam {draw.randint(1, 8)} {draw.randint(10, 59)}.2N 1{draw.randint(0, 1)}{draw.randint(0, 9)} 25.1E"
            pk = receive(
                Incoming(source="sms", external_id=f"bench-{time.time_ns()}", text=text)
            ).report.incident_id
            committed[str(pk), ""] = time.perf_counter()
        else:
            pk = draw.choice(ids)
            Incident.objects.filter(pk=pk).update(place=place)
            committed[str(pk), place.partition("mark-")[2][:12]] = time.perf_counter()


def measure(server: Server, postgres: int, desks: int, seconds: float) -> dict:
    from tests.bench.stage import cpu_s

    signed = cookies(desks)
    ears = [Listening() for _ in signed]
    times: list[float] = []
    statuses: set[bytes] = set()
    committed: dict[tuple[str, str], float] = {}

    async def run() -> None:
        until = time.perf_counter() + seconds + 6
        listening = [
            asyncio.ensure_future(ear.listen(server.port, cookie, until))
            for ear, cookie in zip(ears, signed, strict=True)
        ]
        await asyncio.sleep(4)  # all are there
        asking = [
            asyncio.ensure_future(lists(server.port, cookie, until - 2, times, statuses)) for cookie in signed
        ]
        await asyncio.to_thread(happen, seconds, committed)
        await asyncio.gather(*listening, *asking)

    before = server.cpu_s(), cpu_s(postgres)
    asyncio.run(run())
    if statuses != {b"200"}:
        raise RuntimeError(f"the list answered {statuses}")
    late, missed = [], 0
    for (pk, place), at in committed.items():
        for ear in ears:
            came = ear.came.get((pk, place))
            if came is None and place == "":
                came = min((t for (other, _p), t in ear.came.items() if other == pk), default=None)
            if came is None:
                missed += 1
            else:
                late.append(max(0.0, came - at))
    return {
        "lists": times,
        "late": late,
        "missed": missed,
        "changes": len(committed),
        "web": (server.cpu_s() - before[0]) / (seconds + 6),
        "postgres": (cpu_s(postgres) - before[1]) / (seconds + 6),
        "kB": sum(ear.bytes for ear in ears) / len(ears) / 1024,
        "MB": server.memory_mb(),
    }


def main() -> None:
    old = int(sys.argv[1]) if len(sys.argv) > 1 else OLD
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    desks = int(sys.argv[3]) if len(sys.argv) > 3 else DESKS
    with Stage() as stage:
        bench_queue.OPEN = OPEN
        fill(1, OPEN)
        found = {}
        with serving(stage) as server:
            found[0] = measure(server, stage.postgres.pid(), desks, seconds)
            if old:
                from django.db import connection

                with connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE alerts_escalation SET state = 'stopped'"
                    )  # what is live cannot end
                fill(OPEN + 1, old)
                found[old] = measure(server, stage.postgres.pid(), desks, seconds)
        names = [
            "list p50 ms",
            "list p95 ms",
            "change p50 ms",
            "change p95 ms",
            "worst ms",
            "not told",
            "changes",
        ]
        rows = [("old reports", *names, "web cores", "PostgreSQL cores", "kB a desk", "web MB")]
        for size, one in found.items():
            figures = [percentile(one[what], p) * 1000 for what in ("lists", "late") for p in (50, 95)]
            figures += [max(one["late"]) * 1000, one["missed"], one["changes"]]
            costs = (f"{one['web']:.2f}", f"{one['postgres']:.2f}", f"{one['kB']:.0f}", f"{one['MB']:.0f}")
            rows.append((size, *(f"{figure:.0f}" for figure in figures), *costs))
        print(f"\n{desks} desks on the stream, {OPEN} open, {NEW_A_MINUTE} new a minute; {environment()}")
        show(rows)
        goals = []
        for size, one in found.items():
            goals += [
                (f"list p95 ms, {size} old", percentile(one["lists"], 95) * 1000, "<=", 300),
                (f"change seen p95 ms, {size} old", percentile(one["late"], 95) * 1000, "<=", 1000),
                (f"changes not told, {size} old", one["missed"], "<=", 0),
            ]
        show_goals(goals)


if __name__ == "__main__":
    main()
