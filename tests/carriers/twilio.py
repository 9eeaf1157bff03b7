"""Twilio as this project meets it: messages and calls in, signed webhooks out."""

import base64
import json
import math
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from time import sleep
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from twilio.request_validator import RequestValidator

from tests.carriers.server import Answer, Carrier

API_VERSION = "2010-04-01"
FORM = "application/x-www-form-urlencoded"
# https://en.wikipedia.org/wiki/GSM_03.38, basic set without its control characters, and the extension table.
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = set("^{}\\[~]|€\f")

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


class FakeTwilio(Carrier):
    """Takes messages and calls as Twilio does, refuses what Twilio refuses, and calls back when told to.

    `messages` and `calls` are what was taken, by SID, in order; each entry is the resource with its status, plus
    what was asked under `request`. `refused_numbers` maps a number to the error code it is answered with.
    `post` carries webhooks out: over HTTP, or `through` Django's test client.
    """

    account_sid = "AC" + "0" * 32
    auth_token = "token-of-the-fake-carrier"
    number = "+6015550100"

    def __init__(self, post: Post = post_over_http) -> None:
        super().__init__()
        self.messages: dict[str, dict] = {}
        self.calls: dict[str, dict] = {}
        self.photos: dict[str, bytes] = {}
        self.refused_numbers: dict[str, int] = {}
        self.post = post

    def kind_of(self, method: str, path: str) -> str:
        return "send" if method == "POST" else "other"

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        login = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if headers.get("authorization") != f"Basic {login}":
            return _refuse(401, 20003, "Authenticate")
        parts = urlsplit(path)
        if method == "GET" and parts.path in self.photos:
            return Answer(200, self.photos[parts.path], content_type="image/jpeg")
        if method == "GET" and parts.path.endswith("/Media.json"):
            return self._list_photos(parts.path)
        match = re.fullmatch(
            rf"/{API_VERSION}/Accounts/{self.account_sid}/(Messages|Calls)(?:/(\w+))?\.json", parts.path
        )
        if not match:
            return _refuse(404, 20404, f"The requested resource {parts.path} was not found")
        resource, sid = match.groups()
        if method == "POST" and not sid:
            if headers.get("content-type") != FORM:
                return _refuse(415, 20415, "Unsupported media type")
            asked = {
                name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()
            }
            return self._create_message(asked) if resource == "Messages" else self._create_call(asked)
        if method == "GET" and sid:
            found = (self.messages if resource == "Messages" else self.calls).get(sid)
            return (
                _json(200, found)
                if found
                else _refuse(404, 20404, f"The requested resource {path} was not found")
            )
        if method == "GET" and resource == "Messages":
            return self._list_messages(
                parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()}
            )
        return _refuse(405, 20004, "Method not allowed")

    # Webhooks

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
            "ApiVersion": API_VERSION,
        }
        return self.webhook(url, fields | more)

    def hold(
        self,
        sender: str,
        body: str,
        *,
        photos: tuple[bytes, ...] = (),
        sid: str = "",
        seconds_ago: float = 120,
    ) -> str:
        """Take an inbound message that no webhook brings; it stands in the list alone. Return its SID."""
        sid = sid or f"{'MM' if photos else 'SM'}{uuid4().hex}"
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{sid}"
        at = format_datetime(datetime.now(UTC) - timedelta(seconds=seconds_ago))
        with self.lock:
            self.messages[sid] = {
                "account_sid": self.account_sid,
                "api_version": API_VERSION,
                "body": body,
                "date_created": at,
                "date_sent": at,
                "date_updated": at,
                "direction": "inbound",
                "error_code": None,
                "error_message": None,
                "from": sender,
                "messaging_service_sid": None,
                "num_media": str(len(photos)),
                "num_segments": str(segments(body)),
                "price": None,
                "price_unit": "USD",
                "sid": sid,
                "status": "received",
                "subresource_uris": {"media": f"{uri}/Media.json"},
                "to": self.number,
                "uri": f"{uri}.json",
            }
            for number, content in enumerate(photos):
                self.photos[f"{uri}/Media/ME{number:032}"] = content
        return sid

    def deliver(
        self, sid: str, *statuses: str, error_code: int | None = None, times: int = 1, delay_s: float = 0.0
    ) -> list[int]:
        """Report `statuses` of one message to its StatusCallback, in this order, each `times` times; return what
        the receiver answered. The order may be one that never happened: networks do that. `delay_s` before each.
        """
        message = self.messages[sid]
        answers = []
        for status in statuses:
            fields = {
                "SmsSid": sid,
                "SmsStatus": status,
                "MessageStatus": status,
                "To": message["to"],
                "MessageSid": sid,
                "AccountSid": self.account_sid,
                "From": message["from"],
                "ApiVersion": API_VERSION,
            }
            if error_code is not None and status in ("failed", "undelivered"):
                fields["ErrorCode"] = str(error_code)
            for _ in range(times):
                sleep(delay_s)
                answers.append(self.webhook(message["request"]["StatusCallback"], fields)[0])
            message["status"] = status
        return answers

    def report_call(self, sid: str, *statuses: str, times: int = 1, delay_s: float = 0.0) -> list[int]:
        """As `deliver`, for a call: ringing, in-progress, completed, busy, no-answer, failed, canceled."""
        answers = []
        for number, status in enumerate(statuses):
            fields = self._call_fields(sid, status) | {
                "CallbackSource": "call-progress-events",
                "SequenceNumber": str(number),
                "Timestamp": _now(),
            }
            for _ in range(times):
                sleep(delay_s)
                answers.append(self.webhook(self.calls[sid]["request"]["StatusCallback"], fields)[0])
        return answers

    def answer(self, sid: str) -> tuple[int, bytes]:
        """Pick up a call; return status and the TwiML that speaks."""
        return self.webhook(self.calls[sid]["request"]["Url"], self._call_fields(sid, "in-progress"))

    def press(self, sid: str, url: str, digits: str) -> tuple[int, bytes]:
        """Press keys during a call, for the Gather that names `url`; return status and TwiML."""
        fields = self._call_fields(sid, "in-progress") | {
            "Digits": digits,
            "FinishedOnKey": "",
            "msg": "Gather End",
        }
        return self.webhook(url, fields)

    def webhook(self, url: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """POST `fields`, signed as Twilio signs."""
        signature = RequestValidator(self.auth_token).compute_signature(url, fields)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        return self.post(url, urlencode(fields).encode(), headers)

    # The REST API

    def _create_message(self, asked: dict[str, str]) -> Answer:
        to, sender, body = asked.get("To", ""), asked.get("From", ""), asked.get("Body", "")
        validity = asked.get("ValidityPeriod", "36000")
        if not to:
            return _refuse(400, 21604, "A 'To' phone number is required.")
        if to in self.refused_numbers:
            return _refuse(400, self.refused_numbers[to], f"Refused for {to}")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return _refuse(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if not sender and not asked.get("MessagingServiceSid"):
            return _refuse(400, 21603, "A 'From' phone number is required.")
        if sender and sender != self.number:
            return _refuse(
                400, 21606, f"The 'From' phone number provided ({sender}) is not a valid one of yours."
            )
        if not body:
            return _refuse(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if not _callable(asked.get("StatusCallback", "https://unset.example")):
            return _refuse(400, 21609, "The StatusCallback URL is not a valid URL.")
        if not validity.isdigit() or not 1 <= int(validity) <= 36000:
            return _refuse(400, 21624, "Invalid validity period value")
        sid = f"SM{uuid4().hex}"
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{sid}"
        message = {
            "account_sid": self.account_sid,
            "api_version": API_VERSION,
            "body": body,
            "date_created": _now(),
            "date_sent": None,
            "date_updated": _now(),
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": sender or None,
            "messaging_service_sid": asked.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": str(segments(body)) if sender else "0",
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued" if sender else "accepted",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": to,
            "uri": f"{uri}.json",
        }
        with self.lock:
            self.messages[sid] = message | {"request": asked}
        return _json(201, message)

    def _list_messages(self, path: str, asked: dict[str, str]) -> Answer:
        size, page = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
        wanted = [
            message
            for message in reversed(self.messages.values())
            if asked.get("To") in (None, message["to"])
            and asked.get("From") in (None, message["from"])
            and _sent_after(message, asked.get("DateSent>"))
        ]
        kept = ("To", "From", "DateSent>")
        query = {name: value for name, value in asked.items() if name in kept} | {"PageSize": size}
        uris = [f"{path}?{urlencode(query | {'Page': number})}" for number in range(page + 2)]
        shown = wanted[page * size : (page + 1) * size]
        return _json(
            200,
            {
                "end": page * size + len(shown) - 1,
                "first_page_uri": uris[0],
                "next_page_uri": uris[page + 1] if len(wanted) > (page + 1) * size else None,
                "page": page,
                "page_size": size,
                "previous_page_uri": uris[page - 1] if page else None,
                "messages": [_without_request(message) for message in shown],
                "start": page * size,
                "uri": uris[page],
            },
        )

    def _list_photos(self, path: str) -> Answer:
        own = [uri for uri in self.photos if uri.startswith(path.removesuffix(".json") + "/")]
        shown = [
            {
                "account_sid": self.account_sid,
                "content_type": "image/jpeg",
                "date_created": _now(),
                "date_updated": _now(),
                "parent_sid": uri.split("/")[-3],
                "sid": uri.rpartition("/")[2],
                "uri": f"{uri}.json",
            }
            for uri in own
        ]
        return _json(
            200,
            {"media_list": shown, "uri": path, "first_page_uri": path, "next_page_uri": None, "page": 0,
             "previous_page_uri": None, "page_size": 50, "start": 0, "end": len(shown)},
        )  # fmt: skip

    def _create_call(self, asked: dict[str, str]) -> Answer:
        to, sender = asked.get("To", ""), asked.get("From", "")
        if not to:
            return _refuse(400, 21201, "No 'To' number is specified")
        if to in self.refused_numbers:
            return _refuse(400, self.refused_numbers[to], f"Refused for {to}")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return _refuse(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
        if not sender:
            return _refuse(400, 21213, "No 'From' number is specified")
        if sender != self.number:
            return _refuse(400, 21210, f"The source phone number provided, {sender}, is not yet verified.")
        if not _callable(asked.get("Url", "")):
            return _refuse(400, 21205, "Url is not a valid URL")
        if not asked.get("Timeout", "60").isdigit():
            return _refuse(400, 21208, "Timeout is not valid")
        sid = f"CA{uuid4().hex}"
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{sid}"
        call = {
            "account_sid": self.account_sid,
            "annotation": None,
            "answered_by": None,
            "api_version": API_VERSION,
            "caller_name": None,
            "date_created": None,
            "date_updated": None,
            "direction": "outbound-api",
            "duration": None,
            "end_time": None,
            "forwarded_from": None,
            "from": sender,
            "from_formatted": sender,
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": "PN" + "0" * 32,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": sid,
            "start_time": None,
            "status": "queued",
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
            "to": to,
            "to_formatted": to,
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }
        with self.lock:
            self.calls[sid] = call | {"request": asked}
        return _json(201, call)

    def _call_fields(self, sid: str, status: str) -> dict[str, str]:
        call = self.calls[sid]
        return {
            "CallSid": sid,
            "AccountSid": self.account_sid,
            "From": call["from"],
            "To": call["to"],
            "CallStatus": status,
            "ApiVersion": API_VERSION,
            "Direction": "outbound-api",
        }


def _sent_after(message: dict, since: str | None) -> bool:
    sent = message["date_sent"]
    return since is None or (
        sent is not None
        and parsedate_to_datetime(sent) >= datetime.fromisoformat(since.replace("Z", "+00:00"))
    )


def segments(text: str) -> int:
    """Count the parts an SMS goes out in: 160 or 153 each in GSM-7, else 70 or 67 UTF-16 units."""
    if all(letter in GSM7 or letter in GSM7_EXTENSION for letter in text):
        length, single, part = sum(2 if letter in GSM7_EXTENSION else 1 for letter in text), 160, 153
    else:
        length, single, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else math.ceil(length / part)


def _now() -> str:
    return format_datetime(datetime.now(UTC))


def _callable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.hostname


def _without_request(resource: dict) -> dict:
    return {name: value for name, value in resource.items() if name != "request"}


def _json(status: int, body: dict) -> Answer:
    return Answer(status, json.dumps(_without_request(body)).encode())


def _refuse(status: int, code: int, message: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status})
