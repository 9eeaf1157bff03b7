"""What follows when an incident needs nobody any more: calls are taken back, whoever was told hears it."""

from datetime import datetime

from django.db.models import Q

from alerts import calls, desk_calls, escalation, messages, unit_status, wakeup, watches, workflow
from alerts.models import Dispatch, Notification
from communities.models import User
from reports.models import Incident

N = Notification.Status


def end_all(
    incident: Incident, *, by: User | None, reason: str, now: datetime, tell_desks: bool = False
) -> None:
    """Stop the ladder, and tell every unit that was called and is not done to stop.

    `tell_desks`: the duty officers who were called hear it too. Holds the incident's lock.
    """
    if by is not None:
        escalation.stop(incident, by=by, reason=reason)
    else:
        escalation.answer(incident)
    take_back_calls(incident)
    for dispatch in incident.dispatches.answerable().select_related("unit"):
        told = was_told(dispatch)
        via = "officer" if by else "rule"
        workflow.advance(dispatch, Dispatch.Status.STOOD_DOWN, via=via, by=by, reason=reason, now=now)
        unit_status.free(dispatch.unit)
        watches.follow(dispatch, via=via, now=now)
        if told:
            _say_stand_down(dispatch, incident, now)
            watches.await_receipt(dispatch, now=now)
    if tell_desks:
        desk_calls.tell_stood_down(incident, now=now)
    wakeup.ring_on_commit()


def was_told(dispatch: Dispatch) -> bool:
    """The crew may know of the task: it said so, or an alert left that did not fail for good.

    An attempt whose outcome is not known counts: who reads the alert must read the stand-down.
    """
    if dispatch.acknowledged_at is not None:
        return True
    left = Q(status__in=(N.ACCEPTED, N.DELIVERED, N.READ)) | Q(attempt__gt=0)
    alerts = dispatch.notifications.filter(left, purpose=Notification.Purpose.ALERT)
    return alerts.exclude(status=N.FAILED_PERM).exists()


def take_back_calls(incident: Incident, dispatch: Dispatch | None = None) -> None:
    """Take back what is still waiting to be sent, of one dispatch or of the whole incident."""
    waiting = incident.notifications.waiting().filter(purpose__in=Notification.CALLS_FOR_A_UNIT)
    if dispatch is not None:
        waiting = waiting.filter(dispatch=dispatch)
    waiting.update(status=N.CANCELLED)


def _say_stand_down(dispatch: Dispatch, incident: Incident, now: datetime) -> None:
    text = messages.stand_down(
        language=dispatch.unit.language, reference=incident.reference, at=now, drill=incident.drill
    )
    purpose = Notification.Purpose.STAND_DOWN
    calls.tell_unit(dispatch, incident, text, purpose=purpose, key=f"{dispatch.pk}:stand_down", now=now)
