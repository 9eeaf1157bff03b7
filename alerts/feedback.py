"""What the reporter hears back, in their language and as their report's mode allows."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from alerts import candidates, desk_calls, messages, outbox
from alerts.models import Dispatch, Notification
from communities.models import Identity, Reporter
from reports import questions
from reports.models import Incident, Question, Report
from reports.taxonomy import IncidentType, ReplyMode, ResponsePhase

# Later than this the sentence is about another day.
LIFE = timedelta(hours=2)
# Of what was asked, what the answer says.
_ORDER = (Question.Kind.WHERE, Question.Kind.HOW_MANY, Question.Kind.WHAT)


def hear(report: Report, *, now: datetime | None = None) -> str:
    """Tell the desk what a report says that cannot wait for the queue; return the answer to the reporter."""
    if "safe_now" in report.flags:
        says_safe(report, now=now or timezone.now())
    return answer_to(report)


def says_safe(report: Report, *, now: datetime) -> None:
    """A reporter says that all is well while a unit is on its way: its desk decides. Closes nothing.

    Told once a report, also to a desk that took the matter and is not called any more.
    """
    incident = report.incident
    lead = incident.dispatches.engaged().select_related("unit__station").order_by("created_at").first()
    if lead is None:
        return
    duty, centres = candidates.desks(incident, candidates.datum(incident, now), lead.unit)
    for station in [duty] if duty is not None else centres:
        desk_calls.call_desk(
            station,
            (Notification.Channel.SMS,),
            incident,
            "safe_now",
            key=f"safe:{report.pk}",
            now=now,
            news=True,
        )


def answer_to(report: Report) -> str:
    """The one answer to a report, for its channel to carry at once: SMS, app response.

    Asks what was written down as asked of it: one question, the most urgent. Reads back the position that the
    rescue used then, if this reporter gave it, never another's of the same incident. A repeat is told the
    same.
    """
    asked = {question.kind for question in report.questions.all()}
    if Question.Kind.WHICH in asked:
        matters = [row.incident for row in questions.choices(report)]
        references = [_own_reference(report, matter) for matter in matters]
        if all(references):
            types = [matter.type for matter in matters]
            said = {"language": report.language, "references": references, "types": types}
            return messages.which_report(**said, drill=report.drill)
    persons = report.persons_on_board
    if report.reporter_id and persons is None:
        counted = report.incident.reports.filter(
            reporter=report.reporter_id, received_at__lt=report.received_at, persons_on_board__isnull=False
        )
        counts = counted.order_by("-received_at").values_list("persons_on_board", flat=True)
        persons = counts.first()
    if questions.digits_are_steps(report):
        persons = persons or 0  # not asked: the answer would be taken for a step
    return messages.received(
        report.reply_mode,
        language=report.language,
        reference=report.reference,
        position=report.reading.get("read_back"),
        place=questions.place_to_name(report),
        persons_on_board=persons,
        ask=next((kind for kind in _ORDER if kind in asked), ""),
        drill=report.drill,
    )


def _own_reference(report: Report, incident: Incident) -> str:
    """The reference by which the sender of `report` knows a matter: of the newest report that told of it."""
    own = incident.reports.filter(reporter=report.reporter_id, received_at__lte=report.received_at)
    told = own.exclude(pk=report.pk).order_by("-received_at")
    references = list(told.exclude(type=IncidentType.UNCLASSIFIED).values_list("reference", flat=True)[:1])
    return (references or [*told.values_list("reference", flat=True)[:1], ""])[0]


def help_is_coming(incident: Incident, dispatch: Dispatch, *, now: datetime) -> None:
    """Tell each reporter of a rescue who comes and about when; FULL reports only, once a dispatch.

    Nobody under attack is told anything.

    The time is rounded up to ten minutes: how near a boat was lying is nobody's business.
    """
    if incident.response_phase == ResponsePhase.ATTACK or incident.reply_mode == ReplyMode.NONE:
        return  # whoever holds the phone may be reading
    told = set()
    reports = incident.reports.filter(reply_mode=ReplyMode.FULL, reporter__isnull=False).select_related(
        "reporter"
    )
    for report in reports.order_by("-received_at"):
        if report.reporter_id in told:
            continue
        told.add(report.reporter_id)
        language = report.reporter.language or report.language
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
        "language": reporter.language or report.language or "ms",
        "reference": report.reference,
        "priority": incident.priority,
        "text": text,
    }
    if Identity.objects.filter(reporter=reporter).exists():
        outbox.write(f"{key}:{report.pk}:sms", now, LIFE, channel="sms", **common)
    for device in outbox.push_devices(Q(reporter=reporter)):
        outbox.write(
            f"{key}:{report.pk}:push:{device.pk}",
            now,
            LIFE,
            channel="push",
            device=device,
            title=report.reference,
            **common,
        )
