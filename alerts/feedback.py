"""What the reporter hears back, in their language and as their report's mode allows."""

from datetime import datetime, timedelta

from django.db.models import Q

from alerts import calls, messages
from alerts.models import Dispatch, Notification
from communities.models import Identity, Reporter
from reports.models import Incident, Report
from reports.taxonomy import ReplyMode, ResponsePhase

# Later than this the sentence is about another day.
LIFE = timedelta(hours=2)


def answer_to(report: Report) -> str:
    """The one answer to a report, for its channel to carry at once: SMS, app response.

    Reads back only a position that this reporter gave, never another's of the same incident.
    A repeat is told the same: only earlier reports count.
    """
    position, persons = report.lon_lat, report.persons_on_board
    if report.reporter_id and (position is None or persons is None):
        earlier = Report.objects.filter(
            incident=report.incident_id, reporter=report.reporter_id, received_at__lt=report.received_at
        ).order_by("-received_at")
        for other in earlier[:20]:
            position = position or other.lon_lat
            persons = other.persons_on_board if persons is None else persons
    return messages.received(
        report.reply_mode,
        language=report.language,
        reference=report.reference,
        position=position,
        persons_on_board=persons,
        drill=report.drill,
    )


def help_is_coming(incident: Incident, dispatch: Dispatch, *, now: datetime) -> None:
    """Tell each reporter of a rescue who comes and about when; FULL reports only, once a dispatch.

    Nobody under attack is told anything.

    The time is rounded up to ten minutes: how near a boat was lying is nobody's business.
    """
    if incident.response_phase == ResponsePhase.ATTACK:
        return  # whoever holds the phone may be reading
    told = set()
    reports = incident.reports.filter(reply_mode=ReplyMode.FULL, reporter__isnull=False).select_related(
        "reporter"
    )
    for report in reports.order_by("-received_at"):
        if report.reporter_id in told:
            continue
        told.add(report.reporter_id)
        language = report.language or report.reporter.language
        text = messages.help_coming(
            language=language,
            reference=report.reference,
            call_sign=dispatch.unit.call_sign,
            eta_s=dispatch.eta_s,
            drill=incident.drill,
        )
        say(report, incident, text, key=f"{dispatch.pk}:help_coming", now=now)


def say(report: Report, incident: Incident, text: str, *, key: str, now: datetime) -> None:
    """Write a text to a report's sender: by SMS where we know the number, else to the app."""
    reporter: Reporter = report.reporter
    common = {
        "incident": incident,
        "reporter": reporter,
        "purpose": Notification.Purpose.FEEDBACK,
        "language": report.language or reporter.language or "ms",
        "reference": report.reference,
        "priority": incident.priority,
        "text": text,
    }
    if Identity.objects.filter(reporter=reporter).exists():
        calls.write(f"{key}:{report.pk}:sms", now, LIFE, channel="sms", **common)
    for device in calls.push_devices(Q(reporter=reporter)):
        calls.write(
            f"{key}:{report.pk}:push:{device.pk}",
            now,
            LIFE,
            channel="push",
            device=device,
            title=report.reference,
            **common,
        )
