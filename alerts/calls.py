"""Units that are called, written as rows: a Dispatch and its Notifications."""

from datetime import datetime

from django.db.models import Q

from alerts import candidates, desk_calls, messages, outbox, workflow
from alerts.models import Dispatch, Notification, PatrolUnit
from communities import rows
from communities.models import Device, User
from communities.rows import Asked
from reports import workflow as incidents
from reports.models import Incident

P, C = Notification.Purpose, Notification.Channel


def call_unit(
    row: dict,
    channels,
    incident: Incident,
    where: candidates.Datum | None,
    *,
    key: str,
    next_in_s: int | None,
    now: datetime,
    by: User | None = None,
) -> Dispatch:
    """Task the unit of a ranking's row on the given channels; a unit already tasked is asked again.

    Holds the incident's lock. `key` names the rung: carried out twice, it asks once.
    """
    call_sign = row["call_sign"]
    [[unit], devices, [(is_last,)]] = rows.read(
        Asked("WHERE call_sign = %s", [call_sign], PatrolUnit),
        outbox.asked_for_devices(call_sign),
        desk_calls.asked_if_last(call_sign),
    )
    told = incident.dispatches.all()
    dispatch = next((one for one in told if one.unit_id == unit.pk and one.is_answerable), None)
    is_new = dispatch is None
    if is_new:
        lead = any(one.is_lead for one in told)
        dispatch = Dispatch(
            incident=incident,
            unit=unit,
            tasked_by=by,
            role=Dispatch.Role.SUPPORT if lead else "",
            distance_m=round(row["distance_m"]) if row.get("distance_m") is not None else None,
            eta_s=row.get("eta_s"),
            bearing_deg=round(row["bearing_deg"]) % 360 if row.get("bearing_deg") is not None else None,
            why="; ".join(row.get("why", ()))[:300],
            created_at=now,
            told_at=now,
        )
        workflow.begin(dispatch, via="officer" if by else "rule", by=by, now=now)
        candidates.forget_dispatches(incident)
        if unit.status == PatrolUnit.Status.AVAILABLE:
            unit.status = PatrolUnit.Status.ALERTED
            rows.update(unit, ["status"])
        if is_last:
            desk_calls.warn_of_last(unit, incident, where, now=now)
    else:
        if row.get("distance_m") is not None:
            dispatch.distance_m, dispatch.eta_s = round(row["distance_m"]), row["eta_s"]
            dispatch.bearing_deg = round(row["bearing_deg"]) % 360
        dispatch.told_at = now
        rows.update(dispatch, ["distance_m", "eta_s", "bearing_deg", "told_at"])
        unsent = dispatch.notifications.unsent().filter(purpose=P.ALERT)
        waiting = set(unsent.values_list("channel", flat=True))
        channels = [channel for channel in channels if channel not in waiting]
    for channel in channels:
        ask_on(
            channel,
            dispatch,
            unit,
            incident,
            where,
            key=key,
            next_in_s=next_in_s,
            now=now,
            devices=devices,
            is_first=is_new,
        )
    return dispatch


def ask_on(
    channel: str,
    dispatch: Dispatch,
    unit: PatrolUnit,
    incident: Incident,
    where,
    *,
    key: str,
    next_in_s: int | None,
    now: datetime,
    devices: list[Device],
    is_first: bool = False,
) -> int:
    """Write the notification of one channel; return how many (none where the unit has no such address).

    `devices` are those that a push to the unit reaches. `is_first`: the dispatch is new, so nothing was asked
    on it before.
    """
    said = {
        "language": unit.language,
        "priority": incident.priority,
        "reference": incident.reference,
        "type": candidates.type_of(incident),
        "persons_on_board": incident.persons_on_board,
        "distance_m": dispatch.distance_m,
        "bearing_deg": dispatch.bearing_deg,
        "drill": incident.drill,
    }
    placed = placed_for(dispatch, incident, now)
    placed |= {
        "position_error_m": placed["position_error_m"] or (where.error_m if where else None),
        "near": where.told if where else None,
        "next_in_s": next_in_s,
    }
    common = {
        "incident": incident,
        "dispatch": dispatch,
        "unit": unit,
        "purpose": P.ALERT,
        "channel": channel,
        "language": unit.language,
        "reference": incident.reference,
        "priority": incident.priority,
        "repeat": 0 if is_first else dispatch.notifications.filter(channel=channel, purpose=P.ALERT).count(),
    }
    if channel == C.PUSH:
        title, body = messages.push_title_and_body(**said, **placed)
        for device in devices:
            outbox.write(
                f"{dispatch.pk}:{key}:push:{device.pk}",
                now,
                outbox.ALERT_LIFE,
                **common,
                device=device,
                title=title,
                text=body,
            )
        return len(devices)
    if not unit.phone:
        return 0
    if channel == C.SMS:
        outbox.write(
            f"{dispatch.pk}:{key}:sms",
            now,
            outbox.ALERT_LIFE,
            **common,
            text=messages.unit_alert(**said, **placed),
        )
    else:
        outbox.write(
            f"{dispatch.pk}:{key}:voice", now, outbox.CALL_LIFE, **common, text=messages.spoken_alert(**said)
        )
    return 1


def placed_for(dispatch: Dispatch, incident: Incident, now: datetime) -> dict:
    """Where a crew is told to go: where the boat will have drifted when it arrives, else where it was."""
    aim = candidates.aim(incident, max(now, dispatch.arrives_at))
    if aim is None:
        return {"position": incident.lon_lat, "position_error_m": incident.position_error_m}
    return {"position": aim.position, "position_error_m": aim.radius_m, "position_at": aim.at, "now": now}


def tell_news(incident_id, *, now: datetime) -> int:
    """Tell every crew that was called, or is on its way, what changed since; return how many."""
    incident = incidents.lock(incident_id)
    statuses = (Dispatch.Status.ALERTING, *Dispatch.ENGAGED_STATUSES)
    stale = incident.dispatches.filter(status__in=statuses, told_at__lt=incident.news_at).select_related(
        "unit"
    )
    for dispatch in stale:
        unit = dispatch.unit
        text = messages.unit_update(
            language=unit.language,
            priority=incident.priority,
            reference=incident.reference,
            type=candidates.type_of(incident),
            persons_on_board=incident.persons_on_board,
            **placed_for(dispatch, incident, now),
            drill=incident.drill,
        )
        key = f"{dispatch.pk}:news:{incident.news_at:%Y%m%d%H%M%S%f}"
        tell_unit(dispatch, incident, text, purpose=P.ANSWER, key=key, now=now)
        dispatch.told_at = now
        dispatch.save(update_fields=["told_at"])
    return len(stale)


def tell_unit(
    dispatch: Dispatch, incident: Incident, text: str, *, purpose: str, key: str, now: datetime
) -> None:
    """Write a text to a unit, by SMS and to its app: news, a question, a stand-down."""
    unit = dispatch.unit
    common = {
        "incident": incident,
        "dispatch": dispatch,
        "unit": unit,
        "purpose": purpose,
        "language": unit.language,
        "reference": incident.reference,
        "priority": incident.priority,
        "text": text,
    }
    if unit.phone:
        outbox.write(f"{key}:sms", now, outbox.ALERT_LIFE, channel=C.SMS, **common)
    for device in outbox.push_devices(Q(user__patrol_units=unit)):
        outbox.write(
            f"{key}:push:{device.pk}",
            now,
            outbox.ALERT_LIFE,
            channel=C.PUSH,
            device=device,
            title=incident.reference,
            **common,
        )
