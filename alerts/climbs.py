"""Which ladder an incident climbs, how far up it is, and when its next rung is due."""

from datetime import datetime

from alerts import beacon_floods, sector_ladders, waters
from alerts.ladder import LOOK, NO_UNIT, UNREAD, Call, Ladder, scaled
from alerts.models import Escalation
from reports.models import Incident

LOOK_FROM_PRIORITY = 3


def ladder_of(incident: Incident, escalation: Escalation, *, found: bool) -> Ladder:
    """Which ladder an incident climbs now; `found`: there is a unit to call."""
    if escalation.purpose == Escalation.Purpose.LOOK:
        return look_at(incident)
    if not found:
        return NO_UNIT
    return sector_ladders.as_ladder(escalation.ladder, escalation.ladder_priority or incident.priority)


def look_at(incident: Incident) -> Ladder:
    """The ladder of an incident that nobody has touched."""
    return LOOK if incident.priority <= LOOK_FROM_PRIORITY else UNREAD


def choose(incident: Incident, escalation: Escalation, lies: waters.Waters, now: datetime) -> None:
    """Choose the ladder of the sector that the place lies in, once a climb; anew where the priority changed.

    Raised, the climb begins anew: who was called hears it again as what it is now. Lowered, it goes on where
    the slower ladder is by now: nobody is called twice for less.
    """
    was = escalation.ladder_priority
    if was == incident.priority:
        return
    escalation.ladder_priority = incident.priority
    escalation.ladder = sector_ladders.in_force(lies.sector, incident.priority) if lies.sector else None
    if was is None or escalation.climbing != "units":
        return
    if incident.priority < was:
        escalation.started_at, escalation.next_step = now, 0
        escalation.round += 1
        return
    ladder = ladder_of(incident, escalation, found=True)
    step = 0
    while time_of(ladder, escalation, step) <= now:
        step += 1
    escalation.next_step = step


def held(incident: Incident, lies: waters.Waters) -> tuple[str, str]:
    """Why no unit is called there without an officer's word, and the alarm for the desks; empty: nothing."""
    if beacon_floods.holds(incident):
        return "; ".join(filter(None, (beacon_floods.WHY, lies.held)))[:200], beacon_floods.FLAG
    return lies.held, lies.alarm


def time_of(ladder: Ladder, escalation: Escalation, step: int) -> datetime:
    """When a rung is due; past the last one the ladder repeats."""
    if step < len(ladder.rungs):
        at_s = ladder.rungs[step].at_s
    else:
        at_s = ladder.rungs[-1].at_s + (step - len(ladder.rungs) + 1) * ladder.repeat_s
    return escalation.started_at + scaled(at_s)


def calls_of(ladder: Ladder, step: int) -> tuple[Call, ...]:
    return ladder.rungs[step].calls if step < len(ladder.rungs) else ladder.repeat
