"""Push: the real firebase-admin, unpatched, against a carrier on loopback."""

import socket
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, time

import pytest

from alerts.transports.base import Message, TransportError, get_transport
from tests.carriers.fcm import refuse

PUSH = Message(
    id="n1",
    to="fid-of-a-crew-phone",
    to_kind="fid",
    title="P1 SINKING",
    text="M4XK2 04-35.21N 118-40.91E 12NM",
    priority=1,
    language="ms",
    reference="M4XK2",
    valid_for_s=300,
    collapse_key="dispatch-41",
)


def send(message: Message) -> TransportError:
    with pytest.raises(TransportError) as refused:
        get_transport("push").send(message)
    assert message.to not in str(refused.value)
    return refused.value


@pytest.fixture
def impatient(settings):
    """A total of 0.6 s."""
    settings.CARRIER_CONNECT_TIMEOUT_S = 0.4
    settings.CARRIER_TOTAL_TIMEOUT_S = 0.6


def sends(carrier) -> int:
    return sum(path.endswith("messages:send") for _, path, *_ in carrier.requests)


def test_a_push_goes_out_with_all_that_both_kinds_of_phone_need(fake_fcm):
    name = get_transport("push").send(PUSH)
    assert name.startswith(f"projects/{fake_fcm.project}/messages/")
    (taken,) = fake_fcm.messages
    expires = int(taken["apns"]["headers"].pop("apns-expiration"))
    assert abs(expires - time() - 300) < 5
    assert taken == {
        "fid": PUSH.to,
        "data": {"notification": "n1", "reference": "M4XK2", "priority": "1", "language": "ms"},
        "notification": {"title": PUSH.title, "body": PUSH.text},
        "android": {
            "priority": "high",
            "ttl": "300s",
            "collapse_key": "dispatch-41",
            "notification": {"notification_priority": "PRIORITY_MAX", "default_sound": True},
        },
        "apns": {
            "headers": {"apns-push-type": "alert", "apns-priority": "10", "apns-collapse-id": "dispatch-41"},
            "payload": {"aps": {"sound": "default", "interruption-level": "time-sensitive"}},
        },
    }


def test_older_phones_are_reached_by_token_without_a_warning(fake_fcm):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_transport("push").send(replace(PUSH, to_kind="token", to="t" * 160))
    assert fake_fcm.messages[0]["token"] == "t" * 160
    assert "fid" not in fake_fcm.messages[0]


def test_a_push_without_title_validity_or_collapse_key(fake_fcm):
    get_transport("push").send(replace(PUSH, title="", valid_for_s=None, collapse_key=""))
    (taken,) = fake_fcm.messages
    assert taken["notification"] == {"body": PUSH.text}
    assert taken["android"]["ttl"] == "2419200s"
    assert "collapse_key" not in taken["android"]
    assert "apns-collapse-id" not in taken["apns"]["headers"]


def test_an_access_token_is_fetched_once(fake_fcm):
    transport = get_transport("push")
    for _ in range(3):
        transport.send(PUSH)
    assert [path for _, path, *_ in fake_fcm.requests].count("/token") == 1


def test_a_revoked_access_token_is_replaced(fake_fcm):
    transport = get_transport("push")
    transport.send(PUSH)
    fake_fcm.access_tokens.clear()
    transport.send(PUSH)
    assert len(fake_fcm.messages) == 2


@pytest.mark.parametrize("change", [{"to": ""}, {"to_kind": "phone", "to": "+60123456789"}])
def test_what_is_no_push_target_is_refused_before_anything_leaves(fake_fcm, change):
    with pytest.raises(TransportError) as refused:
        get_transport("push").send(replace(PUSH, **change))
    assert (refused.value.permanent, refused.value.ambiguous, refused.value.code) == (True, False, "unusable")
    assert fake_fcm.requests == []


@pytest.mark.parametrize(
    ("group", "code", "retires"),
    [
        ("unregistered", "UNREGISTERED", True),
        ("malformed", "INVALID_ARGUMENT", True),
        ("foreign", "SENDER_ID_MISMATCH", False),
    ],
)
def test_a_target_that_cannot_be_reached_is_permanent(fake_fcm, group, code, retires):
    getattr(fake_fcm, group).add(PUSH.to)
    for kind in ("fid", "token"):
        refused = send(replace(PUSH, to_kind=kind))
        assert (refused.code, refused.permanent, refused.retires_address) == (code, True, retires)
    assert fake_fcm.messages == []


def test_a_message_that_is_too_big_does_not_retire_the_address(fake_fcm):
    refused = send(replace(PUSH, text="x" * 5000))
    assert (refused.code, refused.permanent, refused.retires_address) == ("INVALID_ARGUMENT", True, False)


@pytest.mark.parametrize(
    ("answer", "headers", "expected"),
    [
        (
            refuse(429, "RESOURCE_EXHAUSTED", "q", "QUOTA_EXCEEDED"),
            {"Retry-After": "9"},
            ("QUOTA_EXCEEDED", False, 9.0, False),
        ),
        (
            refuse(503, "UNAVAILABLE", "u", "UNAVAILABLE"),
            {"Retry-After": "4"},
            ("UNAVAILABLE", False, 4.0, False),
        ),
        (refuse(500, "INTERNAL", "i", "INTERNAL"), {}, ("INTERNAL", False, None, True)),
        (
            refuse(401, "UNAUTHENTICATED", "a", "THIRD_PARTY_AUTH_ERROR"),
            {},
            ("THIRD_PARTY_AUTH_ERROR", True, None, False),
        ),
        (refuse(403, "PERMISSION_DENIED", "p"), {}, ("PERMISSION_DENIED", True, None, False)),
        (refuse(404, "NOT_FOUND", "n"), {}, ("NOT_FOUND", True, None, False)),
        (
            refuse(400, "FAILED_PRECONDITION", "f", "NEWLY_INVENTED"),
            {},
            ("NEWLY_INVENTED", True, None, False),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_refusal_means_what_its_code_says(fake_fcm, answer, headers, expected):
    transport = get_transport("push")
    # A 401 makes the client fetch a new access token and ask again, at most twice: nothing was taken.
    for _ in range(3):
        fake_fcm.fail("answer", status=answer.status, body=answer.body, headers=headers)
    with pytest.raises(TransportError) as caught:
        transport.send(PUSH)
    refused = caught.value
    assert (refused.code, refused.permanent, refused.retry_after_s, refused.ambiguous) == expected
    assert refused.retires_address is False
    assert sends(fake_fcm) == (3 if answer.status == 401 else 1), "the transport itself never tries again"


@pytest.mark.parametrize("status", [400, 503])
def test_a_refusal_that_cannot_be_read_never_retires_an_address(fake_fcm, status):
    for body in (b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"details": [1, {}]}}', b"\xff"):
        fake_fcm.fail("answer", status=status, body=body)
        refused = send(PUSH)
        assert refused.retires_address is False, body
        assert refused.permanent is False or status == 400, body


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_a_carrier_that_does_not_finish_is_left_in_time(fake_fcm, impatient, kind):
    transport = get_transport("push")
    transport.send(PUSH)
    fake_fcm.fail(kind)
    started = monotonic()
    with pytest.raises(TransportError) as late:
        transport.send(PUSH)
    assert 0.5 < monotonic() - started < 4
    assert (late.value.code, late.value.permanent, late.value.ambiguous) == ("timeout", False, True)
    assert len(fake_fcm.messages) == 2
    for thread in threading.enumerate():
        if thread.name == "carrier":
            thread.join(2)
            assert not thread.is_alive()
    assert transport.send(PUSH)


@pytest.mark.parametrize("kind", ["hang", "trickle", "reset", "garbage"])
def test_a_failing_token_server_means_not_taken(fake_fcm, impatient, kind):
    transport = get_transport("push")
    fake_fcm.fail(kind, on="token")
    started = monotonic()
    with pytest.raises(TransportError) as refused:
        transport.send(PUSH)
    assert monotonic() - started < 4
    assert (refused.value.permanent, refused.value.ambiguous) == (False, False)
    assert sends(fake_fcm) == 0
    assert transport.send(PUSH)


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (503, b"", False),
        (500, b"{}", False),
        (429, b"", False),
        (400, b'{"error": "invalid_grant"}', True),
        (401, b"", True),
    ],
)
def test_a_refused_access_token(fake_fcm, status, body, permanent):
    transport = get_transport("push")
    fake_fcm.fail("answer", on="token", status=status, body=body)
    with pytest.raises(TransportError) as refused:
        transport.send(PUSH)
    assert (refused.value.permanent, refused.value.ambiguous) == (permanent, False)
    assert len(fake_fcm.requests) == 1, "asked once"


@pytest.mark.parametrize("kind", ["reset", "garbage"])
def test_an_answer_lost_after_sending_is_ambiguous(fake_fcm, kind):
    fake_fcm.fail(kind)
    lost = send(PUSH)
    assert (lost.permanent, lost.ambiguous) == (False, True)
    assert len(fake_fcm.messages) == 1
    assert sends(fake_fcm) == 1


def test_a_refused_connection_means_not_taken(fake_fcm, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.FCM_BASE = f"http://127.0.0.1:{unused.getsockname()[1]}"
        refused = send(PUSH)
    assert (refused.permanent, refused.ambiguous) == (False, False)


def test_threads_share_one_transport(fake_fcm):
    transport = get_transport("push")
    texts = [f"text {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda text: transport.send(replace(PUSH, text=text)), texts))
    assert len(set(names)) == 40
    assert sorted(message["notification"]["body"] for message in fake_fcm.messages) == sorted(texts)


def test_only_the_carrier_and_its_token_server_are_asked(fake_fcm):
    """The library would look up a regional boundary at a third host, in the background, after each token."""
    get_transport("push").send(PUSH)
    assert [path for _, path, *_ in fake_fcm.requests] == [
        "/token",
        f"/v1/projects/{fake_fcm.project}/messages:send",
    ]
    assert not [
        thread for thread in threading.enumerate() if "RegionalAccessBoundary" in type(thread).__name__
    ]


def test_nobody_can_tell_whether_a_push_was_taken(fake_fcm):
    assert get_transport("push").find(PUSH, datetime.now(UTC)) is None
    assert fake_fcm.requests == []
