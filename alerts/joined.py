"""What crews hear when the incident that they were called for is joined to another one.

It is the same distress under another reference. "Stand down" would be wrong, and an answer to the old
reference would be lost: whoever was called is called for the survivor.
"""

from datetime import datetime

from alerts import calls, candidates, endings, messages, unit_status, watches, waters, workflow
from alerts.models import Dispatch, Notification, PatrolUnit
from communities.models import User
from reports.models import Incident


def call_over(
    incident: Incident, survivor: Incident, *, by: User | None, reason: str, now: datetime
) -> list[Dispatch]:
    """Move the calls for `incident` to `survivor` and say so; return the dispatches there.

    A crew that was called for both goes on under the survivor's reference. One that was called for `incident`
    alone is left for `endings.end_all` where a unit leads already, where no unit may be called without an
    officer's word, or where it cannot have seen its call. Holds both incidents' locks.
    """
    where = candidates.datum(survivor, now)
    lies = waters.waters_of(where.position, where.error_m) if where else waters.Waters()
    ladder = getattr(survivor, "escalation", None)
    closed = lies.held and (ladder is None or ladder.allowed_in != lies.held)
    wanted = survivor.is_open and not closed and not survivor.dispatches.leading().exists()
    there = {one.unit_id: one for one in survivor.dispatches.answerable().select_related("unit")}
    moved = []
    for old in incident.dispatches.answerable().select_related("unit"):
        told = endings.was_told(old)
        new = there.get(old.unit_id)
        if new is None and not (wanted and told):
            continue
        via = "officer" if by else "rule"
        workflow.advance(old, Dispatch.Status.STOOD_DOWN, via=via, by=by, reason=reason, now=now)
        unit_status.free(old.unit)
        watches.follow(old, via=via, now=now)
        if new is None:
            row = {
                "call_sign": old.unit.call_sign,
                "distance_m": old.distance_m,
                "eta_s": old.eta_s,
                "bearing_deg": old.bearing_deg,
                "why": (f"was called for {incident.reference}",),
            }
            new = calls.call_unit(row, (), survivor, where, key="joined", next_in_s=None, now=now, by=by)
        if told:
            _say_joined(new, incident, survivor, now)
        moved.append(new)
    return moved


def goes_on_as(unit: PatrolUnit, reference: str) -> str:
    """The reference under which a crew's task `reference` goes on; "" if it was not joined."""
    once = unit.dispatches.filter(incident__reference=reference, incident__merged_into__isnull=False)
    old = once.select_related("incident").order_by("-created_at").first()
    return old.incident.survivor.reference if old else ""


def _say_joined(dispatch: Dispatch, incident: Incident, survivor: Incident, now: datetime) -> None:
    text = messages.joined(
        language=dispatch.unit.language,
        priority=survivor.priority,
        old=incident.reference,
        reference=survivor.reference,
        type=candidates.type_of(survivor),
        persons_on_board=survivor.persons_on_board,
        **calls.placed_for(dispatch, survivor, now),
        drill=survivor.drill,
    )
    purpose = Notification.Purpose.ALERT
    key = f"{dispatch.pk}:joined:{incident.pk}"
    calls.tell_unit(dispatch, survivor, text, purpose=purpose, key=key, now=now)
