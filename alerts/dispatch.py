"""Task a unit; acknowledge, decline, stand down, complete.

Each function opens its own transaction and takes the incident's lock first, so that of
twenty answers in the same second one leads and nineteen hear who does.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from alerts import (
    calls,
    candidates,
    desk_calls,
    endings,
    escalation,
    feedback,
    fitness,
    fleet,
    joined,
    messages,
    unit_status,
    wakeup,
    watches,
    ways,
    workflow,
)
from alerts.models import Dispatch, Notification, PatrolUnit
from alerts.workflow import DispatchNotAllowed
from communities.crash_points import crash_point
from communities.models import User
from communities.sphere import NAUTICAL_MILE_M, bearing_deg, great_circle_m
from reports import decisions
from reports import workflow as incidents
from reports.models import Incident
from reports.taxonomy import TAXONOMY, Category

S, U = Dispatch.Status, PatrolUnit.Status
RANKING_LIFE = timedelta(minutes=5)  # the ladder's ranking is taken for an officer's choice while so fresh
# What a crew that forgot a step has silently done: "4" from a unit that never sent "3".
_ON_THE_WAY = {S.EN_ROUTE: [], S.ON_SCENE: [S.EN_ROUTE], S.COMPLETED: [S.EN_ROUTE, S.ON_SCENE]}


class AlreadyTaken(Exception):
    """Another unit leads; `lead` is its dispatch."""

    problem_status = 409
    problem_type = "already-taken"

    def __init__(self, lead: Dispatch) -> None:
        self.lead = lead
        self.problem_extra = {"call_sign": lead.unit.call_sign, "acknowledged_at": lead.acknowledged_at}
        super().__init__(f"Already taken by {lead.unit.call_sign} {lead.acknowledged_at:%H%MZ}.")


# --- An officer's word ---


@transaction.atomic
def request_unit(incident_id, *, by: User, reason: str = "", now: datetime | None = None):
    """Ask for a unit where the rule does not by itself; the ladder starts at its first rung."""
    now = now or timezone.now()
    incident = _open(incident_id)
    incidents.record(incident, "unit", "", "wanted", by=by, reason=reason, now=now)
    incident.dispatch_requested_at = incident.dispatch_requested_at or now
    incident.taken_at = incident.taken_at or now
    incident.save(update_fields=["dispatch_requested_at", "taken_at"])
    return escalation.want(incident_id, now=now, by=by)


@transaction.atomic
def task(incident_id, unit_id, *, by: User, now: datetime | None = None) -> Dispatch:
    """Task a unit that an officer names: the lead, or support where one leads already.

    The ladder goes on behind it, from its second rung. Raises DispatchNotAllowed.
    """
    now = now or timezone.now()
    incident = _open(incident_id)
    unit = PatrolUnit.objects.select_related("station", "fix").get(pk=unit_id)
    if incident.dispatches.answerable().filter(unit=unit).exists():
        raise DispatchNotAllowed(f"{unit.call_sign} is already tasked to incident {incident.reference}.")
    where = candidates.datum(incident, now)
    row = {"call_sign": unit.call_sign, "why": [f"named by {by}"]}
    if where is not None:
        row = _ranked_row(unit, incident, where, now) or _plain_row(unit, where, by)
    if incident.status in (Incident.Status.OPEN, Incident.Status.SUSPENDED):
        incidents.advance(
            incident_id, Incident.Status.DISPATCHING, by=by, reason=f"{unit.call_sign} named", now=now
        )
    incident = Incident.objects.get(pk=incident_id)
    incident.dispatch_requested_at = incident.dispatch_requested_at or now
    incident.taken_at = incident.taken_at or now
    incident.save(update_fields=["dispatch_requested_at", "taken_at"])
    dispatch = calls.call_unit(
        row,
        ("push", "sms"),
        incident,
        where,
        key=f"officer:{now:%Y%m%d%H%M%S%f}",
        next_in_s=None,
        now=now,
        by=by,
    )
    ladder = getattr(incident, "escalation", None)
    if dispatch.role != Dispatch.Role.SUPPORT and (
        ladder is None or not ladder.is_live or ladder.purpose == "look" or ladder.climbing == "held"
    ):
        escalation.want(incident_id, now=now, tasked=True, by=by)
    wakeup.ring_on_commit()
    return dispatch


@transaction.atomic
def stop_ladder(incident_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """End the calls by name; units already told may still answer. Raises DecisionRefused without a reason."""
    incident = _open(incident_id)
    _need(reason)
    escalation.stop(incident, by=by, reason=reason)
    endings.take_back_calls(incident)
    incidents.record(incident, "ladder", "running", "stopped", by=by, reason=reason, now=now)
    return incident


@transaction.atomic
def stand_down(incident_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """False alarm, or all are safe: everyone who was told is told to stop."""
    now = now or timezone.now()
    incident = incidents.advance(incident_id, Incident.Status.STOOD_DOWN, by=by, reason=reason, now=now)
    endings.end_all(incident, by=by, reason=reason, now=now, tell_desks=True)
    return incident


@transaction.atomic
def hand_over(incident_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Another centre took the incident in writing (`reason` names it); our units are told to stop."""
    now = now or timezone.now()
    incident = incidents.advance(incident_id, Incident.Status.HANDED_OVER, by=by, reason=reason, now=now)
    endings.end_all(incident, by=by, reason=reason, now=now, tell_desks=True)
    return incident


@transaction.atomic
def suspend(incident_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Give an active search up for now: everyone is told to stop, the incident stays open.

    A new report about it, or an officer who asks for a unit, begins it again. Raises DecisionRefused for what
    is no rescue.
    """
    now = now or timezone.now()
    if TAXONOMY[incidents.lock(incident_id).type].category != Category.EMERGENCY:
        raise decisions.DecisionRefused("Only a search for people in danger can be suspended.")
    incident = incidents.advance(incident_id, Incident.Status.SUSPENDED, by=by, reason=reason, now=now)
    endings.end_all(incident, by=by, reason=reason, now=now, tell_desks=True)
    return incident


@transaction.atomic
def close(incident_id, *, by: User, outcome: str, reason: str, now: datetime | None = None) -> Incident:
    """End the paperwork of an incident with its outcome."""
    now = now or timezone.now()
    incident = incidents.advance(incident_id, Incident.Status.CLOSED, by=by, reason=reason, now=now)
    incident.outcome = outcome
    incident.save(update_fields=["outcome"])
    endings.end_all(incident, by=by, reason=reason, now=now)
    return incident


@transaction.atomic
def merge(incident_id, into_id, *, by: User, reason: str, now: datetime | None = None) -> Incident:
    """Join two incidents; units called for the first are called for the survivor, where one is still wanted.

    Raises DecisionRefused while a unit is on its way to the incident that would vanish.
    """
    now = now or timezone.now()
    incidents.lock(min(incident_id, into_id))
    incident = incidents.lock(incident_id)
    if incident.dispatches.engaged().exists():
        raise decisions.DecisionRefused(
            f"A unit is on its way to incident {incident.reference}: join the other one into it instead."
        )
    wanted = escalation.is_climbing(incident)
    survivor = decisions.join(incident_id, into_id, by=by, reason=reason, now=now)
    why = f"joined to {survivor.reference}"
    called = joined.call_over(incident, survivor, by=by, reason=why, now=now)
    if wanted and not escalation.is_climbing(survivor):
        # Nothing happens where a unit goes already; who was called over is the first rung.
        escalation.want(survivor.pk, now=now, tasked=bool(called))
    endings.end_all(incident, by=by, reason=why, now=now)
    return survivor


# --- A crew's word ---


@transaction.atomic
def acknowledge(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """A human goes: the first to say so leads, the ladder stops, the reporter hears it.

    What an officer wrote down for a crew (`via` "officer") the crew is told.
    Saying it twice is saying it once. Raises AlreadyTaken, DispatchNotAllowed.
    """
    now = now or timezone.now()
    _lock_both(dispatch_id)
    dispatch, incident = _locked(dispatch_id)
    if dispatch.status in Dispatch.ENGAGED_STATUSES:
        return dispatch
    if not incident.is_open:
        raise DispatchNotAllowed(f"Incident {incident.reference} is {incident.status.replace('_', ' ')}.")
    lead = incident.dispatches.leading().select_related("unit").first()
    if lead is not None and dispatch.role != Dispatch.Role.SUPPORT:
        raise AlreadyTaken(lead)
    unit = PatrolUnit.objects.select_for_update(no_key=True).get(pk=dispatch.unit_id)
    elsewhere = unit.dispatches.engaged().exclude(pk=dispatch.pk).select_related("incident").first()
    if elsewhere is not None and fitness.may_leave(
        unit.status, fleet.weight_of(elsewhere.incident), incident.priority
    ):
        cannot_continue(elsewhere.pk, via="rule", reason=f"left for {incident.reference}", now=now)
    elif elsewhere is not None:
        raise DispatchNotAllowed(
            f"{unit.call_sign} is on incident {elsewhere.incident.reference}; end that first."
        )
    role = Dispatch.Role.SUPPORT if lead is not None else Dispatch.Role.LEAD
    if lead is None:
        _replace_doubted(incident, unit, now)
    workflow.advance(dispatch, S.ACKNOWLEDGED, via=via, by=by, reason=reason, role=role, now=now)
    unit_status.set_status(unit, U.ACKNOWLEDGED)
    watches.follow(dispatch, via=via, now=now)
    if role == Dispatch.Role.LEAD:
        _lead_found(incident, dispatch, now)
    else:
        endings.take_back_calls(incident, dispatch)
    if via == "officer":
        said = {"language": unit.language, "reference": incident.reference, "drill": incident.drill}
        text = messages.noted_going(at=now, **said)
        key = f"{dispatch.pk}:noted_going"
        calls.tell_unit(dispatch, incident, text, purpose=Notification.Purpose.ANSWER, key=key, now=now)
        wakeup.ring_on_commit()
    transaction.on_commit(partial(crash_point, "K8"))
    return dispatch


@transaction.atomic
def decline(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """The crew cannot go: the next unit is called at once."""
    now = now or timezone.now()
    dispatch, incident = _locked(dispatch_id)
    if dispatch.status == S.DECLINED:
        return dispatch
    workflow.advance(dispatch, S.DECLINED, via=via, by=by, reason=reason, now=now)
    watches.follow(dispatch, via=via, now=now)
    endings.take_back_calls(incident, dispatch)
    unit_status.free(dispatch.unit)
    escalation.next_unit_now(incident, now=now)
    return dispatch


@transaction.atomic
def offer_again(dispatch_id, *, via: str, now: datetime | None = None) -> Dispatch:
    """A crew that declined can go after all: a new dispatch for it, ready to be acknowledged.

    The declined one stays as it was said. Raises DispatchNotAllowed once the incident has ended.
    """
    now = now or timezone.now()
    declined, incident = _locked(dispatch_id)
    again = incident.dispatches.answerable().filter(unit=declined.unit).first()
    if again is not None:
        return again
    if not incident.is_open or declined.status != S.DECLINED:
        raise DispatchNotAllowed(f"Incident {incident.reference} is {incident.status.replace('_', ' ')}.")
    again = Dispatch.objects.create(
        incident=incident,
        unit=declined.unit,
        distance_m=declined.distance_m,
        eta_s=declined.eta_s,
        bearing_deg=declined.bearing_deg,
        why="declined first, then offered to go",
        created_at=now,
        told_at=now,
    )
    return workflow.advance(again, S.ALERTING, via=via, reason="offered to go after all", now=now)


def under_way(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """The unit has cast off."""
    return _progress(dispatch_id, S.EN_ROUTE, U.EN_ROUTE, via=via, by=by, reason=reason, now=now)


def on_scene(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """The unit is at the position."""
    return _progress(dispatch_id, S.ON_SCENE, U.ON_SCENE, via=via, by=by, reason=reason, now=now)


def complete(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """The unit's work there is done; when the last one says so the incident is resolved."""
    return _progress(dispatch_id, S.COMPLETED, U.RETURNING, via=via, by=by, reason=reason, now=now)


@transaction.atomic
def cannot_continue(
    dispatch_id, *, via: str, by: User | None = None, reason: str = "", now: datetime | None = None
) -> Dispatch:
    """The unit drops out; if it led, the ladder restarts at once."""
    now = now or timezone.now()
    dispatch, incident = _locked(dispatch_id)
    if dispatch.status == S.CANNOT_CONTINUE:
        return dispatch
    led = dispatch.role == Dispatch.Role.LEAD
    workflow.advance(dispatch, S.CANNOT_CONTINUE, via=via, by=by, reason=reason, now=now)
    unit_status.set_status(dispatch.unit, U.LIMITED)
    watches.follow(dispatch, via=via, now=now)
    if not incident.is_open:
        return dispatch
    if not incident.dispatches.engaged().exists() and incident.status in ("responding", "on_scene"):
        incidents.advance(
            incident.pk,
            Incident.Status.DISPATCHING,
            by=by,
            reason=f"{dispatch.unit.call_sign} cannot continue",
            now=now,
        )
    if led:
        escalation.want(incident.pk, now=now)
    return dispatch


@transaction.atomic
def confirm(dispatch_id, *, via: str, by: User | None = None, now: datetime | None = None) -> Dispatch:
    """The crew has read its stand-down, comes later, or is well: whatever it was asked. Moves no dispatch."""
    dispatch, _ = _locked(dispatch_id)
    watches.confirm(dispatch, via=via, now=now or timezone.now())
    return dispatch


# --- What follows from it ---


def _lead_found(incident: Incident, dispatch: Dispatch, now: datetime) -> None:
    escalation.answer(incident)
    endings.take_back_calls(incident)
    for other in incident.dispatches.filter(status=S.ALERTING).exclude(pk=dispatch.pk).select_related("unit"):
        if other.role != Dispatch.Role.SUPPORT:
            workflow.advance(
                other, S.NO_ANSWER, via="rule", reason=f"{dispatch.unit.call_sign} goes", now=now
            )
            unit_status.free(other.unit)
    if incident.status in (Incident.Status.OPEN, Incident.Status.SUSPENDED):
        incidents.advance(incident.pk, Incident.Status.DISPATCHING, by=None, now=now)
    if incidents.lock(incident.pk).status == Incident.Status.DISPATCHING:
        incidents.advance(
            incident.pk,
            Incident.Status.RESPONDING,
            by=None,
            reason=f"{dispatch.unit.call_sign} goes",
            now=now,
        )
    feedback.help_is_coming(incident, dispatch, now=now)
    wakeup.ring_on_commit()


def _replace_doubted(incident: Incident, unit: PatrolUnit, now: datetime) -> None:
    """Another unit goes while the lead shows no sign of it: the lead supports, and keeps its task."""
    doubted = incident.dispatches.engaged().filter(role=Dispatch.Role.LEAD).select_related("unit").first()
    if doubted is None:
        return
    doubted.role = Dispatch.Role.SUPPORT
    doubted.save(update_fields=["role"])
    incidents.record(
        incident,
        "lead",
        doubted.unit.call_sign,
        unit.call_sign,
        by=None,
        reason="the first is in doubt",
        now=now,
    )


def _believe_again(incident: Incident, dispatch: Dispatch, now: datetime) -> None:
    """A doubted unit is on its way after all: if it still leads, nobody else is called."""
    if dispatch.doubted_at is None:
        return
    dispatch.doubted_at = None
    dispatch.save(update_fields=["doubted_at"])
    if dispatch.role == Dispatch.Role.LEAD and dispatch.status in Dispatch.ENGAGED_STATUSES:
        _lead_found(incident, dispatch, now)


@transaction.atomic
def _progress(dispatch_id, to: str, status_of_unit: str, *, via, by, reason, now) -> Dispatch:
    now = now or timezone.now()
    dispatch, incident = _locked(dispatch_id)
    if dispatch.status == to:
        return dispatch
    if dispatch.status not in Dispatch.ENGAGED_STATUSES:
        raise DispatchNotAllowed(
            f"{dispatch.unit.call_sign} is {dispatch.status.replace('_', ' ')}; acknowledge first."
        )
    for step in [*_ON_THE_WAY[to], to]:
        if step in workflow.ALLOWED[dispatch.status]:
            workflow.advance(dispatch, step, via=via, by=by, reason=reason, now=now)
    if dispatch.status != to:
        raise DispatchNotAllowed(f"{dispatch.unit.call_sign} is {dispatch.status.replace('_', ' ')} already.")
    unit_status.set_status(dispatch.unit, status_of_unit)
    watches.follow(dispatch, via=via, now=now)
    _believe_again(incident, dispatch, now)
    on_the_way = {Incident.Status.RESPONDING, Incident.Status.ON_SCENE}
    if to in (S.ON_SCENE, S.COMPLETED) and incident.status == Incident.Status.RESPONDING:
        incident = incidents.advance(
            incident.pk, Incident.Status.ON_SCENE, by=by, reason=dispatch.unit.call_sign, now=now
        )
    if to == S.COMPLETED and incident.status in on_the_way and not incident.dispatches.engaged().exists():
        incidents.advance(
            incident.pk, Incident.Status.RESOLVED, by=by, reason=dispatch.unit.call_sign, now=now
        )
        endings.end_all(incident, by=by, reason="done", now=now)
        _desk_looks(incident, dispatch, now)
    return dispatch


def _desk_looks(incident: Incident, dispatch: Dispatch, now: datetime) -> None:
    """A crew called it done and no officer ever saw it: its desk must look before it is closed."""
    if incident.taken_at is not None:
        return
    duty, centres = candidates.desks(incident, candidates.datum(incident, now), dispatch.unit)
    for station in [duty] if duty else centres:
        desk_calls.call_desk(
            station,
            ("sms",),
            incident,
            "ended_unseen",
            key=f"done:{dispatch.pk}",
            now=now,
            call_sign=dispatch.unit.call_sign,
        )


def _lock_both(dispatch_id) -> None:
    """Lock the incident of a dispatch together with the one its unit would leave, the smaller id first."""
    dispatch = Dispatch.objects.get(pk=dispatch_id)
    engaged = Dispatch.objects.engaged().filter(unit=dispatch.unit_id).values_list("incident_id", flat=True)
    for incident_id in sorted({dispatch.incident_id, *engaged}):
        incidents.lock(incident_id)


def _locked(dispatch_id) -> tuple[Dispatch, Incident]:
    """The dispatch as it is now, and its incident, locked."""
    incident = incidents.lock(Dispatch.objects.values_list("incident_id", flat=True).get(pk=dispatch_id))
    return Dispatch.objects.select_related("unit").get(pk=dispatch_id), incident


def _open(incident_id) -> Incident:
    incident = incidents.lock(incident_id)
    if not incident.is_open:
        raise incidents.TransitionNotAllowed(
            f"Incident {incident.reference} is {incident.status.replace('_', ' ')}."
        )
    return incident


def _need(reason: str) -> None:
    if not reason.strip():
        raise decisions.DecisionRefused("Give a reason.")


def _ranked_row(unit: PatrolUnit, incident: Incident, where: candidates.Datum, now: datetime) -> dict | None:
    """The unit's row of the ladder's own fresh ranking, by water; else of one in straight lines."""
    ladder = getattr(incident, "escalation", None)
    kept = []
    if ladder is not None and ladder.ranked_at and now - ladder.ranked_at <= RANKING_LIFE:
        kept = ladder.ranking.get("ranked", [])
    for ranked in (kept, None):
        if ranked is None:
            ranked = candidates.rank_for(
                incident, where, now, distances=ways.straight, wanted=1, named={unit.call_sign}
            )["ranked"]
        if row := next((one for one in ranked if one["call_sign"] == unit.call_sign), None):
            return row
    return None


def _plain_row(unit: PatrolUnit, where: candidates.Datum, by: User) -> dict:
    """A unit that the ranking passed over and an officer names all the same."""
    fix = getattr(unit, "fix", None)
    start = (fix.longitude, fix.latitude) if fix else (unit.station.position.x, unit.station.position.y)
    distance_m = great_circle_m(start, where.position)
    return {
        "call_sign": unit.call_sign,
        "distance_m": distance_m,
        "eta_s": round(distance_m / (unit.speed_kn * NAUTICAL_MILE_M / 3600)) + unit.readiness_s,
        "bearing_deg": bearing_deg(start, where.position),
        "why": [f"named by {by}, passed over by the ranking", ways.STRAIGHT],
    }
