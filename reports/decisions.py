"""What a named officer decides about an incident: each act with its reason, written to its story."""

from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from communities.models import User
from reports import workflow
from reports.models import Incident, Report
from reports.signals import dispatch_requested
from reports.states import REPORT
from reports.taxonomy import TAXONOMY
from reports.triage import SILENT, add_report, ask_for_unit, note_news, open_incident, reply_mode, rescore

LEASE = timedelta(minutes=5)
LEASE_OF_UNTOUCHED_DISTRESS = timedelta(seconds=60)
CORRECTABLE = (
    "type",
    "emergency_phase",
    "response_phase",
    "severity",
    "position",
    "position_error_m",
    "persons_on_board",
)


class AlreadyHeld(Exception):
    """Another officer works on this incident."""

    problem_status = 409
    problem_type = "already-held"

    def __init__(self, incident: Incident) -> None:
        super().__init__(
            f"{incident.held_by} has incident {incident.reference} until {incident.held_until:%H%MZ}."
        )


class DecisionRefused(Exception):
    """The officer's decision lacks a reason or does not fit the incident."""

    problem_status = 409
    problem_type = "decision-refused"


@transaction.atomic
def take(incident_id, by: User, *, now: datetime | None = None) -> Incident:
    """Hold the incident for a while; renewed by taking it again. Raises AlreadyHeld."""
    now = now or timezone.now()
    incident = workflow.lock(incident_id)
    if incident.held_by_id not in (None, by.pk) and incident.held_until and incident.held_until > now:
        raise AlreadyHeld(incident)
    untouched = incident.taken_at is None
    if incident.held_by_id != by.pk:
        workflow.record(incident, "held_by", incident.held_by or "", by, by=by, now=now)
    incident.held_by = by
    incident.held_until = now + (LEASE_OF_UNTOUCHED_DISTRESS if untouched and incident.is_distress else LEASE)
    incident.taken_at = incident.taken_at or now
    incident.save(update_fields=["held_by", "held_until", "taken_at"])
    return incident


@transaction.atomic
def release(incident_id, by: User, *, now: datetime | None = None) -> Incident:
    """Give the incident back to the queue."""
    incident = workflow.lock(incident_id)
    if incident.held_by_id == by.pk:
        workflow.record(incident, "held_by", by, "", by=by, now=now)
        incident.held_by = incident.held_until = None
        incident.save(update_fields=["held_by", "held_until"])
    return incident


@transaction.atomic
def override_priority(
    incident_id, new: int | None, *, by: User, reason: str, now: datetime | None = None
) -> Incident:
    """Set the priority by hand, up or down; None returns to the rule's own. P1 asks for a unit at once."""
    now = now or timezone.now()
    _need(reason)
    incident = _open(incident_id)
    old = incident.priority
    incident.priority_override = new
    rescore(incident, now=now)
    incident.save()
    workflow.record(incident, "priority", old, incident.priority, by=by, reason=reason, now=now)
    if incident.priority == 1 and incident.status == Incident.Status.OPEN:
        ask_for_unit(incident, now=now)
    return incident


@transaction.atomic
def correct(incident_id, *, by: User, reason: str, now: datetime | None = None, **facts) -> Incident:
    """Set what the machine got wrong: any of CORRECTABLE; `position` is a Point.

    A phase falls only here, with the reason. Raises DecisionRefused.
    """
    now = now or timezone.now()
    _need(reason)
    if unknown := set(facts) - set(CORRECTABLE):
        raise DecisionRefused(f"An officer cannot correct {', '.join(sorted(unknown))}.")
    incident = _open(incident_id)
    if "type" in facts and facts["type"] != incident.type:
        row = TAXONOMY[facts["type"]]
        facts.setdefault("emergency_phase", row.emergency_phase)
        facts.setdefault("response_phase", row.response_phase)
        facts.setdefault("severity", row.severity)
    before = (incident.type, incident.lon_lat, incident.persons_on_board)
    _keep_correction(incident, facts, by=by, now=now)
    for field, new in facts.items():
        old = getattr(incident, field)
        if old == new:
            continue
        setattr(incident, field, new)
        workflow.record(incident, field, _plain(old), _plain(new), by=by, reason=reason, now=now)
    if "position" in facts:
        incident.position_source, incident.position_at = "officer", now
    note_news(incident, before, now=now)
    incident.taken_at = incident.taken_at or now
    rescore(incident, now=now)
    incident.save()
    if incident.priority == 1 and incident.status == Incident.Status.OPEN:
        ask_for_unit(incident, now=now)
    elif "position" in facts and incident.status == Incident.Status.DISPATCHING:
        dispatch_requested.send(sender=Incident, incident_id=incident.pk, now=now)
    return incident


def _keep_correction(incident: Incident, facts: dict, *, by: User, now: datetime) -> None:
    """Write what the officer read beside what the machine did, on the report that the machine had it from."""
    reports = list(incident.reports.order_by("received_at", "id"))
    changed = {}
    for field in ("type", "position", "persons_on_board"):
        if field not in facts or facts[field] == getattr(incident, field) or not reports:
            continue
        report = next((one for one in reports if _told(one, incident, field)), reports[0])
        changed.setdefault(report, {})[field] = facts[field]
    for report, read in changed.items():
        if "position" in read:
            read["position"] = [read["position"].x, read["position"].y] if read["position"] else None
        report.corrected_reading = {
            **report.corrected_reading,
            **read,
            "by": by.get_username(),
            "at": now.isoformat(),
        }
        report.save(update_fields=["corrected_reading"])


def _told(report: Report, incident: Incident, field: str) -> bool:
    """Whether the incident has its present word in `field` from this report."""
    if field == "position":
        said_at = report.observed_at or report.received_at
        return report.position is not None and said_at == incident.position_at
    return getattr(report, field) is not None and getattr(report, field) == getattr(incident, field)


@transaction.atomic
def silence(
    incident_id, *, by: User, reason: str, silent: bool = True, now: datetime | None = None
) -> Incident:
    """Let no machine answer the phones of this matter any more, or again. What they send is taken in."""
    now = now or timezone.now()
    _need(reason)
    incident = _open(incident_id)
    old = incident.reply_mode
    incident.flags = sorted({*incident.flags, SILENT} if silent else {*incident.flags} - {SILENT})
    incident.reply_mode = reply_mode(incident)
    incident.taken_at = incident.taken_at or now
    incident.save(update_fields=["flags", "reply_mode", "taken_at"])
    workflow.record(incident, "reply_mode", old, incident.reply_mode, by=by, reason=reason, now=now)
    return incident


@transaction.atomic
def join(incident_id, into_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Merge one incident into another; its reports move, the survivor takes what they add.

    Undone by `part`. Raises DecisionRefused, TransitionNotAllowed.
    """
    now = now or timezone.now()
    if incident_id == into_id:
        raise DecisionRefused("An incident cannot be joined to itself.")
    locked = {pk: workflow.lock(pk) for pk in sorted((incident_id, into_id))}
    incident, survivor = locked[incident_id], locked[into_id]
    if not survivor.is_open:
        raise DecisionRefused(
            f"Incident {survivor.reference} is {survivor.status}; join the other way round."
        )
    workflow.advance(
        incident.pk, Incident.Status.MERGED, by=by, reason=reason or "same matter", survivor=survivor, now=now
    )
    for report in incident.reports.order_by("received_at"):
        report.incident = survivor
        report.save(update_fields=["incident"])
        add_report(survivor, report, report.reading, now=now)
    workflow.record(survivor, "reports", "", f"joined by {incident.reference}", by=by, reason=reason, now=now)
    return survivor


@transaction.atomic
def part(report_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Take one report out of its incident into a new one of its own. Raises DecisionRefused."""
    now = now or timezone.now()
    _need(reason)
    report = Report.objects.select_related("incident").get(pk=report_id)
    old = _open(report.incident_id)
    if old.reports.count() == 1:
        raise DecisionRefused(f"This is the only report of incident {old.reference}.")
    new = open_incident({**report.reading, "type": report.type, "drill": report.drill}, now=now)
    new.received_at = report.received_at
    report.incident = new
    report.save(update_fields=["incident"])
    workflow.record(
        old, "reports", report.reference, f"parted to {new.reference}", by=by, reason=reason, now=now
    )
    workflow.record(new, "reports", "", f"parted from {old.reference}", by=by, reason=reason, now=now)
    add_report(new, report, report.reading, now=now)
    return new


@transaction.atomic
def dismiss_proposal(incident_id, by: User, *, now: datetime | None = None) -> Incident:
    """Say that the proposed other incident is a different matter."""
    incident = _open(incident_id)
    if incident.proposed_same_as_id:
        workflow.record(incident, "proposed_same_as", incident.proposed_same_as.reference, "", by=by, now=now)
        incident.proposed_same_as, incident.proposed_why = None, ""
        incident.save(update_fields=["proposed_same_as", "proposed_why"])
    return incident


@transaction.atomic
def dismiss(report_id, *, by: User, reason: str, now: datetime | None = None) -> Report:
    """Mark one report as nothing to act on; a P1 or P2 matter needs a supervisor."""
    _need(reason)
    incident = workflow.lock(Report.objects.values_list("incident_id", flat=True).get(pk=report_id))
    report = Report.objects.get(pk=report_id)
    if Report.Status.DISMISSED not in REPORT[report.status]:
        raise DecisionRefused(f"Report {report.reference} is {report.get_status_display()} already.")
    if incident.priority <= 2 and not (by.is_superuser or by.role in {User.Role.SUPERVISOR, User.Role.ADMIN}):
        raise DecisionRefused("A supervisor has to dismiss a report of a P1 or P2 matter.")
    workflow.record(
        incident, "report", f"{report.reference} {report.status}", "dismissed", by=by, reason=reason, now=now
    )
    report.status = Report.Status.DISMISSED
    report.save(update_fields=["status"])
    return report


def _open(incident_id) -> Incident:
    incident = workflow.lock(incident_id)
    if not incident.is_open:
        raise DecisionRefused(f"Incident {incident.reference} is {incident.status}.")
    return incident


def _need(reason: str) -> None:
    if not reason.strip():
        raise DecisionRefused("Give a reason.")


def _plain(value) -> str:
    if isinstance(value, Point):
        return f"{value.y:.4f}, {value.x:.4f}"
    return "" if value is None else str(value)
