"""The whole service on this machine: servers with durable settings, the Procfile's processes, both carriers.

What dies is started again as in service: processes by the supervisor's own `Kept`, PostgreSQL and Redis by a
look every second. One thing differs: a process that was killed is always started again after half a second, as
one that had long been at work is; here each is killed again and again.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psycopg
import redis
from honcho.environ import parse_procfile

from config.keep import Kept
from config.localservices import ROOT, Failed, Postgres, Services, free_port, wait_until

READY_TIMEOUT_S = 180
SERVERS_LOOKED_AT_EVERY_S = 1.0
DISPATCHERS = 2


class Stage:
    """Enter it to start servers, database and carriers; `start` starts the processes. All is under `folder`."""

    def __init__(self, seed: int, people: dict[str, dict], plan: dict) -> None:
        self.seed = seed
        self.folder = ROOT / "var" / f"faults-{os.getpid()}"
        self.services = Services(self.folder)
        self.port = free_port()
        self.script = {"people": people, "plan": plan}
        self.environment: dict[str, str] = {}
        self.carriers: subprocess.Popen | None = None
        self.kept: dict[str, Kept] = {}
        self.pids: dict[str, int] = {}
        self.starts: dict[str, int] = {}
        self.ending = threading.Event()
        self.printing = threading.Lock()

    # --- Beginning and end ---

    def __enter__(self) -> "Stage":
        self.folder.mkdir(parents=True)
        (self.folder / "points").mkdir()
        self.log = (self.folder / "log").open("w")
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        for name in ("DATABASE_URL", "REDIS_URL"):  # nobody's own data is hurt
            os.environ.pop(name, None)
        values = self.services.start()
        begun = self._start_carriers()
        credentials = self.folder / "service-account.json"
        credentials.write_text(json.dumps(begun["service_account"]))
        self.control = begun["control"]
        self.auth_token, self.account_sid, self.number = (
            begun["auth_token"],
            begun["account_sid"],
            begun["number"],
        )
        self.environment = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
        } | {
            **values,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SUAR_FAULTS": str(self.folder / "points"),
            "SUAR_ENV_FILES": "",
            "DEBUG": "0",
            "PORT": str(self.port),
            "PUBLIC_ORIGIN": self.origin,
            "TWILIO_ACCOUNT_SID": begun["account_sid"],
            "TWILIO_AUTH_TOKEN": begun["auth_token"],
            "TWILIO_FROM": begun["number"],
            "TWILIO_API_BASE": begun["twilio"],
            "FIREBASE_CREDENTIALS": str(credentials),
            "FCM_BASE": begun["fcm"],
            "PHONES": "off",
            "HASHED_STATIC": "0",
            "MEDIA_ROOT": str(self.folder / "media"),
            "SPOOL_ROOT": str(self.folder / "spool"),
            "OPERATIONS_NUMBER": "+447700900199",
            "LOG_LEVEL": "warning",
        }
        self._prepare()

    def _start_carriers(self) -> dict:
        script = self.folder / "script.json"
        script.write_text(json.dumps(self.script))
        self.carriers = subprocess.Popen(
            [sys.executable, "-m", "tests.carriers", "--journal", str(self.journal), "--script", str(script),
             "--seed", str(self.seed)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=self.log,
        )  # fmt: skip
        return json.loads(self.carriers.stdout.readline())

    def _prepare(self) -> None:
        """Migrate, and set up Django here too, for the cast and the rows."""
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=self.environment
        )
        if done.returncode:
            raise Failed("the database could not be prepared")
        before = dict(os.environ)
        os.environ |= self.environment
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        try:
            import django

            django.setup()
        finally:  # what is set in the environment is never started again by Services
            os.environ.clear()
            os.environ |= before

    def start(self) -> None:
        """Start the Procfile's processes, two dispatchers, and wait until the service is ready."""
        for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
            copies = DISPATCHERS if name == "dispatcher" else 0 if name == "ais" else 1
            for number in range(1, copies + 1):
                copy = f"{name}{number}" if copies > 1 else name
                self.kept[copy] = Kept(
                    copy, command, self.environment, ROOT,
                    write=self.note, say=self._heard, cannot_start=self._heard,
                )  # fmt: skip
                self.kept[copy].start()
        threading.Thread(target=self._watch_servers, daemon=True).start()
        if not wait_until(lambda: self.ready() and self._hears(), READY_TIMEOUT_S, 0.2):
            raise Failed(f"the service did not become ready; see {self.folder / 'log'}")

    def __exit__(self, *exc: object) -> None:
        self.ending.set()
        for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
            for name, kept in self.kept.items():
                if number == signal.SIGCONT:
                    self.signal(name, number)
                else:
                    kept.end(number)
            if number == signal.SIGTERM:
                end = time.monotonic() + 15
                if all(kept.ended(end - time.monotonic()) for kept in self.kept.values()):
                    break
        if self.carriers is not None and self.carriers.poll() is None:
            self.carriers.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.carriers.wait(20)
            self.carriers.kill()
        with contextlib.suppress(Failed):
            self.services.clean()
        self.log.close()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- What it is made of ---

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def journal(self) -> Path:
        return self.folder / "carriers.jsonl"

    @property
    def points(self) -> Path:
        return self.folder / "points"

    @property
    def postgres(self) -> Postgres:
        return self.services.load()[0]

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=5) as response:
                return response.status == 200
        except (OSError, ValueError):
            return False

    def _hears(self) -> bool:
        """Whether both dispatchers have looked at the queue."""
        query = "SELECT count(*) FROM alerts_pulse WHERE kind = 'dispatcher'"
        with self.connect() as connection:
            return connection.execute(query).fetchone()[0] >= DISPATCHERS

    def connect(self, **options: object) -> psycopg.Connection:
        """A connection of one's own to the service's database. Raises psycopg.OperationalError."""
        url = self.environment["DATABASE_URL"].replace("postgis:", "postgresql:")
        return psycopg.connect(url, autocommit=True, connect_timeout=3, **options)

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.environment["REDIS_URL"], socket_timeout=3, socket_connect_timeout=3)

    def ask_carriers(self, path: str, asked: dict) -> dict:
        """POST to the carriers' control; return their counters."""
        request = urllib.request.Request(self.control + path, json.dumps(asked).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def signal(self, name: str, number: int) -> bool:
        """Send a signal to a process and all that it started; False where it does not run."""
        try:
            os.killpg(self.pids[name], number)
        except (KeyError, ProcessLookupError):
            return False
        return True

    # --- Keeping it alive ---

    def note(self, name: str, line: str) -> None:
        with self.printing, contextlib.suppress(ValueError):
            self.log.write(f"{time.time():.2f} {name}: {line.rstrip()}\n")
            self.log.flush()

    def _heard(self, text: str) -> None:
        self.note("system", text)
        if started := re.fullmatch(r"(\S+) started \(pid (\d+)\)", text):
            name = started[1]
            self.pids[name] = int(started[2])
            self.starts[name] = self.starts.get(name, 0) + 1
        elif (ended := re.match(r"(\S+) ended by signal", text)) and ended[1] in self.kept:
            self.kept[ended[1]].failures = 0

    def _watch_servers(self) -> None:
        while not self.ending.wait(SERVERS_LOOKED_AT_EVERY_S):
            try:
                if gone := self.services.missing():
                    self.note("system", f"{gone} gone")
                    values = self.services.start()
                    if values["DATABASE_URL"] != self.environment["DATABASE_URL"]:
                        raise Failed("PostgreSQL moved to another port")
            except (Failed, OSError, subprocess.SubprocessError) as exc:
                self.note("system", f"servers: {exc}")
