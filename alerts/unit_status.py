"""What a unit's status becomes with its calls and tasks, and what an officer may make of it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts.models import Dispatch, PatrolUnit, UnitStatusChange
from communities.models import User

U = PatrolUnit.Status
#: What an officer may set; the others come with calls and tasks.
BY_OFFICER = (
    U.AVAILABLE,
    U.RETURNING,
    U.LIMITED,
    U.TOWING,
    U.OFF_WATCH,
    U.OUT_OF_SERVICE,
    U.IN_DISTRESS,
)
#: What an officer may set while the unit is on a task: nothing that says it is free or gone.
ON_A_TASK = (U.TOWING, U.IN_DISTRESS)


class StatusRefused(Exception):
    """This status cannot be set by hand now."""

    problem_status = 409
    problem_type = "status-refused"


def set_status(unit: PatrolUnit, status: str) -> None:
    unit.status = status
    unit.save(update_fields=["status"])


def free(unit: PatrolUnit) -> None:
    """Back to what it was before it was called, unless another call or task holds it."""
    unit.refresh_from_db(fields=["status"])
    if unit.dispatches.engaged().exists():
        return
    alerting = unit.dispatches.filter(status=Dispatch.Status.ALERTING).exists()
    if unit.status == U.ALERTED and not alerting:
        set_status(unit, U.AVAILABLE)
    elif unit.status in (U.ACKNOWLEDGED, U.EN_ROUTE, U.ON_SCENE):
        set_status(unit, U.RETURNING)


@transaction.atomic
def decide(unit_id, status: str, *, by: User, reason: str, now: datetime | None = None) -> UnitStatusChange:
    """Set a status by hand, with the reason. Nothing is sent. Raises StatusRefused; locks the unit."""
    if not reason.strip():
        raise StatusRefused("A reason is needed.")
    if status not in BY_OFFICER:
        raise StatusRefused("This status comes with calls and tasks; it is not set by hand.")
    unit = PatrolUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    return _change(unit, status, by=by, reason=reason, now=now)


@transaction.atomic
def undo(change_id, *, by: User, now: datetime | None = None) -> UnitStatusChange:
    """Set back what an officer set, if nothing has changed the status since. Raises StatusRefused."""
    change = UnitStatusChange.objects.get(pk=change_id)
    unit = PatrolUnit.objects.select_for_update(no_key=True).get(pk=change.unit_id)
    newest = unit.status_changes.order_by("-at", "-id").first()
    if unit.status != change.new or newest != change or change.undoes_id is not None:
        raise StatusRefused(f"{unit.call_sign} has changed since: it is {unit.get_status_display()}.")
    row = _change(unit, change.old, by=by, reason=f"undone: {change.reason}"[:300], undoes=change, now=now)
    free(unit)  # the call or task that the old status came from may be over by now
    return row


def _change(unit: PatrolUnit, status: str, *, by, reason, undoes=None, now=None) -> UnitStatusChange:
    if unit.status == status:
        raise StatusRefused(f"{unit.call_sign} is {unit.get_status_display()} already.")
    task = unit.dispatches.engaged().select_related("incident").first()
    if task is not None and status not in ON_A_TASK and undoes is None:
        raise StatusRefused(f"{unit.call_sign} is on incident {task.incident.reference}: end that first.")
    old = unit.status
    set_status(unit, status)
    return UnitStatusChange.objects.create(
        unit=unit, old=old, new=status, by=by, reason=reason, undoes=undoes, at=now or timezone.now()
    )
