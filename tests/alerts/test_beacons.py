"""Rescue devices on AIS: a call is an incident, a test is none, and one device is one incident."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts import beacons
from alerts.ais import Heard
from alerts.models import Beacon, Escalation
from reports import decisions, workflow
from reports.models import Incident, Report
from tests import factories

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SART, MOB, EPIRB = "970110001", "972525002", "974001234"
HERE = (100.45, 4.20)


def heard(mmsi: str = SART, kind: int = 1, status: int | None = 14, text: str = "") -> Heard:
    return Heard(kind, mmsi, 4.2, 100.45, nav_status=status, text=text)


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        (heard(SART), True),
        (heard(MOB), True),
        (heard(EPIRB), True),
        (heard(SART, status=15), False),  # under test
        (heard(SART, status=0), False),
        (heard(SART, kind=4, status=None), False),
        (heard(SART, kind=14, status=None, text="SART ACTIVE"), True),
        (heard(MOB, kind=14, status=None, text="MOB ACTIVE"), True),
        (heard(EPIRB, kind=14, status=None, text="EPIRB ACTIVE"), True),
        (heard(SART, kind=12, status=None, text="SART ACTIVE"), True),
        (heard(SART, kind=14, status=None, text="SART TEST"), False),
        (heard(SART, kind=14, status=None, text="SART ACTIVE TEST"), False),
        (heard(SART, kind=14, status=None, text=""), False),
        (heard("533000001"), False),  # a ship that set its status wrongly
        (heard("533000001", kind=14, status=None, text="SART ACTIVE"), False),
        (heard("971000001"), False),
    ],
)
def test_what_is_a_call(message, calls):
    assert (beacons.call_of(message, NOW, HERE) is not None) == calls


def call(minutes: float = 0, *, mmsi: str = SART, position=HERE) -> Report | None:
    now = NOW + timedelta(minutes=minutes)
    return beacons.take(beacons.Call(mmsi, position, now), now=now)


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mmsi", "type_"), [(SART, "beacon_alert"), (EPIRB, "beacon_alert"), (MOB, "man_overboard")]
)
def test_a_call_is_a_distress_that_climbs_the_ladder(mmsi, type_):
    report = call(mmsi=mmsi)
    incident = report.incident
    assert (report.source, report.type, report.drill, report.flags) == ("ais", type_, False, [])
    assert (incident.type, incident.priority, incident.emergency_phase) == (type_, 1, "DISTRESS")
    assert (incident.lon_lat, incident.position_source, incident.position_error_m) == (HERE, "beacon", 100)
    assert Escalation.objects.get(incident=incident).state == "wanted"
    assert report.reporter is None
    assert report.reporter_position is None


def test_a_call_without_a_position_is_an_incident_all_the_same_and_the_position_fills_it():
    first = call(position=None)
    assert first.incident.position is None
    assert first.incident.dispatch_requested_at == NOW
    second = call(0.1)
    assert second.incident_id == first.incident_id
    assert Incident.objects.get().lon_lat == HERE


def test_a_device_that_goes_on_calling_is_one_incident_with_a_report_now_and_then():
    for second in range(0, 3600, 10):
        call(second / 60)
    assert Incident.objects.count() == 1
    assert [round((row.received_at - NOW).total_seconds() / 60) for row in Report.objects.order_by("received_at")] == [
        0, 10, 20, 30, 40, 50,
    ]  # fmt: skip


def test_a_drifting_device_moves_its_incident():
    call()
    assert call(1, position=(100.452, 4.2)) is None  # 220 m
    moved = call(2, position=(100.46, 4.2))
    assert moved is not None
    incident = Incident.objects.get()
    assert incident.lon_lat == (100.46, 4.2)
    assert incident.position_at == NOW + timedelta(minutes=2)
    assert list(incident.reports.order_by("received_at").values_list("external_id", flat=True)) == [
        "970110001-1-1",
        "970110001-1-2",
    ]


def test_two_devices_are_two_incidents():
    assert call().incident_id != call(mmsi="970110002").incident_id


def test_what_an_officer_closed_stays_closed_while_the_device_goes_on():
    incident = call().incident
    workflow.advance(
        incident.pk, Incident.Status.STOOD_DOWN, by=factories.User(role="supervisor"), reason="found"
    )
    for minute in range(1, 120, 5):
        assert call(minute) is None
    assert Incident.objects.count() == 1


def test_after_closing_and_silence_it_is_a_new_episode():
    incident = call().incident
    workflow.advance(
        incident.pk, Incident.Status.STOOD_DOWN, by=factories.User(role="supervisor"), reason="found"
    )
    again = call(45)
    assert again.incident_id != incident.pk
    assert again.external_id == "970110001-2-1"


def test_an_open_incident_is_joined_however_long_the_silence():
    first = call()
    assert call(600).incident_id == first.incident_id


def test_reports_go_to_the_incident_that_the_own_one_was_merged_into():
    own = call().incident
    other = factories.Incident(type="sinking")
    decisions.join(own.pk, other.pk, by=factories.User(role="dispatcher"), reason="the same boat")
    assert call(20).incident_id == other.pk


def test_the_device_is_known_afterwards():
    report = call(mmsi=MOB)
    beacon = Beacon.objects.get()
    assert (beacon.mmsi, beacon.kind, beacon.incident, beacon.episode, beacon.said) == (
        MOB,
        "mob",
        report.incident,
        1,
        1,
    )
    assert (beacon.longitude, beacon.latitude) == HERE


def test_words_of_the_device_are_kept_and_not_read():
    report = beacons.take(beacons.Call(SART, HERE, NOW, "SART ACTIVE LATIHAN 4.5 118.6"), now=NOW)
    assert report.reading["extra"]["words"] == "SART ACTIVE LATIHAN 4.5 118.6"
    assert not report.drill
    assert report.lon_lat == HERE


@pytest.mark.django_db(transaction=True)
def test_two_receivers_that_hear_the_first_call_at_once_open_one_incident():
    from concurrent.futures import ThreadPoolExecutor

    def one(_):
        try:
            return beacons.take(beacons.Call(SART, HERE, NOW), now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = [report for report in pool.map(one, range(4)) if report is not None]
    assert len(made) == 1
    assert Incident.objects.count() == 1
