"""The carriers as a process of their own: what is journalled outlives any kill."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import requests
from twilio.request_validator import RequestValidator

from tests.carriers.journal import Journal, read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def receiver():
    """Where webhooks arrive: answers 204 to what the carrier signed, 403 to all else."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
            signed = RequestValidator("token-of-the-fake-carrier").validate(
                origin + self.path, fields, self.headers.get("X-Twilio-Signature", "")
            )
            heard.append((self.path, fields, signed))
            self.send_response(200 if signed else 403)
            self.end_headers()
            self.wfile.write(b"<Response/>" if signed else b"")

        def log_message(self, *args: object) -> None:
            pass

    heard: list[tuple[str, dict, bool]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield origin, heard
    server.shutdown()
    server.server_close()


class Process:
    def __init__(self, journal: Path, script: Path | None = None, **more: object) -> None:
        options = [f"--{name}={value}" for name, value in more.items()] + (
            [f"--script={script}"] if script else []
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.carriers", f"--journal={journal}", *options],
            cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.where = json.loads(self.process.stdout.readline())

    def text(self, **more: str) -> requests.Response:
        where = self.where
        asked = {
            "To": "+60123456789",
            "From": where["number"],
            "Body": "P1 M4XK2 SINKING. Reply 1 M4XK2=GOING",
        } | more
        return requests.post(
            f"{where['twilio']}/2010-04-01/Accounts/{where['account_sid']}/Messages.json",
            data=asked, auth=(where["account_sid"], where["auth_token"]), timeout=10,
        )  # fmt: skip

    def control(self, path: str, asked: dict | None = None) -> requests.Response:
        url = self.where["control"] + path
        return requests.get(url, timeout=10) if asked is None else requests.post(url, json=asked, timeout=10)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


@pytest.fixture
def begin(tmp_path):
    begun: list[Process] = []

    def begin(**more: object) -> Process:
        begun.append(Process(tmp_path / "journal", **more))
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.wait(10)
        one.process.stdout.close()


def test_what_was_taken_is_in_the_journal_before_the_answer_and_known_after_a_kill(begin, tmp_path):
    first = begin()
    sids = [first.text(Body=f"text {number}").json()["sid"] for number in range(20)]
    first.kill()
    assert [line["resource"]["sid"] for line in read(tmp_path / "journal") if line["kind"] == "taken"] == sids
    second = begin()
    assert second.control("/counters").json()["messages"] == 20
    listed = requests.get(
        f"{second.where['twilio']}/2010-04-01/Accounts/{second.where['account_sid']}/Messages.json",
        auth=(second.where["account_sid"], second.where["auth_token"]), timeout=10,
    )  # fmt: skip
    assert [one["sid"] for one in listed.json()["messages"]] == sids[::-1]
    assert second.end() == 0
    kinds = [line["kind"] for line in read(tmp_path / "journal")]
    assert kinds.count("begun") == 2
    assert kinds[-1] == "ended"


def test_people_receipts_and_forgeries_come_as_the_script_says(begin, tmp_path, receiver):
    origin, heard = receiver
    script = tmp_path / "script.json"
    script.write_text(json.dumps({
        "people": {"+60123456789": {"texts": ["acknowledge", "decline"]}},
        "plan": {"doubled": 1.0, "reordered": 0.5, "forged": 1.0, "late_s": [0.0, 0.02]},
    }))  # fmt: skip
    carriers = begin(script=script, seed=3)
    url = (
        f"{origin}/webhooks/twilio/status/?notification=00000000-0000-7000-8000-000000000000&token={'0' * 32}"
    )
    for number in range(2):
        carriers.text(StatusCallback=url, Body=f"P1 M4XK2 {number}")
    until = time.monotonic() + 20
    while len(heard) < 16 and time.monotonic() < until:
        time.sleep(0.05)
    assert sorted(fields["Body"] for path, fields, signed in heard if signed and "sms" in path) == [
        "1 M4XK2",
        "2 M4XK2",
    ]
    said = [
        fields["MessageStatus"]
        for path, fields, signed in heard
        if signed and path == url.removeprefix(origin)
    ]
    assert sorted(said) == sorted(["queued", "sent", "delivered"] * 4)
    counters = carriers.control("/counters").json()
    assert counters["forged"] == 2
    acts = [line["what"] for line in read(tmp_path / "journal") if line["kind"] == "act"]
    assert sorted(act for act in acts if act in ("acknowledge", "decline")) == ["acknowledge", "decline"]
    assert len([line for line in read(tmp_path / "journal") if line["kind"] == "forgery"]) == 2


def test_faults_are_set_and_taken_away_from_outside(begin):
    carriers = begin()
    assert carriers.control("/faults", {"kind": "answer", "status": 503, "times": 0}).status_code == 200
    assert [carriers.text().status_code for _ in range(3)] == [503] * 3
    carriers.control("/faults", {"carrier": "nobody", "kind": "hang"})
    assert carriers.control("/calm", {}).json()["faults_waiting"] == 0
    assert carriers.text().status_code == 201
    carriers.control("/refuse", {"+60123456789": 21610})
    assert carriers.text().json()["code"] == 21610
    for path, asked in (
        ("/faults", {"kind": "hang", "colour": 1}),
        ("/nothing", {}),
        ("/people", {"+60": 5}),
    ):
        assert carriers.control(path, asked).status_code == 400
    carriers.control("/stop", {})
    assert carriers.process.wait(10) == 0


def test_a_line_torn_by_a_kill_spoils_no_other(tmp_path):
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.write("one", text="ñ\n")
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"n": 2, "kind": "to')
    journal = Journal(path)
    journal.write("three")
    assert [line["kind"] for line in read(path)] == ["one", "three"]
    assert path.stat().st_mode & 0o777 == 0o600
