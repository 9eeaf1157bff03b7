"""One Notification → one transport → one outcome.

Claimed with SKIP LOCKED and a lease, sent outside any transaction, recorded. A dispatcher
that dies in between leaves a lease that runs out; the next one sends again: for a distress
call twice is better than never.
"""

import logging
from datetime import datetime, timedelta
from functools import cache, partial
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from alerts import calls, candidates, escalation, outbox, receipts, wakeup, watches
from alerts.models import Dispatch, Notification
from alerts.transports.base import Message, TransportError, get_transport
from communities import identity, phones, rows
from communities.crash_points import crash_point
from communities.models import Device
from communities.rows import Asked
from reports import workflow
from reports.models import Incident

log = logging.getLogger(__name__)

S, C = Notification.Status, Notification.Channel
URGENT = 2  # P1 and P2 have threads of their own, and are repeated at once when in doubt
# After a push and an SMS that failed for good the voice is left.
CHANNEL_ORDER = (C.PUSH, C.SMS, C.VOICE)


class Seen(NamedTuple):
    """What sending depends on, as it is now; None where the row has none of it."""

    dispatch_status: str | None
    incident_status: str
    unit_phone: str | None
    duty_phone: str | None
    push_target: str | None
    push_kind: str | None
    push_retired_at: datetime | None
    device_revoked_at: datetime | None
    has_it: bool


# What is written after the officer's word is news that whoever has the matter must hear.
_SEEN = """
dispatch.status, incident.status, unit.phone, station.duty_phone,
    device.push_target, device.push_kind, device.push_retired_at, device.revoked_at,
    EXISTS (
        SELECT 1 FROM alerts_notification AS taken
        WHERE taken.incident_id = mine.incident_id AND taken.station_id = mine.station_id
            AND taken.acknowledged_at >= mine.created_at
    )
"""
_BESIDE = """
JOIN reports_incident AS incident ON incident.id = mine.incident_id
LEFT JOIN alerts_dispatch AS dispatch ON dispatch.id = mine.dispatch_id
LEFT JOIN alerts_patrolunit AS unit ON unit.id = mine.unit_id
LEFT JOIN alerts_station AS station ON station.id = mine.station_id
LEFT JOIN communities_device AS device ON device.id = mine.device_id
"""
_LOOK = f"""
SELECT {_SEEN} FROM alerts_notification AS mine {_BESIDE}
WHERE mine.id = %s AND mine.status = 'leased' AND mine.attempt = %s
"""  # noqa: S608 - words of ours


# What was written just now is due at once, whatever the clock of whoever wrote it says. The lease ends by the
# database's clock, since whoever returns it may not go by the same time as its holder.
_LEASE = """
WITH due AS MATERIALIZED (
    SELECT id FROM alerts_notification
    WHERE {of} AND priority {lane} AND status IN ('pending', 'failed_temp')
        AND (due_at <= %(now)s OR (attempt = 0 AND due_at = created_at))
    ORDER BY attempt, priority, repeat, due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), mine AS (
    UPDATE alerts_notification SET status = 'leased', attempt = alerts_notification.attempt + 1,
        leased_by = %(worker)s,
        leased_until = statement_timestamp() + make_interval(secs => %(lease_s)s::float8)
    FROM due WHERE alerts_notification.id = due.id RETURNING {columns}
)
SELECT mine.*, {seen} FROM mine {beside}
"""
# The lane's condition is a literal, so that each lane finds its own partial index.
_LANES = {True: f"<= {URGENT}", False: f"> {URGENT}"}
_IS_DUE = """
(SELECT '{channel}', {urgent} FROM alerts_notification
WHERE channel = '{channel}' AND priority {lane} AND status IN ('pending', 'failed_temp')
    AND (due_at <= %(now)s OR (attempt = 0 AND due_at = created_at)) LIMIT 1)
"""
_LANES_DUE = " UNION ALL ".join(
    _IS_DUE.format(channel=channel, urgent=urgent, lane=lane)
    for urgent, lane in _LANES.items()
    for channel in C.values
)
_OF_CHANNEL = "channel = %(channel)s"
_OF_INCIDENT = "incident_id = %(incident)s AND channel = ANY(%(channels)s)"


def lanes_due(now: datetime) -> list[tuple[str, bool]]:
    """Channel, and whether P1 and P2, of each lane in which something is due; the urgent ones first.

    One statement with a look into each lane's index, however much waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LANES_DUE, {"now": now})
        return [(channel, urgent) for channel, urgent in cursor.fetchall()]


def claim(channel: str, most: int, *, urgent: bool, worker: str, now: datetime) -> list[Notification]:
    """Lease up to `most` due notifications of one channel, the first to leave first.

    Of P1 and P2 (`urgent`), or of the others.
    """
    if most <= 0:
        return []
    leased = _lease(_OF_CHANNEL, urgent, most=most, worker=worker, now=now, channel=channel)
    return [notification for notification, _ in leased]


def claim_of(
    incident_id, channels: list[str], most: int, *, urgent: bool, worker: str, now: datetime
) -> list[tuple[Notification, Seen]]:
    """Lease up to `most` due notifications of one incident on these channels, as `claim`.

    Each with what sending it depends on, as it is in this transaction.
    """
    if most <= 0 or not channels:
        return []
    return _lease(
        _OF_INCIDENT, urgent, most=most, worker=worker, now=now, incident=incident_id, channels=channels
    )


def _lease(of: str, urgent: bool, **asked) -> list[tuple[Notification, Seen]]:
    params = asked | {"lease_s": settings.DISPATCHER_LEASE_S}
    [found] = rows.read(Asked(_lease_sql(of, urgent), params, Notification))
    if found:
        transaction.on_commit(partial(crash_point, "K4"))
    leased = [(row, Seen(*seen)) for row, *seen in found]
    return sorted(leased, key=lambda one: (one[0].attempt, one[0].priority, one[0].repeat, one[0].due_at))


@cache
def _lease_sql(of: str, urgent: bool) -> str:
    columns = rows.columns(Notification)
    return _LEASE.format(of=of, lane=_LANES[urgent], columns=columns, seen=_SEEN, beside=_BESIDE)


def return_leases(now: datetime) -> int:
    """Give back what a dead dispatcher had taken, and let go of what nobody needs to hear any more."""
    Notification.objects.waiting().filter(expires_at__lt=now).update(status=S.EXPIRED)
    returned = Notification.objects.lease_over().update(status=S.PENDING, due_at=now, leased_by="")
    if returned:
        log.warning("%d notifications came back from a dispatcher that did not report", returned)
    return returned


def deliver(notification: Notification, *, now: datetime | None = None, seen: Seen | None = None) -> str:
    """Send one leased notification and record the outcome; return its new status. Never raises.

    Looks again before it sends: an acknowledgement that came meanwhile stops it, and so does a lease that
    has gone to somebody else. `seen`: it was leased at this very moment, so there is nothing to look for.
    """
    now = now or timezone.now()
    try:
        found = seen or _look(notification)
        if found is None:
            return S.CANCELLED
        if not _still_wanted(notification, found):
            Notification.objects.filter(pk=notification.pk, status=S.LEASED).update(status=S.CANCELLED)
            return S.CANCELLED
        message = message_of(notification, found)
        transport = get_transport(notification.channel)
        known = _sent_for(notification) if notification.attempt > 1 else None
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: none is held while a carrier takes its time
        found_id = None if known is None else transport.find(message, notification.created_at, known=known)
        carrier_id = found_id or transport.send(message)
        crash_point("K5")
    except TransportError as error:
        return _failed(notification, error, now)
    except Exception as error:  # a fault of ours must not take the dispatcher down, nor lose the row
        log.exception("notification %s", notification.pk)
        return _failed(notification, TransportError(type(error).__name__, permanent=False, code="fault"), now)
    updated = _mine(notification).update(
        status=S.ACCEPTED,
        carrier_id=carrier_id[:80],
        carrier=carrier_of(notification.channel),
        accepted_at=timezone.now(),
        error="",
        error_code="",
    )
    if not updated:  # the carrier's receipt was faster, or the lease had run out
        Notification.objects.filter(pk=notification.pk, carrier_id="").update(carrier_id=carrier_id[:80])
    return S.ACCEPTED


def _sent_for(notification: Notification) -> set[str] | None:
    """The carrier's ids of what was sent for the incident: an earlier attempt may be one more, taken unheard.

    None for a P1 or P2, for which nobody looks: twice is better than late. Words name the incident, so only
    its rows may have said the same; this row's own id is that of an attempt that the carrier called failed.
    """
    if notification.priority <= URGENT:
        return None
    sent = Notification.objects.filter(incident=notification.incident_id, channel=notification.channel)
    return set(sent.exclude(carrier_id="").values_list("carrier_id", flat=True))


def carrier_of(channel: str) -> str:
    """Name of the carrier that serves a channel now; "simulated" for the recorder."""
    path = settings.TRANSPORTS[channel]
    return "simulated" if path.endswith(".Recorder") else "fcm" if channel == C.PUSH else "twilio"


def message_of(notification: Notification, found: Seen) -> Message:
    """The notification as its carrier needs it. Raises TransportError where there is no address."""
    to, kind = _address(notification, found)
    valid_for_s = None
    if notification.expires_at:
        valid_for_s = max(int((notification.expires_at - timezone.now()).total_seconds()), 1)
    return Message(
        id=str(notification.pk),
        to=to,
        to_kind=kind,
        text=notification.text,
        title=notification.title,
        priority=notification.priority,
        language=notification.language,
        reference=notification.reference,
        valid_for_s=valid_for_s,
        status_url=receipts.status_url(notification.pk),
        voice_url=receipts.voice_url(notification.pk) if notification.channel == C.VOICE else "",
        collapse_key=str(notification.dispatch_id or notification.incident_id),
    )


def _address(notification: Notification, found: Seen) -> tuple[str, str]:
    if notification.channel == C.PUSH:
        if not found.push_target or found.push_retired_at or found.device_revoked_at:
            raise TransportError("no device to push to", permanent=True, code="no_device")
        return found.push_target, found.push_kind or Device.PushKind.TOKEN
    if notification.unit_id:
        number = found.unit_phone
    elif notification.station_id:
        number = found.duty_phone
    elif notification.operations:
        number = phones.of_operations()
    else:
        number = identity.address_of(notification.reporter)
    if not number:
        raise TransportError("no number", permanent=True, code="no_number")
    return number, "phone"


def _mine(notification: Notification) -> QuerySet:
    """The row, as long as nobody else has claimed it since."""
    return Notification.objects.filter(pk=notification.pk, status=S.LEASED, attempt=notification.attempt)


def _look(notification: Notification) -> Seen | None:
    """All that sending depends on, in one statement; None where the lease is no longer ours."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [notification.pk, notification.attempt])
        row = cursor.fetchone()
    return row and Seen(*row)


def _still_wanted(notification: Notification, found: Seen) -> bool:
    """False where an answer, a stand-down or the officer's own word has overtaken it."""
    if notification.purpose not in Notification.CALLS_FOR_A_UNIT:
        return True
    answered = found.dispatch_status not in (None, Dispatch.Status.ALERTING, Dispatch.Status.PROPOSED)
    return found.incident_status in Incident.QUEUE_STATUSES and not answered and not found.has_it


def _failed(notification: Notification, error: TransportError, now: datetime) -> str:
    attempt = notification.attempt
    permanent = receipts.gives_up(notification, permanent=error.permanent, ours=error.ours)
    fields = {"error_code": error.code[:20], "error": str(error)[:300], "leased_by": ""}
    if permanent:
        fields["status"] = S.FAILED_PERM
    else:
        urgent = error.ambiguous and notification.priority <= URGENT
        wait = timedelta(seconds=error.retry_after_s) if error.retry_after_s else receipts.backoff(attempt)
        fields |= {"status": S.FAILED_TEMP, "due_at": now if urgent else now + wait}
    log.warning(
        "notification %s by %s failed (%s)", notification.pk, notification.channel, error.code or error
    )
    with transaction.atomic():  # that it failed is written together with what follows from it, or not at all
        if permanent and notification.purpose == Notification.Purpose.ALERT:
            workflow.lock(notification.incident_id)  # before its rows, as everywhere
        if not _mine(notification).update(**fields):
            return fields["status"]
        if permanent:
            next_channel(notification, now=now)
    if error.ours:
        receipts.carrier_fault(notification.channel, error.code, str(error), now=now)
    if error.retires_address:
        receipts.retire(notification, error.code, now=now)
    return fields["status"]


@transaction.atomic
def next_channel(notification: Notification, *, now: datetime) -> None:
    """A channel failed for good: try the unit's next one now, or call the next unit if none is left."""
    if notification.purpose in (Notification.Purpose.CHECK, Notification.Purpose.STAND_DOWN):
        watches.reached_nobody(notification, now=now)
        return
    if notification.purpose != Notification.Purpose.ALERT or notification.dispatch_id is None:
        return
    incident = workflow.lock(notification.incident_id)
    dispatch = Dispatch.objects.select_related("unit").get(pk=notification.dispatch_id)
    if dispatch.status != Dispatch.Status.ALERTING or not incident.is_open:
        return
    rows = list(dispatch.notifications.values_list("channel", "status"))
    if any(status != S.FAILED_PERM for _, status in rows):
        return  # another channel carries it, or still may
    tried = {channel for channel, _ in rows}
    where = candidates.datum(incident, now)
    for channel in CHANNEL_ORDER:
        if channel not in tried:
            key = f"after:{notification.pk}"
            if calls.ask_on(
                channel,
                dispatch,
                dispatch.unit,
                incident,
                where,
                key=key,
                next_in_s=None,
                now=now,
                devices=outbox.push_devices(Q(user__patrol_units=dispatch.unit)),
            ):
                wakeup.ring_on_commit()
                return
    escalation.next_unit_now(incident, now=now)
