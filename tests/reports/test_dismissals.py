"""A report that is nothing to act on: one word, in an urgent matter that of two officers."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.models import User
from reports import decisions, dismissals
from reports.decisions import DecisionRefused
from reports.models import Dismissal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(agency):
    """Another supervisor of the same watch."""
    return factories.User(username="second", role=User.Role.SUPERVISOR, agency=agency, is_staff=True)


def report_of(priority: int):
    return factories.Report(incident=factories.Incident(priority=priority, rule_priority=priority))


@pytest.mark.parametrize("who", ["dispatcher", "supervisor", "admin"])
@pytest.mark.parametrize(("priority", "alone"), [(1, False), (2, False), (3, True), (5, True)])
def test_one_word_is_enough_below_p2_only(request, who, priority, alone):
    row, officer = report_of(priority), request.getfixturevalue(who)
    if alone:
        assert dismissals.dismiss(row.pk, by=officer, reason="hoax").status == "dismissed"
        return
    with pytest.raises(DecisionRefused):
        dismissals.dismiss(row.pk, by=officer, reason="hoax")
    row.refresh_from_db()
    assert row.status == "received"


def test_lowering_the_priority_by_hand_does_not_save_the_second_officer(dispatcher):
    row = report_of(2)
    decisions.override_priority(row.incident_id, 5, by=dispatcher, reason="towed in")
    row.incident.refresh_from_db()
    if row.incident.rule_priority > 2:  # the factory's facts sum to less than they were made with
        row.incident.rule_priority = 2
        row.incident.save()
    with pytest.raises(DecisionRefused):
        dismissals.dismiss(row.pk, by=dispatcher, reason="hoax")


def test_a_second_supervisor_confirms_what_the_first_officer_proposed(dispatcher, supervisor):
    row = report_of(1)
    waiting = dismissals.propose(row.pk, by=dispatcher, reason="child with the phone")
    row.refresh_from_db()
    assert row.status == "received"
    assert dismissals.confirm(waiting.pk, by=supervisor).status == "dismissed"
    told = row.incident.transitions.filter(field="report").get()
    assert (told.by, told.reason) == (supervisor, "child with the phone (proposed by dispatcher)")
    with pytest.raises(DecisionRefused):
        dismissals.confirm(waiting.pk, by=supervisor)


@pytest.mark.parametrize(
    ("first", "then", "may"),
    [
        ("dispatcher", "dispatcher", False), ("supervisor", "supervisor", False), ("admin", "admin", False),
        ("supervisor", "dispatcher", False), ("supervisor", "second", True), ("dispatcher", "admin", True),
    ],
)  # fmt: skip
def test_who_may_be_the_second_officer(request, first, then, may):
    row = report_of(1)
    waiting = dismissals.propose(row.pk, by=request.getfixturevalue(first), reason="hoax")
    other = request.getfixturevalue(then)
    if may:
        dismissals.confirm(waiting.pk, by=other)
    else:
        with pytest.raises(DecisionRefused):
            dismissals.confirm(waiting.pk, by=other)
    row.refresh_from_db()
    assert (row.status == "dismissed") is may


@pytest.mark.parametrize("who", ["dispatcher", "supervisor"])
def test_either_officer_takes_the_proposal_back_and_it_may_be_made_again(request, dispatcher, who):
    row = report_of(1)
    waiting = dismissals.propose(row.pk, by=dispatcher, reason="hoax")
    with pytest.raises(DecisionRefused, match="proposed that already"):
        dismissals.propose(row.pk, by=dispatcher, reason="hoax")
    dismissals.withdraw(waiting.pk, by=request.getfixturevalue(who))
    with pytest.raises(DecisionRefused):
        dismissals.withdraw(waiting.pk, by=dispatcher)
    assert dismissals.propose(row.pk, by=dispatcher, reason="again").outcome == ""


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_proposal_without_a_reason(dispatcher, reason):
    row = report_of(1)
    for act in (dismissals.propose, dismissals.dismiss):
        with pytest.raises(DecisionRefused, match="reason"):
            act(row.pk, by=dispatcher, reason=reason)


def test_the_database_refuses_one_officer_as_both(dispatcher):
    row = report_of(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dismissal.objects.create(
            report=row, proposed_by=dispatcher, proposed_at=timezone.now(), reason="hoax",
            settled_by=dispatcher, settled_at=timezone.now(), outcome="confirmed",
        )  # fmt: skip
