"""Web servers on our own endpoints: `python -m tests.bench.compare_servers`; gunicorn takes part if installed.

Rate and cost with 16 connections, then behaviour: what a probe waits while others trickle their bodies in, what
becomes of reports in flight at SIGTERM, and memory.
"""

import contextlib
import importlib.util
import itertools
import os
import signal
import socket
import threading
import time

from tests.bench.bench_intake import SIGHTING, devices, posts
from tests.bench.stage import (
    WORKERS,
    Server,
    Stage,
    drive,
    environment,
    granian,
    percentile,
    request,
    show,
    show_loads,
    take_turns,
    web_command,
)

ROUNDS, SECONDS, CONNECTIONS = 3, 2.0, 16
SLOW = 24  # calls that trickle in; more than all threads together
IN_FLIGHT = 6
BASE = "granian WSGI"


def commands() -> dict[str, str]:
    found = {
        BASE: granian("config.wsgi:application"),
        "Procfile": web_command(),
        "granian, Django's ASGI": granian("tests.bench.compare_servers:django_asgi --factory")
        .replace("wsgi", "asginl")
        .replace("--blocking-threads 8 ", ""),
    }
    if importlib.util.find_spec("gunicorn"):
        found["gunicorn gthread"] = (
            f"-m gunicorn --bind 127.0.0.1:{{port}} --workers {WORKERS} --worker-class gthread --threads 8"
            " --log-level error config.wsgi:application"
        )
    return found


def django_asgi():
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


def probe_beside_slow_clients(server: Server) -> str:
    """p50 and worst of a probe, in ms, while SLOW bodies trickle in; "blocked" if one takes over 5 s."""
    head = request("POST", "/api/v1/reports/", b"x" * 400, Content_Type="application/json")[:-390]
    links = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(SLOW)]
    try:
        for link in links:
            link.sendall(head)
        time.sleep(0.5)
        times = []
        for _ in range(20):
            started = time.perf_counter()
            with socket.create_connection(("127.0.0.1", server.port), 5) as link:
                link.settimeout(5)
                link.sendall(request("GET", "/healthz", Connection="close"))
                try:
                    link.recv(100)
                except TimeoutError:
                    return "blocked"
            times.append((time.perf_counter() - started) * 1000)
            for slow in links:
                with contextlib.suppress(OSError):
                    slow.sendall(b"x")
        return f"{percentile(times, 50):.0f} / {max(times):.0f}"
    finally:
        for link in links:
            link.close()


def answered_after_sigterm(server: Server, calls) -> str:
    """Reports that wait in the database while the server is told to end: how many are answered, and how long it takes."""
    from django.db import connection, transaction

    answers: list[bytes] = []

    def call(sent: bytes) -> None:
        with socket.create_connection(("127.0.0.1", server.port), 15) as link, contextlib.suppress(OSError):
            link.settimeout(15)
            link.sendall(sent)
            answers.append(link.recv(12))

    threads = [threading.Thread(target=call, args=(next(calls),)) for _ in range(IN_FLIGHT)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE reports_report IN EXCLUSIVE MODE")
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        os.kill(server.process.pid, signal.SIGTERM)
        time.sleep(1.5)
    released = time.perf_counter()
    for thread in threads:
        thread.join()
    with contextlib.suppress(Exception):
        server.process.wait(20)
    seconds = time.perf_counter() - released
    ended = f"ended {seconds:.1f} s later" if server.process.poll() is not None else "did not end"
    return f"{sum(answer == b'HTTP/1.1 201' for answer in answers)} of {IN_FLIGHT}, {ended}"


def main() -> None:
    with Stage() as stage:
        tokens = itertools.cycle(devices(3000))
        servers = {name: Server(command, stage.environment) for name, command in commands().items()}
        try:
            postgres = stage.postgres.pid()
            reports = posts("/api/v1/reports/", SIGHTING, tokens, "Device")
            probes = itertools.repeat(request("GET", "/healthz"))
            for server in servers.values():
                drive(server.wait(), reports, CONNECTIONS, 4, postgres)  # imports, connections, coast
            for what, stream in (("Reports", reports), ("Probes", probes)):
                found = take_turns(
                    {
                        name: lambda server=server, stream=stream: drive(
                            server, stream, CONNECTIONS, SECONDS, postgres
                        )
                        for name, server in servers.items()
                    },
                    ROUNDS,
                )
                show_loads(
                    f"{what}, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s", found, BASE
                )
            rows = [("", "memory MB", f"probe beside {SLOW} slow, ms", "reports in flight at SIGTERM")]
            for name, server in servers.items():
                memory = f"{server.memory_mb():.0f}"
                rows.append(
                    (name, memory, probe_beside_slow_clients(server), answered_after_sigterm(server, reports))
                )
            print(f"\nBehaviour, {WORKERS} workers of 8 threads; {environment()}")
            show(rows)
        finally:
            for server in servers.values():
                server.stop()


if __name__ == "__main__":
    main()
