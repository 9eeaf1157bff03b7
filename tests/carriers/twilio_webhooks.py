"""What Twilio sends us: inbound texts, receipts, and calls that ask what to say; all signed."""

import urllib.error
import urllib.request
from collections.abc import Callable
from time import sleep
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from twilio.request_validator import RequestValidator

from tests.carriers import twilio_resources
from tests.carriers.segments import segments
from tests.carriers.server import Carrier

FORM = "application/x-www-form-urlencoded"

Post = Callable[[str, bytes, dict[str, str]], tuple[int, bytes]]


def post_over_http(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """POST and return status and body, whatever the status."""
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()


def through(client) -> Post:
    """Return a way to POST through Django's test client, whatever host the URL names."""

    def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        others = {name: value for name, value in headers.items() if name != "Content-Type"}
        answer = client.post(path, data=body, content_type=headers["Content-Type"], headers=others)
        return answer.status_code, answer.content

    return post


class TwilioWebhooks(Carrier):
    """The half of Twilio that calls us; `FakeTwilio` is the other half."""

    account_sid: str
    auth_token: str
    number: str
    messages: dict[str, dict]
    calls: dict[str, dict]
    post: Post

    def text(self, url: str, sender: str, body: str, *, sid: str = "", **more: str) -> tuple[int, bytes]:
        """Deliver an inbound message from `sender` to `url`, signed; return status and TwiML."""
        sid = sid or f"SM{uuid4().hex}"
        fields = {
            "ToCountry": "MY",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "FromCountry": "MY",
            "To": self.number,
            "NumSegments": str(segments(body)),
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": sender,
            "ApiVersion": twilio_resources.API_VERSION,
        }
        return self.webhook(url, fields | more)

    def receipt(self, sid: str, status: str, error_code: int | None = None) -> dict[str, str]:
        """The fields in which a message's status is told."""
        message = self.messages[sid]
        fields = {
            "SmsSid": sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": message["to"],
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": message["from"] or "",
            "ApiVersion": twilio_resources.API_VERSION,
        }
        if error_code is not None and status in ("failed", "undelivered"):
            fields["ErrorCode"] = str(error_code)
        return fields

    def deliver(
        self, sid: str, *statuses: str, error_code: int | None = None, times: int = 1, delay_s: float = 0.0
    ) -> list[int]:
        """Report `statuses` of one message to its StatusCallback, in this order, each `times` times; return what
        the receiver answered. The order may be one that never happened: networks do that. `delay_s` before each.
        """
        message = self.messages[sid]
        answers = []
        for status in statuses:
            for _ in range(times):
                sleep(delay_s)
                fields = self.receipt(sid, status, error_code)
                answers.append(self.webhook(message["request"]["StatusCallback"], fields)[0])
            message["status"] = status
        return answers

    def report_call(
        self, sid: str, *statuses: str, times: int = 1, delay_s: float = 0.0, **more: str
    ) -> list[int]:
        """As `deliver`, for a call: ringing, in-progress, completed, busy, no-answer, failed, canceled."""
        answers = []
        for number, status in enumerate(statuses):
            fields = self._call_fields(sid, status) | {
                "CallbackSource": "call-progress-events",
                "SequenceNumber": str(number),
                "Timestamp": twilio_resources.now(),
            }
            for _ in range(times):
                sleep(delay_s)
                answers.append(self.webhook(self.calls[sid]["request"]["StatusCallback"], fields | more)[0])
            self.calls[sid]["status"] = status
        return answers

    def answer(self, sid: str, **more: str) -> tuple[int, bytes]:
        """Pick up a call; return status and the TwiML that speaks."""
        return self.webhook(self.calls[sid]["request"]["Url"], self._call_fields(sid, "in-progress") | more)

    def press(self, sid: str, url: str, digits: str, **more: str) -> tuple[int, bytes]:
        """Press keys during a call, for the Gather that names `url`; return status and TwiML."""
        fields = self._call_fields(sid, "in-progress") | {
            "Digits": digits,
            "FinishedOnKey": "",
            "msg": "Gather End",
        }
        return self.webhook(url, fields | more)

    def webhook(self, url: str, fields: dict[str, str], *, token: str = "") -> tuple[int, bytes]:
        """POST `fields`, signed as Twilio signs; with another `token` than ours it is a forgery."""
        signature = RequestValidator(token or self.auth_token).compute_signature(url, fields)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        answer = self.post(url, urlencode(fields).encode(), headers)
        self.write_down("webhook", url=url, fields=fields, forged=bool(token), answered=answer[0])
        return answer

    def _call_fields(self, sid: str, status: str) -> dict[str, str]:
        call = self.calls[sid]
        return {
            "CallSid": sid,
            "AccountSid": self.account_sid,
            "From": call["from"],
            "To": call["to"],
            "CallStatus": status,
            "ApiVersion": twilio_resources.API_VERSION,
            "Direction": "outbound-api",
        }
