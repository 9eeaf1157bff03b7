"""The states of a notification, and what carriers say about it later.

A provider's word only moves a notification forward, in rank order, whatever order its
callbacks come in.
"""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from alerts.models import Notification
from alerts.transports.outcomes import outcome

S = Notification.Status

MOST_ATTEMPTS = 20
MOST_BACKOFF_S = 60

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

    An unknown word or notification changes nothing.
    """
    to = TWILIO.get(said.lower())
    notification = Notification.objects.select_for_update().filter(pk=notification_id).first()
    if to is None or notification is None or not _forward(notification.status, to):
        return None
    notification.status = to
    notification.carrier_id = notification.carrier_id or carrier_id[:80]
    notification.accepted_at = notification.accepted_at or now
    if to in (S.DELIVERED, S.READ):
        notification.delivered_at = notification.delivered_at or now
    if to == S.READ:
        notification.read_at = now
    if to == S.FAILED_PERM:
        known = outcome(code)
        notification.error_code = code[:20]
        notification.error = (known.meaning if known else f"carrier: {said}")[:300]
        if known and not known.permanent and notification.attempt < MOST_ATTEMPTS:
            # A handset out of reach: asked again later, while the ladder climbs on.
            notification.status = S.FAILED_TEMP
            notification.due_at = now + backoff(notification.attempt)
    notification.save()
    return notification


def backoff(attempt: int) -> timedelta:
    """How long to wait before trying again: 2, 4, 8 … up to 60 seconds."""
    return timedelta(seconds=min(2 ** min(attempt, 10), MOST_BACKOFF_S))


def _forward(old: str, new: str) -> bool:
    if new == S.FAILED_PERM:
        # A late "failed" does not unsay "delivered".
        return RANK[old] <= RANK[S.ACCEPTED]
    return RANK[old] < RANK[new] and old not in (S.CANCELLED, S.EXPIRED, S.FAILED_PERM)


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
