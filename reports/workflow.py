"""The only function that changes an incident's state, by the table in reports.states."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from communities import rows
from communities.models import User
from reports.models import Incident, Transition
from reports.states import INCIDENT as ALLOWED

S = Incident.Status
_FIELD_LENGTH = Transition._meta.get_field("new").max_length
_REASON_LENGTH = Transition._meta.get_field("reason").max_length

# Ends that only a named officer may write, and what he must say.
_BY_OFFICER = {S.CLOSED, S.STOOD_DOWN, S.SUSPENDED, S.HANDED_OVER, S.MERGED, S.OPEN}
_WITH_REASON = {S.CLOSED, S.STOOD_DOWN, S.HANDED_OVER, S.SUSPENDED}


# References are unique for so long.
REOPENED_WITHIN = timedelta(days=30)


class TransitionNotAllowed(Exception):
    """The table has no such step, or it needs an officer or a reason. The row is untouched."""

    problem_status = 409
    problem_type = "transition-not-allowed"


@transaction.atomic
def advance(
    incident_id,
    to: str,
    *,
    by: User | None,
    reason: str = "",
    survivor: Incident | None = None,
    now: datetime | None = None,
) -> Incident:
    """Move an incident to `to` and record who did it; raise TransitionNotAllowed, row untouched.

    `survivor` names the incident that a merged one goes into. Locks the row: of two
    officers who press at once, one wins and the other is told.
    """
    return advance_locked(lock(incident_id), to, by=by, reason=reason, survivor=survivor, now=now)


def advance_locked(
    incident: Incident,
    to: str,
    *,
    by: User | None,
    reason: str = "",
    survivor: Incident | None = None,
    now: datetime | None = None,
) -> Incident:
    """`advance` for a caller that holds the lock, and `incident` as it is under it."""
    if to not in ALLOWED[incident.status]:
        raise TransitionNotAllowed(
            f"Incident {incident.reference} is {incident.status}; it cannot become {to}."
        )
    if to in _BY_OFFICER and by is None:
        raise TransitionNotAllowed(f"Only a named officer can make incident {incident.reference} {to}.")
    if to in _WITH_REASON and not reason.strip():
        raise TransitionNotAllowed(f"Give a reason to make incident {incident.reference} {to}.")
    if incident.status == S.OPEN and to == S.CLOSED and incident.is_distress:
        raise TransitionNotAllowed(
            f"Incident {incident.reference} is a distress: stand it down with a reason instead."
        )
    if to == S.OPEN and _ended_long_ago(incident, now or timezone.now()):
        raise TransitionNotAllowed(
            f"Incident {incident.reference} ended over {REOPENED_WITHIN.days} days ago."
        )
    record(incident, "status", incident.status, to, by=by, reason=reason, now=now)
    incident.status, incident.merged_into = to, survivor
    rows.update(incident, ["status", "merged_into"])
    return incident


def lock(incident_id) -> Incident:
    """The incident, locked until the transaction ends: one change at a time to all that hangs on it.

    Its key stays free: a row of another incident that names this one (likeness) waits for nobody, and so
    cannot deadlock.
    """
    return Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident_id)


def record(
    incident: Incident,
    field: str,
    old,
    new,
    *,
    by: User | None,
    reason: str = "",
    now: datetime | None = None,
) -> Transition:
    """Append one change of one field to the incident's story."""
    transition = Transition(
        incident=incident,
        field=field,
        old=_printed(old),
        new=_printed(new),
        by=by,
        reason=reason.strip()[:_REASON_LENGTH],
        at=now or timezone.now(),
    )
    rows.insert(transition)
    return transition


def _ended_long_ago(incident: Incident, now: datetime) -> bool:
    ended = incident.transitions.filter(field="status", new=incident.status).order_by("at").last()
    return ended is not None and now - ended.at > REOPENED_WITHIN


def _printed(value) -> str:
    return "" if value is None else str(value)[:_FIELD_LENGTH]
