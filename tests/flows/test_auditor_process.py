"""The auditor as a process among processes: it sees who is stopped, is taken over when killed, and ends in time."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from alerts.auditor import heartbeat
from alerts.auditor.process import STANDING_BY, Auditor
from alerts.models import Alarm, AlarmText, Escalation, Notification, Pulse
from tests import factories
from tests.flows.patience import seconds_until

ROOT = Path(__file__).parents[2]
OPERATIONS = "+447700900777"


class Outside(http.server.ThreadingHTTPServer):
    """The watch outside: counts who asks, answers as told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Asked)
        self.pings, self.status, self.location, self.hang_s = [], 200, "", 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/ping/of-suar"


class Asked(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.pings.append(self.path)
        time.sleep(self.server.hang_s)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def outside():
    with Outside() as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def start(sea, outside, settings):
    """Start real processes of manage.py on the tests' database and the fake carrier; end them after the test."""
    running = []
    settings.OPERATIONS_NUMBER = OPERATIONS

    def begin(command, **more):
        database = connection.settings_dict
        environment = os.environ | {
            "DATABASE_URL": f"postgis://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
            f"{database['PORT']}/{database['NAME']}",
            "REDIS_URL": "",
            "ALLOW_NON_DURABLE_DATABASE": "1",
            "TWILIO_ACCOUNT_SID": sea.twilio.account_sid,
            "TWILIO_AUTH_TOKEN": sea.twilio.auth_token,
            "TWILIO_FROM": sea.twilio.number,
            "TWILIO_API_BASE": sea.twilio.origin,
            "OPERATIONS_NUMBER": OPERATIONS,
            "PHONES": "off",
            "DISPATCHER_POLL_S": "0.1",
            "AUDITOR_PERIOD_S": "3",
            "PULSE_S": "1",
            "AUDITOR_EXPECTS": "dispatcher",
            "HEARTBEAT_URL": outside.url,
            "LOG_LEVEL": "warning",
            **more,
        }
        process = subprocess.Popen([sys.executable, "manage.py", command], cwd=ROOT, env=environment)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(10)


def pings_come(outside, within_s):
    before = len(outside.pings)
    return seconds_until(lambda: len(outside.pings) > before, within_s)


def texts_to_operations(sea):
    return [message["body"] for message in list(sea.twilio.messages.values()) if message["to"] == OPERATIONS]


def test_a_stopped_dispatcher_is_seen_texted_and_keeps_the_outside_from_being_told_all_is_well(
    start, sea, outside
):
    dispatcher = start("run_dispatcher")
    seconds_until(
        lambda: Pulse.objects.filter(kind="dispatcher"), 150
    )  # the search of ways is compiled first
    start("run_auditor")
    pings_come(outside, 60)
    assert set(outside.pings) == {"/ping/of-suar"}
    dispatcher.send_signal(signal.SIGSTOP)
    # 2.5 pulses of 1 s, and a round of 3 s: in service 12.5 s and 15 s.
    assert seconds_until(lambda: Alarm.objects.filter(kind="process_silent", cleared_at=None), 30) < 15
    seconds_until(lambda: texts_to_operations(sea), 20)  # though the dispatcher sends nothing
    assert "gives no sign of life" in texts_to_operations(sea)[0]
    told = len(outside.pings)
    time.sleep(6)
    assert len(outside.pings) == told
    assert len(texts_to_operations(sea)) == 1
    dispatcher.send_signal(signal.SIGCONT)
    seconds_until(lambda: not Alarm.objects.filter(cleared_at=None), 40)
    pings_come(outside, 40)
    assert AlarmText.objects.get().error == ""


def test_a_ladder_whose_row_was_removed_runs_again(start, sea, outside, patrol):
    start("run_auditor", AUDITOR_EXPECTS="auditor")
    pings_come(outside, 60)
    status = sea.twilio.text(
        f"{sea.origin}/webhooks/twilio/sms/", "+447700900201", "TOLONG bot karam 4 12.0N 100 27.0E"
    )
    assert status[0] == 200
    Escalation.objects.all().delete()
    # After the dispatchers' own time for it.
    seconds_until(lambda: Escalation.objects.filter(state="wanted", purpose="unit"), 30)


def test_one_works_another_stands_by_and_takes_over_from_a_killed_and_from_a_stopped_one(start, outside):
    first = start("run_auditor", AUDITOR_EXPECTS="auditor")
    pings_come(outside, 60)
    second = start("run_auditor", AUDITOR_EXPECTS="auditor")
    seconds_until(lambda: Pulse.objects.filter(pid=second.pid, doing="standing by"), 90)
    first.kill()
    seconds_until(lambda: Pulse.objects.filter(pid=second.pid, doing__startswith="looked"), 45)
    third = start("run_auditor", AUDITOR_EXPECTS="auditor")
    seconds_until(lambda: Pulse.objects.filter(pid=third.pid, doing="standing by"), 90)
    second.send_signal(signal.SIGSTOP)  # PostgreSQL ends its idle session
    seconds_until(lambda: Pulse.objects.filter(pid=third.pid, doing__startswith="looked"), 60)
    second.send_signal(signal.SIGCONT)
    seconds_until(lambda: Pulse.objects.filter(pid=second.pid, doing="standing by"), 45)
    third.send_signal(signal.SIGTERM)
    assert third.wait(15) == 0
    seconds_until(lambda: Pulse.objects.filter(pid=second.pid, doing__startswith="looked"), 45)
    assert Pulse.objects.get(pid=third.pid).ended_at


def test_a_locked_table_holds_up_no_round_and_no_ping_leaves(start, outside, sea):
    start("run_auditor", AUDITOR_EXPECTS="auditor")
    pings_come(outside, 60)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE alerts_notification IN ACCESS EXCLUSIVE MODE")
        try:
            with watching() as other:
                seconds_until(
                    lambda: asked(other, "SELECT count(*) FROM alerts_alarm WHERE kind = 'round_failed'"), 20
                )
            told = len(outside.pings)
            time.sleep(6)
            assert len(outside.pings) == told
        finally:
            cursor.execute("ROLLBACK")
    seconds_until(lambda: not Alarm.objects.filter(cleared_at=None), 40)
    pings_come(outside, 40)


def watching():
    database = connection.settings_dict
    return psycopg.connect(
        dbname=database["NAME"], user=database["USER"], password=database["PASSWORD"], host=database["HOST"],
        port=database["PORT"], autocommit=True,
    )  # fmt: skip


def asked(session, query):
    return session.execute(query).fetchone()[0]


# --- In this process: the database gone, the outside not answering ---


@pytest.fixture
def auditor(transactional_db, settings, outside, fake_twilio):
    settings.AUDITOR_PERIOD_S, settings.PULSE_S = 1, 0.1
    settings.AUDITOR_EXPECTS, settings.HEARTBEAT_URL = [], outside.url
    settings.OPERATIONS_NUMBER = OPERATIONS
    auditor = Auditor()
    yield auditor
    seconds_until(lambda: auditor.rounds.do(auditor._leave, wait_s=5) is None, 10)
    auditor.rounds.pool.shutdown()
    auditor.texts.pool.shutdown()


def test_a_round_that_hangs_in_the_network_is_waited_for_no_longer_and_told_past_the_database(
    auditor, outside, fake_twilio, monkeypatch
):
    assert auditor.turn().clean
    assert len(outside.pings) == 1
    released = threading.Event()
    monkeypatch.setattr("alerts.auditor.process.rounds.go", lambda seen: released.wait(60))
    monkeypatch.setattr("alerts.auditor.process.SPARE_S", 0.1)
    started = time.monotonic()
    for _ in range(5):
        assert auditor.turn() is None
    assert time.monotonic() - started < 5
    seconds_until(lambda: fake_twilio.messages, 5)
    (text,) = [message["body"] for message in fake_twilio.messages.values()]
    assert text == "SUAR ALARM: the database has not answered for 2 s"
    for _ in range(8):
        auditor.turn()
    assert auditor.stuck
    assert auditor.stopping.is_set()
    assert len(outside.pings) == 1
    released.set()


def test_a_database_that_refuses_is_told_past_it_by_whoever_was_at_work(auditor, fake_twilio, monkeypatch):
    def refused(seen):
        raise psycopg.OperationalError

    monkeypatch.setattr("alerts.auditor.process.rounds.go", refused)
    auditor.others_work = True
    monkeypatch.setattr(auditor.watch, "hold", refused_hold)
    for _ in range(3):
        assert auditor.turn() is None
    assert not fake_twilio.messages
    auditor.others_work = False
    for _ in range(3):
        auditor.turn()
    seconds_until(lambda: fake_twilio.messages, 5)
    assert not auditor.stuck


def refused_hold():
    raise psycopg.OperationalError


def test_only_one_of_two_holds_the_watch(auditor):
    other = Auditor()
    assert auditor.turn().clean
    assert other.rounds.do(other._round, wait_s=5) is STANDING_BY
    auditor.rounds.do(auditor.watch.let_go, wait_s=5)
    seconds_until(other.turn, 10)  # the server ends a session in its own time
    other.rounds.do(other._leave, wait_s=5)
    other.rounds.pool.shutdown()


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ({}, ""),
        ({"status": 204}, ""),
        ({"status": 404}, "HTTP status 404"),
        ({"status": 302, "location": "http://127.0.0.1:1/elsewhere"}, "HTTP status 302"),
        ({"hang_s": 2.0}, "timeout"),
    ],
)
def test_what_the_outside_may_answer(outside, settings, monkeypatch, fault, wrong):
    monkeypatch.setattr(heartbeat, "TOTAL_S", 0.5)
    settings.HEARTBEAT_URL = outside.url
    for name, value in fault.items():
        setattr(outside, name, value)
    assert heartbeat.ping() == wrong
    assert len(outside.pings) == 1


def test_nobody_outside(settings):
    settings.HEARTBEAT_URL = "http://127.0.0.1:1/"
    assert heartbeat.ping() == "connection"


def test_a_watch_that_refuses_is_an_alarm_that_stops_no_heartbeat(auditor, outside):
    outside.status = 500
    auditor.turn()
    assert Alarm.objects.get().kind == "heartbeat_refused"
    outside.status = 200
    assert auditor.turn().clean
    assert len(outside.pings) == 2
    assert Alarm.objects.get().cleared_at


def test_no_ping_leaves_while_something_is_wrong_or_was_just_mended(auditor, outside):
    report = factories.Report(incident__priority=3)
    note = factories.Notification(incident=report.incident, status="leased", leased_by="gone", priority=3)
    Notification.objects.update(leased_until=note.created_at - timedelta(seconds=60))
    assert [finding.kind for finding in auditor.turn().mended] == ["lease_over"]
    assert outside.pings == []
    Notification.objects.update(status="accepted")
    auditor.turn()
    assert len(outside.pings) == 1
