"""Twilio as this project meets it: messages and calls in, signed webhooks out."""

import base64
import json
import re
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4

from tests.carriers import twilio_requests, twilio_resources
from tests.carriers.journal import Journal
from tests.carriers.segments import segments
from tests.carriers.server import Answer
from tests.carriers.twilio_resources import API_VERSION
from tests.carriers.twilio_webhooks import FORM, Post, TwilioWebhooks, post_over_http, through

__all__ = ["FORM", "FakeTwilio", "post_over_http", "segments", "through"]


class FakeTwilio(TwilioWebhooks):
    """Takes messages and calls as Twilio does, refuses what Twilio refuses, and calls back when told to.

    `messages` and `calls` are what was taken, by SID, in order; each entry is the resource with its status, plus
    what was asked under `request`. `refused_numbers` maps a number to the error code it is answered with.
    `post` carries webhooks out: over HTTP, or `through` Django's test client.
    """

    name = "twilio"
    account_sid = "AC" + "0" * 32
    auth_token = "token-of-the-fake-carrier"
    number = "+6015550100"

    def __init__(self, post: Post = post_over_http, *, port: int = 0, journal: Journal | None = None) -> None:
        super().__init__(port=port, journal=journal)
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
            return refuse(401, 20003, "Authenticate")
        parts = urlsplit(path)
        if method == "GET" and parts.path in self.photos:
            return Answer(200, self.photos[parts.path], content_type="image/jpeg")
        if method == "GET" and parts.path.endswith("/Media.json"):
            return self._list_photos(parts.path)
        match = re.fullmatch(
            rf"/{API_VERSION}/Accounts/{self.account_sid}/(Messages|Calls)(?:/(\w+))?\.json", parts.path
        )
        if not match:
            return refuse(404, 20404, f"The requested resource {parts.path} was not found")
        resource, sid = match.groups()
        entries = self.messages if resource == "Messages" else self.calls
        if sid and sid not in entries:
            return refuse(404, 20404, f"The requested resource {path} was not found")
        if method == "GET" and sid:
            return _json(200, entries[sid])
        if method == "GET":
            asked = dict(parse_qsl(parts.query, keep_blank_values=True))
            messages = resource == "Messages"
            return self._list_messages(parts.path, asked) if messages else self._list_calls(parts.path, asked)
        if headers.get("content-type") != FORM:
            return refuse(415, 20415, "Unsupported media type")
        asked = parse_qs(body.decode(), keep_blank_values=True)
        if sid:
            return self._update(resource, entries[sid], asked)
        known = (
            twilio_requests.MESSAGE_PARAMETERS if resource == "Messages" else twilio_requests.CALL_PARAMETERS
        )
        if fault := twilio_requests.unknown(asked, known):
            return refuse(*fault)
        events = asked.get("StatusCallbackEvent", [])
        last = {name: values[-1] for name, values in asked.items()}
        return self._create_message(last) if resource == "Messages" else self._create_call(last, events)

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
        message = twilio_resources.inbound(
            self.account_sid, sid, sender, self.number, body, len(photos), seconds_ago
        )
        with self.lock:
            self.messages[sid] = message
            for number, content in enumerate(photos):
                self.photos[f"{message['uri'].removesuffix('.json')}/Media/ME{number:032}"] = content
        return sid

    def recall(self, lines: list[dict]) -> None:
        """Know again what an earlier run of this carrier wrote in its journal as taken."""
        for line in lines:
            if line["kind"] == "taken" and line["carrier"] == self.name:
                entries = self.messages if line["resource"]["sid"][:2] in ("SM", "MM") else self.calls
                entries[line["resource"]["sid"]] = line["resource"]

    def _create_message(self, asked: dict[str, str]) -> Answer:
        if asked.get("To") in self.refused_numbers:
            return refuse(400, self.refused_numbers[asked["To"]], f"Refused for {asked['To']}")
        if fault := twilio_requests.fault_of_message(asked, self.number):
            return refuse(*fault)
        return self._take(self.messages, twilio_resources.message(self.account_sid, asked), asked)

    def _create_call(self, asked: dict[str, str], events: list[str]) -> Answer:
        if asked.get("To") in self.refused_numbers:
            return refuse(400, self.refused_numbers[asked["To"]], f"Refused for {asked['To']}")
        if fault := twilio_requests.fault_of_call(asked, events, self.number):
            return refuse(*fault)
        return self._take(self.calls, twilio_resources.call(self.account_sid, asked), asked)

    def _take(self, entries: dict[str, dict], resource: dict, asked: dict[str, str]) -> Answer:
        entry = resource | {"request": asked}
        self.write_down("taken", resource=entry)
        with self.lock:
            entries[resource["sid"]] = entry
        self.took(entry)
        return _json(201, resource)

    def _update(self, resource: str, entry: dict, asked: dict[str, list[str]]) -> Answer:
        messages = resource == "Messages"
        known = twilio_requests.UPDATE_PARAMETERS if messages else twilio_requests.CALL_UPDATE_PARAMETERS
        if fault := twilio_requests.unknown(asked, known):
            return refuse(*fault)
        if "Status" in asked:
            running = ("accepted", "scheduled") if messages else ("queued", "ringing", "in-progress")
            if entry["status"] not in running:
                return refuse(400, 30409 if messages else 21220, "Not in a state that allows this")
            entry["status"] = asked["Status"][-1]
        if messages and asked.get("Body") == [""]:
            entry["body"] = ""
        return _json(200, entry)

    def _list_photos(self, path: str) -> Answer:
        own = [uri for uri in self.photos if uri.startswith(path.removesuffix(".json") + "/")]
        return _json(200, twilio_resources.media(self.account_sid, path, own))

    def _list_messages(self, path: str, asked: dict[str, str]) -> Answer:
        return self._list(path, "messages", self.messages, twilio_requests.LIST_PARAMETERS, asked)

    def _list_calls(self, path: str, asked: dict[str, str]) -> Answer:
        return self._list(path, "calls", self.calls, twilio_requests.CALL_LIST_PARAMETERS, asked)

    def _list(self, path: str, name: str, entries: dict, known: frozenset, asked: dict[str, str]) -> Answer:
        if fault := twilio_requests.unknown(asked, known):
            return refuse(*fault)
        if int(asked.get("PageSize", 50)) > 1000:
            return refuse(400, 20007, "Page size too large")
        with self.lock:
            listed = list(entries.values())
        shown = [_public(entry) for entry in reversed(listed) if twilio_resources.wanted(entry, asked)]
        return _json(200, twilio_resources.page(path, name, shown, asked))


def _public(resource: dict) -> dict:
    return {name: value for name, value in resource.items() if name != "request"}


def _json(status: int, body: dict) -> Answer:
    return Answer(status, json.dumps(_public(body)).encode())


def refuse(status: int, code: int, message: str) -> Answer:
    """Return an error as Twilio's API writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status})
