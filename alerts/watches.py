"""The words that crews owe us: asked for in time, then by telephone, then the desks hear of the silence.

Deadlines are rows (`Watch`). Everything here happens under the incident's lock, writes rows only, and may
be run twice: a step names its notifications by a key.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from alerts import calls, candidates, desk_calls, escalation, messages, outbox, wakeup, welfare
from alerts.ladder import scaled
from alerts.models import Dispatch, Notification, PatrolUnit, Watch
from alerts.watch_ladders import LATE_AFTER_S, LATE_SHARE, LATER_S, READY_IN_S, Step, ladder_of
from reports import workflow as incidents
from reports.models import Incident

log = logging.getLogger(__name__)

K, S = Watch.Kind, Dispatch.Status
C, P = Notification.Channel, Notification.Purpose
FROM_THE_CREW = ("app", "sms", "voice")
# In which states of its dispatch a word is still wanted. Of welfare the unit's own status decides.
_WANTED_IN = {
    K.DEPARTURE: (S.ACKNOWLEDGED,),
    K.ARRIVAL: (S.ACKNOWLEDGED, S.EN_ROUTE),
    K.RECEIPT: (S.STOOD_DOWN,),
}


# --- What starts and ends a watch ---


def follow(dispatch: Dispatch, *, via: str, now: datetime) -> None:
    """Start and end the watches that a dispatch's new status asks for; a crew's own word: it is well.

    Holds the incident's lock.
    """
    for watch in dispatch.watches.open().filter(kind__in=_WANTED_IN):
        if dispatch.status not in _WANTED_IN[watch.kind]:
            went_on = dispatch.status in (S.EN_ROUTE, S.ON_SCENE, S.COMPLETED)
            settle(watch, by=via, now=now, state=Watch.State.ANSWERED if went_on else Watch.State.ENDED)
    if dispatch.status == S.ACKNOWLEDGED:
        slow = max(dispatch.unit.readiness_s - READY_IN_S, 0)
        _begin(dispatch, K.DEPARTURE, now + scaled(slow), now)
        if dispatch.eta_s is not None:
            late_s = max(LATE_AFTER_S, LATE_SHARE * dispatch.eta_s)
            _begin(dispatch, K.ARRIVAL, dispatch.arrives_at + timedelta(seconds=late_s), now)
    elif dispatch.status in (S.EN_ROUTE, S.ON_SCENE):
        _watch_over(dispatch, now)
    if via in FROM_THE_CREW:
        heard(dispatch.unit_id, now=now)


def await_receipt(dispatch: Dispatch, *, now: datetime) -> None:
    """The crew was just told to stand down: it owes us a word that it read it."""
    _begin(dispatch, K.RECEIPT, now, now)


def heard(unit_id, *, now: datetime) -> None:
    """Any word of the crew: it is well, and its clock begins anew."""
    for watch in Watch.objects.open().filter(unit=unit_id, kind=K.WELFARE).select_related("unit__station"):
        _restart(watch, welfare.interval(watch.unit, watch.dispatch.incident, now), now)


@transaction.atomic
def confirm(dispatch: Dispatch, *, via: str, now: datetime) -> str:
    """The crew says "0": it has read its stand-down, comes later, or all is well.

    Returns which word of `messages.status_noted` answers that: "receipt" or "well".
    """
    incidents.lock(dispatch.incident_id)
    heard(dispatch.unit_id, now=now)
    said = "well"
    for watch in dispatch.watches.open().filter(kind__in=(K.RECEIPT, K.ARRIVAL)):
        if watch.kind == K.RECEIPT:
            settle(watch, by=via, now=now)
            said = "receipt"
        elif watch.asked_at is not None:
            _restart(watch, timedelta(seconds=LATER_S), now)
    return said


@transaction.atomic
def in_harbour(watch: Watch, *, via: str, now: datetime) -> None:
    """The crew says that it is home: nobody asks it any more, and it may be called like any other."""
    incidents.lock(watch.dispatch.incident_id)
    settle(watch, by=via, now=now)
    PatrolUnit.objects.filter(pk=watch.unit_id, status=PatrolUnit.Status.RETURNING).update(
        status=PatrolUnit.Status.AVAILABLE
    )


def settle(watch: Watch, *, by: str, now: datetime, state: str = Watch.State.ANSWERED) -> None:
    """Nobody is asked any more; what is still waiting to be sent is taken back."""
    Watch.objects.filter(pk=watch.pk, state=Watch.State.OPEN).update(
        state=state, due_at=None, settled_at=now, settled_by=by[:40]
    )
    _take_back(watch)


def reached_nobody(notification: Notification, *, now: datetime) -> None:
    """A question or stand-down failed for good: its next step is due now, if that was the last way out."""
    if notification.dispatch_id is None or notification.unit_id is None:
        return  # the desk's, whose alarm is repeated anyway
    alive = notification.dispatch.notifications.filter(purpose=notification.purpose, unit__isnull=False)
    if alive.exclude(status__in=(Notification.Status.FAILED_PERM, Notification.Status.CANCELLED)).exists():
        return
    watches = notification.dispatch.watches.open().filter(due_at__gt=now)
    kinds = [K.RECEIPT] if notification.purpose == P.STAND_DOWN else [K.DEPARTURE, K.ARRIVAL, K.WELFARE]
    for watch in watches.filter(kind__in=kinds):
        # What is repeated keeps its pace: else a dead number would ring the desks without a pause.
        if watch.next_step < len(ladder_of(watch.kind, notification.priority).steps):
            Watch.objects.filter(pk=watch.pk).update(due_at=now)
            wakeup.ring_on_commit()


def _begin(dispatch: Dispatch, kind: str, started_at: datetime, now: datetime) -> None:
    first_s = ladder_of(kind, dispatch.incident.priority).steps[0].at_s
    Watch.objects.update_or_create(
        dispatch=dispatch,
        kind=kind,
        defaults={
            "unit": dispatch.unit,
            "state": Watch.State.OPEN,
            "started_at": started_at,
            "due_at": started_at + scaled(first_s),
            "next_step": 0,
            "asked_at": None,
            "settled_at": None,
            "settled_by": "",
        },
        create_defaults={
            "unit": dispatch.unit,
            "started_at": started_at,
            "due_at": started_at + scaled(first_s),
        },
    )


def _watch_over(dispatch: Dispatch, now: datetime) -> None:
    """A unit goes to sea for this dispatch; the watch of an earlier one passes to it."""
    watch = Watch.objects.open().filter(unit=dispatch.unit, kind=K.WELFARE).first()
    if watch is not None and watch.dispatch_id == dispatch.pk:
        return
    if watch is not None:
        settle(watch, by="next task", now=now, state=Watch.State.ENDED)
    unit = PatrolUnit.objects.select_related("station", "fix").get(pk=dispatch.unit_id)
    _begin(dispatch, K.WELFARE, now + _scaled_span(welfare.interval(unit, dispatch.incident, now)), now)


def _restart(watch: Watch, after: timedelta, now: datetime) -> None:
    first_s = ladder_of(watch.kind, watch.dispatch.incident.priority).steps[0].at_s
    started_at = now + _scaled_span(after)
    Watch.objects.filter(pk=watch.pk, state=Watch.State.OPEN).update(
        started_at=started_at,
        due_at=started_at + scaled(first_s),
        next_step=0,
        round=F("round") + 1,
        asked_at=None,
    )
    if watch.asked_at is not None:
        _take_back(watch)


def _take_back(watch: Watch) -> None:
    mine = Q(key__startswith=f"watch:{watch.pk}:")
    if watch.kind == K.RECEIPT:
        mine |= Q(purpose=P.STAND_DOWN)
    rows = watch.dispatch.notifications.waiting().filter(mine)
    rows.update(status=Notification.Status.CANCELLED)


# --- What happens when a word does not come ---


def carry_out_due(now: datetime, most: int = 20) -> int:
    """Carry out up to `most` overdue steps, each in a transaction of its own; return how many."""
    done = 0
    for pk in list(Watch.objects.due(now).values_list("pk", flat=True)[:most]):
        try:
            done += carry_out(pk, now=now)
        except Exception:
            # One crew's fault must not keep the others from being asked.
            log.exception("watch %s: the step failed and will be tried again", pk)
            Watch.objects.filter(pk=pk).update(due_at=now + timedelta(seconds=2))
    return done


@transaction.atomic
def carry_out(pk, *, now: datetime) -> bool:
    """Carry out the next step of one watch if it is due; True if it was."""
    incident_id = Watch.objects.values_list("dispatch__incident_id", flat=True).get(pk=pk)
    incident = (
        Incident.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(pk=incident_id)
        .first()
    )
    if incident is None:
        return False
    watch = (
        Watch.objects.select_for_update(of=("self",))
        .select_related("dispatch", "unit__station", "unit__fix")
        .get(pk=pk)
    )
    if watch.state != Watch.State.OPEN or watch.due_at is None or watch.due_at > now:
        return False
    if not _wanted(watch, incident, now):
        settle(watch, by="rule", now=now, state=Watch.State.ENDED)
        return True
    if (seen_at := _seen_moving(watch, now)) is not None:
        if watch.kind == K.DEPARTURE:
            settle(watch, by="position", now=now)
        else:
            left = welfare.interval(watch.unit, incident, now) - (now - seen_at)
            _restart(watch, max(left, timedelta(minutes=1)), now)
        return True
    _step(watch, incident, now)
    wakeup.ring_on_commit()
    return True


def _wanted(watch: Watch, incident: Incident, now: datetime) -> bool:
    if watch.kind == K.WELFARE:
        return not welfare.is_home(watch.unit, now)
    if watch.dispatch.status not in _WANTED_IN[watch.kind]:
        return False
    return incident.is_open or watch.kind == K.RECEIPT


def _seen_moving(watch: Watch, now: datetime) -> datetime | None:
    if watch.kind == K.DEPARTURE:
        return welfare.moving_at(watch.unit, watch.dispatch.acknowledged_at, now)
    if watch.kind == K.WELFARE:
        # Whoever was asked and sails on is heard by that alone; a fix from before the question tells nothing.
        silent_for = welfare.interval(watch.unit, watch.dispatch.incident, now)
        return welfare.moving_at(watch.unit, watch.asked_at or now - silent_for, now)
    return None


def _step(watch: Watch, incident: Incident, now: datetime) -> None:
    ladder = ladder_of(watch.kind, incident.priority)
    last = len(ladder.steps) - 1
    step = ladder.steps[min(watch.next_step, last)]
    if step.crew:
        watch.asked_at = watch.asked_at or now
        _ask(watch, step, incident, now)
    if step.desks:
        _tell_desks(watch, step, incident, now)
    if step.again:
        _call_others(watch, incident, now)
    # The pause to the next step counts from now: after an outage a crew still gets its time to answer.
    if watch.next_step < last:
        pause_s = ladder.steps[watch.next_step + 1].at_s - step.at_s
        watch.due_at = now + scaled(pause_s)
    else:
        watch.due_at = now + scaled(ladder.repeat_s) if ladder.repeat_s else None
    watch.next_step += 1
    watch.save(update_fields=["asked_at", "next_step", "due_at"])


def _ask(watch: Watch, step: Step, incident: Incident, now: datetime) -> None:
    dispatch, unit = watch.dispatch, watch.unit
    said = {"language": unit.language, "reference": incident.reference, "drill": incident.drill}
    purpose, spoken = P.CHECK, watch.kind
    if watch.kind == K.RECEIPT:
        purpose = P.STAND_DOWN
        text = messages.stand_down(at=dispatch.ended_at or now, **said)
    else:
        homeward = watch.kind == K.WELFARE and dispatch.status not in Dispatch.ENGAGED_STATUSES
        text = messages.asked("return" if homeward else watch.kind, **said)
    key = f"watch:{watch.pk}:{watch.round}:{watch.next_step}"
    texted = [channel for channel in step.crew if channel != C.VOICE]
    if texted:
        calls.tell_unit(dispatch, incident, text, purpose=purpose, key=key, now=now)
    # A crew without a phone hears by its app alone.
    if C.VOICE in step.crew and unit.phone:
        outbox.write(
            f"{key}:voice",
            now,
            outbox.CALL_LIFE,
            incident=incident,
            dispatch=dispatch,
            unit=unit,
            purpose=purpose,
            channel=C.VOICE,
            language=unit.language,
            reference=incident.reference,
            priority=incident.priority,
            text=messages.spoken_asked(spoken, **said),
        )


def _tell_desks(watch: Watch, step: Step, incident: Incident, now: datetime) -> None:
    duty, centres = candidates.desks(incident, candidates.datum(incident, now), watch.unit)
    stations = [duty] if duty is not None and "duty" in step.desks else []
    if "centre" in step.desks or not stations:
        stations += centres
    desk_calls.call_desks(
        stations,
        (C.SMS, C.VOICE),
        incident,
        step.alarm,
        key=f"watch:{watch.pk}:{watch.round}:{watch.next_step}",
        now=now,
        call_sign=watch.unit.call_sign,
        about=watch.dispatch,
        since=watch.asked_at or watch.started_at,
    )


def _call_others(watch: Watch, incident: Incident, now: datetime) -> None:
    """The lead said that it goes and nothing shows it: others are called, and it keeps its task."""
    dispatch = watch.dispatch
    if dispatch.role != Dispatch.Role.LEAD or dispatch.doubted_at is not None:
        return
    dispatch.doubted_at = now
    dispatch.save(update_fields=["doubted_at"])
    incidents.record(
        incident,
        "lead",
        watch.unit.call_sign,
        "in doubt",
        by=None,
        reason=f"no word {watch.get_kind_display()}; others are called",
        now=now,
    )
    escalation.want(incident.pk, now=now)


def _scaled_span(span: timedelta) -> timedelta:
    return scaled(span.total_seconds())
