"""What a unit's status becomes with its calls and tasks."""

from alerts.models import Dispatch, PatrolUnit

U = PatrolUnit.Status


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
