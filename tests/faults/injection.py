"""What goes wrong, and when: one seed, one order of faults. Each is written down with when it began and ended."""

import contextlib
import os
import resource
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import psycopg
import redis

from communities import crash_points
from config.localservices import Failed, command_line
from tests.bench.stage import tree
from tests.faults import arming
from tests.faults.history import Event

#: PostgreSQL's own word for a full disk, raised where a report is written.
FULL_TABLESPACE = """
CREATE FUNCTION suar_disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER suar_disk_full BEFORE INSERT ON reports_report EXECUTE FUNCTION suar_disk_full();
ALTER TABLE reports_report DISABLE TRIGGER suar_disk_full;
"""
#: How often each passes at least, so that a point of daily use is not always met at once.
PASSINGS = {"K1": 12, "K2": 8, "K3": 8, "K4": 4, "K5": 4, "K6": 3, "K7": 3, "K8": 2, "K9": 12}


class Injector:
    """Does one fault after the other, about every `every_s` seconds, until stopped; `events` tells of them."""

    def __init__(self, stage, seed: int, every_s: float) -> None:
        self.stage, self.every_s = stage, every_s
        self.order = Random(f"{seed}:faults")
        self.own = threading.local()
        self.events: list[Event] = []
        self.armed: Counter[str] = Counter()
        self.trouble: list[str] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.faults: list[tuple[int, Callable[[], Event | None]]] = [
            (24, self.crash_point),
            (2, lambda: self.kill("web")),
            (5, self.kill_web_worker),
            (4, lambda: self.kill(self.chance.choice(["dispatcher1", "dispatcher2"]))),
            (1, self.kill_both_dispatchers),
            (2, lambda: self.kill("worker")),
            (1, lambda: self.kill("beat")),
            (2, lambda: self.kill("auditor")),
            (3, lambda: self.kill("spool")),
            (8, self.kill_redis),
            (9, self.kill_backend),
            (14, self.terminate_backend),
            (2, lambda: self.kill_postmaster(signal.SIGKILL)),
            (2, lambda: self.kill_postmaster(signal.SIGQUIT)),
            (2, lambda: self.stop("web")),
            (3, lambda: self.stop(self.chance.choice(["dispatcher1", "dispatcher2"]))),
            (1, lambda: self.stop("worker")),
            (1, lambda: self.stop("auditor")),
            (1, lambda: self.stop("spool")),
            (2, self.stop_redis),
            (2, self.flush_redis),
            (2, self.take_connections),
            (2, self.fill_tablespace),
            (1, self.fill_spool),
            (2, self.move_clock),
            (6, self.hurt_carrier),
        ]

    def prepare(self) -> None:
        with self.stage.connect() as connection:
            connection.execute(FULL_TABLESPACE)

    def start(self) -> None:
        self.thread.start()

    def stop_all(self) -> None:
        """End the schedule and take back whatever still holds."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join(60)
        for name in crash_points.NAMES:
            (self.stage.points / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.stage.ask_carriers("/calm", {})

    @property
    def kills(self) -> int:
        return sum(event.kills for event in self.events) + len(arming.died(self.stage.points))

    def all_events(self) -> list[Event]:
        """The faults, and the deaths at crash points, in order of time."""
        deaths = [
            Event(f"crash point {death['name']}", death["at"], death["at"], 1, death["name"])
            for death in arming.died(self.stage.points)
        ]
        return sorted([*self.events, *deaths], key=lambda event: event.at)

    def _work(self) -> None:
        weights = [weight for weight, _ in self.faults]
        under_way: list[threading.Thread] = []
        while not self.stopping.wait(self.order.uniform(0.5, 1.5) * self.every_s):
            _, fault = self.order.choices(self.faults, weights)[0]
            thread = threading.Thread(target=self._do, args=(fault, self.order.getrandbits(32)), daemon=True)
            thread.start()
            under_way.append(thread)
        for thread in under_way:
            thread.join(60)

    def _do(self, fault: Callable[[], Event | None], seed: int) -> None:
        """Do one fault, beside those that still hold, with a chance of its own."""
        self.own.chance = Random(seed)
        try:
            event = fault()
        except (OSError, Failed, psycopg.Error, redis.RedisError, ValueError, KeyError) as exc:
            self.trouble.append(f"{type(exc).__name__}: {exc}")
            return
        if event is not None:
            self.events.append(event)
            self.stage.note("fault", event.what)

    @property
    def chance(self) -> Random:
        return self.own.chance

    def _event(self, what: str, began: float, **more: object) -> Event:
        return Event(what, began, time.time(), **more)

    # --- Death ---

    def crash_point(self) -> None:
        name = self.chance.choice(crash_points.NAMES)
        if not (self.stage.points / name).exists():
            self.armed[name] += 1
        arming.arm(self.stage.points, name, self.chance.randint(1, PASSINGS.get(name, 1)))

    def kill(self, name: str) -> Event | None:
        began = time.time()
        if name not in self.stage.pids or not self.stage.signal(name, signal.SIGKILL):
            return None
        return self._event(f"SIGKILL {name}", began, kills=1)

    def kill_both_dispatchers(self) -> Event:
        began = time.time()
        killed = sum(self.stage.signal(name, signal.SIGKILL) for name in ("dispatcher1", "dispatcher2"))
        return self._event("SIGKILL both dispatchers", began, kills=killed)

    def kill_web_worker(self) -> Event | None:
        began = time.time()
        workers = tree(self.stage.pids["web"])[1:]
        if not workers:
            return None
        os.kill(self.chance.choice(sorted(workers)), signal.SIGKILL)
        return self._event("SIGKILL a web worker", began, kills=1)

    def kill_redis(self) -> Event:
        began = time.time()
        with self.stage.redis() as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
        return self._event("SIGKILL Redis", began, kills=1)

    def _backend(self) -> int | None:
        postmaster = self.stage.postgres.pid()
        backends = [pid for pid in tree(postmaster or 0)[1:] if "127.0.0.1" in command_line(pid)]
        return self.chance.choice(sorted(backends)) if backends else None

    def kill_backend(self) -> Event | None:
        """PostgreSQL then ends all sessions and recovers from its log."""
        began = time.time()
        if (pid := self._backend()) is None:
            return None
        os.kill(pid, signal.SIGKILL)
        return self._event("SIGKILL a PostgreSQL backend", began, kills=1)

    def terminate_backend(self) -> Event | None:
        began = time.time()
        if (pid := self._backend()) is None:
            return None
        os.kill(pid, signal.SIGTERM)
        return self._event("a session ended by PostgreSQL", began, kills=1)

    def kill_postmaster(self, number: signal.Signals) -> Event | None:
        began = time.time()
        pid = self.stage.postgres.pid()
        if not pid or not command_line(pid):
            return None
        os.kill(pid, number)
        return self._event(
            "SIGKILL the postmaster" if number == signal.SIGKILL else "immediate shutdown", began, kills=1
        )

    # --- Deafness ---

    def stop(self, name: str) -> Event | None:
        began, held_s = time.time(), self.chance.uniform(1, 6)
        if not self.stage.signal(name, signal.SIGSTOP):
            return None
        self.stopping.wait(held_s)
        self.stage.signal(name, signal.SIGCONT)
        return self._event(f"SIGSTOP {name} for {held_s:.1f} s", began, stopped_s=held_s)

    def stop_redis(self) -> Event:
        began, held_s = time.time(), self.chance.uniform(1, 6)
        with self.stage.redis() as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        self.stopping.wait(held_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        return self._event(f"SIGSTOP Redis for {held_s:.1f} s", began, stopped_s=held_s)

    # --- Want ---

    def flush_redis(self) -> Event:
        began = time.time()
        with self.stage.redis() as client:
            client.flushall()
        return self._event("FLUSHALL", began)

    def take_connections(self) -> Event:
        """Idle clients take every connection that PostgreSQL gives."""
        began = time.time()
        with contextlib.ExitStack() as held:
            for _ in range(200):
                try:
                    held.enter_context(contextlib.closing(self.stage.connect()))
                except psycopg.OperationalError:
                    break
            self.stopping.wait(self.chance.uniform(2, 5))
        return self._event("connections used up", began, stopped_s=time.time() - began)

    def fill_tablespace(self) -> Event:
        began = time.time()
        self._tablespace_is_full(True)
        try:
            self.stopping.wait(self.chance.uniform(1, 4))
        finally:
            self._until_done(lambda: self._tablespace_is_full(False))
        return self._event("disk full in PostgreSQL", began)

    def _tablespace_is_full(self, full: bool) -> None:
        with self.stage.connect() as connection:
            word = "ENABLE" if full else "DISABLE"
            connection.execute("SET lock_timeout = '2s'")
            connection.execute(f"ALTER TABLE reports_report {word} TRIGGER suar_disk_full")

    def _until_done(self, act: Callable[[], None]) -> None:
        for _ in range(60):
            try:
                act()
            except (psycopg.Error, Failed):
                time.sleep(0.5)
            else:
                return
        raise Failed("a fault could not be taken back")

    def fill_spool(self) -> Event | None:
        """No file of the web processes may grow, and the database goes: nothing may be answered 2xx then."""
        began = time.time()
        pids = tree(self.stage.pids["web"])
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        death = self.kill_postmaster(signal.SIGQUIT)
        self.stopping.wait(self.chance.uniform(1, 3))
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return self._event("spool's disk full, database away", began, kills=int(death is not None))

    # --- Confusion ---

    def move_clock(self) -> Event:
        """The wall clock of all processes jumps, and back."""
        began, by_s = time.time(), self.chance.choice([-3600, -90, -20, 20, 90, 3600])
        file = Path(self.stage.points) / "clock"
        file.write_text(str(by_s))
        self.stopping.wait(self.chance.uniform(2, 5))
        file.unlink()
        return self._event(f"clock moved by {by_s} s", began)

    def hurt_carrier(self) -> Event:
        began = time.time()
        fault = self.chance.choice(
            [
                {"kind": "hang", "hold_s": 10, "taken": False},
                {"kind": "hang", "hold_s": 10},
                {"kind": "reset"},
                {"kind": "reset", "taken": False},
                {"kind": "answer", "status": 429, "headers": {"Retry-After": "1"}},
                {"kind": "answer", "status": 503},
                {"kind": "trickle", "interval_s": 0.05},
                {"kind": "garbage"},
            ]
        )
        times = self.chance.randint(1, 3)
        carrier = self.chance.choice(["twilio", "twilio", "fcm"])
        self.stage.ask_carriers("/faults", fault | {"carrier": carrier, "times": times})
        taken = fault.get("taken", True) and fault["kind"] != "answer"
        # It meets the next messages, whenever they come.
        return Event(f"{carrier} {fault['kind']} x{times}", began, time.time() + 20, ambiguous=taken)
