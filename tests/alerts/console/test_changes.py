"""What a look at the queue finds changed, and what somebody with an older mark has missed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from alerts.console import changes
from alerts.console.changes import ERA, Mark, Seen
from alerts.models import Dispatch, Escalation, Notification
from reports.decisions import LEASE, LEASE_OF_UNTOUCHED_DISTRESS
from reports.models import Dismissal, Incident, Question
from tests import factories
from tests.alerts.console.quiet import quiet_mark

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def incident():
    return factories.Incident()


def version(incident) -> str:
    return changes.look().rows[incident.pk].version


def ask(incident, due_in_s):
    now = timezone.now()
    return Question.objects.create(
        incident=incident, kind="where", asked_at=now, due_at=now + timedelta(seconds=due_in_s)
    )


def call(incident, patrol):
    return Dispatch.objects.create(incident=incident, unit=patrol, created_at=timezone.now())


def dismiss(incident):
    """One of two officers proposes to dismiss a report."""
    report = factories.Report(incident=incident)
    return Dismissal.objects.create(
        report=report, proposed_by=factories.User(), proposed_at=timezone.now(), reason="x"
    )


CHANGES = {
    "the incident": lambda one, patrol: Incident.objects.filter(pk=one.pk).update(place="Pangkor"),
    "its ladder": lambda one, patrol: Escalation.objects.filter(incident=one).update(next_step=1),
    "a call": call,
    "a question that is due": lambda one, patrol: ask(one, -1),
    "a dismissal": lambda one, patrol: dismiss(one),
    "a question": lambda one, patrol: ask(one, 600),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_a_row_shows_changes_its_version_and_no_others(name, incident, patrol):
    other = factories.Incident()
    now = timezone.now()
    Escalation.objects.create(incident=incident, started_at=now, due_at=now)
    before, others = version(incident), version(other)
    mark = quiet_mark()
    CHANGES[name](incident, patrol)
    after = changes.look()
    assert after.rows[incident.pk].version != before
    assert after.rows[other.pk].version == others
    assert after.rows[incident.pk].is_news_to(mark)
    assert not after.rows[other.pk].is_news_to(mark)


@pytest.mark.django_db(transaction=True)
def test_a_look_twice_finds_the_same(incident, patrol):
    call(incident, patrol)
    assert changes.look().rows == changes.look().rows


def test_time_alone_changes_a_row(incident, dispatcher):
    since = timezone.now() + timedelta(hours=1)
    Incident.objects.filter(pk=incident.pk).update(held_by=dispatcher, held_until=since)
    held = version(incident)
    Incident.objects.filter(pk=incident.pk).update(held_until=timezone.now() - timedelta(seconds=1))
    assert version(incident).split(".")[1] != held.split(".")[1]


def test_what_has_ended_is_not_looked_at(incident):
    factories.force(Incident.objects.filter(pk=incident.pk), status="closed")
    assert incident.pk not in changes.look().rows


@pytest.mark.parametrize(
    ("fields", "untaken"),
    [
        ({"emergency_phase": "DISTRESS"}, True),
        ({"response_phase": "ATTACK"}, True),
        ({"emergency_phase": "DISTRESS", "taken_at": NOW}, False),
        ({"emergency_phase": "ALERT"}, False),
        # Taken, and the short lease ran out with nothing done, or after the officer had worked on it.
        (
            {"emergency_phase": "DISTRESS", "taken_at": NOW, "held_until": NOW + LEASE_OF_UNTOUCHED_DISTRESS},
            True,
        ),
        ({"emergency_phase": "DISTRESS", "taken_at": NOW, "held_until": NOW + LEASE}, False),
        (
            {"emergency_phase": "ALERT", "taken_at": NOW, "held_until": NOW + LEASE_OF_UNTOUCHED_DISTRESS},
            False,
        ),
    ],
)
def test_distress_that_nobody_has_taken_is_named(incident, fields, untaken):
    Incident.objects.filter(pk=incident.pk).update(**fields)
    assert (incident.pk in changes.look().untaken()) is untaken


def test_a_distress_that_slipped_is_not_named_once_a_unit_goes(incident):
    until = NOW + LEASE_OF_UNTOUCHED_DISTRESS
    fields = {"emergency_phase": "DISTRESS", "taken_at": NOW, "held_until": until, "status": "responding"}
    factories.force(Incident.objects.filter(pk=incident.pk), **fields)
    assert incident.pk not in changes.look().untaken()


def test_a_receipt_moves_the_story_and_not_the_row(incident, patrol):
    now = timezone.now()
    sent = Notification.objects.create(
        incident=incident,
        unit=patrol,
        purpose="alert",
        channel="sms",
        text="…",
        key="k",
        created_at=now,
        due_at=now,
    )
    row, story = version(incident), changes.stories()[incident.pk]
    Notification.objects.filter(pk=sent.pk).update(error="x")
    Notification.objects.create(
        incident=incident,
        unit=patrol,
        purpose="alert",
        channel="sms",
        text="…",
        key="l",
        created_at=now,
        due_at=now,
    )
    assert changes.stories()[incident.pk] != story
    assert version(incident) == row


@pytest.mark.parametrize(
    ("of_row", "seen_up_to", "news"),
    [(5, 5, True), (4, 5, False), (1, ERA - 3, True), (ERA - 3, ERA + 1, False), (7, 2 * ERA + 3, True)],
)
def test_the_counter_of_transactions_may_turn(of_row, seen_up_to, news):
    assert Seen("", of_row, None, False).is_news_to(Mark(seen_up_to, NOW)) is news


@pytest.mark.parametrize(("seconds", "news"), [(1, True), (-60, False)])
def test_what_time_changed_after_the_mark_is_news(seconds, news):
    seen = Seen("", 1, NOW + timedelta(seconds=seconds), False)
    assert seen.is_news_to(Mark(100, NOW)) is news


def test_a_mark_is_read_as_it_was_written():
    mark = changes.mark()
    again = Mark.read(str(mark))
    assert again.xid == mark.xid
    assert abs(again.at - mark.at) < timedelta(milliseconds=2)


@pytest.mark.parametrize(
    "text", [None, "", "-", "5", "5-", "-5", "a-b", "5-999999999999999999999", "５-1", "1-1-1", "x" * 99]
)
def test_anything_else_is_no_mark(text):
    assert Mark.read(text) is None
