"""What the dispatcher process survives: a dead Redis, a killed copy, many copies at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection, connections

from alerts import wakeup
from alerts.dispatcher import Dispatcher
from alerts.models import Notification, PatrolUnit
from reports.models import Incident
from tests.flows.patience import seconds_until

ROOT = Path(__file__).parents[2]
SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"
REDIS_URL = os.environ.get("REDIS_URL", "")  # the tests' own


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    """A bell that nobody rang yet."""
    monkeypatch.setattr(wakeup, "_client", None)
    monkeypatch.setattr(wakeup, "_silent_until", 0.0)


class Running:
    """A dispatcher at work in a thread."""

    def __enter__(self) -> Dispatcher:
        self.dispatcher = Dispatcher()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self.dispatcher

    def _run(self) -> None:
        try:
            self.dispatcher.run()
        finally:
            connections.close_all()

    def __exit__(self, *exc) -> None:
        self.dispatcher.stop()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()


def text(sea, number: str, body: str) -> None:
    assert sea.twilio.text(f"{sea.origin}/webhooks/twilio/sms/", number, body)[0] == 200


def heard(sea, number: str) -> list[str]:
    return [message["body"] for message in list(sea.twilio.messages.values()) if message["to"] == number]


def test_the_bell_wakes_the_dispatcher_at_once(sea, patrol, settings):
    settings.REDIS_URL, settings.DISPATCHER_POLL_S = REDIS_URL, 60
    with Running():
        client = redis.Redis.from_url(REDIS_URL)
        seconds_until(lambda: client.pubsub_numsub(wakeup.CHANNEL)[0][1] >= 1, 5)
        time.sleep(0.5)  # the look after subscribing is over: from here on only the bell wakes it
        text(sea, "+447700900201", SINKING)
        assert seconds_until(lambda: heard(sea, patrol.phone), 10) < 1.0


def test_without_redis_polling_finds_every_row(sea, patrol, settings):
    settings.REDIS_URL, settings.DISPATCHER_POLL_S = "redis://127.0.0.1:1/0", 0.5
    with Running():
        started = time.monotonic()
        text(sea, "+447700900201", SINKING)
        assert time.monotonic() - started < 2.5  # nobody waits for a dead Redis
        assert seconds_until(lambda: heard(sea, patrol.phone), 10) < 2.0
        assert wakeup._silent_until > time.monotonic()


def test_a_redis_that_never_answers_holds_no_fisher_up(sea, patrol, settings):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        text(sea, "+447700900201", SINKING)
        first_s = time.monotonic() - started
        started = time.monotonic()
        text(sea, "+447700900202", SINKING)
    assert first_s < 6
    assert time.monotonic() - started < 1.5


def test_what_came_in_while_no_dispatcher_ran_is_sent_when_one_starts(sea, patrol):
    for n in range(3):
        text(sea, f"+44770090021{n}", f"tolong bot karam 4 {n}0.0N 100 27.0E")
    assert heard(sea, patrol.phone) == []
    sea.settles()
    references = set(Incident.objects.values_list("reference", flat=True))
    assert {body.split()[1] for body in heard(sea, patrol.phone)} == references


def test_three_dispatchers_say_everything_once(sea, patrol, second_patrol, settings):
    settings.DISPATCHER_POLL_S = 0.05
    with Running(), Running(), Running():
        for n in range(10):
            text(sea, f"+4477009002{n:02}", f"tolong bot karam 4 {n:02}.0N 100 27.0E")
        seconds_until(lambda: len(heard(sea, patrol.phone)) >= 10, 20)
        seconds_until(lambda: not Notification.objects.filter(status__in=["pending", "leased"]).exists(), 10)
    assert len(heard(sea, patrol.phone)) == len(set(heard(sea, patrol.phone))) == 10


def process(sea, **more: str) -> subprocess.Popen:
    """A real `manage.py run_dispatcher` on the tests' database and the fake carrier."""
    database = connection.settings_dict
    url = (
        f"postgis://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "ALLOW_NON_DURABLE_DATABASE": "1",
        "TWILIO_ACCOUNT_SID": sea.twilio.account_sid,
        "TWILIO_AUTH_TOKEN": sea.twilio.auth_token,
        "TWILIO_FROM": sea.twilio.number,
        "TWILIO_API_BASE": sea.twilio.origin,
        "PHONES": "off",
        "DISPATCHER_POLL_S": "0.1",
        "DISPATCHER_LEASE_S": "3",
        "CARRIER_TOTAL_TIMEOUT_S": "60",
        "LOG_LEVEL": "warning",
        **more,
    }
    return subprocess.Popen([sys.executable, "manage.py", "run_dispatcher"], cwd=ROOT, env=environment)


def test_a_worker_killed_between_lease_and_send_loses_nothing(sea, patrol):
    PatrolUnit.objects.update(capabilities=["sar_surface"])  # so that the alert is the only text to send
    sea.twilio.fail("hang", taken=False)
    text(sea, "+447700900201", SINKING)
    first = process(sea)
    try:
        seconds_until(lambda: any(method == "POST" for method, *_ in sea.twilio.requests), 40)
        note = Notification.objects.get(purpose="alert", channel="sms")
        assert (note.status, note.attempt) == ("leased", 1)
        first.send_signal(signal.SIGKILL)
        assert first.wait(10) == -signal.SIGKILL
    finally:
        first.kill()
    assert heard(sea, patrol.phone) == []
    second = process(sea)
    try:
        seconds_until(lambda: heard(sea, patrol.phone), 40)
        seconds_until(lambda: Notification.objects.get(pk=note.pk).status == "accepted", 10)
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0
    finally:
        second.kill()
    note.refresh_from_db()
    assert note.attempt == 2
    assert note.accepted_at > note.created_at
    assert len(heard(sea, patrol.phone)) == 1


def test_a_carrier_that_hangs_on_one_text_does_not_hold_up_another(sea, patrol, second_patrol, settings):
    settings.CARRIER_TOTAL_TIMEOUT_S, settings.DISPATCHER_POLL_S = 20, 0.05
    sea.twilio.fail("hang", taken=False)
    text(sea, "+447700900201", SINKING)
    dispatcher = Running()
    with dispatcher:
        seconds_until(lambda: len(sea.twilio.requests) >= 1, 10)
        text(sea, "+447700900202", "tolong bot karam 5 25.0N 100 10.0E")
        assert seconds_until(lambda: heard(sea, second_patrol.phone), 10) < 3
        sea.twilio._stopping.set()


def test_the_lease_is_shorter_than_an_alert_may_wait(db):
    """A killed worker's alert leaves within a minute."""
    assert django_settings.DISPATCHER_LEASE_S > django_settings.CARRIER_TOTAL_TIMEOUT_S
    assert django_settings.DISPATCHER_LEASE_S <= 60
