"""Incidents that nobody works on although somebody should: wanted in vain, untouched, unanswered, adrift."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from alerts import escalation
from alerts.auditor.findings import MOST, Finding, named, seconds
from alerts.models import Dispatch, Escalation, Notification
from reports.models import Incident, Question, Report

#: The dispatcher's sweep looks each second.
SWEPT_WITHIN = timedelta(seconds=10)
#: An urgent incident without a ladder may be in nobody's hands for so long; longer where an officer stopped
#: its ladder by name, and for a P2.
HANDS_OFF = timedelta(minutes=2)
HANDS_OFF_BY_CHOICE = timedelta(minutes=15)
#: A question may stay open for so long past its time before somebody is told that no officer took it up.
QUESTION_OPEN = timedelta(minutes=10)
TOLD_WITHIN = timedelta(seconds=30)

_ENGAGED = Dispatch.objects.filter(incident=OuterRef("pk"), status__in=Dispatch.ENGAGED_STATUSES)


def wanted_in_vain(now: datetime) -> Iterator[Finding]:
    """A unit was asked for and no ladder runs: the sweep of the dispatcher should have mended it."""
    in_vain = (
        Incident.objects.wanting_in_vain()
        .filter(Q(escalation__isnull=True) | Q(escalation__purpose=Escalation.Purpose.LOOK))
        .filter(dispatch_requested_at__lt=now - SWEPT_WITHIN)
    )
    for incident in in_vain.order_by("priority")[:MOST]:
        yield Finding(
            "unit_wanted_in_vain",
            f"incident:{incident.pk}",
            f"{named(incident)} asked for a unit in vain for {seconds(incident.dispatch_requested_at, now)}",
            incident=incident,
            mend=lambda now, pk=incident.pk: escalation.want(pk, now=now),
            at_once=True,
        )


def answered_by_nobody(now: datetime) -> Iterator[Finding]:
    """A ladder that stopped because a unit goes, and none does."""
    answered = (
        Incident.objects.filter(status="dispatching")  # one that was reopened is an officer's
        .filter(escalation__state=Escalation.State.ANSWERED, escalation__purpose=Escalation.Purpose.UNIT)
        .exclude(Exists(_ENGAGED.filter(role=Dispatch.Role.LEAD)))
    )
    for incident in answered.order_by("priority")[:MOST]:
        yield Finding(
            "unit_wanted_in_vain",
            f"answered:{incident.pk}",
            f"{named(incident)}: the ladder is answered and no unit leads",
            incident=incident,
            mend=lambda now, pk=incident.pk: escalation.want(pk, now=now),
        )


def held_by_nobody(now: datetime) -> Iterator[Finding]:
    """P1 and P2 without a ladder, without a unit, and in no officer's hands."""
    live = Escalation.objects.live().filter(incident=OuterRef("pk"))
    loose = (
        Incident.objects.filter(status__in=["open", "dispatching"], priority__lte=2)
        .filter(last_report_at__lt=now - HANDS_OFF)
        .filter(Q(held_until__isnull=True) | Q(held_until__lt=now - HANDS_OFF))
        .exclude(Exists(live))
        .exclude(Exists(_ENGAGED))
        .select_related("escalation")
    )
    for incident in loose.order_by("priority", "received_at")[:MOST]:
        ladder = getattr(incident, "escalation", None)
        by_choice = incident.priority == 2 or (ladder is not None and ladder.stopped_by_id is not None)
        touched = (incident.held_until, incident.taken_at, incident.last_report_at)
        since = max(filter(None, touched))
        if since < now - (HANDS_OFF_BY_CHOICE if by_choice else HANDS_OFF):
            yield Finding(
                "nobody_has_it",
                f"incident:{incident.pk}",
                f"{named(incident)}: no ladder, no unit, in nobody's hands for {seconds(since, now)}",
                incident=incident,
                at_once=True,
            )


def told_nobody(now: datetime) -> Iterator[Finding]:
    """A unit counts as called, and no message was ever written to it."""
    messages = Notification.objects.filter(dispatch=OuterRef("pk"))
    unheard = (
        Dispatch.objects.filter(status=Dispatch.Status.ALERTING, created_at__lt=now - TOLD_WITHIN)
        .filter(incident__status__in=Incident.OPEN_STATUSES)
        .exclude(Exists(messages))
        .select_related("incident", "unit")
    )
    for dispatch in unheard[:MOST]:
        yield Finding(
            "nobody_told",
            f"unit:{dispatch.unit_id}",
            f"{dispatch.unit.call_sign} is called to {named(dispatch.incident)} and has no phone and no app",
            incident=dispatch.incident,
            at_once=True,
        )


def questions_open(now: datetime) -> Iterator[Finding]:
    """Where are you? Nobody answered, the position is still wanting, and no officer took the incident."""
    unanswered = (
        Question.objects.unanswered(now - QUESTION_OPEN)
        .filter(kind=Question.Kind.WHERE, incident__status__in=["open", "dispatching"])
        .filter(incident__priority__lte=2, incident__taken_at__isnull=True, incident__position__isnull=True)
        .select_related("incident")
        .order_by("due_at")
    )
    for question in unanswered[:MOST]:
        yield Finding(
            "question_open",
            f"incident:{question.incident_id}",
            f"{named(question.incident)}: asked where, no answer and no officer for "
            f"{seconds(question.asked_at, now)}",
            incident=question.incident,
            at_once=True,
        )


def adrift(now: datetime) -> Iterator[Finding]:
    """Reports that hang on an incident joined to another, and open incidents without any report."""
    joined = Report.objects.filter(incident__status=Incident.Status.MERGED).select_related("incident")
    for report in joined[:MOST]:
        yield Finding(
            "report_adrift",
            f"report:{report.pk}",
            f"a report stayed with {report.incident.reference}, which was joined to another incident",
            incident=report.incident.survivor,
        )
    reports = Report.objects.filter(incident=OuterRef("pk"))
    empty = Incident.objects.open().filter(received_at__lt=now - TOLD_WITHIN).exclude(Exists(reports))
    for incident in empty[:MOST]:
        yield Finding(
            "report_adrift", f"incident:{incident.pk}", f"{named(incident)} has no report", incident=incident
        )


def news_untold(now: datetime) -> Iterator[Finding]:
    """Crews that do not know what changed since they were called: the sweep should have told them."""
    statuses = (Dispatch.Status.ALERTING, *Dispatch.ENGAGED_STATUSES)
    untold = Dispatch.objects.filter(
        status__in=statuses, told_at__lt=F("incident__news_at"), incident__news_at__lt=now - SWEPT_WITHIN
    ).select_related("incident")
    if rows := untold[:MOST]:
        yield Finding(
            "unit_wanted_in_vain",
            "news",
            f"{len(rows)} crews do not know what is new, first of {named(rows[0].incident)}",
            mend=escalation.sweep,
            at_once=True,
        )


LOOKS = {
    wanted_in_vain: {"unit_wanted_in_vain"},
    answered_by_nobody: {"unit_wanted_in_vain"},
    news_untold: {"unit_wanted_in_vain"},
    held_by_nobody: {"nobody_has_it"},
    told_nobody: {"nobody_told"},
    questions_open: {"question_open"},
    adrift: {"report_adrift"},
}
