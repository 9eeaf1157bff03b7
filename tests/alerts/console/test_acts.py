"""What an officer does at the desk, and what takes it back: each act against the rows it changes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alerts import dispatch, weather
from alerts.console.acts import ACTS, carry_out, undo
from alerts.models import ChecklistTick, DeskAct, Dispatch, Escalation, Notification, SceneWeather
from reports import decisions
from reports.decisions import DecisionRefused
from reports.intake import Incoming, receive
from reports.models import Dismissal, Incident
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def drifting(fisher):
    """A P2: an engine that stopped; no unit is asked for by rule."""
    text = "enjin rosak hanyut 4 10.2N 100 25.1E 2 orang"
    return receive(Incoming(source="sms", external_id="SM1", text=text, reporter=fisher)).report.incident


@pytest.fixture
def sinking(db):
    """A P1 by somebody unknown."""
    text = "TOLONG bot karam 4 11.2N 100 26.1E 5 orang"
    return receive(Incoming(source="sms", external_id="SM2", text=text)).report.incident


def do(name, incident, user, **said):
    act = ACTS[name]
    incident.refresh_from_db()
    assert act.offered(incident, user), name
    form = act.make_form(incident, said)
    assert form.is_valid(), form.errors
    return carry_out(act, incident, form, user)


def take_back(row, user):
    return undo(ACTS[row.name], row, user)


def facts(incident):
    incident = Incident.objects.get(pk=incident.pk)
    names = ("priority_override", "priority", "type", "emergency_phase", "response_phase", "severity", "position_error_m",
             "persons_on_board", "lon_lat", "held_by", "proposed_same_as", "proposed_why", "reply_mode", "status")  # fmt: skip
    return {name: getattr(incident, name) for name in names}


def preview(name, incident):
    return " ".join(map(str, ACTS[name].preview(Incident.objects.get(pk=incident.pk))))


class TestWhatIsSaidOfTheLadder:
    def test_who_goes_already_is_named_before_it_is_stopped_and_before_another_is_tasked(
        self, sinking, patrol, dispatcher
    ):
        assert "Nobody has said yet" in preview("stop-ladder", sinking)
        assert "the ladder calls the next unit" in preview("task", sinking)
        named = dispatch.task(sinking.pk, patrol.pk, by=dispatcher)
        dispatch.acknowledge(named.pk, via="officer", by=dispatcher)
        assert f"{patrol.call_sign} said that it goes" in preview("stop-ladder", sinking)
        assert "Nobody has said yet" not in preview("stop-ladder", sinking)
        assert "tasked as support" in preview("task", sinking)
        assert "the ladder calls the next unit" not in preview("task", sinking)

    def test_a_priority_taken_back_says_that_the_calls_go_on(self, drifting, dispatcher):
        assert "goes on" not in preview("priority", drifting)
        _done, row = do("priority", drifting, dispatcher, priority="1", quick="3")
        assert "goes on" in preview("priority", drifting)
        assert "Its ladder still runs" in take_back(row, dispatcher).said
        assert Escalation.objects.live().filter(incident=drifting).exists()

    def test_the_unit_offered_first_is_one_that_can_lead(self, sinking, monkeypatch):
        boat, helicopter = factories.PatrolUnit(), factories.PatrolUnit()
        ranking = {
            "ranked": [{"call_sign": boat.call_sign, "eta_s": 7000}],
            "support": [
                {"capability": "air_search", "unit": {"call_sign": helicopter.call_sign, "eta_s": 600}}
            ],
        }
        monkeypatch.setattr("alerts.console.forms.ranking_for", lambda incident: ranking)
        assert ACTS["task"].make_form(sinking).fields["unit"].initial == boat.pk


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("take", {}),
        ("priority", {"priority": "3", "quick": "2"}),
        ("priority", {"priority": "1", "reason": "child aboard"}),
        ("correct", {"type": "medical", "quick": "1"}),
        ("correct", {"position": "4 12.0 N 100 30.0 E", "persons_on_board": "9", "reason": "by radio"}),
        ("silence", {"quick": "1"}),
        ("dismiss-proposal", {}),
    ],
)
def test_undone_the_facts_are_as_they_were(drifting, sinking, dispatcher, name, said):
    Incident.objects.filter(pk=drifting.pk).update(proposed_same_as=sinking, proposed_why="1 NM")
    drifting.refresh_from_db()
    form = ACTS[name].make_form(drifting)
    shown = {field: form[field].value() or "" for field in form.fields if field not in ("quick", "reason")}
    before = facts(drifting)
    _done, row = do(name, drifting, dispatcher, **shown | said)
    assert facts(drifting) != before
    again = take_back(row, dispatcher)
    assert facts(drifting) == before
    assert again.undoes == row
    with pytest.raises(DecisionRefused, match="already"):
        take_back(row, dispatcher)


def test_an_undo_overwrites_nothing_that_was_decided_since(drifting, dispatcher, supervisor):
    _done, row = do("priority", drifting, dispatcher, priority="4", reason="towed in")
    do("priority", drifting, supervisor, priority="3", reason="tow broke")
    with pytest.raises(DecisionRefused, match="changed again"):
        take_back(row, dispatcher)
    assert facts(drifting)["priority"] == 3
    assert not DeskAct.objects.filter(undoes=row).exists()


def test_an_undo_has_its_time(drifting, dispatcher):
    _done, row = do("take", drifting, dispatcher)
    with pytest.raises(DecisionRefused, match="too long"):
        undo(ACTS["take"], row, dispatcher, now=timezone.now() + timedelta(hours=13))


def test_a_join_is_undone_with_all_reports_that_came_along(drifting, sinking, dispatcher):
    reports = set(sinking.reports.all())
    done, row = do("join", sinking, dispatcher, into=drifting.reference, quick="1")
    assert done.incident == drifting
    assert row.incident == drifting, "told where the officer looks next"
    take_back(row, dispatcher)
    drifting.refresh_from_db()
    assert not reports & set(drifting.reports.all())
    assert next(iter(reports)).__class__.objects.get(pk=next(iter(reports)).pk).incident.type == "sinking"


def test_a_parted_report_is_joined_back(drifting, dispatcher, fisher):
    second = receive(Incoming(source="sms", external_id="SM3", text="cepat", reporter=fisher)).report
    assert second.incident == drifting
    _done, row = do("part", drifting, dispatcher, report=str(second.pk), quick="1")
    second.refresh_from_db()
    assert second.incident != drifting
    take_back(row, dispatcher)
    second.refresh_from_db()
    assert second.incident == drifting


def test_weather_is_taken_back_and_that_is_undone_too(drifting, dispatcher):
    weather.enter(drifting.pk, by=dispatcher, wind_kn=10.0, wind_from_deg=45.0)
    sent = {"wind_kn": "25", "wind_from_deg": "200"}
    _done, row = do("weather", drifting, dispatcher, **sent)
    take_back(row, dispatcher)
    assert SceneWeather.objects.first().wind_kn == 10
    _done, row = do("take-back-weather", drifting, dispatcher)
    take_back(row, dispatcher)
    assert SceneWeather.objects.first().wind_kn == 10


@pytest.mark.parametrize("name", ["stand-down", "close"])
def test_an_end_is_undone_as_open_again_and_calls_nobody(drifting, dispatcher, name):
    do("priority", drifting, dispatcher, priority="4", reason="no danger")
    _done, row = do(name, drifting, dispatcher, outcome="recorded", quick="1")
    assert "No unit is called" in take_back(row, dispatcher).said
    assert facts(drifting)["status"] == "open"
    assert not Notification.objects.filter(unit__isnull=False).exists()


class TestDismissing:
    def test_a_p1_takes_two_and_shows_who_waits(self, sinking, dispatcher, supervisor):
        report = sinking.reports.get()
        _done, row = do("dismiss-report", sinking, dispatcher, report=str(report.pk), quick="1")
        assert not ACTS["confirm-dismissal"].offered(sinking, dispatcher)
        waiting = Dismissal.objects.get()
        do("confirm-dismissal", sinking, supervisor, dismissal=str(waiting.pk))
        report.refresh_from_db()
        assert report.status == "dismissed"
        with pytest.raises(DecisionRefused):
            take_back(row, dispatcher)

    @pytest.mark.parametrize("how", ["undo", "act"])
    def test_either_takes_it_back(self, sinking, dispatcher, supervisor, how):
        report = sinking.reports.get()
        _done, row = do("dismiss-report", sinking, dispatcher, report=str(report.pk), quick="1")
        if how == "undo":
            take_back(row, dispatcher)
        else:
            do("withdraw-dismissal", sinking, supervisor, dismissal=str(Dismissal.objects.get().pk))
        assert Dismissal.objects.get().outcome == "withdrawn"
        assert not ACTS["withdraw-dismissal"].offered(sinking, supervisor)


class TestSuspending:
    def test_everyone_is_told_to_stop_and_the_incident_stays_open(self, sinking, dispatcher, patrol):
        do("task", sinking, dispatcher, unit=str(patrol.pk))
        task = Dispatch.objects.get()
        Notification.objects.filter(dispatch=task).update(status="accepted")
        dispatch.acknowledge(task.pk, via="sms")
        assert "MY-LUMUT-04" in " ".join(ACTS["suspend"].preview(sinking))
        do("suspend", sinking, dispatcher, quick="1")
        sinking.refresh_from_db()
        task.refresh_from_db()
        assert (sinking.status, sinking.is_open, task.status) == ("suspended", True, "stood_down")
        assert Notification.objects.filter(dispatch=task, purpose="stand_down").exists()
        assert not Escalation.objects.get().is_live

    def test_an_officer_who_asks_for_a_unit_begins_it_again(self, sinking, dispatcher, patrol):
        do("suspend", sinking, dispatcher, quick="2")
        do("request-unit", sinking, dispatcher, reason="")
        assert Escalation.objects.get().state == "wanted"

    def test_no_search_to_suspend_in_a_quiet_matter(self, dispatcher):
        incident = factories.Incident(type="smuggling_fuel")
        assert not ACTS["suspend"].offered(incident, dispatcher)
        with pytest.raises(DecisionRefused):
            dispatch.suspend(incident.pk, by=dispatcher, reason="x")


class TestWriting:
    def test_a_note_stands_as_written(self, drifting, dispatcher):
        do("note", drifting, dispatcher, text="<b>caller</b> is the owner's brother")
        note = drifting.notes.get()
        assert (note.text, note.by) == ("<b>caller</b> is the owner's brother", dispatcher)
        for change in (lambda: note.delete(), lambda: type(note).objects.update(text="x")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_a_tick_and_its_undo_are_two_rows(self, drifting, dispatcher, supervisor):
        _done, row = do("tick", drifting, dispatcher, item="position", done="yes")
        take_back(row, supervisor)
        assert list(ChecklistTick.objects.values_list("done", "by__username")) == [
            (True, "dispatcher"),
            (False, "supervisor"),
        ]

    def test_what_is_not_ticked_is_said_before_closing_and_stops_nothing(self, drifting, dispatcher):
        do("priority", drifting, dispatcher, priority="4", reason="no danger")
        assert "Rescue co-ordination centre told" in " ".join(ACTS["close"].preview(drifting))
        do("close", drifting, dispatcher, outcome="recorded", quick="1")
        assert facts(drifting)["status"] == "closed"


@pytest.mark.parametrize(
    ("quick", "reason", "kept"),
    [("1", "", "danger"), ("", "by radio", "by radio"), ("1", "by radio", "danger; by radio"), ("", "  ", None), ("99", "", None)],
)  # fmt: skip
def test_a_reason_is_chosen_written_or_both(drifting, quick, reason, kept):
    act = ACTS["priority"]
    form = type(act.make_form(drifting))(
        {"priority": "3", "quick": quick, "reason": reason}, incident=drifting, quick=("danger", "no danger")
    )
    assert form.is_valid() is (kept is not None)
    if kept:
        assert form.cleaned_data["reason"] == kept


def test_every_key_names_one_act():
    keys = [act.key for act in ACTS.values() if act.key]
    assert len(keys) == len(set(keys))
    assert all(not act.danger for act in ACTS.values() if act.instant)


def test_a_refused_act_leaves_no_row(drifting, dispatcher, supervisor):
    decisions.take(drifting.pk, supervisor)
    act = ACTS["take"]
    with pytest.raises(decisions.AlreadyHeld):
        carry_out(act, drifting, act.make_form(drifting, {}), dispatcher)
    assert not DeskAct.objects.exists()
