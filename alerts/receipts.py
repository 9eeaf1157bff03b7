"""The states of a notification, and what carriers say about it later.

A provider's word only moves a notification forward, in rank order, whatever order its
callbacks come in.
"""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from alerts import alarms, desk_calls
from alerts.models import Notification
from alerts.transports.outcomes import outcome
from communities.models import Device
from reports import workflow

S = Notification.Status

MOST_ATTEMPTS = 20
MOST_BACKOFF_S = 60
FAULT_STANDS = timedelta(minutes=15)
# Twilio: this number texted STOP, and hears nothing more from us by SMS.
STOPPED = "21610"

RANK = {
    S.PENDING: 0,
    S.FAILED_TEMP: 0,
    S.LEASED: 1,
    S.ACCEPTED: 2,
    S.DELIVERED: 3,
    S.READ: 4,
    S.FAILED_PERM: 5,
    S.CANCELLED: 5,
    S.EXPIRED: 5,
}
# Twilio's words for messages and calls. A call that was answered is not an acknowledgement.
TWILIO = {
    "queued": S.ACCEPTED,
    "accepted": S.ACCEPTED,
    "scheduled": S.ACCEPTED,
    "sending": S.ACCEPTED,
    "sent": S.ACCEPTED,
    "initiated": S.ACCEPTED,
    "ringing": S.ACCEPTED,
    "in-progress": S.DELIVERED,
    "completed": S.DELIVERED,
    "delivered": S.DELIVERED,
    "read": S.READ,
    "undelivered": S.FAILED_PERM,
    "failed": S.FAILED_PERM,
    "busy": S.FAILED_PERM,
    "no-answer": S.FAILED_PERM,
    "canceled": S.FAILED_PERM,
}


@transaction.atomic
def record(
    notification_id, said: str, *, code: str = "", carrier_id: str = "", now: datetime
) -> Notification | None:
    """Take a carrier's word about one notification; return it if that moved it, else None.

    An unknown word or notification changes nothing, nor does the failure of an attempt that is known to have
    failed or has been replaced by a later one.
    """
    to = TWILIO.get(said.lower())
    notification = Notification.objects.select_for_update().filter(pk=notification_id).first()
    if to is None or notification is None or not forward(notification.status, to):
        return None
    if to == S.FAILED_PERM and _is_old_news(notification, carrier_id):
        return None
    if carrier_id and (notification.status == S.LEASED or not notification.carrier_id):
        notification.carrier_id = carrier_id[:80]
    notification.status = to
    notification.accepted_at = notification.accepted_at or now
    if to in (S.DELIVERED, S.READ):
        notification.delivered_at = notification.delivered_at or now
    if to == S.READ:
        notification.read_at = now
    if to == S.FAILED_PERM:
        known = outcome(code)
        notification.error_code = code[:20]
        notification.error = (known.meaning if known else f"carrier: {said}")[:300]
        if known and not gives_up(notification, permanent=known.permanent, ours=known.ours):
            # A handset out of reach: asked again later, while the ladder climbs on.
            notification.status = S.FAILED_TEMP
            notification.due_at = now + backoff(notification.attempt)
        if known and known.ours:
            carrier_fault(notification.channel, code, known.meaning, now=now)
    notification.save()
    return notification


def tells_of_failure(said: str) -> bool:
    """Tell whether a carrier's word means that a message or call did not arrive."""
    return TWILIO.get(said.lower()) == S.FAILED_PERM


def lock_incident(notification_id) -> None:
    """Lock the incident of a notification until the transaction ends; before the row, as everywhere."""
    incident_id = (
        Notification.objects.values_list("incident_id", flat=True).filter(pk=notification_id).first()
    )
    if incident_id is not None:
        workflow.lock(incident_id)


def forward(old: str, new: str) -> bool:
    """Tell whether a carrier's word moves a notification from `old` to `new`."""
    if new == S.FAILED_PERM:
        # A late "failed" does not unsay "delivered".
        return RANK[old] <= RANK[S.ACCEPTED]
    return RANK[old] < RANK[new] and old not in (S.CANCELLED, S.EXPIRED, S.FAILED_PERM)


def gives_up(notification: Notification, *, permanent: bool, ours: bool) -> bool:
    """Tell whether a notification that failed is not asked again.

    A fault of our own set-up hands an alert to the next channel at once; what has no next channel waits until
    the fault is mended.
    """
    if notification.attempt >= MOST_ATTEMPTS:
        return True
    return permanent and not (ours and notification.purpose != Notification.Purpose.ALERT)


def retire(notification: Notification, code: str, *, now: datetime) -> None:
    """Act on a dead address: a device gets no more push, of a unit's number its desk hears.

    A number stays in the roster and is tried again at the next rung: only people know the right one.
    """
    if notification.device_id:
        Device.objects.filter(pk=notification.device_id).update(push_retired_at=now)
    elif notification.unit_id and code == STOPPED:
        desk_calls.roster_fault(notification.unit, now=now)
    elif notification.unit_id:
        unit = notification.unit
        alarms.stand(
            "roster_fault",
            f"unit:{unit.pk}:{notification.channel}",
            f"the carrier refuses the number of {unit.call_sign} on {notification.channel} ({code})",
            lasts=timedelta(days=1),
            now=now,
        )


def carrier_fault(channel: str, code: str, meaning: str, *, now: datetime) -> None:
    """Raise the alarm of a fault of our account or set-up, which stops a channel until it is mended.

    It stands until no message has met it for a while.
    """
    alarms.stand(
        "carrier_fault", f"{channel}:{code}", f"{channel}: {meaning} ({code})", lasts=FAULT_STANDS, now=now
    )


def backoff(attempt: int) -> timedelta:
    """How long to wait before trying again: 2, 4, 8 … up to 60 seconds."""
    return timedelta(seconds=min(2 ** min(attempt, 10), MOST_BACKOFF_S))


def _is_old_news(notification: Notification, carrier_id: str) -> bool:
    if not carrier_id or not notification.carrier_id:
        return False
    same = notification.carrier_id == carrier_id[:80]
    return same != (notification.status == S.ACCEPTED)


def token(notification_id) -> str:
    """Our own mark on a callback address, beside the carrier's signature."""
    return hmac.digest(
        settings.SECRET_KEY.encode(), b"status:" + str(notification_id).encode(), "sha256"
    ).hex()[:32]


def status_url(notification_id) -> str:
    """Where the carrier tells what became of the message."""
    return _callback("status", notification_id)


def voice_url(notification_id) -> str:
    """Where the carrier asks what to say in the call, and brings the key pressed."""
    return _callback("voice", notification_id)


def _callback(kind: str, notification_id) -> str:
    query = f"notification={notification_id}&token={token(notification_id)}"
    return f"{settings.PUBLIC_ORIGIN}/webhooks/twilio/{kind}/?{query}"
