"""Rows that contradict each other: incident and dispatches, ladder and incident, unit and tasks."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts import escalation
from alerts.auditor.findings import MOST, Finding, named
from alerts.models import Dispatch, Escalation, PatrolUnit
from reports import workflow
from reports.models import Incident

U = PatrolUnit.Status
ANSWERED_STATUSES = (Incident.Status.RESPONDING, Incident.Status.ON_SCENE)
ON_TASK = (U.ACKNOWLEDGED, U.EN_ROUTE, U.ON_SCENE)
#: A unit with a task that still counts as free would be called to another one.
FREE = (U.AVAILABLE, U.ALERTED)

_ENGAGED = Dispatch.objects.filter(status__in=Dispatch.ENGAGED_STATUSES)


def incidents_without_unit(now: datetime) -> Iterator[Finding]:
    """Called answered, and no unit goes: back to dispatching, and the ladder climbs again."""
    rows = Incident.objects.filter(status__in=ANSWERED_STATUSES).exclude(
        Exists(_ENGAGED.filter(incident=OuterRef("pk")))
    )
    for incident in rows.order_by("priority")[:MOST]:
        yield Finding(
            "incident_without_unit",
            f"incident:{incident.pk}",
            f"{named(incident)} is {incident.get_status_display()}, and no unit goes",
            incident=incident,
            mend=lambda now, pk=incident.pk: _call_again(pk, now),
        )


def tasks_on_ended(now: datetime) -> Iterator[Finding]:
    """Units called to, or on their way to, an incident that has ended: an officer must tell them."""
    rows = (
        Dispatch.objects.filter(status__in=["proposed", "alerting", *Dispatch.ENGAGED_STATUSES])
        .exclude(incident__status__in=Incident.OPEN_STATUSES)
        .select_related("incident", "unit")
    )
    for dispatch in rows[:MOST]:
        ended = dispatch.incident.get_status_display()
        yield Finding(
            "task_on_ended",
            f"dispatch:{dispatch.pk}",
            f"{dispatch.unit.call_sign} is {dispatch.get_status_display()} for "
            f"{named(dispatch.incident)}, which is {ended}",
            incident=dispatch.incident,
        )


def ladders_on_ended(now: datetime) -> Iterator[Finding]:
    """Ladders that still run for an incident that has ended: stopped."""
    rows = Escalation.objects.live().exclude(incident__status__in=Incident.OPEN_STATUSES)
    for ladder in rows.select_related("incident")[:MOST]:
        yield Finding(
            "ladder_on_ended",
            f"incident:{ladder.pk}",
            f"a ladder runs for {named(ladder.incident)}, which is {ladder.incident.get_status_display()}",
            incident=ladder.incident,
            mend=lambda now, pk=ladder.pk: _stop_ladder(pk),
        )


def unit_statuses(now: datetime) -> Iterator[Finding]:
    """Units whose status says something else than their tasks."""
    engaged = _ENGAGED.filter(unit=OuterRef("pk"))
    alerting = Dispatch.objects.filter(unit=OuterRef("pk"), status=Dispatch.Status.ALERTING)
    for unit in PatrolUnit.objects.filter(status__in=FREE).filter(Exists(engaged))[:MOST]:
        yield Finding(
            "unit_status",
            f"unit:{unit.pk}",
            f"{unit.call_sign} has a task and counts as {unit.get_status_display()}",
            mend=lambda now, pk=unit.pk: _status_from_task(pk),
        )
    called_by_nobody = PatrolUnit.objects.filter(status=U.ALERTED).exclude(Exists(engaged) | Exists(alerting))
    for unit in called_by_nobody[:MOST]:
        yield Finding(
            "unit_status",
            f"unit:{unit.pk}",
            f"{unit.call_sign} counts as alerted, and nobody calls it",
            mend=lambda now, pk=unit.pk: _free(pk),
        )
    idle = PatrolUnit.objects.filter(status__in=ON_TASK).exclude(Exists(engaged))
    for unit in idle[:MOST]:
        # Perhaps an officer's own entry, about something that is not in this service.
        text = f"{unit.call_sign} counts as {unit.get_status_display()} and has no task: no rule sends it"
        yield Finding("unit_status", f"unit:{unit.pk}", text)
    ashore = PatrolUnit.objects.filter(Q(status=U.OFF_WATCH) | Q(status=U.OUT_OF_SERVICE))
    for unit in ashore.filter(Exists(engaged))[:MOST]:
        text = f"{unit.call_sign} goes to an incident and counts as {unit.get_status_display()}"
        yield Finding("unit_status", f"unit:{unit.pk}", text)


@transaction.atomic
def _call_again(incident_id, now: datetime) -> None:
    incident = workflow.lock(incident_id)
    if incident.status not in ANSWERED_STATUSES or incident.dispatches.engaged().exists():
        return
    workflow.advance(
        incident_id, Incident.Status.DISPATCHING, by=None, reason="no unit is on its way", now=now
    )
    escalation.want(incident_id, now=now)


@transaction.atomic
def _stop_ladder(incident_id) -> None:
    incident = workflow.lock(incident_id)
    if not incident.is_open:
        escalation.stop(incident, by=None, reason="the incident has ended")


@transaction.atomic
def _status_from_task(unit_id) -> None:
    """As `dispatch.acknowledge` does it: the incident's lock first, then the unit's."""
    dispatch = _ENGAGED.filter(unit=unit_id).first()
    if dispatch is None:
        return
    workflow.lock(dispatch.incident_id)
    dispatch.refresh_from_db()
    if dispatch.status in Dispatch.ENGAGED_STATUSES:
        PatrolUnit.objects.filter(pk=unit_id, status__in=FREE).update(status=dispatch.status)


@transaction.atomic
def _free(unit_id) -> None:
    """Whoever calls the unit holds its row by the dispatch's foreign key: that is waited for, then seen."""
    unit = PatrolUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    held = unit.dispatches.filter(status__in=["alerting", *Dispatch.ENGAGED_STATUSES]).exists()
    if unit.status == U.ALERTED and not held:
        PatrolUnit.objects.filter(pk=unit_id).update(status=U.AVAILABLE)


LOOKS = {
    incidents_without_unit: {"incident_without_unit"},
    tasks_on_ended: {"task_on_ended"},
    ladders_on_ended: {"ladder_on_ended"},
    unit_statuses: {"unit_status"},
}
