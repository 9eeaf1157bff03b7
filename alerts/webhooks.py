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
from twilio.twiml.voice_response import VoiceResponse

from alerts import delivery, inbound, kept_answers, receipts, spoken
from alerts.models import Notification
from alerts.signatures import TwilioSignature
from alerts.transports.outcomes import outcome
from communities.crash_points import crash_point
from reports import spool
from reports.spooling import AWAY, SpooledView

log = logging.getLogger(__name__)

MOST_FIELDS = 200
# How long a call holds while the database is away, seconds and times.
WAIT_S, MOST_WAITS = 6, 10


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
        crash_point("K1")
        return form_of(request.body)


class SpooledWebhook(SpooledView, Webhook):
    """Kept in the spool while the database is away, once its signature was found right."""

    signed = True
    kind = ""

    def check_permissions(self, request: Request) -> None:
        if not self.is_replay:  # else it was checked when it came, perhaps with a key that is gone since
            super().check_permissions(request)

    def to_keep(self, request: Request) -> spool.Kept:
        return spool.Kept(
            kind=self.kind,
            path=request.get_full_path(),
            body=request.body,
            key=inbound.key_of(self.form(request), request.body),
            received_at=self.received_at,
        )


class Sms(SpooledWebhook):
    """An SMS or MMS, from anyone."""

    kind = "sms"

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        return self.say(inbound.receive(self.form(request), request.body, now=self.received_at))

    def kept_answer(self, request: Request, kept: spool.Kept) -> HttpResponse:
        return self.say(kept_answers.to_sms(self.form(request)))

    def say(self, text: str) -> HttpResponse:
        response = MessagingResponse()
        if text:
            response.message(text)
        return twiml(response)


class Status(SpooledWebhook):
    """What became of a message or call. Late, doubled and out of order are all normal."""

    kind = "status"

    def kept_answer(self, request: Request, kept: spool.Kept) -> HttpResponse:
        return HttpResponse(status=204)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        notification_id = _notification_id(request)
        form = {name: value.replace("\x00", "") for name, value in self.form(request).items()}
        said = form.get("MessageStatus") or form.get("SmsStatus") or form.get("CallStatus") or ""
        now = timezone.now()
        with (
            transaction.atomic()
        ):  # that it failed is written together with what follows from it, or not at all
            if receipts.tells_of_failure(said):
                receipts.lock_incident(notification_id)
            moved = receipts.record(
                notification_id,
                said,
                code=form.get("ErrorCode", ""),
                carrier_id=form.get("MessageSid") or form.get("CallSid") or "",
                now=now,
            )
            crash_point("K9")
            failed = moved is not None and moved.status == Notification.Status.FAILED_PERM
            if failed:
                delivery.next_channel(moved, now=now)
        known = outcome(moved.error_code) if failed else None
        if known and known.retires_address:
            receipts.retire(moved, moved.error_code, now=now)
        return HttpResponse(status=204)


class Voice(Webhook):
    """A call that was answered, or a key pressed in it.

    A key pressed while the database is away is not kept: whoever pressed it hears so, and is asked again.
    """

    def handle_exception(self, exc: Exception):
        if isinstance(exc, AWAY):
            return twiml(hold_the_line(self.request))
        return super().handle_exception(exc)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> HttpResponse:
        notification = Notification.objects.filter(pk=_notification_id(request)).first()
        form = self.form(request)
        if notification is None:
            response = VoiceResponse()
            response.hangup()
        elif digits := form.get("Digits", ""):
            turn = request.query_params.get("turn", "1")
            known = turn.isascii() and turn.isdigit() and len(turn) == 1
            response = spoken.pressed(notification, digits, turn=int(turn) if known else spoken.MOST_TURNS)
            crash_point("K10")
        else:
            response = spoken.answered(notification, answered_by=form.get("AnsweredBy", ""))
        return twiml(response)


def hold_the_line(request: Request) -> VoiceResponse:
    """Ask to wait, then ask this address again; after a minute hang up."""
    asked = request.query_params.get("waited", "0")
    times = int(asked) if asked.isdecimal() and len(asked) < 3 else MOST_WAITS
    response = VoiceResponse()
    if times >= MOST_WAITS:
        response.say("Coast guard. Nothing was taken down. You will be called again.", language="en-GB")
        response.hangup()
        return response
    response.say("Coast guard. Our system restarts. Hold the line.", language="en-GB")
    response.pause(length=WAIT_S)
    address = request.get_full_path().partition("&waited=")[0]
    response.redirect(f"{address}&waited={times + 1}", method="POST")
    return response


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
