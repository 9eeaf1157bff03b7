"""What the reporter hears back, in their language and as their report's mode allows."""

from datetime import datetime, timedelta

from django.db.models import Q

from alerts import calls, messages
from alerts.models import Dispatch, Notification
from communities.models import Identity, Reporter
from reports.models import Incident, Report
from reports.taxonomy import ReplyMode

# Later than this the sentence is about another day.
LIFE = timedelta(hours=2)


def answer_to(report: Report, incident: Incident) -> str:
    """The one answer to a report, for its channel to carry at once: SMS, app response.

    Reads back only a position that this reporter gave, never another's of the same incident.
    """
    placed = report
    if report.position is None and report.reporter_id:
        own = incident.reports.filter(reporter_id=report.reporter_id, position__isnull=False)
        placed = own.order_by("-received_at").first() or report
    return messages.received(
        report.reply_mode,
        language=report.language or (report.reporter.language if report.reporter else ""),
        reference=report.reference,
        position=placed.lon_lat,
        persons_on_board=incident.persons_on_board,
        drill=report.drill,
    )


def help_is_coming(incident: Incident, dispatch: Dispatch, *, now: datetime) -> None:
    """Tell each reporter of a rescue who comes and about when; FULL reports only, once a dispatch.

    The time is rounded up to ten minutes: how near a boat was lying is nobody's business.
    """
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
