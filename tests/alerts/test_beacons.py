"""Rescue devices on AIS: a call is an incident, a test is none, and one device is one incident."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts import beacons, candidates, dispatch, escalation, messages, rungs
from alerts.ais import Heard
from alerts.models import Beacon, Dispatch, Escalation, Notification
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


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        ([SART], "AIS-SART"), ([EPIRB], "EPIRB"), ([SART, EPIRB], "EPIRB"), ([SART, "970110002"], "AIS-SART"),
        ([MOB], "MAN OVERBOARD"),
    ],
)  # fmt: skip
def test_a_crew_is_told_what_kind_of_device_calls(devices, said):
    incident, *_ = [call(mmsi=mmsi).incident for mmsi in devices]
    assert incident.beacons.count() == len(devices)
    text = messages.unit_alert(
        language="en", priority=1, reference=incident.reference, type=candidates.type_of(incident)
    )
    assert f"{incident.reference} {said} " in text


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


@pytest.mark.parametrize(
    ("position", "after_minutes", "joins"),
    [
        (HERE, 0, True),
        ((100.45, 4.28), 5, True),  # 4.8 NM
        ((100.45, 4.29), 5, False),  # 5.4 NM
        (HERE, 30, True),
        (HERE, 31, False),
        (None, 0, False),
    ],
)
def test_a_device_close_to_one_that_calls_joins_its_incident(position, after_minutes, joins):
    first = call()
    second = call(after_minutes, mmsi=MOB, position=position)
    assert (second.incident_id == first.incident_id) == joins
    assert second.flags == []


def test_the_devices_of_one_raft_are_reports_of_one_incident_and_no_flood():
    for n in range(12):
        call(n / 10, mmsi=f"9720000{n:02}", position=(100.45 + n / 1000, 4.2))
    incident = Incident.objects.get()
    assert (incident.reports.count(), incident.beacons.count(), incident.flags) == (12, 12, [])


def test_a_device_does_not_join_what_is_closed_nor_what_only_people_reported():
    factories.Incident(type="sinking", position=factories.point(HERE))
    closed = call().incident
    assert Incident.objects.count() == 2
    dispatch.stand_down(closed.pk, by=factories.User(role="supervisor"), reason="found")
    assert call(1, mmsi=MOB).incident_id != closed.pk


def flood(count: int, *, every_s: float = 1, position=True) -> list[Incident]:
    """Forged devices a degree apart, one after the other."""
    return [
        call(n * every_s / 60, mmsi=f"9701000{n:02}", position=(90 + n, 4.2) if position else None).incident
        for n in range(count)
    ]


def test_from_the_sixth_incident_in_ten_minutes_on_devices_are_flagged_and_kept_all_the_same():
    made = flood(8)
    assert [row.flags for row in made] == [[]] * 5 + [["beacon_flood"]] * 3
    assert {row.priority for row in made} == {1}
    assert Report.objects.count() == 8


def test_six_devices_in_an_hour_are_no_flood():
    assert {tuple(row.flags) for row in flood(6, every_s=600)} == {()}


class TestWhatAFloodDoes:
    LATER = NOW + timedelta(seconds=30)

    @pytest.fixture
    def made(self, patrol):
        made = flood(12)
        assert carry_out_all(self.LATER) == 12
        return made

    def test_no_unit_is_called_to_it_and_each_desk_is_called_once(self, made):
        held = [row.pk for row in made[5:]]
        assert not Dispatch.objects.filter(incident__in=held).exists()
        assert set(Escalation.objects.filter(pk__in=held).values_list("climbing", flat=True)) == {"held"}
        said = Notification.objects.filter(incident__in=held)
        told = said.values_list("station", "channel")
        assert len(told) == len(set(told)) > 0
        assert "MANY BEACONS AT ONCE" in said.filter(channel="sms", language="en").first().text
        carry_out_all(self.LATER + timedelta(minutes=2))
        assert said.count() == len(told)

    def test_a_desk_that_did_nothing_is_called_again_after_ten_minutes(self, made):
        said = Notification.objects.filter(key__contains=":beacon_flood:")
        before = said.count()
        carry_out_all(self.LATER + timedelta(minutes=10, seconds=5))
        assert said.count() == 2 * before

    def test_the_first_ones_call_units_as_ever(self, made):
        climbing = Escalation.objects.filter(pk__in=[row.pk for row in made[:5]]).values_list(
            "climbing", flat=True
        )
        assert "held" not in climbing

    def test_one_act_of_an_officer_sends(self, made, patrol):
        near = call(0.5, mmsi=EPIRB, position=factories.OFF_PANGKOR).incident
        carry_out_all(self.LATER)
        assert not near.dispatches.exists()
        escalation.want(near.pk, now=self.LATER, by=factories.User(role="dispatcher"))
        carry_out_all(self.LATER)
        assert near.dispatches.get().unit == patrol

    def test_a_human_who_reports_it_too_opens_it(self, made, patrol):
        near = call(0.5, mmsi=EPIRB, position=factories.OFF_PANGKOR).incident
        factories.Report(incident=near, source="sms")
        carry_out_all(self.LATER)
        assert near.dispatches.get().unit == patrol

    def test_a_persons_distress_goes_before_it(self, patrol):
        flood(8)
        person = factories.Incident(
            type="sinking", priority=1, position=factories.point(factories.OFF_PANGKOR)
        )
        escalation.want(person.pk, now=self.LATER)
        order = [pk for pk, _priority in rungs.due(self.LATER, 99)]
        assert order.index(person.pk) == 5

    def test_devices_without_a_position_call_each_desk_once(self, patrol):
        flood(4, position=False)
        carry_out_all(self.LATER)
        told = Notification.objects.values_list("station", "channel")
        assert len(told) == len(set(told)) > 0


def carry_out_all(now) -> int:
    done = 0
    while some := rungs.carry_out_due(now, most=100):
        done += some
    return done


def test_what_an_officer_closed_stays_closed_while_the_device_goes_on():
    incident = call().incident
    dispatch.stand_down(incident.pk, by=factories.User(role="supervisor"), reason="found")
    for minute in range(1, 120, 5):
        assert call(minute) is None
    assert Incident.objects.count() == 1


def test_after_closing_and_silence_it_is_a_new_episode():
    incident = call().incident
    dispatch.stand_down(incident.pk, by=factories.User(role="supervisor"), reason="found")
    again = call(45)
    assert again.incident_id != incident.pk
    assert again.external_id == "970110001-2-1"


def test_an_open_incident_is_joined_however_long_the_silence():
    first = call()
    assert call(600).incident_id == first.incident_id


def test_reports_go_to_the_incident_that_the_own_one_was_merged_into():
    own = call().incident
    other = factories.Incident(type="sinking")
    dispatch.merge(own.pk, other.pk, by=factories.User(role="dispatcher"), reason="the same boat")
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
