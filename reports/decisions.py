"""What a named officer decides about an incident: each act with its reason, written to its story."""

from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from communities.models import User
from reports import workflow
from reports.models import Incident, Report
from reports.signals import dispatch_requested
from reports.taxonomy import TAXONOMY
from reports.triage import SILENT, add_report, ask_for_unit, note_news, open_incident, reply_mode, rescore

LEASE = timedelta(minutes=5)
LEASE_OF_UNTOUCHED_DISTRESS = timedelta(seconds=60)
MOVED = "moved"  # field of the story's rows that say which reports a merged incident gave away
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


def is_untouched(incident: Incident, now: datetime) -> bool:
    """Whether nobody has done anything yet; to take a distress and let its short lease run out is nothing."""
    if incident.taken_at is None:
        return True
    until = incident.held_until
    if until is None or until > now or not incident.is_distress:
        return False
    return until <= incident.taken_at + LEASE_OF_UNTOUCHED_DISTRESS


@transaction.atomic
def take(incident_id, by: User, *, acted: bool = False, now: datetime | None = None) -> Incident:
    """Hold the incident for a while; renewed by taking it again. Raises AlreadyHeld.

    A distress that nobody has touched is held for the short lease, unless the officer has `acted` already.
    """
    now = now or timezone.now()
    incident = workflow.lock(incident_id)
    if incident.held_by_id not in (None, by.pk) and incident.held_until and incident.held_until > now:
        raise AlreadyHeld(incident)
    untouched = is_untouched(incident, now)
    if incident.held_by_id != by.pk:
        workflow.record(incident, "held_by", incident.held_by or "", by, by=by, now=now)
    incident.held_by = by
    short = untouched and incident.is_distress and not acted
    incident.held_until = now + (LEASE_OF_UNTOUCHED_DISTRESS if short else LEASE)
    if untouched:
        incident.taken_at = now
    incident.save(update_fields=["held_by", "held_until", "taken_at"])
    return incident


@transaction.atomic
def renew_by_act(incident_id, by: User, *, now: datetime | None = None) -> None:
    """Who acts on what he holds, or on a distress that was let slip, holds it on."""
    now = now or timezone.now()
    incident = workflow.lock(incident_id)
    mine = incident.held_by_id == by.pk and incident.held_until > now
    if incident.is_open and (mine or (incident.taken_at is not None and is_untouched(incident, now))):
        take(incident_id, by, acted=True, now=now)


@transaction.atomic
def release(incident_id, by: User, *, now: datetime | None = None) -> Incident:
    """Give the incident back to the queue. A distress that was held and nothing else is untaken again."""
    incident = workflow.lock(incident_id)
    if incident.held_by_id == by.pk:
        workflow.record(incident, "held_by", by, "", by=by, now=now)
        if incident.is_distress and incident.held_until <= incident.taken_at + LEASE_OF_UNTOUCHED_DISTRESS:
            incident.taken_at = None
        incident.held_by = incident.held_until = None
        incident.save(update_fields=["held_by", "held_until", "taken_at"])
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

    Undone by `unjoin`, or report by report by `part`. Raises DecisionRefused, TransitionNotAllowed.
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
    moved = list(incident.reports.order_by("received_at"))
    for report in moved:
        report.incident = survivor
        report.save(update_fields=["incident"])
        add_report(survivor, report, report.reading, now=now)
    # What `unjoin` needs: as many references as one row of the story holds.
    for n in range(0, len(moved), 30):
        some = " ".join(report.reference for report in moved[n : n + 30])
        workflow.record(incident, MOVED, some, f"to {survivor.reference}", by=by, reason=reason, now=now)
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
    return _take_out([report], old, by=by, reason=reason, now=now)


def _take_out(reports: list[Report], old: Incident, *, by: User, reason: str, now: datetime) -> Incident:
    """Bring reports of `old` to a new incident of their own, as the first of them was read."""
    first = reports[0]
    new = open_incident({**first.reading, "type": first.type, "drill": first.drill}, now=now)
    new.received_at = first.received_at
    for report in reports:
        report.incident = new
        add_report(new, report, report.reading, now=now)
        report.save(update_fields=["incident"])
        said = f"parted to {new.reference}"
        workflow.record(old, "reports", report.reference, said, by=by, reason=reason, now=now)
    workflow.record(new, "reports", "", f"parted from {old.reference}", by=by, reason=reason, now=now)
    return new


@transaction.atomic
def unjoin(incident_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Undo a join: the reports that came with the merged incident get a new one together.

    The merged one stays merged, for its reference was told. Reports that were parted or moved on since stay
    where they are. Raises DecisionRefused where nothing is left to take out.
    """
    now = now or timezone.now()
    _need(reason)
    merged = Incident.objects.select_related("merged_into").get(pk=incident_id)
    if merged.merged_into is None:
        raise DecisionRefused(f"Incident {merged.reference} was not joined to another.")
    survivor = _open(merged.survivor.pk)
    references = " ".join(
        merged.transitions.filter(field=MOVED, new__startswith="to ").values_list("old", flat=True)
    )
    reports = list(survivor.reports.filter(reference__in=references.split()).order_by("received_at"))
    if not reports or len(reports) == survivor.reports.count():
        raise DecisionRefused(f"Nothing of incident {merged.reference} is left to take out.")
    return _take_out(reports, survivor, by=by, reason=reason, now=now)


@transaction.atomic
def propose_again(incident_id, other_id, *, by: User, why: str, now: datetime | None = None) -> Incident:
    """Undo `dismiss_proposal`: the proposed other incident is proposed as it was."""
    incident = _open(incident_id)
    other = Incident.objects.get(pk=other_id)
    if incident.proposed_same_as_id is not None or not other.is_open:
        raise DecisionRefused(f"Incident {other.reference} cannot be proposed again.")
    workflow.record(incident, "proposed_same_as", "", other.reference, by=by, now=now)
    incident.proposed_same_as, incident.proposed_why = other, why
    incident.save(update_fields=["proposed_same_as", "proposed_why"])
    return incident


@transaction.atomic
def dismiss_proposal(incident_id, by: User, *, now: datetime | None = None) -> Incident:
    """Say that the proposed other incident is a different matter."""
    incident = _open(incident_id)
    if incident.proposed_same_as_id:
        workflow.record(incident, "proposed_same_as", incident.proposed_same_as.reference, "", by=by, now=now)
        incident.proposed_same_as, incident.proposed_why = None, ""
        incident.save(update_fields=["proposed_same_as", "proposed_why"])
    return incident


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
