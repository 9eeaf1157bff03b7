"""A report that is nothing to act on: one officer's word, in a P1 or P2 matter that of two.

The incident stays as it is; ending it is another act.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from communities.models import User
from reports import workflow
from reports.decisions import DecisionRefused
from reports.models import Dismissal, Incident, Report
from reports.states import REPORT

URGENT = 2  # P1 and P2: from here up it takes two


def needs_two(incident: Incident) -> bool:
    """Whether one officer's word is not enough; lowering the priority by hand does not make it so."""
    return min(incident.priority, incident.rule_priority) <= URGENT


@transaction.atomic
def dismiss(report_id, *, by: User, reason: str, now: datetime | None = None) -> Report:
    """Mark one report as nothing to act on. Raises DecisionRefused, also where it takes two officers."""
    incident, report = _locked(report_id)
    _check(report, reason)
    if needs_two(incident):
        raise DecisionRefused("It takes two officers to dismiss a report of a P1 or P2 matter: propose it.")
    return _dismiss(incident, report, by=by, reason=reason, now=now)


@transaction.atomic
def propose(report_id, *, by: User, reason: str, now: datetime | None = None) -> Dismissal:
    """Be the first of the two officers. Raises DecisionRefused, also where it is proposed already."""
    now = now or timezone.now()
    incident, report = _locked(report_id)
    _check(report, reason)
    if waiting := report.dismissals.filter(outcome="").select_related("proposed_by").first():
        raise DecisionRefused(f"{waiting.proposed_by} has proposed that already: another officer confirms.")
    row = Dismissal.objects.create(
        report=report, proposed_by=by, proposed_at=now, reason=reason.strip()[:300]
    )
    workflow.record(
        incident, "dismissal", report.reference, "proposed, waits for a second officer",
        by=by, reason=reason, now=now,
    )  # fmt: skip
    return row


def may_confirm(row: Dismissal, user: User) -> bool:
    """Whether this user can be the second officer of a proposal: a supervisor who did not make it."""
    second = user.is_superuser or user.role in {User.Role.SUPERVISOR, User.Role.ADMIN}
    return second and row.proposed_by_id != user.pk


@transaction.atomic
def confirm(dismissal_id, *, by: User, now: datetime | None = None) -> Report:
    """Be the second officer: a supervisor or administrator, and not the one who proposed it.

    Raises DecisionRefused.
    """
    incident, row = _waiting(dismissal_id)
    if not may_confirm(row, by):
        raise DecisionRefused("The second officer is a supervisor, and not the one who proposed it.")
    _check(row.report, row.reason)
    _settle(row, Dismissal.Outcome.CONFIRMED, by, now)
    reason = f"{row.reason} (proposed by {row.proposed_by})"
    return _dismiss(incident, row.report, by=by, reason=reason, now=now)


@transaction.atomic
def withdraw(dismissal_id, *, by: User, now: datetime | None = None) -> Dismissal:
    """Take the proposal back: the officer who made it, or any other who does not agree."""
    incident, row = _waiting(dismissal_id)
    _settle(row, Dismissal.Outcome.WITHDRAWN, by, now)
    workflow.record(incident, "dismissal", f"{row.report.reference} proposed", "taken back", by=by, now=now)
    return row


def _dismiss(incident: Incident, report: Report, *, by: User, reason: str, now: datetime | None) -> Report:
    workflow.record(
        incident, "report", f"{report.reference} {report.status}", "dismissed", by=by, reason=reason, now=now
    )
    report.status = Report.Status.DISMISSED
    report.save(update_fields=["status"])
    return report


def _settle(row: Dismissal, outcome: str, by: User, now: datetime | None) -> None:
    row.outcome, row.settled_by, row.settled_at = outcome, by, now or timezone.now()
    row.save(update_fields=["outcome", "settled_by", "settled_at"])


def _locked(report_id) -> tuple[Incident, Report]:
    incident = workflow.lock(Report.objects.values_list("incident_id", flat=True).get(pk=report_id))
    return incident, Report.objects.get(pk=report_id)


def _waiting(dismissal_id) -> tuple[Incident, Dismissal]:
    incident, _report = _locked(Dismissal.objects.values_list("report_id", flat=True).get(pk=dismissal_id))
    row = Dismissal.objects.select_related("report", "proposed_by").get(pk=dismissal_id)
    if row.outcome:
        raise DecisionRefused(f"The proposal was {row.get_outcome_display()} already.")
    return incident, row


def _check(report: Report, reason: str) -> None:
    if not reason.strip():
        raise DecisionRefused("Give a reason.")
    if Report.Status.DISMISSED not in REPORT[report.status]:
        raise DecisionRefused(f"Report {report.reference} is {report.get_status_display()} already.")
