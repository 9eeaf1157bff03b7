"""Duty officers who are called or told, written as rows; with no desk in reach, the operations number."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from alerts import alarms, beacon_floods, candidates, messages, outbox
from alerts.models import Dispatch, Notification, PatrolUnit, Station
from communities import phones, rows
from communities.rows import Asked
from reports.models import Incident
from reports.taxonomy import Capability

log = logging.getLogger(__name__)

# Of many beacons, or some without a position, a desk hears once in so long, not once a device.
ONE_FOR_ALL = timedelta(minutes=10)

_IS_LAST = """
SELECT %(armed)s = ANY(unit.capabilities) AND NOT EXISTS (
    SELECT 1 FROM alerts_patrolunit AS other JOIN alerts_station AS theirs ON theirs.id = other.station_id
    WHERE other.id <> unit.id AND %(armed)s = ANY(other.capabilities)
        AND other.status IN ('available', 'returning')
        AND coalesce(ST_Covers(sector.area, theirs.position), theirs.id = station.id)
)
FROM alerts_patrolunit AS unit JOIN alerts_station AS station ON station.id = unit.station_id
LEFT JOIN LATERAL (
    SELECT zone.area FROM communities_zone AS zone
    WHERE zone.kind = 'sector' AND ST_Covers(zone.area, station.position) ORDER BY zone.name LIMIT 1
) AS sector ON true
WHERE unit.call_sign = %(call_sign)s
"""

P, C = Notification.Purpose, Notification.Channel


def call_desks(
    stations: Iterable[Station],
    channels,
    incident: Incident,
    alarm: str,
    *,
    key: str,
    now: datetime,
    call_sign: str = "",
    about: Dispatch | None = None,
    since: datetime | None = None,
) -> None:
    """Call each desk; where none of them can be reached, the operations number. Otherwise as `call_desk`."""
    stations = list(stations)
    said = {"key": key, "now": now, "call_sign": call_sign, "about": about, "since": since}
    nobody = all(_out_of_reach(station, incident) for station in stations)  # before these calls are rows
    for station in stations:
        call_desk(station, channels, incident, alarm, **said)
    if nobody:
        call_desk(None, channels, incident, alarm, **said)


def call_desk(
    station: Station | None,
    channels,
    incident: Incident,
    alarm: str,
    *,
    key: str,
    now: datetime,
    call_sign: str = "",
    about: Dispatch | None = None,
    since: datetime | None = None,
    news: bool = False,
) -> None:
    """Call a duty officer, unless that officer has said "I have it" for this incident.

    None as `station` is the operations number. `news` is no call for help but something that whoever has the
    matter must hear. An alarm `about` a crew is a matter of its own: only an "I have it" after `since`
    silences it, and no unit's answer takes it back. Of a flood of beacons, or of those without a position,
    the desk hears once in ONE_FOR_ALL, whichever incident is due.
    """
    number = station.duty_phone if station else phones.of_operations()
    if not number:
        if station is None:
            alarms.stand(
                "nobody_reached",
                f"incident:{incident.pk}",
                "no desk can be reached and no OPERATIONS_NUMBER is set",
                incident=incident,
                lasts=timedelta(minutes=30),
                now=now,
            )
        return
    if has_it(station, incident, since=since) and not news:
        return
    subject = f"{incident.pk}:{key}"
    if alarm == beacon_floods.FLAG or (alarm == "no_position" and incident.beacons.exists()):
        if Notification.objects.filter(
            to(station),
            key__startswith="beacons:",
            key__contains=f":{alarm}:",
            created_at__gt=now - ONE_FOR_ALL,
        ).exists():
            return
        # Two dispatchers at once must write the same key.
        subject = f"beacons:{now.timestamp() // ONE_FOR_ALL.total_seconds():.0f}"
    language = station.language if station else "en"
    said = {
        "language": language,
        "priority": incident.priority,
        "reference": incident.reference,
        "type": candidates.type_of(incident),
        "call_sign": call_sign,
        "drill": incident.drill,
    }
    for channel in channels:
        voice = channel == C.VOICE
        outbox.write(
            f"{subject}:{alarm}:{station.code if station else 'operations'}:{channel}",
            now,
            outbox.CALL_LIFE if voice else outbox.ALERT_LIFE,
            incident=incident,
            dispatch=about,
            station=station,
            operations=station is None,
            purpose=P.DUTY if about is None else P.CHECK,
            channel=channel,
            language=language,
            reference=incident.reference,
            priority=incident.priority,
            text=messages.spoken_alarm(alarm, **said) if voice else messages.duty_alarm(alarm, **said),
        )


def has_it(station: Station | None, incident: Incident, *, since: datetime | None = None) -> bool:
    """The duty officer there acknowledged this incident (after `since`): no more calls to that desk."""
    answered = Q(acknowledged_at__isnull=False) if since is None else Q(acknowledged_at__gte=since)
    return incident.notifications.filter(to(station), answered).exists()


def called_desks(incident: Incident) -> QuerySet[Station]:
    """The desks whose duty officers may have heard of this incident from us, and can be told more."""
    called = incident.notifications.filter(purpose=P.DUTY, attempt__gt=0).exclude(
        status=Notification.Status.FAILED_PERM
    )
    return Station.objects.filter(notifications__in=called).exclude(duty_phone="").distinct()


def tell_stood_down(incident: Incident, *, now: datetime) -> None:
    """Tell every desk that was called for this incident that nobody is needed any more, once."""
    for station in called_desks(incident):
        text = messages.told_stand_down(
            language=station.language, reference=incident.reference, at=now, drill=incident.drill
        )
        outbox.write(
            f"{incident.pk}:stood_down:{now:%Y%m%d%H%M%S%f}:{station.code}",
            now,
            outbox.ALERT_LIFE,
            incident=incident,
            station=station,
            purpose=P.STAND_DOWN,
            channel=C.SMS,
            language=station.language,
            reference=incident.reference,
            priority=incident.priority,
            text=text,
        )


def to(station: Station | None) -> Q:
    """Notifications to that desk; None is the operations number."""
    return Q(station=station) if station else Q(operations=True)


def _out_of_reach(station: Station, incident: Incident) -> bool:
    """No number, or every call and text to it about this incident has failed for good."""
    if not station.duty_phone:
        return True
    tried = set(incident.notifications.filter(station=station).values_list("status", flat=True))
    return tried == {Notification.Status.FAILED_PERM}


def asked_if_last(call_sign: str) -> Asked:
    """The question whether a unit is armed, and no other armed one is free in the sector of its station.

    Where no sector is loaded: at its station.
    """
    return Asked(_IS_LAST, {"call_sign": call_sign, "armed": Capability.ARMED_BOARDING.value})


def warn_of_last(unit: PatrolUnit, incident: Incident, where, *, now: datetime) -> None:
    """Decoy guard: tell the duty officer in the same second that the sector's last armed unit is called.

    A false distress is a known way to empty an area; the unit is tasked all the same.
    """
    # By a plain statement: an alert waits for this, and `candidates.desks` asks for the centres above, too.
    [own] = rows.read(Asked("WHERE id = %s AND duty_phone <> ''", [unit.station_id], Station))
    duty = own[0] if own else candidates.desks(incident, where, unit)[0]
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
    outbox.write(
        f"roster:{unit.pk}:{now:%Y%m%d}",
        now,
        outbox.ALERT_LIFE,
        incident=incident,
        station=station,
        purpose=P.DUTY,
        channel=C.SMS,
        language=station.language,
        priority=incident.priority,
        text=messages.roster_fault(language=station.language, call_sign=unit.call_sign),
    )
