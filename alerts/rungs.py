"""Nobody answered: the next rung of the ladder. Deadlines are rows.

Everything here happens under the incident's lock, writes rows only, and may be run twice:
a rung names its notifications by a key, so that carrying it out again asks nobody again.
"""

import logging
import math
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from alerts import (
    alarms,
    beacon_floods,
    calls,
    candidates,
    climbs,
    desk_calls,
    fleet,
    wakeup,
    waters,
)
from alerts.ladder import NEARBY_M, NO_UNIT, Call, Ladder
from alerts.models import Dispatch, Escalation, Notification, PatrolUnit
from communities import rows
from communities.crash_points import crash_point
from communities.rows import Asked
from reports import workflow
from reports.models import Incident

log = logging.getLogger(__name__)

S = Escalation.State
OVERSLEPT = timedelta(seconds=10)
_DUE = """
SELECT ladder.incident_id, incident.priority
FROM alerts_escalation AS ladder JOIN reports_incident AS incident ON incident.id = ladder.incident_id
WHERE ladder.state IN ('wanted', 'running') AND ladder.incident_id <> ALL(%(without)s::uuid[])
    AND (ladder.due_at <= %(now)s OR (ladder.state = 'wanted' AND ladder.due_at > %(wrong)s))
ORDER BY incident.priority, %(flood)s = ANY(incident.flags), incident.drill, ladder.due_at LIMIT %(most)s
"""


def due(now: datetime, most: int, without: Collection = ()) -> list[tuple[UUID, int]]:
    """Incidents whose next rung should have begun by now, with their priority, the most urgent first.

    Of the same priority a drill waits for what is real, and a flood of beacons comes last: only an officer
    sends there, and others wait. `without` are those that somebody is at.
    """
    asked = {"now": now, "wrong": now + Escalation.WRONG_CLOCK, "flood": beacon_floods.FLAG, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked | {"without": list(without)})
        return cursor.fetchall()


def carry_out_due(now: datetime, most: int = 3) -> int:
    """Carry out up to `most` due rungs, each in a transaction of its own; return how many.

    Copies of the dispatcher share the work: an incident that another one holds is skipped.
    """
    return sum(try_to_carry_out(incident_id, now=now) for incident_id, _priority in due(now, most))


def try_to_carry_out(incident_id, *, now: datetime, **how) -> bool:
    """`carry_out`; what it raises is logged, stands as an alarm, and the rung is tried again.

    One incident's fault must not keep the others from being called.
    """
    try:
        return carry_out(incident_id, now=now, **how)
    except Exception:
        log.exception("incident %s: the rung failed and will be tried again", incident_id)
        Escalation.objects.filter(pk=incident_id).update(due_at=now + timedelta(seconds=2))
        alarms.stand(
            "rung_failed",
            f"incident:{incident_id}",
            "the ladder's rung fails each time it is tried",
            incident=Incident.objects.filter(pk=incident_id).first(),
            lasts=timedelta(minutes=1),
            now=now,
        )
        return False


@transaction.atomic
@rows.together()
def carry_out(
    incident_id,
    *,
    now: datetime,
    hurried: bool = False,
    kept: fleet.Fleet | None = None,
    then: Callable[[Incident], None] | None = None,
) -> bool:
    """Carry out the next rung of one incident if it is due; True if it was.

    `hurried`: a rung that calls the first unit only looks for no other; `complete_ranking` does, afterwards.
    `kept` is the fleet as it was lately. `then` is called with the incident before the commit, in place of
    the bell after it.
    """
    # Statements of their own, after the lock: in one with it they might tell of a moment before.
    locked, ladders, [(has_story,)], statuses = rows.read(
        Asked("WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [incident_id], Incident),
        Asked("WHERE incident_id = %s", [incident_id], Escalation),
        candidates.asked_for_story(incident_id),
        fleet.STATUSES,
    )
    if not locked or not ladders[0].is_due(now):
        return False
    [incident], [escalation] = locked, ladders
    if escalation.state == S.WANTED:  # by the clock of whoever asked, which may be ahead of ours
        escalation.started_at = min(escalation.started_at, now)
    candidates.recall(incident, has_story)
    if not incident.is_open:
        escalation.state = S.STOPPED
    elif escalation.purpose == Escalation.Purpose.LOOK:
        _look(incident, escalation, now)
    elif any(dispatch.is_lead for dispatch in candidates.dispatches_of(incident)):
        escalation.state = S.ANSWERED
    else:
        _climb(incident, escalation, now, hurried, kept and kept.as_now(dict(statuses)))
    crash_point("K6")
    transaction.on_commit(partial(crash_point, "K7"))
    rows.update(escalation)
    if then is None:
        wakeup.ring_on_commit()
    else:
        then(incident)
    return True


def complete_ranking(incident_id, *, now: datetime, kept: fleet.Fleet | None = None) -> None:
    """Rank the whole fleet where a hurried rung looked for the first unit only, for the desk to see.

    Takes the incident's lock only to write.
    """
    escalation = Escalation.objects.select_related("incident").filter(pk=incident_id).first()
    if escalation is None or not escalation.is_live or not escalation.ranking.get("partial"):
        return
    incident = escalation.incident
    where = candidates.datum(incident, now)
    if where is None:
        return
    told = {one.unit.call_sign for one in candidates.dispatches_of(incident) if one.is_answerable}
    ranking = candidates.rank_for(incident, where, now, named=told, given=kept)
    # Whom the rung called keeps the row it was called by: by now it is "already alerted", by us.
    called = {row["call_sign"]: row for row in escalation.ranking["ranked"]}
    ranking["ranked"] = [called.get(row["call_sign"], row) for row in ranking["ranked"]]
    with transaction.atomic():
        workflow.lock(incident_id)
        Escalation.objects.filter(pk=incident_id, ranked_at=escalation.ranked_at).update(ranking=ranking)


def _look(incident: Incident, escalation: Escalation, now: datetime) -> None:
    if incident.taken_at is not None:
        escalation.state = S.ANSWERED
        return
    where = candidates.datum(incident, now)
    _rung(incident, escalation, climbs.look_at(incident), [], where, "untouched", now)


def _climb(
    incident: Incident,
    escalation: Escalation,
    now: datetime,
    hurried: bool = False,
    kept: fleet.Fleet | None = None,
) -> None:
    where = candidates.datum(incident, now)
    lies = waters.waters_of(where.position, where.error_m) if where else waters.Waters()
    why, held_alarm = climbs.held(incident, lies)
    held = why not in ("", escalation.allowed_in)
    climbs.choose(incident, escalation, lies, now)
    # Of a flood only what an officer sends to is ranked: others wait for the time that it takes.
    if where is not None and not (held and held_alarm == beacon_floods.FLAG):
        told = {one.unit.call_sign for one in candidates.dispatches_of(incident) if one.is_answerable}
        how = {
            "waters": lies,
            "named": told,
            "nearby_m": NEARBY_M if _asks_everybody(incident, escalation) else 0.0,
            "first_only": hurried and _asks_first_only(incident, escalation),
        }
        escalation.ranking = candidates.rank_for(incident, where, now, given=kept, **how)
        escalation.ranked_at = now
    units = _in_order(incident, escalation.ranking.get("ranked", []) if where and not held else [])
    ladder = climbs.ladder_of(incident, escalation, found=bool(units))
    # From "nobody can go" to "somebody can" and back, the climb begins anew.
    climbing = "held" if held else "units" if units else "nobody"
    if escalation.state == S.RUNNING and escalation.climbing != climbing:
        escalation.started_at, escalation.next_step = now, 0
        escalation.round += 1
    escalation.climbing = climbing
    if incident.status in (Incident.Status.OPEN, Incident.Status.SUSPENDED):
        workflow.advance_locked(
            incident, Incident.Status.DISPATCHING, by=None, reason="a unit is wanted", now=now
        )
    escalation.state = S.RUNNING
    if held:
        alarm = held_alarm
    elif where is None:
        alarm = "no_position"
    else:
        alarm = "nobody_answers" if units else "no_capable_unit"
    if ladder is not NO_UNIT:
        _fill(incident, escalation, ladder, units, where, now)
    _rung(incident, escalation, ladder, units, where, alarm, now)


def _rung(incident, escalation, ladder: Ladder, units, where, alarm: str, now: datetime) -> None:
    """Carry out the next rung if its own time has come, and set the time of the one after it."""
    at = climbs.time_of(ladder, escalation, escalation.next_step)
    if now >= at:
        if now - at > OVERSLEPT:
            # Nobody worked for a while: go on from here with the ladder's own pauses, so that those who
            # are called now get their time to answer, instead of every missed rung at once.
            escalation.started_at += now - at
        for call in climbs.calls_of(ladder, escalation.next_step):
            _make(call, incident, escalation, units, where, alarm, now)
        escalation.next_step += 1
    escalation.due_at = climbs.time_of(ladder, escalation, escalation.next_step)


def _fill(incident, escalation, ladder: Ladder, units: list[dict], where, now: datetime) -> None:
    """Keep as many units told as the rungs so far asked for: one that declined is made good at once."""
    asked = max(
        (call.unit or 0 for step in range(escalation.next_step) for call in climbs.calls_of(ladder, step)),
        default=0,
    )
    for row in units[:asked]:
        if not row["told"]:
            _tell(row, ("push", "sms"), incident, escalation, ladder, where, now)


def _make(call: Call, incident, escalation, units: list[dict], where, alarm: str, now: datetime) -> None:
    ladder = climbs.ladder_of(incident, escalation, found=bool(units))
    if call.to == "unit":
        chosen = units[call.unit - 1 : call.unit]
    elif call.to == "told_units":
        chosen = [row for row in units if row["told"]]
    elif call.to == "all_units":
        chosen = [row for row in units if row["distance_m"] <= NEARBY_M]
    else:
        lead = (
            PatrolUnit.objects.select_related("station__agency")
            .filter(call_sign=units[0]["call_sign"])
            .first()
            if units
            else None
        )
        duty, centres = candidates.desks(incident, where, lead)
        asked = centres if call.to == "centre" or duty is None else [duty]
        desk_calls.call_desks(
            asked or ([duty] if duty else []),
            call.channels,
            incident,
            alarm,
            key=f"{escalation.round}:{escalation.next_step}",
            now=now,
        )
        return
    for row in chosen:
        _tell(row, call.channels, incident, escalation, ladder, where, now)


def _tell(row: dict, channels, incident, escalation, ladder: Ladder, where, now: datetime) -> None:
    after = climbs.time_of(ladder, escalation, escalation.next_step + 1) - now
    calls.call_unit(
        row,
        channels,
        incident,
        where,
        key=f"{escalation.round}:{escalation.next_step}",
        next_in_s=math.ceil(after.total_seconds()) if after > timedelta() else None,
        now=now,
    )
    row["told"] = True


def _in_order(incident: Incident, ranked: list[dict]) -> list[dict]:
    """The units to call: those already told keep their places, the rest follow as ranked.

    A unit that no channel reached goes to the end; where that is all of them, nobody can be called.
    """
    told, unreached = {}, set()
    for dispatch in candidates.dispatches_of(incident):
        if dispatch.status not in (Dispatch.Status.ALERTING, Dispatch.Status.NO_ANSWER):
            continue
        tried = set(dispatch.notifications.values_list("status", flat=True))
        if tried == {Notification.Status.FAILED_PERM}:
            unreached.add(dispatch.unit.call_sign)
        else:
            told[dispatch.unit.call_sign] = dispatch.created_at
    by_sign = {row["call_sign"]: row for row in ranked}
    first = [by_sign[sign] for sign in sorted(told, key=told.get) if sign in by_sign]
    rest = [row for row in ranked if row["call_sign"] not in told and row["call_sign"] not in unreached]
    if not first and not rest:
        return []
    last = [row for row in ranked if row["call_sign"] in unreached]
    called = unreached | told.keys()
    return [{**row, "told": row["call_sign"] in called} for row in (*first, *rest, *last)]


def _asks_everybody(incident: Incident, escalation: Escalation) -> bool:
    """Tell whether the rung that is next calls every unit nearby, so that all of those must be measured."""
    ladder = climbs.ladder_of(incident, escalation, found=True)
    return any(call.to == "all_units" for call in climbs.calls_of(ladder, escalation.next_step))


def _asks_first_only(incident: Incident, escalation: Escalation) -> bool:
    """Tell whether the rung that is next begins the climb and calls nobody but the first unit."""
    if escalation.state != S.WANTED or candidates.dispatches_of(incident):
        return False
    calls_ = climbs.calls_of(climbs.ladder_of(incident, escalation, found=True), escalation.next_step)
    return all((call.to, call.unit) == ("unit", 1) for call in calls_)
