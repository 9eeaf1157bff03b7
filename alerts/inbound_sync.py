"""Messages that Twilio took and could not hand over: read from its list, and taken in as if they had come."""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts import feedback, inbound, outbox
from alerts.models import InboundMessage, Notification
from alerts.transports import twilio_api, wire
from reports import intake

log = logging.getLogger(__name__)

# The webhook of a younger message may still be under way; Twilio gives up on one after 15 s.
UNDER_WAY = timedelta(seconds=30)
MOST = 5_000  # of one reading
LIST_TIME_S = 50  # for all pages of it
# A later answer is about another day.
ANSWER_LIFE = timedelta(hours=2)


def import_missed(*, back: timedelta, now: datetime | None = None) -> int:
    """Take in every inbound message of the time `back` that we do not know; return how many.

    Safe to run twice, and beside the webhook: the MessageSid is the key of both. Without a real
    carrier it does nothing. Raises TransportError if the list cannot be read.
    """
    if not settings.TWILIO_ACCOUNT_SID:
        return 0
    now = now or timezone.now()
    client = twilio_api.make_client()
    listed = wire.within(LIST_TIME_S, lambda: _inbound(client, now - back))
    sids = [message.sid for message in listed]
    known = set(
        InboundMessage.objects.filter(carrier="twilio", external_id__in=sids).values_list(
            "external_id", flat=True
        )
    )
    taken = 0
    for message in reversed(listed):  # the list is newest first
        at = message.date_created or message.date_sent
        if message.sid in known or (at is not None and at > now - UNDER_WAY):
            continue
        try:
            taken += _take(client, message, now)
        except Exception:
            # One message that we cannot take must not keep the others out.
            log.exception("inbound message %s of the carrier's list could not be taken in", message.sid)
    if taken:
        log.warning("%s inbound messages had not reached the webhook", taken)
    return taken


def _inbound(client, since: datetime) -> list:
    asked = {"date_sent_after": since, "page_size": 1000, "limit": MOST}
    if settings.TWILIO_FROM.startswith("+"):
        asked["to"] = settings.TWILIO_FROM
    return [message for message in client.messages.stream(**asked) if message.direction == "inbound"]


def _take(client, message, now: datetime) -> bool:
    """Take one message in; False if its webhook came meanwhile, and answered it."""
    form = {
        "MessageSid": message.sid,
        "AccountSid": message.account_sid or "",
        "From": message.from_ or "",
        "To": message.to or "",
        "Body": message.body or "",
        "NumMedia": "0",
    } | _photos(client, message)
    with transaction.atomic():
        intake.hold_key(f"twilio:{message.sid}")
        if InboundMessage.objects.filter(carrier="twilio", external_id=message.sid).exists():
            return False
        text = inbound.receive(form, urlencode(form).encode(), now=now)
        if text:
            answer(InboundMessage.objects.get(carrier="twilio", external_id=message.sid), text, now)
    return True


def _photos(client, message) -> dict[str, str]:
    """The fields in which a webhook tells of photos; none where they cannot be listed: the text is first."""
    if (message.num_media or "0") == "0":
        return {}
    try:
        found = wire.within(
            settings.CARRIER_TOTAL_TIMEOUT_S, lambda: client.messages(message.sid).media.list(limit=10)
        )
    except Exception as exc:
        log.warning("photos of %s could not be listed: %s", message.sid, exc)
        return {}
    fields = {"NumMedia": str(len(found))}
    for number, photo in enumerate(found):
        fields[f"MediaUrl{number}"] = twilio_api.API + (photo.uri or "").removesuffix(".json")
        fields[f"MediaContentType{number}"] = photo.content_type or ""
    return fields


def answer(message: InboundMessage, text: str, now: datetime) -> None:
    """Send what a webhook would have answered in place, once: by SMS to whoever wrote."""
    incident = message.report.incident if message.report else message.dispatch and message.dispatch.incident
    if incident is None:
        return
    key = f"imported:{message.external_id}"
    if message.reporter is not None:
        feedback.say(message.report, incident, text, key=key, now=now)
        return
    to = {"unit": message.unit} if message.unit else {"station": message.station}
    if not any(to.values()):
        return  # nobody's number: nothing to send to
    outbox.write(
        key,
        now,
        ANSWER_LIFE,
        incident=incident,
        dispatch=message.dispatch,
        purpose=Notification.Purpose.ANSWER,
        channel=Notification.Channel.SMS,
        language=(message.unit or message.station).language,
        reference=incident.reference,
        priority=incident.priority,
        text=text,
        **to,
    )
