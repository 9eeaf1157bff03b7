"""Alarms and signs of life at the desk: seen by those who act, edited by nobody, taken by name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import alarms, pulses
from alerts.models import Alarm, Pulse
from tests import factories

pytestmark = pytest.mark.django_db
ALARMS = "/admin/alerts/alarm/"
PAGES = (ALARMS, "/admin/alerts/pulse/", "/admin/alerts/alarmtext/")


@pytest.fixture
def alarm():
    alarms.stand("process_silent", "dispatcher:a:1", "<b>dispatcher a:1</b> gives no sign of life")
    return Alarm.objects.get()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [("dispatcher", 200), ("supervisor", 200), ("admin", 200), ("liaison", 403), ("crew", 302)],
)
def test_who_may_see_them(client, request, alarm, page, role, status):
    pulses.write("dispatcher")
    client.force_login(request.getfixturevalue(role))
    assert client.get(page).status_code == status


def test_nobody_edits_one(client, admin, alarm):
    client.force_login(admin)
    page = f"{ALARMS}{alarm.pk}/change/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"text": "all is well"}).status_code == 403
    assert client.get(f"{ALARMS}add/").status_code == 403
    assert client.post(f"{ALARMS}{alarm.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_empty_list_says_what_would_be_there(client, dispatcher):
    client.force_login(dispatcher)
    assert "No alarm stands." in client.get(ALARMS).content.decode()


def test_what_stands_is_shown_and_what_is_over_only_when_asked_for(client, dispatcher, alarm):
    client.force_login(dispatcher)
    shown = client.get(ALARMS).content.decode()
    assert "a process gives no sign of life" in shown
    assert "&lt;b&gt;dispatcher a:1" in shown
    assert "nobody" in shown
    alarms.clear("process_silent", "dispatcher:a:1")
    assert "a:1" not in client.get(ALARMS).content.decode()
    assert "a:1" in client.get(f"{ALARMS}?standing=over").content.decode()
    assert "over since" in client.get(f"{ALARMS}?standing=all").content.decode()


def test_an_officer_takes_one_by_name(client, dispatcher, alarm):
    client.force_login(dispatcher)
    assert "I have it" in client.get(f"{ALARMS}{alarm.pk}/change/").content.decode()
    answer = client.post(f"{ALARMS}{alarm.pk}/take/", {"quiet_for": "60"}, follow=True)
    assert "You have it." in answer.content.decode()
    assert str(dispatcher) in answer.content.decode()
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == dispatcher
    assert timedelta(minutes=59) < alarm.quiet_until - timezone.now() <= timedelta(minutes=60)
    assert "taken, quiet for 60 min" in client.get(f"{ALARMS}{alarm.pk}/history/").content.decode()


@pytest.mark.parametrize(
    ("role", "method", "body", "status"),
    [
        ("liaison", "post", {"quiet_for": "60"}, 403),
        ("crew", "post", {"quiet_for": "60"}, 302),
        ("dispatcher", "get", {}, 403),
        ("dispatcher", "post", {}, 404),
        ("dispatcher", "post", {"quiet_for": "100000"}, 404),
        ("dispatcher", "post", {"quiet_for": "\x00"}, 404),
    ],
)
def test_what_takes_nothing(client, request, alarm, role, method, body, status):
    client.force_login(request.getfixturevalue(role))
    assert getattr(client, method)(f"{ALARMS}{alarm.pk}/take/", body).status_code == status
    alarm.refresh_from_db()
    assert alarm.acknowledged_by is None


def test_one_that_is_over_cannot_be_taken(client, dispatcher, alarm):
    alarms.clear("process_silent", "dispatcher:a:1")
    client.force_login(dispatcher)
    answer = client.post(f"{ALARMS}{alarm.pk}/take/", {"quiet_for": "60"}, follow=True)
    assert "This alarm is over." in answer.content.decode()


def test_a_silent_process_stands_out(client, dispatcher):
    pulses.write("dispatcher", "sending")
    pulses.write("ais", name="ais:b:2")
    Pulse.objects.filter(kind="ais").update(at=timezone.now() - timedelta(seconds=70))
    client.force_login(dispatcher)
    shown = client.get("/admin/alerts/pulse/").content.decode()
    assert "silent for 7" in shown
    assert "sending" in shown


def test_an_alarm_leads_to_its_incident(client, dispatcher):
    incident = factories.Incident()
    alarms.stand("nobody_has_it", f"incident:{incident.pk}", "P1: nobody has it", incident=incident)
    client.force_login(dispatcher)
    assert f"/admin/reports/incident/{incident.pk}/change/" in client.get(ALARMS).content.decode()
