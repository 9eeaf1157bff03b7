"""What a round finds, mends and raises, row by row; and that it ends in time whatever the database does."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from alerts import pulses
from alerts.auditor import contradictions, incidents, processes, rounds, rows
from alerts.models import Alarm, Dispatch, Escalation, Notification, PatrolUnit
from reports.models import Incident
from tests import factories


@pytest.fixture(autouse=True)
def alone(db, settings):
    """No process is expected, no web server asked."""
    settings.AUDITOR_EXPECTS = []


def ago(seconds=0.0, **units):
    return timezone.now() - timedelta(seconds=seconds, **units)


def before(seconds: float) -> timedelta:
    """A time for a table of cases: so long before the test itself, not before the tests were collected."""
    return timedelta(seconds=-seconds)


def at_times(fields: dict) -> dict:
    """The fields of a case with their times as moments."""
    now = timezone.now()
    return {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}


def rounds_of(count):
    seen = set()
    for _ in range(count):
        done = rounds.go(seen)
        seen = done.unsure
    return done


def standing():
    return {row.kind: row.text for row in Alarm.objects.filter(cleared_at__isnull=True)}


def an_incident(**fields):
    """One with a report, received long ago unless said."""
    report = factories.Report(**{f"incident__{name}": value for name, value in fields.items()})
    return report.incident


def test_a_quiet_night_is_clean():
    done = rounds_of(1)
    assert done.clean
    assert done.looked == len(rounds.LOOKS)
    assert standing() == {}


# --- Rows that do not move ---


@pytest.mark.parametrize(
    ("priority", "status", "late_s", "said"),
    [
        (1, "pending", 5, ""),
        (1, "pending", 12, "1 P1 by sms not sent, 12 s late"),
        (1, "failed_temp", 200, "1 P1 by sms not sent, 3 min late"),
        (2, "pending", 12, ""),
        (2, "pending", 25, "1 P2 by sms not sent, 25 s late"),
        (3, "pending", 70, "1 P3-P5 by sms not sent, 70 s late"),
        (5, "pending", 200, ""),
        (5, "pending", 400, "1 P3-P5 by sms not sent"),
        (1, "accepted", 900, ""),
        (1, "cancelled", 900, ""),
    ],
)
def test_messages_that_do_not_leave(priority, status, late_s, said):
    factories.Notification(
        incident=an_incident(priority=3),
        priority=priority,
        status=status,
        due_at=ago(late_s),
        created_at=ago(late_s),
    )
    done = rounds_of(1)
    assert (said in standing().get("notification_late", "")) if said else standing() == {}
    assert done.clean is not bool(said)


def test_one_alarm_for_a_thousand_messages():
    incident, unit = an_incident(priority=3), factories.PatrolUnit()
    for n in range(150):
        factories.Notification(incident=incident, unit=unit, priority=1, due_at=ago(30 + n))
    rounds_of(3)
    (row,) = Alarm.objects.all()
    assert row.text.startswith("over 100 P1 by sms not sent, 3 min late")


def test_an_alarm_ends_with_its_cause():
    note = factories.Notification(incident=an_incident(), priority=1, due_at=ago(60))
    rounds_of(2)
    assert set(standing()) == {"notification_late"}
    Notification.objects.filter(pk=note.pk).update(status="accepted")
    assert rounds_of(1).clean
    assert standing() == {}
    assert Alarm.objects.count() == 1


def test_an_expired_message_is_nobodys_fault():
    factories.Notification(incident=an_incident(), priority=1, due_at=ago(60), expires_at=ago(5))
    assert rounds_of(1).clean


def test_a_carrier_that_keeps_failing():
    for _ in range(3):
        factories.Notification(
            incident=an_incident(), priority=2, status="failed_temp", attempt=4, error_code="30001",
            created_at=ago(90), due_at=ago(-30),
        )  # fmt: skip
    rounds_of(1)
    assert standing() == {"notification_failing": "3 urgent by sms fail since 90 s, mostly 30001"}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, True),
        ({"status": "delivered"}, False),
        ({"carrier": "simulated"}, False),
        ({"priority": 2}, False),
        ({"purpose": "answer"}, False),
        ({"accepted_at": before(100)}, False),
        ({"accepted_at": before(7200)}, False),
    ],
)
def test_a_carrier_that_never_speaks_of_a_p1_again(fields, found):
    incident = an_incident(status="dispatching", priority=1, held_until=ago(-300))
    dispatch = factories.Dispatch(incident=incident, status="alerting", unit__status="alerted")
    factories.Escalation(incident=incident, state="running", due_at=ago(-60))
    factories.Notification(
        **{"incident": incident, "dispatch": dispatch, "unit": dispatch.unit, "priority": 1, "status": "accepted",
           "carrier": "twilio", "accepted_at": ago(240), "created_at": ago(240)} | at_times(fields)
    )  # fmt: skip
    rounds_of(1)
    assert ("receipt_missing" in standing()) is found


@pytest.mark.parametrize(
    ("priority", "late_s", "found"), [(1, 5, False), (1, 15, True), (3, 30, False), (3, 70, True)]
)
def test_a_ladder_that_nobody_climbs(priority, late_s, found):
    incident = an_incident(priority=priority, status="dispatching")
    factories.Escalation(incident=incident, state="running", due_at=ago(late_s))
    rounds_of(1)
    assert standing() == (
        {
            "ladder_late": f"1 {'P1' if priority == 1 else 'P3-P5'} ladders not climbed, {late_s} s late ({incident.reference})"
        }
        if found
        else {}
    )


def test_a_lease_of_a_dead_dispatcher_is_returned():
    held = factories.Notification(
        incident=an_incident(),
        status="leased",
        leased_by="host:1",
        leased_until=ago(15),
        created_at=ago(50),
        due_at=ago(50),
    )
    fresh = factories.Notification(
        incident=an_incident(), status="leased", leased_by="host:2", leased_until=ago(-5)
    )
    done = rounds_of(1)
    assert [finding.kind for finding in done.mended] == ["lease_over"]
    assert not done.clean
    held.refresh_from_db()
    fresh.refresh_from_db()
    assert (held.status, fresh.status) == ("pending", "leased")
    assert standing() == {}


def test_times_in_the_future_are_pulled_back():
    later = ago(-7300)
    note = factories.Notification(incident=an_incident(), priority=1, due_at=later)
    leased = factories.Notification(incident=an_incident(), status="leased", leased_until=later)
    ladder = factories.Escalation(incident=an_incident(priority=1, status="dispatching"), started_at=later)
    look = factories.Escalation(incident=an_incident(), purpose="look", started_at=ago(), due_at=ago(-120))
    assert {finding.kind for finding in rounds_of(1).mended} == {"time_ahead"}
    for row in (note, leased, ladder, look):
        row.refresh_from_db()
    now = timezone.now()
    assert max(note.due_at, leased.leased_until, ladder.due_at, ladder.started_at) <= now
    assert look.due_at > now
    assert rounds_of(1).mended == []


# --- Incidents that nobody works on ---


def test_a_ladder_whose_row_is_gone_starts_again():
    incident = an_incident(priority=1, status="dispatching", dispatch_requested_at=ago(30))
    done = rounds_of(1)
    assert [finding.kind for finding in done.mended] == ["unit_wanted_in_vain"]
    ladder = Escalation.objects.get(pk=incident.pk)
    assert (ladder.state, ladder.purpose) == ("wanted", "unit")
    assert rounds_of(1).clean


def test_the_dispatchers_sweep_is_given_its_time():
    an_incident(priority=1, status="open", dispatch_requested_at=ago(5))
    assert rounds_of(2).clean


def test_a_ladder_answered_by_nobody_starts_again_once_that_is_sure():
    incident = an_incident(priority=1, status="dispatching")
    factories.Escalation(incident=incident, state="answered")
    assert rounds_of(1).mended == []  # the acknowledgement may be on its way into the database
    assert [finding.kind for finding in rounds_of(2).mended] == ["unit_wanted_in_vain"]
    assert Escalation.objects.get().state == "wanted"


@pytest.mark.parametrize(
    ("fields", "ladder", "found"),
    [
        ({}, None, True),
        ({"last_report_at": before(30)}, None, False),
        ({"held_until": before(-60)}, None, False),
        ({"held_until": before(30)}, None, False),
        ({"priority": 3}, None, False),
        ({"priority": 2}, None, False),
        ({"priority": 2, "last_report_at": before(1000)}, None, True),
        ({"status": "suspended"}, None, False),
        ({}, {"state": "running", "due_at": before(-60)}, False),
        ({}, {"state": "stopped", "stopped_by": True}, False),
        ({"last_report_at": before(1000)}, {"state": "stopped", "stopped_by": True}, True),
        ({}, {"state": "stopped"}, True),
    ],
)
def test_an_urgent_incident_in_nobodys_hands(fields, ladder, found):
    incident = an_incident(**{"priority": 1, "last_report_at": ago(300)} | at_times(fields))
    if ladder:
        if ladder.get("stopped_by"):
            ladder = ladder | {"stopped_by": factories.User(role="dispatcher")}
        factories.Escalation(incident=incident, **at_times(ladder))
    rounds_of(1)
    assert ("nobody_has_it" in standing()) is found
    if found:
        assert Alarm.objects.get().incident == incident


def test_a_unit_that_was_called_on_no_channel():
    incident = an_incident(status="dispatching", priority=1)
    factories.Escalation(incident=incident, state="running", due_at=ago(-60))
    dispatch = factories.Dispatch(
        incident=incident, status="alerting", created_at=ago(40), unit__status="alerted"
    )
    rounds_of(1)
    assert dispatch.unit.call_sign in standing()["nobody_told"]
    factories.Notification(incident=incident, dispatch=dispatch, unit=dispatch.unit, status="accepted")
    assert rounds_of(1).clean


def test_a_question_that_nobody_took_up():
    incident = an_incident(priority=2, position=None)
    factories.Question(incident=incident, asked_at=ago(minutes=14))
    rounds_of(1)
    assert "asked where" in standing()["question_open"]
    Incident.objects.update(taken_at=ago())
    rounds_of(1)
    assert "question_open" not in standing()


def test_crews_that_do_not_know_what_is_new_are_told(patrol):
    incident = an_incident(status="responding", priority=1, news_at=ago(30))
    factories.Dispatch(incident=incident, unit=patrol, status="en_route", role="lead", told_at=ago(60))
    PatrolUnit.objects.filter(pk=patrol.pk).update(status="en_route")
    assert [finding.subject for finding in rounds_of(1).mended] == ["news"]
    assert Notification.objects.get().text.startswith("UPDATE")


def test_reports_adrift():
    survivor = an_incident()
    factories.Report(incident__status="merged", incident__merged_into=survivor)
    factories.Incident(received_at=ago(60))
    assert rounds_of(1).unsure
    rounds_of(2)
    assert Alarm.objects.filter(kind="report_adrift").count() == 2


# --- Contradictions ---


@pytest.mark.parametrize("status", ["responding", "on_scene"])
def test_an_incident_that_no_unit_goes_to_is_dispatched_again(status):
    incident = an_incident(status=status, priority=1)
    factories.Escalation(incident=incident, state="answered")
    factories.Dispatch(incident=incident, status="declined")
    assert not rounds_of(1).mended
    assert [finding.kind for finding in rounds_of(2).mended] == ["incident_without_unit"]
    incident.refresh_from_db()
    assert incident.status == "dispatching"
    assert incident.escalation.state == "wanted"
    assert incident.transitions.get(new="dispatching").reason == "no unit is on its way"
    assert rounds_of(2).clean


def test_a_support_unit_that_goes_on_alone_is_no_contradiction():
    incident = an_incident(status="on_scene", priority=1)
    factories.Escalation(incident=incident, state="answered")
    factories.Dispatch(incident=incident, status="on_scene", role="support", unit__status="on_scene")
    assert rounds_of(2).clean


@pytest.mark.parametrize("ended", ["closed", "stood_down", "handed_over", "resolved"])
def test_what_goes_on_for_an_incident_that_has_ended(ended):
    incident = an_incident(status=ended, priority=1)
    factories.Escalation(incident=incident, state="running", due_at=ago(-60))
    dispatch = factories.Dispatch(incident=incident, status="en_route", role="lead", unit__status="en_route")
    assert [finding.kind for finding in rounds_of(2).mended] == ["ladder_on_ended"]
    assert Escalation.objects.get().state == "stopped"
    assert dispatch.unit.call_sign in standing()["task_on_ended"]
    assert Dispatch.objects.get().status == "en_route"  # a crew at sea is an officer's to call back


@pytest.mark.parametrize(
    ("unit_status", "dispatch_status", "becomes", "alarm"),
    [
        ("available", None, "available", False),
        ("available", "en_route", "en_route", False),
        ("alerted", "acknowledged", "acknowledged", False),
        ("alerted", None, "available", False),
        ("alerted", "declined", "available", False),
        ("alerted", "alerting", "alerted", False),
        ("en_route", "en_route", "en_route", False),
        ("on_scene", "en_route", "on_scene", False),
        ("en_route", None, "en_route", True),
        ("off_watch", "on_scene", "off_watch", True),
        ("towing", "on_scene", "towing", False),
        ("out_of_service", None, "out_of_service", False),
    ],
)
def test_a_unit_whose_status_contradicts_its_tasks(unit_status, dispatch_status, becomes, alarm):
    unit = factories.PatrolUnit(status=unit_status)
    if dispatch_status:
        status = "dispatching" if dispatch_status in ("alerting", "declined") else "responding"
        incident = an_incident(status=status, priority=3)
        factories.Escalation(incident=incident, state="running", due_at=ago(-60))
        dispatch = factories.Dispatch(incident=incident, unit=unit, status=dispatch_status)
        factories.Notification(incident=incident, dispatch=dispatch, unit=unit, status="accepted")
    rounds_of(2)
    unit.refresh_from_db()
    assert unit.status == becomes
    assert ("unit_status" in standing()) is alarm
    assert rounds_of(2).clean is not alarm


# --- Processes ---


def age_pulses(seconds):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerts_pulse SET at = at - make_interval(secs => %s::float8)", [seconds])


def test_a_process_that_hears_nothing_more(monkeypatch):
    monkeypatch.setattr(processes, "_started", time.monotonic() - 61)
    pulses.write("dispatcher")
    assert rounds_of(1).clean
    age_pulses(13)
    rounds_of(1)
    assert "gives no sign of life for 1" in standing()["process_silent"]
    pulses.write("dispatcher")
    assert rounds_of(1).clean


def test_what_was_silent_before_the_auditor_began_has_time_to_be_started(monkeypatch):
    monkeypatch.setattr(processes, "_started", time.monotonic() - 50)
    pulses.write("dispatcher")
    age_pulses(3600)
    assert rounds_of(1).clean
    monkeypatch.setattr(processes, "_started", time.monotonic() - 61)
    rounds_of(1)
    assert "gives no sign of life for 60 min" in standing()["process_silent"]


def test_what_falls_silent_while_the_auditor_looks_is_told_at_once(monkeypatch):
    monkeypatch.setattr(processes, "_started", time.monotonic() - 20)
    pulses.write("dispatcher")
    age_pulses(13)
    rounds_of(1)
    assert "gives no sign of life" in standing()["process_silent"]


def test_a_kind_of_which_none_is_left(settings, monkeypatch):
    settings.AUDITOR_EXPECTS = ["dispatcher"]
    monkeypatch.setattr(processes, "_started", time.monotonic() - 50)
    assert rounds_of(1).clean  # it may still be starting
    monkeypatch.setattr(processes, "_started", time.monotonic() - 61)
    rounds_of(1)
    assert standing() == {"process_silent": "no dispatcher process is at work"}
    writer = pulses.Writer("dispatcher")
    writer.beat()
    assert rounds_of(1).clean
    writer.end()
    age_pulses(50)
    assert rounds_of(1).clean  # it may be restarting
    age_pulses(15)
    rounds_of(1)
    assert standing() == {"process_silent": "no dispatcher process is at work"}


def test_a_clock_that_is_wrong(monkeypatch):
    now = time.time()
    monkeypatch.setattr("alerts.pulses.time.time", lambda: now - 9)
    pulses.write("dispatcher")
    rounds_of(2)
    assert "s behind the database's" in standing()["clock_apart"]


def test_the_web_processes_are_asked(settings, live_server):
    settings.AUDITOR_EXPECTS = ["web"]
    settings.AUDITOR_WEB_URLS = [
        f"{live_server.url}/readyz",
        "http://127.0.0.1:1/readyz",
        f"{live_server.url}/healthz",
    ]
    assert processes.ask_all() == [True, False, True]
    processes.ask_web()
    assert len(pulses.signs()) == 1  # one server, whichever of its pages


# --- Bounded ---


def test_a_look_that_hangs_is_cut_and_the_others_go_on(settings, monkeypatch):
    def hangs(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        yield

    factories.Notification(incident=an_incident(), priority=1, due_at=ago(60))
    monkeypatch.setattr(rounds, "STATEMENT_S", 0.2)
    monkeypatch.setattr(rounds, "LOOKS", {hangs: {"unit_status"}} | rounds.LOOKS)
    started = time.monotonic()
    done = rounds_of(1)
    assert time.monotonic() - started < 5
    assert done.failed == ["hangs"]
    assert not done.clean
    assert set(standing()) == {"round_failed", "notification_late"}


def test_what_was_not_looked_at_is_not_called_mended(monkeypatch):
    unit = factories.PatrolUnit(status="en_route")
    rounds_of(2)
    assert "unit_status" in standing()
    PatrolUnit.objects.filter(pk=unit.pk).update(status="available")

    def fails(now):
        raise ValueError

    looks = {
        fails if look is contradictions.unit_statuses else look: kinds for look, kinds in rounds.LOOKS.items()
    }
    monkeypatch.setattr(rounds, "LOOKS", looks)
    rounds_of(1)
    assert set(standing()) == {"unit_status", "round_failed"}
    monkeypatch.undo()
    assert rounds.LOOKS.keys() >= contradictions.LOOKS.keys()


def test_a_round_without_time_left_looks_at_nothing_and_says_so(monkeypatch):
    monkeypatch.setattr(rounds, "BUDGET", 0.0)
    done = rounds_of(1)
    assert done.looked == 0
    assert len(done.failed) == len(rounds.LOOKS)
    assert set(standing()) == {"round_failed"}


def test_a_repair_that_fails_is_an_alarm(monkeypatch):
    an_incident(priority=1, status="dispatching", dispatch_requested_at=ago(30))

    def refuses(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr(incidents.escalation, "want", refuses)
    done = rounds_of(1)
    assert done.mended == []
    assert set(standing()) == {"unit_wanted_in_vain"}


def test_every_kind_that_a_look_raises_has_words():
    from alerts.alarms import KINDS

    named = set().union(*rounds.LOOKS.values())
    assert named <= KINDS.keys()
    for module in (rows, incidents, contradictions, processes):
        assert module.LOOKS


def test_a_round_is_quick_and_asks_a_bounded_number_of_questions(django_assert_max_num_queries):
    rounds_of(1)
    with django_assert_max_num_queries(5 * len(rounds.LOOKS) + 20):
        done = rounds.go(set())
    assert done.took_s < 3
    print(f"{done.took_s:.3f} s")
