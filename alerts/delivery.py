"""One Notification → one transport → one outcome.

Claimed with SKIP LOCKED and a lease, sent outside any transaction, recorded. A dispatcher
that dies in between leaves a lease that runs out; the next one sends again: for a distress
call twice is better than never.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from alerts import calls, candidates, escalation, receipts, wakeup
from alerts.models import Dispatch, Notification
from alerts.transports.base import Message, TransportError, get_transport
from communities import identity
from communities.models import Device
from reports import workflow

log = logging.getLogger(__name__)

S, C = Notification.Status, Notification.Channel
# After a push and an SMS that failed for good the voice is left.
CHANNEL_ORDER = (C.PUSH, C.SMS, C.VOICE)


def claim(channel: str, most: int, *, worker: str, now: datetime) -> list[Notification]:
    """Lease up to `most` due notifications of one channel, the most urgent first."""
    if most <= 0:
        return []
    with transaction.atomic():
        due = list(
            Notification.objects.due(now)
            .filter(channel=channel)
            .select_for_update(skip_locked=True, of=("self",))
            .values_list("pk", flat=True)[:most]
        )
        Notification.objects.filter(pk__in=due).update(
            status=S.LEASED,
            attempt=F("attempt") + 1,
            leased_by=worker,
            leased_until=now + timedelta(seconds=settings.DISPATCHER_LEASE_S),
        )
    claimed = Notification.objects.filter(pk__in=due).select_related(
        "incident", "unit", "station", "reporter", "device"
    )
    return sorted(claimed, key=lambda notification: due.index(notification.pk))


def return_leases(now: datetime) -> int:
    """Give back what a dead dispatcher had taken, and let go of what nobody needs to hear any more."""
    Notification.objects.waiting().filter(expires_at__lt=now).update(status=S.EXPIRED)
    returned = Notification.objects.lease_over(now).update(status=S.PENDING, due_at=now, leased_by="")
    if returned:
        log.warning("%d notifications came back from a dispatcher that did not report", returned)
    return returned


def deliver(notification: Notification, *, now: datetime | None = None) -> str:
    """Send one leased notification and record the outcome; return its new status. Never raises.

    Looks again before it sends: an acknowledgement that came meanwhile stops it.
    """
    now = now or timezone.now()
    if not _still_wanted(notification, now):
        return S.CANCELLED
    try:
        message = message_of(notification)
        transport = get_transport(notification.channel)
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: none is held while a carrier takes its time
        carrier_id = transport.send(message)
    except TransportError as error:
        return _failed(notification, error, now)
    except Exception as error:  # a fault of ours must not take the dispatcher down, nor lose the row
        log.exception("notification %s", notification.pk)
        return _failed(notification, TransportError(type(error).__name__, permanent=False, code="fault"), now)
    updated = Notification.objects.filter(pk=notification.pk, status=S.LEASED).update(
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


def carrier_of(channel: str) -> str:
    """Name of the carrier that serves a channel now; "simulated" for the recorder."""
    path = settings.TRANSPORTS[channel]
    return "simulated" if path.endswith(".Recorder") else "fcm" if channel == C.PUSH else "twilio"


def message_of(notification: Notification) -> Message:
    """The notification as its carrier needs it. Raises TransportError where there is no address."""
    to, kind = _address(notification)
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


def _address(notification: Notification) -> tuple[str, str]:
    if notification.channel == C.PUSH:
        device = notification.device
        if device is None or not device.push_target or device.push_retired_at or device.revoked_at:
            raise TransportError("no device to push to", permanent=True, code="no_device")
        return device.push_target, device.push_kind or Device.PushKind.TOKEN
    if notification.unit_id:
        number = notification.unit.phone
    elif notification.station_id:
        number = notification.station.duty_phone
    else:
        number = identity.address_of(notification.reporter)
    if not number:
        raise TransportError("no number", permanent=True, code="no_number")
    return number, "phone"


def _still_wanted(notification: Notification, now: datetime) -> bool:
    """False, and the row cancelled, where an answer or a stand-down has overtaken it."""
    if notification.purpose not in Notification.CALLS_FOR_A_UNIT:
        return True
    dispatch_status = (
        Dispatch.objects.filter(pk=notification.dispatch_id).values_list("status", flat=True).first()
    )
    incident = notification.incident
    incident.refresh_from_db(fields=["status"])
    answered = dispatch_status is not None and dispatch_status not in (
        Dispatch.Status.ALERTING,
        Dispatch.Status.PROPOSED,
    )
    silenced = notification.station_id and calls.has_it(notification.station, incident)
    if incident.status in incident.QUEUE_STATUSES and not answered and not silenced:
        return True
    Notification.objects.filter(pk=notification.pk, status=S.LEASED).update(status=S.CANCELLED)
    return False


def _failed(notification: Notification, error: TransportError, now: datetime) -> str:
    attempt = notification.attempt
    permanent = receipts.gives_up(notification, permanent=error.permanent, ours=error.ours)
    fields = {"error_code": error.code[:20], "error": str(error)[:300], "leased_by": ""}
    if permanent:
        fields["status"] = S.FAILED_PERM
    else:
        urgent = error.ambiguous and notification.priority <= 2
        wait = timedelta(seconds=error.retry_after_s) if error.retry_after_s else receipts.backoff(attempt)
        fields |= {"status": S.FAILED_TEMP, "due_at": now if urgent else now + wait}
    log.warning(
        "notification %s by %s failed (%s)", notification.pk, notification.channel, error.code or error
    )
    if not Notification.objects.filter(pk=notification.pk, status=S.LEASED).update(**fields):
        return fields["status"]
    if error.ours:
        receipts.warn_of_fault(notification.channel, error.code, str(error))
    if error.retires_address:
        receipts.retire(notification, error.code, now=now)
    if permanent:
        next_channel(notification, now=now)
    return fields["status"]


@transaction.atomic
def next_channel(notification: Notification, *, now: datetime) -> None:
    """A channel failed for good: try the unit's next one now, or call the next unit if none is left."""
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
                channel, dispatch, dispatch.unit, incident, where, key=key, next_in_s=None, now=now
            ):
                wakeup.ring_on_commit()
                return
    escalation.next_unit_now(incident, now=now)
