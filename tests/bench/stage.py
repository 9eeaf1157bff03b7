"""The stage of the benchmarks: a durable cluster of their own, servers, calls, and what each call costs.

Everything stands on one machine with whatever else runs there, so absolute figures mean little: the variants
take turns in short rounds, and the ratios of one table are what holds.
"""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.localservices import ROOT, Postgres, Services, free_port, wait_until

#: One a process, so that two benchmarks never meet.
FOLDER = ROOT / "var" / f"bench-{os.getpid()}"
#: Signed webhooks name this origin; the servers themselves listen on any port.
ORIGIN = "http://127.0.0.1"
WORKERS = 2
_TICKS_S = os.sysconf("SC_CLK_TCK")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


# --- The cluster ---


class Stage:
    """PostgreSQL and Redis of their own, with durable settings, and the environment that leads to them."""

    def __init__(self) -> None:
        self.services = Services(FOLDER)
        self.environment: dict[str, str] = {}

    @property
    def postgres(self) -> Postgres:
        return self.services.load()[0]

    def start(self) -> None:
        for name in ("DATABASE_URL", "REDIS_URL"):  # nobody's own data is measured upon
            os.environ.pop(name, None)
        values = self.services.start()
        self.environment = values | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SUAR_ENV_FILES": "",
            "DEBUG": "0",
            "PUBLIC_ORIGIN": ORIGIN,
            "TWILIO_ACCOUNT_SID": "",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "FIREBASE_CREDENTIALS": "",
            "HASHED_STATIC": "1",
            "LOG_LEVEL": "error",
            "FLOOR_URL": values["DATABASE_URL"].replace("postgis:", "postgresql:").removesuffix("suar")
            + "floor",
        }
        os.environ |= self.environment

    def __enter__(self) -> "Stage":
        """Start with an empty, migrated database `suar` and an empty database `floor`."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers go even then
        self.start()
        try:
            self.postgres.sql("postgres", "CREATE DATABASE floor")
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        from django.db import connections

        with contextlib.suppress(Exception):
            connections["default"].close_pool()
        self.services.clean()
        shutil.rmtree(FOLDER, ignore_errors=True)


# --- Servers ---


class Server:
    """A process group that listens on a port, as one thing that costs CPU and memory."""

    def __init__(self, command: str, environment: dict[str, str], *, port: int | None = None) -> None:
        """`{port}` in the command becomes a free one."""
        self.port = port or free_port()
        words = command.format(port=self.port).split()
        self.process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=os.environ | environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )

    def wait(self, path: str = "/healthz") -> "Server":
        """Until it answers; raises RuntimeError if it never does."""

        def answers() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as link:
                link.sendall(request("GET", path))
                return link.recv(12).startswith(b"HTTP/1.1 ")
            return False

        if not wait_until(answers, 60, 0.2):
            raise RuntimeError(f"{self.process.args} does not answer")
        return self

    def cpu_s(self) -> float:
        return cpu_s(self.process.pid)

    def memory_mb(self) -> float:
        """Proportional share of memory of the whole tree."""
        total = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(OSError):
                total += int(re.search(r"Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())[1])
        return total / 1024

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def web_command() -> str:
    """What the Procfile runs as web, at a port still to be named, without its own path to Python."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    return re.sub(r"^web: exec \S+/", "-m ", line).replace("$PORT", "{port}")


def granian(application: str) -> str:
    return (
        f"-m granian --interface wsgi --http 1 --no-ws --host 127.0.0.1 --port {{port}} --workers {WORKERS}"
        f" --blocking-threads 8 --no-log {application}"
    )


def tree(pid: int) -> list[int]:
    """A process and its living descendants."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, its living descendants, and those that have ended."""
    ticks = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS_S


# --- Calls ---


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP request on the wire; `_` in a header's name is `-`."""
    fields = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


@dataclass
class Load:
    """What came of driving a server for a while. Latencies in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    cpu_ms: float = 0.0
    postgres_ms: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: int) -> float:
        return percentile(self.latencies, percent) * 1000


class _Caller(asyncio.Protocol):
    """One kept connection that sends the next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, load: Load) -> None:
        self.requests, self.until, self.load = requests, until, load
        self.done = asyncio.get_running_loop().create_future()
        self.received, self.sent_at = b"", 0.0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.call()

    def call(self) -> None:
        self.received, self.sent_at = b"", time.perf_counter()
        if self.sent_at >= self.until:
            self.done.set_result(None)
            self.transport.close()
            return
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        if len(body) >= (int(length[1]) if length else 0):
            self.load.latencies.append(time.perf_counter() - self.sent_at)
            self.load.statuses[int(head[9:12])] += 1
            self.call()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))


def drive(server: Server, requests: Iterator[bytes], connections: int, seconds: float, postgres: int) -> Load:
    """Keep `connections` busy for `seconds`; `postgres` is the pid of the postmaster, whose CPU counts too."""
    load = Load()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        until = time.perf_counter() + seconds
        callers = [
            (await loop.create_connection(lambda: _Caller(requests, until, load), "127.0.0.1", server.port))[
                1
            ]
            for _ in range(connections)
        ]
        await asyncio.gather(*(caller.done for caller in callers))

    before = server.cpu_s(), cpu_s(postgres)
    started = time.perf_counter()
    asyncio.run(run())
    load.seconds = time.perf_counter() - started
    calls = max(1, len(load.latencies))
    load.cpu_ms = (server.cpu_s() - before[0]) / calls * 1000
    load.postgres_ms = (cpu_s(postgres) - before[1]) / calls * 1000
    return load


def take_turns(variants: dict[str, Callable[[], Load]], rounds: int) -> dict[str, list[Load]]:
    """Run each variant once a round, after one round that does not count."""
    found: dict[str, list[Load]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, variant in variants.items():
            load = variant()
            if number:
                found[name].append(load)
    return found


# --- Figures ---


def percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def ratio(found: dict[str, list[Load]], name: str, to: str, value=lambda load: load.rate) -> float:
    """Median over the rounds of one variant's value by another's in the same round."""
    return statistics.median(value(a) / value(b) for a, b in zip(found[name], found[to], strict=True))


def show_loads(title: str, found: dict[str, list[Load]], floor: str) -> None:
    """A row a variant: rate, its ratio to the floor, CPU of server and PostgreSQL a call, latencies."""
    print(f"\n{title}; {environment()}")
    rows = [("", "req/s (min-max)", "ratio", "cpu ms", "pg ms", "p50 ms", "p99 ms", "answers")]
    for name, loads in found.items():
        middle = {
            key: statistics.median(getattr(load, key) for load in loads)
            for key in ("rate", "cpu_ms", "postgres_ms")
        }
        rates = [load.rate for load in loads]
        answers = sum((load.statuses for load in loads), Counter())
        rows.append(
            (
                name,
                f"{middle['rate']:.0f} ({min(rates):.0f}-{max(rates):.0f})",
                f"{ratio(found, name, floor):.3f}",
                f"{middle['cpu_ms']:.2f}",
                f"{middle['postgres_ms']:.2f}",
                f"{statistics.median(load.percentile_ms(50) for load in loads):.1f}",
                f"{statistics.median(load.percentile_ms(99) for load in loads):.0f}",
                " ".join(f"{status}:{count}" for status, count in sorted(answers.items())),
            )
        )
    show(rows)


def show_goals(goals: list[tuple[str, float, str, float]]) -> None:
    """`(what, value, "<=" or ">=", goal)` as rows with a word for each."""
    rows = [("goal", "value", "wanted", "")]
    for what, value, sign, goal in goals:
        met = value <= goal if sign == "<=" else value >= goal
        rows.append((what, f"{value:.3g}", f"{sign} {goal:g}", "met" if met else "NOT MET"))
    show(rows)


def show(rows: list[tuple]) -> None:
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.stdout.flush()


def environment() -> str:
    """Where the figures come from, as far as it bends them."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"


def dead_address(url: str) -> str:
    """The same URL at a port where nobody listens."""
    parts = urlsplit(url)
    return url.replace(f":{parts.port}", f":{free_port()}")
