import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from alerts import alarms, pulses
from communities.ids import uuid7, uuid7_at
from config import health
from tests import factories


def test_alive_needs_no_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_every_check_named(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    names = ("database", "durable_settings", "migrations", "spool")
    assert response.json()["checks"] == dict.fromkeys(names, "ok")


@pytest.mark.django_db
def test_not_ready_on_a_database_that_may_forget(client, settings):
    settings.ALLOW_NON_DURABLE_DATABASE = False
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "fsync=off" in response.json()["checks"]["durable_settings"]


@pytest.mark.django_db
def test_not_ready_before_the_last_migration(client, monkeypatch):
    monkeypatch.setattr(health, "migrations_applied", lambda: False)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "not all applied"


def test_not_ready_while_the_database_is_away(client, monkeypatch):
    def away():
        raise DatabaseError

    monkeypatch.setattr(health, "unsafe_settings", away)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "DatabaseError"


def test_the_intake_goes_on_while_the_database_is_away_and_the_spool_can_keep(
    client, monkeypatch, settings, tmp_path
):
    def away():
        raise DatabaseError

    monkeypatch.setattr(health, "unsafe_settings", away)
    settings.SPOOL_ROOT = tmp_path / "spool"
    response = client.get("/readyz?for=intake")
    assert (response.status_code, response.json()["intake"]) == (200, "ok")
    settings.SPOOL_ROOT = tmp_path / "file" / "spool"
    (tmp_path / "file").write_text("no folder")
    response = client.get("/readyz?for=intake")
    assert (response.status_code, response.json()["intake"]) == (503, "closed")


@pytest.mark.django_db
def test_what_somebody_should_look_at_is_said_and_takes_no_traffic_away(client, settings, tmp_path):
    settings.SPOOL_ROOT = tmp_path
    for name, count in (("waiting", 2), ("quarantine", 1)):
        (tmp_path / name).mkdir()
        for number in range(count):
            (tmp_path / name / f"{number:017d}-1-aa").write_bytes(b"torn")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["alarms"] == {
        "duty_numbers": "cannot be read: FileNotFoundError",
        "spool_waiting": "2 requests are not rows yet",
        "spool_quarantine": "1 requests wait for a human",
    }


@pytest.mark.django_db
def test_metrics_tell_the_age_of_the_oldest_due_row(client):
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    for queue in ("notification", "escalation"):
        assert re.search(rf'^suar_oldest_due_seconds{{queue="{queue}"}} 0\.0$', response.text, re.MULTILINE)


def test_metrics_without_the_database_tell_what_is_kept(client, settings, tmp_path, monkeypatch):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr(health, "due", away)
    settings.SPOOL_ROOT = tmp_path
    (tmp_path / "waiting").mkdir()
    (tmp_path / "waiting" / "0").write_bytes(b"kept")
    response = client.get("/metrics")
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, "text/plain")
    assert "suar_database_up 0.0" in response.text
    assert 'suar_spool_files{folder="waiting"} 1.0' in response.text


@pytest.mark.parametrize(
    ("token", "headers", "address", "allowed"),
    [
        ("", {}, "127.0.0.1", True),
        ("", {}, "::1", True),
        ("", {}, "203.0.113.9", False),
        ("", {"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", False),
        ("", {"Forwarded": "for=203.0.113.9"}, "127.0.0.1", False),
        ("s3cret", {}, "127.0.0.1", False),
        ("s3cret", {"Authorization": "Bearer wrong"}, "127.0.0.1", False),
        ("s3cret", {"Authorization": "Bearer s3crét"}, "127.0.0.1", False),
        ("s3cret", {"Authorization": "Bearer s3cret"}, "203.0.113.9", True),
    ],
)
def test_metrics_are_for_the_machine_itself_or_the_token(rf, settings, token, headers, address, allowed):
    settings.METRICS_TOKEN = token
    assert health.may_scrape(rf.get("/metrics", REMOTE_ADDR=address, headers=headers)) is allowed


def test_a_stranger_gets_no_metrics(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403


@pytest.mark.django_db
def test_how_late_the_service_is_is_told_and_decides_nothing(client):
    now = timezone.now()
    incident = factories.Incident()
    factories.Notification(incident=incident, priority=1, created_at=now - timedelta(seconds=90))
    factories.Notification(incident=incident, priority=3, created_at=now - timedelta(seconds=200))
    factories.Notification(incident=incident, status="failed_perm", channel="voice", created_at=now)
    factories.Escalation(incident=incident, due_at=now - timedelta(seconds=40))
    alarms.stand("clock_apart", "host", "the clock of host is wrong")
    pulses.write("dispatcher")
    ready = client.get("/readyz")
    assert ready.status_code == 200
    said = ready.json()
    assert 90 <= said["oldest_due_s"]["notification_p1"] < 120
    assert 200 <= said["oldest_due_s"]["notification"] < 230
    assert said["pulse_age_s"]["dispatcher"] < 20
    text = client.get("/metrics").text
    for line in (
        r'suar_oldest_due_seconds{queue="notification_p1"} (9|1[01])\d\.',
        r"suar_rungs_late 1\.0$",
        r'suar_pulse_age_seconds{kind="dispatcher"} \d',
        r'suar_alarms_open{kind="clock_apart"} 1\.0$',
        r'suar_alarms_open{kind="process_silent"} 0\.0$',
        r'suar_notifications_last_hour{channel="sms",status="pending"} 2\.0$',
        r'suar_notifications_last_hour{channel="voice",status="failed_perm"} 1\.0$',
    ):
        assert re.search(f"^{line}", text, re.MULTILINE), line


def test_ids_are_in_order_of_time():
    now = timezone.now()
    assert uuid7_at(now - timedelta(milliseconds=2)) < uuid7() < uuid7_at(now + timedelta(seconds=60))
