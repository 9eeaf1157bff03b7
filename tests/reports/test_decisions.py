"""What a named officer decides about an incident."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import feedback
from reports import decisions, triage, workflow
from reports.intake import Incoming, receive
from reports.models import Incident, Report
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def report(text: str, key="k", **fields) -> Report:
    return receive(Incoming(source="sms", external_id=key, text=text, **fields), now=NOW).report


@pytest.fixture
def asked(monkeypatch):
    """Whom a unit was asked for."""
    found = []
    monkeypatch.setattr(
        decisions.dispatch_requested, "send", lambda sender, **said: found.append(said["incident_id"])
    )
    return found


class TestTaking:
    def test_one_officer_at_a_time(self, dispatcher, supervisor):
        incident = factories.Incident()
        decisions.take(incident.pk, dispatcher, now=NOW)
        with pytest.raises(decisions.AlreadyHeld):
            decisions.take(incident.pk, supervisor, now=NOW + timedelta(minutes=4))
        assert decisions.take(incident.pk, supervisor, now=NOW + timedelta(minutes=6)).held_by == supervisor

    def test_an_untouched_distress_is_held_for_a_minute(self, dispatcher, supervisor):
        incident = factories.Incident(emergency_phase="DISTRESS")
        decisions.take(incident.pk, dispatcher, now=NOW)
        assert decisions.take(incident.pk, supervisor, now=NOW + timedelta(seconds=61)).held_by == supervisor

    def test_a_distress_that_its_taker_lets_slip_is_untouched_again(self, dispatcher, supervisor):
        incident, later = factories.Incident(emergency_phase="DISTRESS"), NOW + timedelta(seconds=61)
        decisions.take(incident.pk, dispatcher, now=NOW)
        assert decisions.is_untouched(Incident.objects.get(), later)
        again = decisions.take(incident.pk, supervisor, now=later)
        assert (again.held_until, again.taken_at) == (later + timedelta(minutes=1), later)

    @pytest.mark.parametrize("act", [decisions.take, decisions.renew_by_act])
    def test_who_is_at_work_on_a_distress_holds_it_on(self, dispatcher, supervisor, act):
        incident = factories.Incident(emergency_phase="DISTRESS")
        decisions.take(incident.pk, dispatcher, now=NOW)
        act(incident.pk, dispatcher, now=NOW + timedelta(seconds=30))
        held = Incident.objects.get()
        assert held.held_until == NOW + timedelta(seconds=330)
        assert not decisions.is_untouched(held, NOW + timedelta(hours=1))

    def test_whoever_acts_on_a_distress_that_was_let_slip_holds_it(self, dispatcher, supervisor):
        incident, later = factories.Incident(emergency_phase="DISTRESS"), NOW + timedelta(seconds=61)
        decisions.take(incident.pk, dispatcher, now=NOW)
        decisions.renew_by_act(incident.pk, supervisor, now=later)
        held = Incident.objects.get()
        assert (held.held_by, held.held_until) == (supervisor, later + timedelta(minutes=5))

    def test_an_act_takes_nothing_that_is_not_ones_own(self, dispatcher, supervisor):
        incident = factories.Incident()
        decisions.renew_by_act(incident.pk, dispatcher, now=NOW)
        assert Incident.objects.get().held_by is None
        decisions.take(incident.pk, dispatcher, now=NOW)
        decisions.renew_by_act(incident.pk, supervisor, now=NOW)
        assert Incident.objects.get().held_by == dispatcher

    @pytest.mark.parametrize(("phase", "untaken"), [("DISTRESS", True), ("ALERT", False)])
    def test_a_distress_given_back_at_once_is_untaken(self, dispatcher, phase, untaken):
        incident = factories.Incident(emergency_phase=phase)
        decisions.take(incident.pk, dispatcher, now=NOW)
        decisions.release(incident.pk, dispatcher, now=NOW)
        assert (Incident.objects.get().taken_at is None) is untaken

    def test_taking_again_renews_and_release_gives_back(self, dispatcher, supervisor):
        incident = factories.Incident()
        decisions.take(incident.pk, dispatcher, now=NOW)
        held = decisions.take(incident.pk, dispatcher, now=NOW + timedelta(minutes=4))
        assert held.held_until == NOW + timedelta(minutes=9)
        decisions.release(incident.pk, supervisor)
        assert Incident.objects.get().held_by == dispatcher
        decisions.release(incident.pk, dispatcher)
        assert Incident.objects.get().held_by is None


class TestPriority:
    def test_up_and_down_with_a_reason_and_back_to_the_rule(self, dispatcher, asked):
        incident = report("enjin rosak hanyut 4.20 100.45 2 orang").incident
        assert (incident.priority, asked) == (2, [])
        assert decisions.override_priority(incident.pk, 4, by=dispatcher, reason="towed in").priority == 4
        assert decisions.override_priority(incident.pk, None, by=dispatcher, reason="slipped").priority == 2
        decisions.override_priority(incident.pk, 1, by=dispatcher, reason="storm")
        assert asked == [incident.pk]
        story = incident.transitions.filter(field="priority").values_list("old", "new", "by__username")
        assert list(story) == [("2", "4", "dispatcher"), ("4", "2", "dispatcher"), ("2", "1", "dispatcher")]

    @pytest.mark.parametrize("reason", ["", " "])
    def test_without_a_reason_nothing(self, dispatcher, reason):
        incident = factories.Incident()
        for act in (
            lambda: decisions.override_priority(incident.pk, 1, by=dispatcher, reason=reason),
            lambda: decisions.correct(incident.pk, by=dispatcher, reason=reason, type="sinking"),
        ):
            with pytest.raises(decisions.DecisionRefused):
                act()
        assert not incident.transitions.exists()


class TestCorrecting:
    def test_type_brings_its_phases_and_the_old_stays_in_the_story(self, dispatcher, asked):
        incident = report("enjin rosak").incident
        decisions.correct(incident.pk, by=dispatcher, reason="he says sinking", type="sinking")
        incident.refresh_from_db()
        assert (incident.emergency_phase, incident.severity, incident.priority) == ("DISTRESS", "Extreme", 1)
        assert incident.transitions.filter(field="type", old="disabled_adrift", new="sinking").exists()
        assert asked == [incident.pk]

    def test_what_is_not_an_officers_to_correct(self, dispatcher):
        incident = factories.Incident()
        with pytest.raises(decisions.DecisionRefused):
            decisions.correct(incident.pk, by=dispatcher, reason="x", status="closed")

    def test_a_closed_matter_is_not_corrected(self, dispatcher):
        incident = factories.Incident(status="closed")
        with pytest.raises(decisions.DecisionRefused):
            decisions.correct(incident.pk, by=dispatcher, reason="x", type="sinking")


class TestJoining:
    def test_not_to_itself_nor_to_one_that_ended(self, dispatcher):
        one, ended = factories.Incident(), factories.Incident(status="resolved")
        for into in (one, ended):
            with pytest.raises(decisions.DecisionRefused):
                decisions.join(one.pk, into.pk, by=dispatcher, reason="x")
        assert Incident.objects.get(pk=one.pk).status == "open"

    def test_the_survivor_takes_what_the_other_adds(self, dispatcher, asked):
        calm = report("enjin rosak 4.20 100.45", "1", reporter=factories.Reporter()).incident
        urgent = report("bot karam 5 orang", "2", reporter=factories.Reporter()).incident
        survivor = decisions.join(urgent.pk, calm.pk, by=dispatcher, reason="same")
        assert (survivor.priority, survivor.type, survivor.persons_on_board) == (1, "sinking", 5)
        assert survivor.lon_lat == pytest.approx((100.45, 4.2))


class TestUndoingAJoin:
    def test_all_reports_that_came_along_leave_together(self, dispatcher, asked):
        reporter = factories.Reporter()
        first = report("enjin rosak 4.20 100.45", "1", reporter=factories.Reporter())
        second = report("bot karam 5 orang 4.21 100.45", "2", reporter=reporter)
        third = report("cepat tolong", "3", reporter=reporter)
        assert third.incident == second.incident
        merged = second.incident
        decisions.join(merged.pk, first.incident_id, by=dispatcher, reason="same")
        new = decisions.unjoin(merged.pk, by=dispatcher, reason="two boats")
        assert set(new.reports.all()) == {second, third}
        assert list(first.incident.reports.all()) == [first]
        assert (new.priority, new.type) == (1, "sinking")
        assert new.pk in asked, "a distress of its own asks for a unit"
        with pytest.raises(decisions.DecisionRefused):
            decisions.unjoin(merged.pk, by=dispatcher, reason="again")

    def test_what_was_parted_since_stays_where_it_is(self, dispatcher, asked):
        first = report("enjin rosak 4.20 100.45", "1", reporter=factories.Reporter())
        second = report("bot karam 5 orang 4.21 100.45", "2", reporter=factories.Reporter())
        merged = second.incident
        decisions.join(merged.pk, first.incident_id, by=dispatcher, reason="same")
        parted = decisions.part(second.pk, by=dispatcher, reason="two boats")
        with pytest.raises(decisions.DecisionRefused):
            decisions.unjoin(merged.pk, by=dispatcher, reason="undone")
        assert list(parted.reports.all()) == [second]

    def test_a_proposal_that_was_taken_off_can_be_made_again(self, dispatcher):
        one, other = factories.Incident(), factories.Incident()
        Incident.objects.filter(pk=one.pk).update(proposed_same_as=other, proposed_why="2 NM")
        decisions.dismiss_proposal(one.pk, dispatcher)
        again = decisions.propose_again(one.pk, other.pk, by=dispatcher, why="2 NM")
        assert (again.proposed_same_as, again.proposed_why) == (other, "2 NM")
        with pytest.raises(decisions.DecisionRefused):
            decisions.propose_again(one.pk, other.pk, by=dispatcher, why="2 NM")


class TestASuspendedSearch:
    @pytest.mark.parametrize(("source", "begins"), [("sms", True), ("ais", False)])
    def test_a_new_word_begins_it_again_and_a_device_does_not(self, dispatcher, asked, source, begins):
        first = report("bot karam 4.20 100.45", "1", reporter=factories.Reporter())
        incident = workflow.advance(first.incident_id, "suspended", by=dispatcher, reason="ten days")
        asked.clear()
        new = factories.Report(incident=incident, source=source, type="sinking")
        triage.add_report(incident, new, {}, now=NOW)
        assert (incident.pk in asked) is begins

    def test_suspending_needs_a_reason(self, dispatcher):
        incident = factories.Incident()
        with pytest.raises(workflow.TransitionNotAllowed):
            workflow.advance(incident.pk, "suspended", by=dispatcher, reason=" ")


class TestSilence:
    def test_no_machine_answers_the_phones_until_an_officer_lifts_it(self, dispatcher):
        reporter = factories.Reporter()

        def text(key: str, words: str) -> Report:
            return report(words, key, reporter=reporter)

        incident = text("1", "bot karam 4.20 100.45").incident
        decisions.silence(incident.pk, by=dispatcher, reason="stalked")
        silent = text("2", "tolong cepat")
        incident.refresh_from_db()
        assert (silent.incident, silent.reply_mode, incident.reply_mode) == (incident, "NONE", "NONE")
        assert feedback.answer_to(silent) == ""
        assert not silent.questions.exists()
        assert incident.priority == 1
        decisions.silence(incident.pk, by=dispatcher, reason="safe", silent=False)
        assert text("3", "masih di sini").reply_mode == "FULL"
        assert incident.transitions.filter(field="reply_mode", by=dispatcher).count() == 2

    def test_it_wants_a_reason(self, dispatcher):
        incident = factories.Incident()
        with pytest.raises(decisions.DecisionRefused):
            decisions.silence(incident.pk, by=dispatcher, reason=" ")
