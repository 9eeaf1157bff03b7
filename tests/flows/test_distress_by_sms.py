"""A fisher in distress with nothing but SMS, from the first word to the end of the rescue."""

import re

import pytest

from alerts.models import Dispatch, Notification
from reports.models import Incident, Report
from tests.factories import OFF_PANGKOR

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


def reference_in(text: str) -> str:
    return re.search(r"\bP\d ([0-9A-Z]{5})\b", text)[1]


def test_from_one_text_to_a_rescue(sea, fisher_phone, patrol_phone, second_phone, crew, mrcc):
    answer = fisher_phone.texts(SINKING)
    report = Report.objects.get()
    assert report.reference in answer
    assert "04-12.00U 100-27.00T" in answer

    incident = Incident.objects.get()
    assert (incident.priority, incident.type, incident.persons_on_board) == (1, "sinking", 5)
    assert incident.lon_lat == pytest.approx(OFF_PANGKOR, abs=1e-4)
    assert report.reference != incident.reference

    alert = patrol_phone.hears(f"P1 {incident.reference}", "POB5")
    assert report.reference not in alert
    second_phone.hears_nothing()

    confirmed = patrol_phone.replies(f"1 {incident.reference}")
    assert incident.reference in confirmed
    assert "3=" in confirmed
    help_coming = fisher_phone.hears(report.reference, "MY-LUMUT-04")
    assert incident.reference not in help_coming

    for digit, status in (("3", "responding"), ("4", "on_scene"), ("5", "resolved")):
        patrol_phone.replies(digit)
        incident.refresh_from_db()
        assert incident.status == status
    second_phone.hears_nothing()


def test_crew_hears_by_push_too(sea, fisher_phone, patrol_phone, crew):
    fisher_phone.texts(SINKING)
    pushed = list(Notification.objects.filter(channel="push"))
    assert [note.status for note in pushed] == ["accepted"]
    assert len(sea.fcm.messages) == 1


def test_nobody_answers_so_the_ladder_climbs(
    sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone
):
    fisher_phone.texts(SINKING)
    patrol_phone.hears("P1")
    sea.passes(61)
    assert len(patrol_phone.calls) == 1
    second_phone.hears("P1")
    assert duty_phone.calls == []
    sea.passes(60)
    assert len(duty_phone.calls) == 1
    assert mrcc_phone.calls == []
    sea.passes(60)
    assert len(mrcc_phone.calls) == 1
    assert len(second_phone.calls) == 1
    sea.passes(430)  # past the end of the ladder: it repeats, it never ends
    told = len(patrol_phone.messages)
    sea.passes(121)
    assert len(patrol_phone.messages) > told
    assert Incident.objects.get().escalation.state == "running"


def test_second_unit_goes_and_first_hears_the_truth(sea, fisher_phone, patrol_phone, second_phone, mrcc):
    fisher_phone.texts(SINKING)
    reference = reference_in(patrol_phone.hears("P1"))
    sea.passes(61)
    second_phone.hears(reference)
    second_phone.replies(f"1 {reference}")
    fisher_phone.hears("MY-BATUUBAN-03")
    late = patrol_phone.replies(f"1 {reference}")
    assert "MY-BATUUBAN-03" in late
    leads = Dispatch.objects.filter(role="lead")
    assert [lead.unit.call_sign for lead in leads] == ["MY-BATUUBAN-03"]
    told = len(patrol_phone.messages)
    sea.passes(700)
    assert len(patrol_phone.messages) == told


def test_a_decline_calls_the_next_unit_at_once(sea, fisher_phone, patrol_phone, second_phone, mrcc):
    fisher_phone.texts(SINKING)
    reference = reference_in(patrol_phone.hears("P1"))
    second_phone.hears_nothing()
    patrol_phone.replies(f"2 {reference} enjin rosak")
    second_phone.hears(reference)
    assert Dispatch.objects.get(unit__call_sign="MY-LUMUT-04").reason == "enjin rosak"


def test_a_unit_that_drops_out_restarts_the_ladder(sea, fisher_phone, patrol_phone, second_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.replies("1")
    patrol_phone.replies("3")
    patrol_phone.replies("6")
    second_phone.hears("P1")
    assert Incident.objects.get().status == "dispatching"


def test_answer_by_voice_key(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts(SINKING)
    sea.passes(61)
    patrol_phone.picks_up_and_presses("1")
    fisher_phone.hears("MY-LUMUT-04")
    assert Dispatch.objects.get().transitions.get(new="acknowledged").via == "voice"


def test_voicemail_is_no_answer(sea, fisher_phone, patrol_phone, second_phone, mrcc):
    fisher_phone.texts(SINKING)
    sea.passes(61)
    sea.twilio.report_call(patrol_phone.calls[0], "ringing", "in-progress", "completed")
    sea.passes(60)
    assert Incident.objects.get().status == "dispatching"


def test_no_capable_unit_alarms_the_desks_and_never_ends(sea, fisher_phone, duty_phone, mrcc_phone):
    fisher_phone.texts(SINKING)
    duty_phone.hears("P1", "NO CAPABLE UNIT")
    mrcc_phone.hears("P1", "NO CAPABLE UNIT")
    assert len(duty_phone.calls) == len(mrcc_phone.calls) == 1
    sea.passes(121)
    assert len(mrcc_phone.calls) == 2


def test_all_units_decline(sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone):
    fisher_phone.texts(SINKING)
    patrol_phone.replies("2")
    second_phone.replies("2")
    assert len(mrcc_phone.calls) == 1
    assert Incident.objects.get().escalation.climbing == "nobody"


def test_no_position_rings_the_desks_and_a_position_that_comes_is_ranked_at_once(
    sea, stranger_phone, patrol_phone, mrcc_phone
):
    answer = stranger_phone.texts("SOS SOS")
    assert "4 35.2" in answer  # asks where, with an example
    mrcc_phone.hears("P1")
    patrol_phone.hears_nothing()
    stranger_phone.texts("4.20 100.45")
    assert Incident.objects.count() == 1
    patrol_phone.hears("P1", "04-12.00N 100-27.00E")


def test_community_waters_stand_in_for_a_missing_position(sea, fisher, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts("SOS bot karam")
    patrol_phone.hears("P1", "POS UNKNOWN")


def test_second_text_joins_raises_and_never_lowers(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts("enjin rosak hanyut 4.20 100.45")
    incident = Incident.objects.get()
    assert incident.priority == 2
    patrol_phone.hears_nothing()
    fisher_phone.texts("bot karam tolong")
    incident.refresh_from_db()
    assert (incident.priority, incident.type) == (1, "sinking")
    patrol_phone.hears("P1")
    fisher_phone.texts("dah selamat, silap")
    incident.refresh_from_db()
    assert (incident.priority, incident.status) == (1, "dispatching")


def test_the_same_webhook_again_changes_nothing(sea, fisher_phone, patrol_phone, mrcc):
    first = fisher_phone.texts(SINKING, sid="SM" + "a" * 32)
    patrol_phone.hears("P1")
    told = len(sea.twilio.messages)
    assert fisher_phone.texts(SINKING, sid="SM" + "a" * 32) == first
    assert Report.objects.count() == Incident.objects.count() == 1
    assert len(sea.twilio.messages) == told


def test_duty_officer_silences_own_desk_only(
    sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone
):
    fisher_phone.texts(SINKING)
    reference = reference_in(patrol_phone.hears("P1"))
    sea.passes(121)
    assert len(duty_phone.calls) == 1
    assert reference in duty_phone.replies(f"1 {reference}")
    sea.passes(600)
    assert len(duty_phone.calls) == 1
    assert len(mrcc_phone.calls) >= 1
    assert Incident.objects.get().status == "dispatching"


def test_untouched_urgency_calls_for_a_look(sea, fisher_phone, patrol_phone, duty_phone, mrcc_phone):
    fisher_phone.texts("enjin rosak hanyut 4.20 100.45 2 orang")
    assert Incident.objects.get().priority == 2
    duty_phone.hears_nothing()
    sea.passes(121)
    reference = Incident.objects.get().reference
    duty_phone.hears(reference)
    patrol_phone.hears_nothing()
    sea.passes(180)
    assert len(duty_phone.calls) == 1
    duty_phone.replies(f"1 {reference}")
    sea.passes(3600)
    assert len(duty_phone.calls) == 1
    assert mrcc_phone.calls == []


def test_crew_in_distress_is_a_new_p1(sea, fisher_phone, patrol_phone, second_phone, mrcc):
    fisher_phone.texts(SINKING)
    patrol_phone.replies("1")
    answer = patrol_phone.replies("9")
    assert Incident.objects.count() == 2
    own = Incident.objects.latest("received_at")
    assert own.priority == 1
    assert own.reference in answer
    assert own.place == "MY-LUMUT-04"
    # The first incident wants somebody else now.
    second_phone.hears("P1")
