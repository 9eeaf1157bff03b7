"""The ladder, rung by rung: who is called when, by priority, and what a rung carried out twice does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import escalation, rungs
from alerts.ladder import BY_PRIORITY, LOOK, NO_UNIT
from alerts.models import Escalation, Notification, Station
from reports.models import Incident
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def fleet(patrol, second_patrol, mrcc):
    """Two units, two desks, the centre above them; nobody is the last armed one of a sector."""
    for unit in (patrol, second_patrol):
        unit.capabilities = ["sar_surface"]
        unit.save()
    return {patrol.pk: "1", second_patrol.pk: "2"}


def an_incident(priority: int) -> Incident:
    incident = factories.Incident(
        type="sinking", emergency_phase="DISTRESS", priority=priority, received_at=NOW
    )
    escalation.want(incident.pk, now=NOW)
    return incident


def called(fleet, incident, second: float) -> list[str]:
    """Who is called by the rungs up to this second: "unit 1 sms", "duty B03 voice"."""
    before = set(Notification.objects.values_list("pk", flat=True))
    while rungs.carry_out(incident.pk, now=NOW + timedelta(seconds=second)):
        pass
    rows = list(Notification.objects.exclude(pk__in=before).select_related("station"))
    Notification.objects.filter(status="pending").update(status="accepted")  # they leave
    return sorted(
        f"unit {fleet[row.unit_id]} {row.channel}" if row.unit_id else f"{row.station.code} {row.channel}"
        for row in rows
    )


LADDERS = {
    1: [
        (0, ["unit 1 sms"]),
        (59, []),
        (60, ["unit 1 voice", "unit 2 sms"]),
        (120, ["B03 voice"]),
        (180, ["MRCC-MY voice", "unit 2 voice"]),
        (300, ["unit 1 sms", "unit 2 sms"]),
        (600, ["B03 sms", "B03 voice", "MRCC-MY sms", "MRCC-MY voice", "unit 1 sms", "unit 1 voice", "unit 2 sms", "unit 2 voice"]),
        (720, ["B03 sms", "B03 voice", "MRCC-MY sms", "MRCC-MY voice", "unit 1 sms", "unit 1 voice", "unit 2 sms", "unit 2 voice"]),
        (839, []),
    ],
    2: [
        (0, ["unit 1 sms"]),
        (120, ["unit 1 voice"]),
        (180, ["unit 2 sms"]),
        (300, ["unit 2 voice"]),
        (600, ["B03 sms", "B03 voice"]),
        (900, ["MRCC-MY sms", "MRCC-MY voice"]),
        (1499, []),
        (1500, ["B03 sms", "B03 voice", "MRCC-MY sms", "MRCC-MY voice", "unit 1 sms", "unit 2 sms"]),
    ],
    3: [(0, []), (60, ["unit 1 sms"]), (600, ["unit 2 sms"]), (1200, ["B03 sms", "B03 voice"]), (2400, ["B03 sms", "MRCC-MY sms"])],
    4: [(0, []), (3600, ["B03 sms", "B03 voice"]), (7200, ["B03 sms"])],
}  # fmt: skip


@pytest.mark.parametrize("priority", LADDERS)
def test_the_ladder_of_each_priority(fleet, priority):
    incident = an_incident(priority)
    assert [(second, called(fleet, incident, second)) for second, _ in LADDERS[priority]] == LADDERS[priority]
    assert Escalation.objects.get().state == "running"


def test_a_dispatcher_that_slept_goes_on_at_the_ladders_own_pace(fleet):
    incident = an_incident(1)
    assert called(fleet, incident, 130) == ["unit 1 sms"]
    assert called(fleet, incident, 189) == []
    assert called(fleet, incident, 190) == ["unit 1 voice", "unit 2 sms"]


def test_a_rung_carried_out_twice_calls_once(fleet):
    incident = an_incident(1)
    called(fleet, incident, 0)
    Escalation.objects.update(
        next_step=0, due_at=NOW
    )  # as if the first copy had died before its commit was seen
    assert called(fleet, incident, 1) == []


@pytest.mark.parametrize("its_own_desk", [True, False])
def test_that_the_last_armed_unit_is_called_is_told_to_a_desk_in_the_same_rung(fleet, patrol, its_own_desk):
    patrol.capabilities = ["sar_surface", "armed_boarding"]
    patrol.save()
    nearest = factories.Station(
        code="NEAR",
        duty_phone="+60123000999",
        agency=patrol.station.agency,
        position=factories.point((100.5, 4.2)),
    )
    if not its_own_desk:
        Station.objects.filter(pk=patrol.station_id).update(duty_phone="")
    incident = an_incident(1)
    desk = patrol.station.code if its_own_desk else nearest.code
    assert called(fleet, incident, 0) == sorted([f"{desk} sms", "unit 1 sms"])
    told = Notification.objects.get(station__code=desk)
    assert patrol.call_sign in told.text
    assert incident.reference in told.text


def test_no_unit_rings_both_desks_until_somebody_answers(mrcc, station):
    incident = an_incident(1)
    everybody = ["B03 sms", "B03 voice", "MRCC-MY sms", "MRCC-MY voice"]
    assert called({}, incident, 0) == everybody
    assert called({}, incident, 119) == []
    assert called({}, incident, 120) == everybody
    assert Escalation.objects.get().climbing == "nobody"


def test_from_nobody_to_somebody_the_climb_begins_anew(fleet, patrol, second_patrol):
    for unit in (patrol, second_patrol):
        unit.status = "off_watch"
        unit.save()
    incident = an_incident(1)
    called(fleet, incident, 0)
    patrol.status = "available"
    patrol.save()
    assert called(fleet, incident, 120) == ["unit 1 sms"]
    assert called(fleet, incident, 180) == ["unit 1 voice"]


def test_a_look_at_120_300_and_900_seconds(mrcc, station):
    incident = factories.Incident(type="disabled_adrift", priority=2, received_at=NOW)
    escalation.sweep(NOW)
    times = {second: called({}, incident, second) for second in (0, 119, 120, 300, 900)}
    assert times == {
        0: [],
        119: [],
        120: ["B03 sms"],
        300: ["B03 voice"],
        900: ["MRCC-MY sms", "MRCC-MY voice"],
    }


def test_one_that_fails_keeps_no_other_from_being_called(fleet, monkeypatch, caplog):
    bad, good = an_incident(1), an_incident(1)
    carry_out = rungs.carry_out

    def sometimes(incident_id, *, now):
        if incident_id == bad.pk:
            raise ZeroDivisionError
        return carry_out(incident_id, now=now)

    monkeypatch.setattr(rungs, "carry_out", sometimes)
    assert rungs.carry_out_due(NOW) == 1
    assert good.notifications.exists()
    assert Escalation.objects.get(incident=bad).due_at > NOW
    assert "will be tried again" in caplog.text


@pytest.mark.parametrize("scale", [1, 0.5, 0.05])
def test_scale_shortens_every_time(fleet, settings, scale):
    settings.LADDER_SCALE = scale
    incident = an_incident(1)
    called(fleet, incident, 0)
    assert Escalation.objects.get().due_at == NOW + timedelta(seconds=60 * scale)


@pytest.mark.parametrize("ladder", [*BY_PRIORITY.values(), LOOK, NO_UNIT])
def test_a_ladder_climbs_in_time_and_never_ends(ladder):
    times = [rung.at_s for rung in ladder.rungs]
    assert times == sorted(set(times))
    assert ladder.repeat
    assert ladder.repeat_s > 0
