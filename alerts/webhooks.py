"""All that carriers call: inbound SMS, voice keys, delivery receipts.

Each view parses, calls one function and answers TwiML. The carrier's signature is checked before a word
is read and before the database is touched.
"""

import hmac
import logging
import uuid
from urllib.parse import parse_qsl, quote_from_bytes

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView
from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from alerts import delivery, dispatch, inbound, messages, receipts
from alerts.inbound import desks
from alerts.models import Dispatch, Notification
from alerts.signatures import TwilioSignature
from alerts.transports.outcomes import outcome
from alerts.workflow import DispatchNotAllowed

log = logging.getLogger(__name__)

MOST_FIELDS = 200
# Twilio's voices, by our languages.
VOICES = {
    "en": "en-GB",
    "ms": "ms-MY",
    "id": "id-ID",
    "fil": "fil-PH",
    "vi": "vi-VN",
    "th": "th-TH",
    "ta": "ta-IN",
}


def form_of(raw: bytes) -> dict[str, str]:
    """The fields of a form body. Bytes that are no UTF-8 become U+FFFD; a repeated field counts last."""
    ascii_only = quote_from_bytes(raw, safe=bytes(range(128)))  # bytes sent as they are count like %XX
    pairs = parse_qsl(ascii_only, keep_blank_values=True, errors="replace")
    return dict(pairs[:MOST_FIELDS])


def twiml(response: TwiML) -> HttpResponse:
    return HttpResponse(str(response), content_type="text/xml; charset=utf-8")


class Webhook(APIView):
    """Signed by the carrier; no user, no session, no parser: the raw body is what was signed."""

    authentication_classes: list = []
    permission_classes = [TwilioSignature]
    parser_classes: list = []

    def form(self, request: Request) -> dict[str, str]:
        return form_of(request.body)


class Sms(Webhook):
    """An SMS or MMS, from anyone."""

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        answer = inbound.receive(self.form(request), request.body)
        response = MessagingResponse()
        if answer:
            response.message(answer)
        return twiml(response)


class Status(Webhook):
    """What became of a message or call. Late, doubled and out of order are all normal."""

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        notification_id = _notification_id(request)
        form = {name: value.replace("\x00", "") for name, value in self.form(request).items()}
        moved = receipts.record(
            notification_id,
            form.get("MessageStatus") or form.get("SmsStatus") or form.get("CallStatus") or "",
            code=form.get("ErrorCode", ""),
            carrier_id=form.get("MessageSid") or form.get("CallSid") or "",
            now=timezone.now(),
        )
        if moved is not None and moved.status == Notification.Status.FAILED_PERM:
            known = outcome(moved.error_code)
            if known and known.retires_address:
                receipts.retire(moved, moved.error_code, now=timezone.now())
            delivery.next_channel(moved, now=timezone.now())
        return HttpResponse(status=204)


class Voice(Webhook):
    """A call that was answered: says the alert, then takes a key. A voicemail presses none."""

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        notification = Notification.objects.filter(pk=_notification_id(request)).first()
        response = VoiceResponse()
        if notification is not None:
            voice = VOICES.get(notification.language, VOICES["en"])
            if digits := self.form(request).get("Digits", ""):
                response.say(press(notification, digits), language=voice)
            else:
                response.append(ask_for_key(notification, voice))
        response.hangup()
        return twiml(response)


def press(notification: Notification, digits: str) -> str:
    """Act on a key pressed during a call; return what the voice says then. Other keys repeat the alert."""
    now = timezone.now()
    said = {
        "language": notification.language,
        "reference": notification.reference,
        "drill": notification.incident.drill,
    }
    if notification.station_id and digits == "1":
        desks.officer_has_it(notification.station, notification.incident_id, via="voice", now=now)
        return messages.spoken_answer("officer_noted", **said)
    if notification.dispatch_id is None or digits not in ("1", "2"):
        return notification.text
    try:
        with transaction.atomic():
            if digits == "1":
                dispatch_id = notification.dispatch_id
                if notification.dispatch.status == Dispatch.Status.DECLINED:
                    dispatch_id = dispatch.offer_again(dispatch_id, via="voice", now=now).pk
                dispatch.acknowledge(dispatch_id, via="voice", now=now)
                return messages.spoken_answer("confirmed", **said)
            dispatch.decline(notification.dispatch_id, via="voice", now=now)
            return messages.spoken_answer("declined", **said)
    except dispatch.AlreadyTaken as taken:
        return messages.spoken_answer("taken", **said, call_sign=taken.lead.unit.call_sign)
    except DispatchNotAllowed:
        return messages.spoken_answer("nothing_changed", **said)


def ask_for_key(notification: Notification, voice: str) -> Gather:
    """Say it twice, and wait for one key."""
    gather = Gather(num_digits=1, timeout=8, action=receipts.voice_url(notification.pk))
    gather.say(notification.text, language=voice)
    gather.pause(length=1)
    gather.say(notification.text, language=voice)
    return gather


def _notification_id(request: Request) -> uuid.UUID:
    """Which notification the callback address names, if the mark on it is ours."""
    try:
        notification_id = uuid.UUID(request.query_params.get("notification", ""))
    except ValueError:
        raise PermissionDenied("The address names no notification.") from None
    given = request.query_params.get("token", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), receipts.token(notification_id).encode()):
        raise PermissionDenied("The address is not one of ours.")
    return notification_id
