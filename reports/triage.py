"""What an incident is, how urgent, and what an officer decides about it.

The rule may only raise by itself; going down, joining and parting are a named officer's.
"""

from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from communities.models import User
from communities.sphere import great_circle_m
from reports import priority, workflow
from reports.models import Incident, Report
from reports.references import next_reference
from reports.signals import dispatch_requested
from reports.taxonomy import TAXONOMY, EmergencyPhase, IncidentType, ReplyMode, ResponsePhase, Severity

LEASE = timedelta(minutes=5)
LEASE_OF_UNTOUCHED_DISTRESS = timedelta(seconds=60)
# An officer decided that the phone is not to be answered: stalking, a kidnap that goes on.
SILENT = "no_answers"
NEWS_FROM_M = 926  # half a nautical mile: what a crew on its way would steer by
CORRECTABLE = (
    "type",
    "emergency_phase",
    "response_phase",
    "severity",
    "position",
    "position_error_m",
    "persons_on_board",
)

_EMERGENCY_ORDER = list(EmergencyPhase.values)
_RESPONSE_ORDER = list(ResponsePhase.values)
_SEVERITY_ORDER = [Severity.UNKNOWN, Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME]


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


# --- By rule, inside the transaction that stores the report ---


def add_report(incident: Incident, report: Report, reading: dict, *, now: datetime) -> None:
    """Let `report` fill and raise `incident`, score it, and for P1 ask for a unit.

    `reading` is the reader's full answer. The incident must be locked or new; it is saved.
    """
    placed, urgent = incident.position is not None, incident.priority == 1
    before = (incident.type, incident.lon_lat, incident.persons_on_board)
    _fill_position(incident, report)
    _raise(incident, report, reading)
    if report.persons_on_board:
        incident.persons_on_board = max(incident.persons_on_board or 0, report.persons_on_board)
    note_news(incident, before, now=now)
    incident.place = incident.place or (reading.get("place") or "")[:120]
    incident.flags = sorted({*incident.flags, *report.flags})
    incident.last_report_at = now
    if floor := reading.get("priority_floor"):
        incident.rule_floor = min(incident.rule_floor or 5, floor)
    rescore(incident, report, now=now)
    wants_unit = incident.priority == 1 and incident.status == Incident.Status.OPEN
    if incident.status == Incident.Status.DISPATCHING:
        # Who is called, and how fast, changes with a first position and with a distress; later
        # positions are ranked at the next rung, or a phone that texts each minute would stall the ladder.
        first_position = not placed and incident.position is not None
        wants_unit = first_position or (not urgent and incident.priority == 1)
    if wants_unit:
        incident.dispatch_requested_at = incident.dispatch_requested_at or now
    incident.save()
    if wants_unit:
        ask_for_unit(incident, now=now)


def note_news(incident: Incident, before: tuple, *, now: datetime) -> None:
    """Stamp the unsaved incident if type, position or persons differ from `before`: crews must hear it."""
    type_, position, persons = before
    here = incident.lon_lat
    both = None not in (position, here)
    moved = great_circle_m(position, here) > NEWS_FROM_M if both else position != here
    if moved or type_ != incident.type or persons != incident.persons_on_board:
        incident.news_at = now


def move(report: Report, into: Incident, *, reason: str, now: datetime) -> None:
    """Bring a report to the matter that its own reporter named. Both incidents must be locked.

    The old one keeps its priority and loses only a position that this report alone gave it.
    """
    old = workflow.lock(report.incident_id)
    report.incident = into
    report.save(update_fields=["incident"])
    workflow.record(
        old, "reports", report.reference, f"moved to {into.reference}", by=None, reason=reason, now=now
    )
    workflow.record(into, "reports", "", f"moved from {old.reference}", by=None, reason=reason, now=now)
    said_at = report.observed_at or report.received_at
    if old.position is not None and (old.position_source, old.position_at) == (
        report.position_source,
        said_at,
    ):
        before = (old.type, old.lon_lat, old.persons_on_board)
        old.position = old.position_error_m = old.position_at = None
        old.position_source = ""
        for earlier in old.reports.order_by("received_at"):
            _fill_position(old, earlier)
        old.rule_floor = min(old.rule_floor or 5, old.rule_priority)
        note_news(old, before, now=now)
        rescore(old, now=now)
        old.save()
    add_report(into, report, report.reading, now=now)


def rescore(incident: Incident, report: Report | None = None, *, now: datetime) -> None:
    """Print the sum anew into the unsaved `incident`. A rule's priority never falls by a new report."""
    report = report or incident.reports.order_by("received_at").last()
    assessment = priority.assess(
        priority.Facts(
            emergency_phase=incident.emergency_phase,
            response_phase=incident.response_phase,
            severity=incident.severity,
            age=_age(incident, report),
            position_error_m=incident.position_error_m,
            named_area=bool(incident.place),
            letter=report.reporter.source_letter if report and report.reporter else "F",
            digit=report.grade_digit if report else 6,
            persons_on_board=incident.persons_on_board,
            floor=incident.rule_floor,
        )
    )
    incident.score, incident.score_terms = assessment.score, assessment.terms
    incident.rule_priority = assessment.priority
    incident.priority = incident.priority_override or assessment.priority
    incident.reply_mode = reply_mode(incident)
    incident.queue_rank = priority.queue_rank(incident.priority, incident.score, incident.received_at)
    if report and (report.grade_digit == 5 or (report.reporter and report.reporter.source_letter == "E")):
        # A known hoaxer's distress is alerted like any other; the check runs beside it.
        incident.flags = sorted({*incident.flags, "verify_in_parallel"})


def reply_mode(incident: Incident) -> str:
    """What the reporters' phones may show: FULL only where a rescue is under way by rule."""
    if SILENT in incident.flags:
        return ReplyMode.NONE
    mode = TAXONOMY[incident.type].reply
    if mode == ReplyMode.FULL and incident.priority != 1:
        return ReplyMode.RECEIVED
    return mode


def ask_for_unit(incident: Incident, *, now: datetime) -> None:
    """Say that a unit is wanted; the ladder's row commits with this transaction or not at all."""
    if incident.dispatch_requested_at is None:
        incident.dispatch_requested_at = now
        incident.save(update_fields=["dispatch_requested_at"])
    dispatch_requested.send(sender=Incident, incident_id=incident.pk, now=now)


def open_incident(report_fields: dict, *, now: datetime) -> Incident:
    """A new incident with the type and phases that the first report was read as; `add_report` saves it."""
    row = TAXONOMY[report_fields["type"]]
    return Incident(
        reference=next_reference(),
        type=row.type,
        emergency_phase=report_fields.get("emergency_phase") or row.emergency_phase,
        response_phase=report_fields.get("response_phase") or row.response_phase,
        severity=report_fields.get("severity") or row.severity,
        drill=report_fields.get("drill", False),
        received_at=now,
        last_report_at=now,
    )


def _fill_position(incident: Incident, report: Report) -> None:
    """Take the report's position where it is the first, or a usable newer word on an older one."""
    if report.position is None:
        return
    doubtful = report.position_status != Report.PositionStatus.OK
    if incident.position is not None and (
        doubtful or incident.position_source == "officer" or _vaguer(incident, report)
    ):
        return
    incident.position, incident.position_error_m = subject_position(report)
    incident.position_source = report.position_source
    incident.position_at = report.observed_at or report.received_at


def _vaguer(incident: Incident, report: Report) -> bool:
    """The report's circle holds the position that we know and is much wider: it tells nothing new."""
    wide, known = report.position_error_m or 0, incident.position_error_m or 0
    return wide > 2 * known and great_circle_m(incident.lon_lat, report.lon_lat) <= wide


def subject_position(report: Report) -> tuple[Point, int | None]:
    """Where the reported thing is, as units may see it, with its error in metres.

    A quiet report placed only by the reporter's own phone would show the crew where the
    informer stood: it is blurred to a hundredth of a degree and at least a nautical mile.
    """
    if TAXONOMY[report.type].reply == ReplyMode.QUIET and report.position_source == "device_gnss":
        blurred = Point(round(report.position.x, 2), round(report.position.y, 2), srid=4326)
        return blurred, max(report.position_error_m or 0, priority.NAUTICAL_MILE_M)
    return report.position, report.position_error_m


def _raise(incident: Incident, report: Report, reading: dict) -> None:
    row = TAXONOMY[report.type]
    emergency = reading.get("emergency_phase") or row.emergency_phase
    response = reading.get("response_phase") or row.response_phase
    severity = reading.get("severity") or row.severity
    if report.type != incident.type and _outranks(report.type, emergency, response, severity, incident):
        incident.type = report.type
    incident.emergency_phase = max(incident.emergency_phase, emergency, key=_EMERGENCY_ORDER.index)
    incident.response_phase = max(incident.response_phase, response, key=_RESPONSE_ORDER.index)
    incident.severity = max(incident.severity, severity, key=_SEVERITY_ORDER.index)


def _outranks(type_: str, emergency: str, response: str, severity: str, incident: Incident) -> bool:
    if incident.type == IncidentType.UNCLASSIFIED:
        return True
    if type_ in (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS) and incident.is_distress:
        return False  # "SOS" after "sinking" says less, not more
    if incident.type == IncidentType.UNDESIGNATED_DISTRESS and emergency == EmergencyPhase.DISTRESS:
        return True  # "sinking" after "SOS" says what it is
    urgency = max(priority.PHASE[emergency], priority.PHASE[response])
    current = max(priority.PHASE[incident.emergency_phase], priority.PHASE[incident.response_phase])
    return (urgency, _SEVERITY_ORDER.index(severity)) > (current, _SEVERITY_ORDER.index(incident.severity))


def _age(incident: Incident, report: Report | None) -> timedelta | None:
    if incident.type == IncidentType.OVERDUE_MISSING or report is None or report.observed_at is None:
        return None
    return max(report.received_at - report.observed_at, timedelta())


# --- By a named officer ---


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
    report = Report.objects.get(pk=report_id)
    incident = workflow.lock(report.incident_id)
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
