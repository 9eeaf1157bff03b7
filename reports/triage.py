"""What an incident is and how urgent: the rule, inside the transaction that stores a report.

It may only raise by itself; going down, joining and parting are a named officer's (`decisions`).
"""

from datetime import datetime, timedelta

from django.contrib.gis.geos import Point

from communities.sphere import great_circle_m
from reports import priority, workflow
from reports.models import Incident, Report
from reports.reading import BY_LIKENESS
from reports.references import next_reference
from reports.signals import dispatch_requested
from reports.taxonomy import TAXONOMY, EmergencyPhase, IncidentType, ReplyMode, ResponsePhase, Severity

# An officer decided that the phone is not to be answered: stalking, a kidnap that goes on.
SILENT = "no_answers"
NO_REPLY = "no_reply"  # the text says so itself; an officer lifts it like his own
# The phone calls the position wrong; until it gives another, the boat may be anywhere around.
CORRECTED, DOUBTED = "position_corrected", "position_doubted"
DOUBTED_M = 30 * priority.NAUTICAL_MILE_M
NEWS_FROM_M = 926  # half a nautical mile: what a crew on its way would steer by
_EMERGENCY_ORDER = list(EmergencyPhase.values)
_RESPONSE_ORDER = list(ResponsePhase.values)
_SEVERITY_ORDER = [Severity.UNKNOWN, Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME]


def add_report(incident: Incident, report: Report, reading: dict, *, now: datetime) -> None:
    """Let `report` fill and raise `incident`, score it, and for P1 ask for a unit.

    `reading` is the reader's full answer. The incident must be locked or new; it is saved.
    """
    placed, urgent = incident.position is not None, incident.priority == 1
    before = (incident.type, incident.lon_lat, incident.persons_on_board)
    if not _fill_position(incident, report) and CORRECTED in report.flags:
        _doubt_position(incident, now=now)
    _raise(incident, report, reading)
    if report.persons_on_board:
        incident.persons_on_board = max(incident.persons_on_board or 0, report.persons_on_board)
    note_news(incident, before, now=now)
    incident.place = incident.place or (reading.get("place") or "")[:120]
    silent = [SILENT] if NO_REPLY in report.flags else []
    incident.flags = sorted({*incident.flags, *report.flags, *silent})
    incident.last_report_at = now
    if floor := reading.get("priority_floor"):
        incident.rule_floor = min(incident.rule_floor or 5, floor)
    rescore(incident, report, now=now)
    wants_unit = incident.priority == 1 and incident.status == Incident.Status.OPEN
    if incident.status == Incident.Status.SUSPENDED:
        # A new word on a search that was given up begins it again; a device repeats itself for days.
        wants_unit = incident.priority == 1 and report.source != Report.Source.AIS
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


def _fill_position(incident: Incident, report: Report) -> bool:
    """Take the report's position where it is the first, or a usable newer word on an older one."""
    if report.position is None:
        return False
    doubtful = report.position_status != Report.PositionStatus.OK
    vaguer = incident.position is not None and CORRECTED not in report.flags and _vaguer(incident, report)
    if incident.position is not None and (doubtful or vaguer or incident.position_source == "officer"):
        return False
    incident.position, incident.position_error_m = subject_position(report)
    incident.position_source = report.position_source
    incident.position_at = report.observed_at or report.received_at
    incident.flags = sorted({*incident.flags} - {DOUBTED})
    return True


def _doubt_position(incident: Incident, *, now: datetime) -> None:
    """The phone calls its position wrong and gives no better: desk and crew see a wide circle, no mark."""
    if incident.position is None or incident.position_source == "officer":
        return
    incident.flags = [*incident.flags, DOUBTED]
    incident.position_error_m = max(incident.position_error_m or 0, DOUBTED_M)
    incident.rule_floor = min(incident.rule_floor or 5, incident.rule_priority)
    incident.news_at = now


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
    told = BY_LIKENESS not in report.flags or incident.type == IncidentType.UNCLASSIFIED
    if (
        told
        and report.type != incident.type
        and _outranks(report.type, emergency, response, severity, incident)
    ):
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
