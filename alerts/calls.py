"""Who is called, written as rows: a Dispatch and its Notifications for a unit, Notifications for a desk."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from alerts import alarms, beacon_floods, candidates, messages, workflow
from alerts.models import Beacon, Dispatch, Notification, PatrolUnit, Station
from communities.models import Device, User, Zone
from reports import workflow as incidents
from reports.models import Incident
from reports.taxonomy import Capability, IncidentType

log = logging.getLogger(__name__)

# A push or SMS that arrives later than this misleads more than it helps.
ALERT_LIFE = timedelta(hours=4)
CALL_LIFE = timedelta(minutes=5)
# Of many beacons, or some without a position, a desk hears once in so long, not once a device.
ONE_FOR_ALL = timedelta(minutes=10)

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
    unit = PatrolUnit.objects.select_related("station").get(call_sign=row["call_sign"])
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
            unit.save(update_fields=["status"])
        warn_if_last(unit, incident, where, now=now)
    else:
        if row.get("distance_m") is not None:
            dispatch.distance_m, dispatch.eta_s = round(row["distance_m"]), row["eta_s"]
            dispatch.bearing_deg = round(row["bearing_deg"]) % 360
        dispatch.told_at = now
        dispatch.save(update_fields=["distance_m", "eta_s", "bearing_deg", "told_at"])
        waiting = set(
            dispatch.notifications.waiting().filter(purpose=P.ALERT).values_list("channel", flat=True)
        )
        channels = [
            channel for channel in channels if channel not in waiting
        ]  # the last one has not left yet
    for channel in channels:
        ask_on(
            channel, dispatch, unit, incident, where, key=key, next_in_s=next_in_s, now=now, is_first=is_new
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
    is_first: bool = False,
) -> int:
    """Write the notification of one channel; return how many (none where the unit has no such address).

    `is_first`: the dispatch is new, so nothing was asked on it before.
    """
    said = {
        "language": unit.language,
        "priority": incident.priority,
        "reference": incident.reference,
        "type": type_of(incident),
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
        devices = push_devices(Q(user__patrol_units=unit))
        for device in devices:
            write(
                f"{dispatch.pk}:{key}:push:{device.pk}",
                now,
                ALERT_LIFE,
                **common,
                device=device,
                title=title,
                text=body,
            )
        return len(devices)
    if not unit.phone:
        return 0
    if channel == C.SMS:
        write(
            f"{dispatch.pk}:{key}:sms", now, ALERT_LIFE, **common, text=messages.unit_alert(**said, **placed)
        )
    else:
        write(f"{dispatch.pk}:{key}:voice", now, CALL_LIFE, **common, text=messages.spoken_alert(**said))
    return 1


def type_of(incident: Incident) -> str:
    """The type as texts name it: "ais_sart" where only such devices call, no EPIRB to look for."""
    if incident.type != IncidentType.BEACON_ALERT:
        return incident.type
    kinds = set(incident.beacons.values_list("kind", flat=True))
    return "ais_sart" if kinds == {Beacon.Kind.SART} else incident.type


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
            type=type_of(incident),
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
    """Write a text that wants no answer to a unit, by SMS and to its app."""
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
        write(f"{key}:sms", now, ALERT_LIFE, channel=C.SMS, **common)
    for device in push_devices(Q(user__patrol_units=unit)):
        write(
            f"{key}:push:{device.pk}",
            now,
            ALERT_LIFE,
            channel=C.PUSH,
            device=device,
            title=incident.reference,
            **common,
        )


def call_desk(
    station: Station,
    channels,
    incident: Incident,
    alarm: str,
    *,
    key: str,
    now: datetime,
    call_sign: str = "",
    news: bool = False,
) -> None:
    """Call a duty officer, unless that officer has said "I have it" for this incident.

    `news` is no call for help but something that whoever has the matter must hear. Of a flood of beacons, or
    of those without a position, the desk hears once in ONE_FOR_ALL, whichever incident is due.
    """
    if not station.duty_phone or (has_it(station, incident) and not news):
        return
    subject = f"{incident.pk}:{key}"
    if alarm == beacon_floods.FLAG or (alarm == "no_position" and incident.beacons.exists()):
        if station.notifications.filter(
            key__startswith="beacons:", key__contains=f":{alarm}:", created_at__gt=now - ONE_FOR_ALL
        ).exists():
            return
        # Two dispatchers at once must write the same key.
        subject = f"beacons:{now.timestamp() // ONE_FOR_ALL.total_seconds():.0f}"
    said = {
        "language": station.language,
        "priority": incident.priority,
        "reference": incident.reference,
        "type": type_of(incident),
        "call_sign": call_sign,
        "drill": incident.drill,
    }
    for channel in channels:
        voice = channel == C.VOICE
        write(
            f"{subject}:{alarm}:{station.code}:{channel}",
            now,
            CALL_LIFE if voice else ALERT_LIFE,
            incident=incident,
            station=station,
            purpose=P.DUTY,
            channel=channel,
            language=station.language,
            reference=incident.reference,
            priority=incident.priority,
            text=messages.spoken_alarm(alarm, **said) if voice else messages.duty_alarm(alarm, **said),
        )


def has_it(station: Station, incident: Incident) -> bool:
    """The duty officer there acknowledged this incident: no more calls to that desk."""
    return incident.notifications.filter(station=station, acknowledged_at__isnull=False).exists()


def push_devices(owner: Q) -> list[Device]:
    """Devices of `owner` that a push can reach."""
    reachable = Device.objects.filter(owner, revoked_at__isnull=True, push_retired_at__isnull=True)
    return list(reachable.exclude(push_target=""))


def write(key: str, now: datetime, life: timedelta | None, **fields) -> None:
    """Write the outbox row under `key`, once; a second time does nothing."""
    expires_at = now + life if life else None
    row = Notification(key=key, created_at=now, due_at=now, expires_at=expires_at, **fields)
    Notification.objects.bulk_create([row], ignore_conflicts=True)


def warn_if_last(unit: PatrolUnit, incident: Incident, where, *, now: datetime) -> None:
    """Decoy guard: tell the duty officer in the same second that the sector's last armed unit is called.

    A false distress is a known way to empty an area; the unit is tasked all the same.
    """
    if Capability.ARMED_BOARDING not in unit.capabilities:
        return
    sector = Zone.objects.filter(kind=Zone.Kind.SECTOR, area__covers=unit.station.position).first()
    here = Q(station__position__coveredby=sector.area) if sector else Q(station=unit.station)
    others = PatrolUnit.objects.filter(
        here,
        capabilities__contains=[Capability.ARMED_BOARDING],
        status__in=[PatrolUnit.Status.AVAILABLE, PatrolUnit.Status.RETURNING],
    ).exclude(pk=unit.pk)
    if others.exists():
        return
    duty, _ = candidates.desks(incident, where, unit)
    if duty is not None:
        call_desk(
            duty,
            (C.SMS,),
            incident,
            "last_security_unit",
            key=f"guard:{unit.call_sign}",
            now=now,
            call_sign=unit.call_sign,
        )


def roster_fault(unit: PatrolUnit, *, now: datetime) -> None:
    """A crew's phone said STOP and its carrier has muted us: tell its desk by name, once a day.

    The row hangs on the unit's most urgent open incident, else on the most urgent of all; the standing
    alarm says it with nothing open too.
    """
    log.error("roster fault: %s texted STOP", unit.call_sign)
    alarms.stand(
        "roster_fault", f"unit:{unit.pk}", f"{unit.call_sign} texted STOP", lasts=timedelta(days=1), now=now
    )
    most_urgent = Incident.objects.queue()
    incident = most_urgent.filter(dispatches__unit=unit).first() or most_urgent.first()
    station = unit.station
    if incident is None or not station.duty_phone:
        return
    write(
        f"roster:{unit.pk}:{now:%Y%m%d}",
        now,
        ALERT_LIFE,
        incident=incident,
        station=station,
        purpose=P.DUTY,
        channel=C.SMS,
        language=station.language,
        priority=incident.priority,
        text=messages.roster_fault(language=station.language, call_sign=unit.call_sign),
    )
