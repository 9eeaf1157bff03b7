"""A database that can be killed: a cluster, web and spool processes of their own, and the fake carrier."""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from cryptography.fernet import Fernet

from config.localservices import ROOT, Postgres, Services, free_port, wait_until
from tests.carriers.twilio import FakeTwilio

ORIGIN = "http://127.0.0.1"
MRCC, STATION = "+60377770001", "+60377770002"
STATIONS = f"""
from django.contrib.gis.geos import Point
from alerts.models import Station, PatrolUnit
from communities.models import Agency
agency = Agency.objects.create(name="X", country="MY")
centre = Station.objects.create(code="MRCC-X", name="Centre", kind="mrcc", agency=agency,
    position=Point(101.4, 3.0), duty_phone="{MRCC}")
base = Station.objects.create(code="BASE-X", name="Base", agency=agency, parent=centre,
    position=Point(100.6, 4.2), duty_phone="{STATION}")
Station.objects.create(code="FAR-X", name="Far", agency=agency, position=Point(118.0, 5.8),
    duty_phone="+60377770003")
PatrolUnit.objects.create(call_sign="X-01", station=base, phone="+60377770011",
    speed_kn=25, capabilities=["sar_surface"])
"""


class Outage:
    """`kill_database` and `start_database` as often as one likes; `web` and `spooler` are real processes."""

    def __init__(self, folder: Path, twilio: FakeTwilio) -> None:
        self.services = Services(folder)  # durable: a row that was committed is there after the kill
        self.twilio = twilio
        self.spool = folder / "spool"
        self.processes: dict[str, subprocess.Popen] = {}
        self.web_port = free_port()
        self.log = folder / "log"

    def start(self) -> None:
        hidden = {name: os.environ.pop(name) for name in ("DATABASE_URL",) if name in os.environ}
        self.services.given = lambda: {"REDIS_URL": "none"}
        self.values = self.services.start()
        os.environ.update(hidden)
        self.environment = os.environ | {
            "DATABASE_URL": self.values["DATABASE_URL"],
            "REDIS_URL": "",
            "ALLOW_NON_DURABLE_DATABASE": "1",
            "SPOOL_ROOT": str(self.spool),
            "IDENTITY_KEYS": Fernet.generate_key().decode(),
            "PUBLIC_ORIGIN": ORIGIN,
            "TWILIO_ACCOUNT_SID": self.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_FROM": self.twilio.number,
            "TWILIO_API_BASE": self.twilio.origin,
            "PHONES": "off",
            "LOG_LEVEL": "warning",
            "CARRIER_TOTAL_TIMEOUT_S": "3",
        }
        self.manage("migrate", "-v0")
        self.manage("shell", "-v0", "-c", STATIONS)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.services.clean()

    @property
    def postgres(self) -> Postgres:
        return self.services.load()[0]

    def manage(self, *words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment | more, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    # The database

    def kill_database(self) -> None:
        """SIGKILL to the postmaster and all that it started."""
        pid = self.postgres.pid()
        os.kill(pid, signal.SIGSTOP)  # nothing is started any more
        children = children_of(pid)
        for one in [pid, *children]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        assert wait_until(lambda: not self.postgres.running(), 10)

    def start_database(self) -> None:
        postgres = self.postgres
        assert wait_until(lambda: _starts(postgres), 30, 0.2)

    def sql(self, statement: str) -> str:
        return self.postgres.sql("suar", statement)

    # Processes

    def start_process(self, name: str, *command: str, **more: str) -> subprocess.Popen:
        with self.log.open("a") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT, env=self.environment | more, stderr=log, stdout=log, start_new_session=True,
            )  # fmt: skip
        return self.processes[name]

    def web(self, *, wait: bool = True) -> None:
        command = next(
            line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:")
        )
        words = command.split(".venv/bin/")[1].replace("$PORT", str(self.web_port)).split()
        self.start_process("web", "-m", *words)
        assert not wait or wait_until(self.answers, 60, 0.1), self.log.read_text()[-3000:]

    def spooler(self) -> None:
        self.start_process("spooler", "manage.py", "run_spool")

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(20)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.get("/healthz")[0] == 200
        return False

    # Calls

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.web_port}{path}"

    def get(self, path: str) -> tuple[int, dict]:
        return _answer(urllib.request.Request(self.url(path)))

    def report(self, **words) -> tuple[int, dict]:
        body = json.dumps(words).encode()
        return _answer(
            urllib.request.Request(self.url("/api/v1/reports/"), body, {"Content-Type": "application/json"})
        )

    def text(self, sender: str, body: str, *, sid: str = "", signature: str | None = None) -> tuple[int, str]:
        """A text as the carrier brings it, signed over the public origin; returns status and what is said."""
        from urllib.parse import urlencode

        from alerts.signatures import sign

        fields = {
            "MessageSid": sid or f"SM{secrets.token_hex(16)}",
            "From": sender,
            "Body": body,
            "NumMedia": "0",
        }
        signed = sign(f"{ORIGIN}/webhooks/twilio/sms/", fields, token=self.twilio.auth_token)
        request = urllib.request.Request(
            self.url("/webhooks/twilio/sms/"),
            urlencode(fields).encode(),
            {"X-Twilio-Signature": signed if signature is None else signature},
        )
        status, said = _answer(request, as_json=False)
        found = re.search(r"<Message>(.*)</Message>", said)
        return status, found[1] if found else ""

    def texted(self, number: str) -> list[str]:
        return [message["body"] for message in list(self.twilio.messages.values()) if message["to"] == number]

    def settled(self) -> list[str]:
        """What the spool process has written down as texted; killed before that, it texts once more."""
        journal = self.spool / "texted.jsonl"
        return journal.read_text().splitlines() if journal.exists() else []

    def rows(self) -> int:
        return int(self.sql("SELECT count(*) FROM reports_report"))

    def kept(self) -> list[Path]:
        return sorted(path for path in (self.spool / "waiting").glob("[0-9]*"))


def _answer(request, *, as_json: bool = True):
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, body = answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        status, body = answer.code, answer.read().decode()
    return status, json.loads(body) if as_json else body


def children_of(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def _starts(postgres: Postgres) -> bool:
    from config.localservices import Failed

    try:
        postgres.start()
        with socket.create_connection(("127.0.0.1", postgres.port), 2):
            return True
    except (Failed, OSError):
        return False
