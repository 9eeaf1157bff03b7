"""What a named officer decides, and who hears of it."""

import pytest

from alerts import dispatch
from alerts.models import Dispatch, Escalation, Notification
from reports import decisions
from reports.models import Incident, Report
from reports.workflow import TransitionNotAllowed
from tests import factories

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture
def incident(sea, fisher_phone, patrol, mrcc) -> Incident:
    fisher_phone.texts(SINKING)
    return Incident.objects.get()


@pytest.fixture
def other(sea, incident, stranger_phone) -> Incident:
    """Somebody else saw the same boat from half a mile away."""
    stranger_phone.texts("ada bot karam 4 12.4N 100 27.2E")
    return Incident.objects.exclude(pk=incident.pk).get()


def test_a_unit_for_a_p2(sea, fisher_phone, patrol_phone, mrcc, dispatcher):
    fisher_phone.texts("enjin rosak hanyut 4.20 100.45 2 orang")
    incident = Incident.objects.get()
    patrol_phone.hears_nothing()
    dispatch.request_unit(incident.pk, by=dispatcher, reason="wind is rising")
    sea.settles()
    patrol_phone.hears(f"P2 {incident.reference}")
    patrol_phone.replies("1")
    assert Incident.objects.get().status == "responding"
    assert Incident.objects.get().transitions.filter(field="unit", by=dispatcher).exists()


def test_a_unit_named_by_an_officer_is_told_and_the_ladder_stands_behind_it(
    sea, fisher_phone, patrol_phone, second_patrol, second_phone, mrcc, dispatcher
):
    fisher_phone.texts("enjin rosak hanyut 4.20 100.45 2 orang")
    incident = Incident.objects.get()
    dispatch.task(incident.pk, second_patrol.pk, by=dispatcher)
    sea.settles()
    second_phone.hears("P2")
    patrol_phone.hears_nothing()
    sea.passes(181)
    patrol_phone.hears("P2")


def test_stand_down_reaches_everyone_who_was_told(
    sea, incident, fisher_phone, patrol_phone, second_phone, duty_phone, dispatcher
):
    sea.passes(61)
    patrol_phone.hears("P1")
    second_phone.hears("P1")
    dispatch.stand_down(incident.pk, by=dispatcher, reason="found safe at the jetty")
    sea.settles()
    for phone in (patrol_phone, second_phone):
        assert "P1" not in phone.hears(incident.reference)
        assert "read" in phone.replies(f"0 {incident.reference}")
    told = len(sea.twilio.messages) + len(sea.twilio.calls)
    sea.passes(3600)
    assert len(sea.twilio.messages) + len(sea.twilio.calls) == told
    assert {row.status for row in Dispatch.objects.all()} == {"stood_down"}
    assert {row.unit.status for row in Dispatch.objects.all()} == {"available"}
    late = patrol_phone.replies(f"1 {incident.reference}")
    assert incident.reference in late
    assert not Dispatch.objects.engaged().exists()


def test_stand_down_reaches_a_crew_on_its_way(sea, incident, patrol_phone, dispatcher):
    patrol_phone.replies("1")
    patrol_phone.replies("3")
    heard = len(patrol_phone.messages)
    dispatch.stand_down(incident.pk, by=dispatcher, reason="safe")
    sea.settles()
    assert len(patrol_phone.messages) == heard + 1
    assert Dispatch.objects.get().unit.status == "returning"


def test_stand_down_before_the_text_has_left_tells_nobody(sea, fisher_phone, patrol_phone, mrcc, dispatcher):
    status, _ = sea.twilio.text(f"{sea.origin}/webhooks/twilio/sms/", fisher_phone.number, SINKING)
    assert status == 200
    from alerts import rungs

    rungs.carry_out_due(sea.now())
    dispatch.stand_down(Incident.objects.get().pk, by=dispatcher, reason="false alarm")
    sea.settles()
    patrol_phone.hears_nothing()


@pytest.mark.parametrize("end", [dispatch.stand_down, dispatch.hand_over])
def test_an_end_needs_a_reason_and_changes_nothing_without(incident, dispatcher, end):
    with pytest.raises(TransitionNotAllowed):
        end(incident.pk, by=dispatcher, reason="  ")
    assert Incident.objects.get().status == "dispatching"
    assert Escalation.objects.get().is_live


def test_a_distress_is_never_closed_from_open(sea, fisher_phone, patrol, mrcc, dispatcher):
    incident = factories.Incident(emergency_phase="DISTRESS", type="sinking")
    with pytest.raises(TransitionNotAllowed):
        dispatch.close(incident.pk, by=dispatcher, outcome="false_alarm", reason="surely nothing")


def test_stopping_the_ladder_by_name_leaves_the_crews_their_answer(
    sea, incident, fisher_phone, patrol_phone, second_phone, dispatcher
):
    dispatch.stop_ladder(incident.pk, by=dispatcher, reason="spoke to Lumut by radio")
    told = len(sea.twilio.messages)
    sea.passes(3600)
    assert len(sea.twilio.messages) == told
    second_phone.hears_nothing()
    patrol_phone.replies(f"1 {incident.reference}")
    fisher_phone.hears("MY-LUMUT-04")
    assert Escalation.objects.get().stopped_by == dispatcher


def test_a_near_report_is_proposed_and_never_joined_by_itself(incident, other):
    assert other.proposed_same_as == incident
    assert other.proposed_why
    assert (incident.reports.count(), other.reports.count()) == (1, 1)


def test_merge_and_part_again(sea, incident, other, fisher_phone, stranger_phone, patrol_phone, dispatcher):
    survivor = dispatch.merge(other.pk, incident.pk, by=dispatcher, reason="same boat")
    other.refresh_from_db()
    assert (survivor.pk, other.status, other.merged_into_id) == (incident.pk, "merged", incident.pk)
    assert survivor.reports.count() == 2
    # Both phones hear who comes: they told of one rescue.
    sea.settles()
    patrol_phone.replies(f"1 {incident.reference}")
    fisher_phone.hears("MY-LUMUT-04")
    stranger_phone.hears("MY-LUMUT-04")
    # The mistake is undone: the report stands alone again, as urgent as it was, and calls for its own unit.
    report = Report.objects.exclude(reporter__identity__phone_hash=fisher_hash()).get()
    parted = decisions.part(report.pk, by=dispatcher, reason="another boat after all")
    assert parted.pk not in (incident.pk, other.pk)
    assert (parted.priority, parted.type, parted.reports.get()) == (1, "sinking", report)
    sea.settles()
    assert Escalation.objects.get(incident=parted).is_live
    assert incident.transitions.filter(field="reports").count() == 2


def fisher_hash() -> bytes:
    from communities import identity
    from tests.cast import FISHER_PHONE

    return identity.keyed_hash(FISHER_PHONE)


@pytest.fixture
def called(sea, incident, other, second_phone, patrol_phone):
    """The dispatches of the other incident, whose crews have been called for it."""
    sea.passes(61)
    rows = Dispatch.objects.filter(incident=other)
    assert rows.exists()
    return rows


def test_crews_called_for_a_joined_incident_are_called_for_the_other(
    sea, incident, other, called, patrol_phone, dispatcher
):
    units = {row.unit_id for row in called}
    dispatch.merge(other.pk, incident.pk, by=dispatcher, reason="same boat")
    sea.settles()
    assert {row.status for row in called.all()} == {"stood_down"}
    assert units <= {row.unit_id for row in Dispatch.objects.answerable().filter(incident=incident)}
    assert not Notification.objects.filter(purpose="stand_down").exists()
    assert Escalation.objects.get(incident=incident).is_live
    patrol_phone.hears(f"{other.reference} IS NOW {incident.reference}")


def test_an_answer_to_the_joined_reference_counts_for_the_other(
    sea, incident, other, called, patrol_phone, dispatcher
):
    dispatch.merge(other.pk, incident.pk, by=dispatcher, reason="same boat")
    sea.settles()
    patrol_phone.replies(f"1 {other.reference}")
    assert Dispatch.objects.engaged().get().incident == incident


def test_an_incident_that_a_unit_sails_to_does_not_vanish(sea, incident, other, patrol_phone, dispatcher):
    patrol_phone.replies(f"1 {other.reference}")
    with pytest.raises(decisions.DecisionRefused):
        dispatch.merge(other.pk, incident.pk, by=dispatcher, reason="same boat")
    assert Incident.objects.get(pk=other.pk).merged_into is None


def test_the_only_report_cannot_be_parted(incident, dispatcher):
    with pytest.raises(decisions.DecisionRefused):
        decisions.part(incident.reports.get().pk, by=dispatcher, reason="x")


def test_raised_to_p1_by_hand_a_unit_is_called(sea, fisher_phone, patrol_phone, mrcc, dispatcher):
    fisher_phone.texts("enjin rosak hanyut 4.20 100.45 2 orang")
    incident = Incident.objects.get()
    decisions.override_priority(incident.pk, 1, by=dispatcher, reason="storm")
    sea.settles()
    patrol_phone.hears("P1")
    assert Incident.objects.get().rule_priority == 2


def test_lowering_a_distress_by_hand_stops_no_call(sea, incident, second_phone, dispatcher):
    decisions.override_priority(incident.pk, 3, by=dispatcher, reason="looks calm")
    assert (Incident.objects.get().priority, Incident.objects.get().rule_priority) == (3, 1)
    assert Escalation.objects.get().is_live


def test_a_position_set_by_an_officer_is_ranked_at_once_and_never_overwritten(
    sea, stranger_phone, patrol_phone, mrcc_phone, dispatcher
):
    stranger_phone.texts("SOS")
    patrol_phone.hears_nothing()
    incident = Incident.objects.get()
    decisions.correct(incident.pk, by=dispatcher, reason="he called", position=factories.point((100.45, 4.2)))
    sea.settles()
    patrol_phone.hears("P1", "04-12.00N 100-27.00E")
    stranger_phone.texts("5.9 118.2")
    incident.refresh_from_db()
    assert incident.lon_lat == pytest.approx((100.45, 4.2))
