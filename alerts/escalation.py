"""The row by which an incident wants a unit, or somebody's look: asked for, answered, stopped, swept up."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from alerts import (
    calls,
    candidates,
    climbs,
    wakeup,
    waters,
)
from alerts.ladder import scaled
from alerts.models import Dispatch, Escalation
from communities.models import User
from reports import workflow
from reports.models import Incident
from reports.reading import BY_LIKENESS
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode

log = logging.getLogger(__name__)

S = Escalation.State
FULL_TYPES = [type_ for type_, row in TAXONOMY.items() if row.reply == ReplyMode.FULL]


@transaction.atomic
def want(incident_id, *, now: datetime, tasked: bool = False, by: User | None = None) -> Escalation:
    """Ask the ladder for a unit, from its first rung, due now.

    A ladder that already runs starts anew where a position has come or the incident was raised;
    one whose incident has a unit on the way is left alone. `tasked`: the first unit was named
    and told by an officer, so the first rung is done. `by`: an officer asks, whose word also
    opens disputed or another state's waters, those that the place lies in now.
    """
    incident = workflow.lock(incident_id)
    escalation, created = Escalation.objects.get_or_create(
        incident=incident, defaults={"started_at": now, "due_at": now}
    )
    if not created:
        if incident.dispatches.leading().exists():
            return escalation
        escalation.purpose, escalation.state = Escalation.Purpose.UNIT, S.WANTED
        escalation.started_at = escalation.due_at = now
        escalation.next_step = 0
        escalation.ladder, escalation.ladder_priority = None, None
        escalation.round = F("round") + 1  # the keys of this climb differ from the last one's
        escalation.stopped_by, escalation.stop_reason = None, ""
        escalation.save()
        escalation.refresh_from_db()
    where = candidates.datum(incident, now) if tasked or by else None
    lies = waters.waters_of(where.position) if where else waters.Waters()
    if by is not None:
        escalation.allowed_by = by
        escalation.allowed_in = climbs.held(incident, lies)[0]
        escalation.save(update_fields=["allowed_by", "allowed_in"])
    if tasked:
        climbs.choose(incident, escalation, lies, now)
        escalation.state, escalation.next_step, escalation.climbing = S.RUNNING, 1, "units"
        escalation.due_at = climbs.time_of(climbs.ladder_of(incident, escalation, found=True), escalation, 1)
        escalation.save()
    wakeup.ring_on_commit()
    return escalation


def next_unit_now(incident: Incident, *, now: datetime) -> None:
    """A unit dropped out: call the one after it at once, not at the next rung."""
    if Escalation.objects.live().filter(incident=incident).update(due_at=now):
        wakeup.ring_on_commit()


def is_climbing(incident: Incident) -> bool:
    """Tell whether a unit is wanted for the incident now."""
    return Escalation.objects.live().filter(incident=incident, purpose=Escalation.Purpose.UNIT).exists()


def answer(incident: Incident) -> None:
    """A unit goes: no further rung."""
    Escalation.objects.live().filter(incident=incident).update(state=S.ANSWERED)


def stop(incident: Incident, *, by: User, reason: str) -> None:
    """An officer ends the ladder by name."""
    Escalation.objects.live().filter(incident=incident).update(
        state=S.STOPPED, stopped_by=by, stop_reason=reason[:200]
    )


def sweep(now: datetime) -> int:
    """Make the rows that should be there: ladders asked for in vain, looks that nobody took, news for crews.

    A ladder whose incident has news since it was ranked, or another priority than it climbs for, is due now.
    Returns how many rows were made.
    """
    made = 0
    Escalation.objects.live().filter(due_at__gt=now, ranked_at__lt=F("incident__news_at")).update(due_at=now)
    waiting = Escalation.objects.live().filter(due_at__gt=now, ladder_priority__isnull=False)
    waiting.exclude(ladder_priority=F("incident__priority")).update(due_at=now)
    in_vain = (
        Incident.objects.wanting_in_vain()
        .filter(Q(escalation__isnull=True) | Q(escalation__purpose=Escalation.Purpose.LOOK))
        .values_list("pk", flat=True)[:100]
    )
    for incident_id in list(in_vain):
        with transaction.atomic():
            if not workflow.lock(incident_id).is_open:
                continue  # ended since the look
            log.warning("incident %s asked for a unit in vain: its ladder starts now", incident_id)
            want(incident_id, now=now)
        made += 1
    untouched = (
        Incident.objects.open()
        .filter(taken_at__isnull=True, escalation__isnull=True, dispatch_requested_at__isnull=True)
        .filter(
            Q(priority__lte=climbs.LOOK_FROM_PRIORITY)
            & (Q(type__in=FULL_TYPES) | Q(flags__contains=["plea_word"]))
            | Q(type=IncidentType.UNCLASSIFIED)
            | Q(flags__contains=[BY_LIKENESS])
        )[:100]
    )
    for incident in untouched:
        due_at = incident.received_at + scaled(climbs.look_at(incident).rungs[0].at_s)
        with transaction.atomic():
            if not workflow.lock(incident.pk).is_open:
                continue
            _, created = Escalation.objects.get_or_create(
                incident=incident,
                defaults={
                    "purpose": Escalation.Purpose.LOOK,
                    "state": S.RUNNING,
                    "started_at": incident.received_at,
                    "due_at": due_at,
                },
            )
        made += created
    news = Dispatch.objects.filter(
        status__in=(Dispatch.Status.ALERTING, *Dispatch.ENGAGED_STATUSES), told_at__lt=F("incident__news_at")
    )
    for incident_id in set(news.values_list("incident_id", flat=True)[:100]):
        with transaction.atomic():
            made += calls.tell_news(incident_id, now=now)
    return made
