"""The table of a dispatch's states, and the only function that changes one."""

from datetime import datetime

from alerts.models import Dispatch, DispatchTransition
from communities.models import User

S = Dispatch.Status
_REASON_LENGTH = DispatchTransition._meta.get_field("reason").max_length

ALLOWED: dict[str, set[str]] = {
    S.PROPOSED: {S.ALERTING, S.STOOD_DOWN},
    S.ALERTING: {S.ACKNOWLEDGED, S.DECLINED, S.NO_ANSWER, S.STOOD_DOWN},
    # A late answer is taken while the place is free.
    S.NO_ANSWER: {S.ACKNOWLEDGED, S.DECLINED, S.STOOD_DOWN},
    S.ACKNOWLEDGED: {S.EN_ROUTE, S.CANNOT_CONTINUE, S.STOOD_DOWN},
    S.EN_ROUTE: {S.ON_SCENE, S.CANNOT_CONTINUE, S.STOOD_DOWN},
    S.ON_SCENE: {S.COMPLETED, S.CANNOT_CONTINUE, S.STOOD_DOWN},
    S.DECLINED: set(),
    S.COMPLETED: set(),
    S.CANNOT_CONTINUE: set(),
    S.STOOD_DOWN: set(),
}

_STAMP = {
    S.ACKNOWLEDGED: "acknowledged_at",
    S.EN_ROUTE: "under_way_at",
    S.ON_SCENE: "on_scene_at",
    S.DECLINED: "ended_at",
    S.COMPLETED: "ended_at",
    S.CANNOT_CONTINUE: "ended_at",
    S.STOOD_DOWN: "ended_at",
}


class DispatchNotAllowed(Exception):
    """The table has no such step. The row is untouched."""

    problem_status = 409
    problem_type = "dispatch-not-allowed"


def begin(dispatch: Dispatch, *, via: str, now: datetime, by: User | None = None) -> Dispatch:
    """Store a new dispatch whose unit is called at once; its story begins with that step.

    The caller holds the incident's lock.
    """
    proposed, dispatch.status = dispatch.status, S.ALERTING
    dispatch.save(force_insert=True)
    DispatchTransition.objects.create(
        dispatch=dispatch, old=proposed, new=dispatch.status, by=by, via=via, at=now
    )
    return dispatch


def advance(
    dispatch: Dispatch,
    to: str,
    *,
    via: str,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    role: str = "",
) -> Dispatch:
    """Move a dispatch to `to` and record it; raise DispatchNotAllowed, row untouched.

    The caller holds the incident's lock, which orders all changes below one incident.
    `via` says how the word came: rule, officer, app, sms or voice.
    """
    if to not in ALLOWED[dispatch.status]:
        raise DispatchNotAllowed(f"{dispatch.unit.call_sign} is {dispatch.status}; it cannot become {to}.")
    DispatchTransition.objects.create(
        dispatch=dispatch, old=dispatch.status, new=to, by=by, via=via, reason=reason[:_REASON_LENGTH], at=now
    )
    dispatch.status = to
    dispatch.role = role or dispatch.role
    dispatch.reason = reason[:_REASON_LENGTH] or dispatch.reason
    fields = ["status", "role", "reason"]
    if stamp := _STAMP.get(to):
        setattr(dispatch, stamp, now)
        fields.append(stamp)
    dispatch.save(update_fields=fields)
    return dispatch
