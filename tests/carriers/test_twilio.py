"""The fake answers as Twilio does: held against the published description and the vendor's own client."""

import inspect
import json
import re
from pathlib import Path

import pytest
import requests
from jsonschema import Draft202012Validator
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account import call as client_calls
from twilio.rest.api.v2010.account import message as client_messages

from tests.carriers import FakeTwilio, twilio_requests

DATA = Path(__file__).parents[1] / "data/twilio"
DESCRIPTION = json.loads((DATA / "message_schema.json").read_text())
NUMBER = "+60123456789"
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string", "pattern": "^https://www.twilio.com/docs/errors/[0-9]+$"},
        "status": {"type": "integer"},
    },
    "required": ["code", "message", "more_info", "status"],
    "additionalProperties": False,
}


def as_json_schema(node):
    """Turn OpenAPI 3.0 into JSON Schema: references inlined, `nullable` into a type, no field unknown or missing."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return as_json_schema(DESCRIPTION["schemas"][node["$ref"].rsplit("/", 1)[1]])
    node = {name: as_json_schema(value) for name, value in node.items()}
    if node.pop("nullable", False):
        node["type"] = [node["type"], "null"]
    if isinstance(node.get("properties"), dict):
        node |= {"additionalProperties": False, "required": list(node["properties"])}
    return node


MESSAGE = Draft202012Validator(as_json_schema(DESCRIPTION["schemas"]["api.v2010.account.message"]))
LISTING = Draft202012Validator(as_json_schema(DESCRIPTION["list"]))
REFUSED = Draft202012Validator(ERROR)


def faults(path: str, status: int, body: bytes) -> list[str]:
    """What in one answer is not as the description says. Of calls it says nothing: see the client's fields below."""
    answer = json.loads(body)
    if status >= 400:
        return [error.message for error in REFUSED.iter_errors(answer)]
    if "/Messages" in path and not path.split("?")[0].endswith("Media.json"):
        validator = LISTING if "messages" in answer else MESSAGE
        return [error.message for error in validator.iter_errors(answer)]
    return []


class Loopback(TwilioHttpClient):
    """The vendor's client, sent to the fake."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin

    def request(self, method, uri, **kwargs):
        return super().request(method, uri.replace("https://api.twilio.com", self.origin), **kwargs)


@pytest.fixture
def carrier():
    with FakeTwilio() as carrier:
        yield carrier
    wrong = [(path, fault) for path, status, body in carrier.answers for fault in faults(path, status, body)]
    assert wrong == [], "every answer is as the description says"


@pytest.fixture
def client(carrier) -> Client:
    return Client(carrier.account_sid, carrier.auth_token, http_client=Loopback(carrier.origin))


def text(client, carrier, **more):
    asked = {
        "to": NUMBER,
        "from_": carrier.number,
        "body": "P1 M4XK2",
        "status_callback": "https://suar.example/s/",
    }
    return client.messages.create(**asked | more)


def ring(client, carrier, **more):
    asked = {"to": NUMBER, "from_": carrier.number, "url": "https://suar.example/v/"}
    return client.calls.create(**asked | more)


def refused(ask, *args, **more) -> int:
    with pytest.raises(TwilioRestException) as refusal:
        ask(*args, **more)
    return refusal.value.code


def test_messages_are_created_fetched_listed_and_updated(client, carrier):
    sids = [text(client, carrier, body=str(number)).sid for number in range(5)]
    assert client.messages(sids[2]).fetch().body == "2"
    assert [one.sid for one in client.messages.list(to=NUMBER, page_size=2)] == sids[::-1]
    assert [one.sid for one in client.messages.list(limit=1)] == sids[-1:]
    assert client.messages(sids[0]).update(body="").body == ""
    assert refused(client.messages(sids[0]).update, status="canceled") == 30409
    assert refused(client.messages("SM" + "0" * 32).fetch) == 20404


def test_calls_are_created_fetched_listed_and_ended(client, carrier):
    sids = [ring(client, carrier, to=number).sid for number in (NUMBER, "+60198765432", NUMBER)]
    assert [one.sid for one in client.calls.list(to=NUMBER)] == [sids[2], sids[0]]
    assert client.calls(sids[0]).fetch().status == "queued"
    assert client.calls(sids[0]).update(status="completed").status == "completed"
    assert [one.sid for one in client.calls.list(status="completed")] == sids[:1]
    assert refused(client.calls(sids[0]).update, status="completed") == 21220
    assert refused(client.calls("CA" + "0" * 32).fetch) == 20404


def test_a_call_has_every_field_that_the_vendors_client_reads(client, carrier):
    ring(client, carrier)
    read = set(re.findall(r'payload\.get\("(\w+)"\)', inspect.getsource(client_calls.CallInstance.__init__)))
    (_, _, body), *_ = carrier.answers
    assert read - json.loads(body).keys() == set()
    assert json.loads(body).keys() - read <= {"annotation", "subresource_uris"}


def test_the_parameters_are_those_of_the_description_and_of_the_vendors_client():
    def of(client) -> set[str]:
        source = inspect.getsource(client)
        create = source[source.index('"StatusCallback": status_callback') - 400 :].split(
            "return self._version"
        )[0]
        return set(re.findall(r'"([A-Z]\w+)":', create[create.index('"To": to') :]))

    described = set(DESCRIPTION["create_request"]["properties"])
    assert described <= twilio_requests.MESSAGE_PARAMETERS
    assert twilio_requests.MESSAGE_PARAMETERS - described <= of(client_messages.MessageList)
    assert of(client_calls.CallList) == twilio_requests.CALL_PARAMETERS


@pytest.mark.parametrize("resource", ["Messages", "Calls"])
def test_a_parameter_that_nobody_knows_is_refused(carrier, resource):
    url = f"{carrier.origin}/2010-04-01/Accounts/{carrier.account_sid}/{resource}.json"
    login = (carrier.account_sid, carrier.auth_token)
    for answer in (
        requests.post(url, data={"To": NUMBER, "Colour": "red"}, auth=login, timeout=5),
        requests.get(url, params={"Colour": "red"}, auth=login, timeout=5),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert carrier.messages == carrier.calls == {}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to": ""}, 21604), ({"to": "12"}, 21211), ({"from_": ""}, 21603), ({"from_": "+60155"}, 21606),
        ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617), ({"status_callback": "nowhere"}, 21609),
        ({"validity_period": 0}, 21624), ({"validity_period": 36001}, 21624),
    ],
)  # fmt: skip
def test_what_twilio_refuses_of_a_text(client, carrier, more, code):
    assert refused(text, client, carrier, **more) == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"to": ""}, 21201), ({"to": "12"}, 21211), ({"from_": ""}, 21213), ({"from_": "+60155"}, 21210),
        ({"url": "nowhere"}, 21205), ({"timeout": 0}, 21208), ({"method": "PUT"}, 21209),
        ({"status_callback_event": ["sneezed"]}, 21626), ({"status_callback": "x"}, 21205),
    ],
)  # fmt: skip
def test_what_twilio_refuses_of_a_call(client, carrier, more, code):
    assert refused(ring, client, carrier, **more) == code


def test_a_wrong_login_is_refused(carrier):
    client = Client(carrier.account_sid, "wrong", http_client=Loopback(carrier.origin))
    assert refused(text, client, carrier) == 20003


def test_a_check_that_finds_nothing_wrong_would_find_what_is():
    assert faults("/Messages.json", 201, b'{"sid": "SM1"}')
    assert faults("/Messages.json", 400, b'{"code": "21211"}')
