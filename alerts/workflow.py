"""The only function that changes a dispatch's state, by the table in alerts.states."""

from datetime import datetime

from alerts.models import Dispatch, DispatchTransition
from alerts.states import DISPATCH as ALLOWED
from communities import rows
from communities.models import User

S = Dispatch.Status
_REASON_LENGTH = DispatchTransition._meta.get_field("reason").max_length

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
    rows.insert(dispatch)
    rows.insert(
        DispatchTransition(dispatch=dispatch, old=proposed, new=dispatch.status, by=by, via=via, at=now)
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
    rows.insert(
        DispatchTransition(
            dispatch=dispatch,
            old=dispatch.status,
            new=to,
            by=by,
            via=via,
            reason=reason[:_REASON_LENGTH],
            at=now,
        )
    )
    dispatch.status = to
    dispatch.role = role or dispatch.role
    dispatch.reason = reason[:_REASON_LENGTH] or dispatch.reason
    fields = ["status", "role", "reason"]
    if stamp := _STAMP.get(to):
        setattr(dispatch, stamp, now)
        fields.append(stamp)
    rows.update(dispatch, fields)
    return dispatch
