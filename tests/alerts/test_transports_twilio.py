"""SMS and voice: the real Twilio client, unpatched, against a carrier on loopback."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from twilio.request_validator import RequestValidator

from alerts.transports.base import Message, TransportError, get_transport
from tests.carriers.server import Carrier
from tests.carriers.twilio import segments

SMS = Message(
    id="n1",
    to="+60123456789",
    text="P1 M4XK2 SINKING POB5 04-35.21N 118-40.91E 12NM BRG045T.",
    priority=1,
    language="en",
    reference="M4XK2",
    valid_for_s=120,
    status_url="https://suar.example/webhooks/twilio/status/",
)
CALL = replace(SMS, voice_url="https://suar.example/webhooks/twilio/voice/?notification=n1")


def send(channel: str, message: Message) -> TransportError:
    with pytest.raises(TransportError) as refused:
        get_transport(channel).send(message)
    assert message.to not in str(refused.value)
    return refused.value


@pytest.fixture
def impatient(settings):
    """A total of 0.6 s."""
    settings.CARRIER_CONNECT_TIMEOUT_S = 0.4
    settings.CARRIER_TOTAL_TIMEOUT_S = 0.6


def test_a_text_goes_out_with_all_that_twilio_needs(fake_twilio):
    sid = get_transport("sms").send(SMS)
    (taken,) = fake_twilio.messages.values()
    assert taken["sid"] == sid
    assert taken["request"] == {
        "To": SMS.to,
        "From": fake_twilio.number,
        "Body": SMS.text,
        "ValidityPeriod": "120",
        "StatusCallback": SMS.status_url,
    }
    (request,) = fake_twilio.requests
    assert request[:2] == ("POST", f"/2010-04-01/Accounts/{fake_twilio.account_sid}/Messages.json")


def test_text_arrives_letter_by_letter(fake_twilio):
    text = "பெற்றோம் 7K3Q9 รับ SOS แล้ว +&=% 🆘\nñ"
    sid = get_transport("sms").send(replace(SMS, text=text))
    assert fake_twilio.messages[sid]["body"] == text


@pytest.mark.parametrize(
    ("valid_for_s", "period"), [(None, None), (0, "1"), (-5, "1"), (60, "60"), (99_999, "36000")]
)
def test_validity_stays_within_what_twilio_takes(fake_twilio, valid_for_s, period):
    sid = get_transport("sms").send(replace(SMS, valid_for_s=valid_for_s))
    assert fake_twilio.messages[sid]["request"].get("ValidityPeriod") == period


def test_without_a_status_url_none_is_given(fake_twilio):
    sid = get_transport("sms").send(replace(SMS, status_url=""))
    assert "StatusCallback" not in fake_twilio.messages[sid]["request"]


def test_a_messaging_service_may_be_the_sender(fake_twilio, settings):
    settings.TWILIO_FROM = "MG" + "0" * 32
    sid = get_transport("sms").send(SMS)
    asked = fake_twilio.messages[sid]["request"]
    assert (asked.get("MessagingServiceSid"), asked.get("From")) == (settings.TWILIO_FROM, None)


def test_a_call_rings_and_is_answered_by_our_webhook(fake_twilio):
    sid = get_transport("voice").send(CALL)
    (taken,) = fake_twilio.calls.values()
    assert taken["sid"] == sid
    assert sid.startswith("CA")
    assert taken["request"] == {
        "To": CALL.to,
        "From": fake_twilio.number,
        "Url": CALL.voice_url,
        "Method": "POST",
        "StatusCallback": CALL.status_url,
        "StatusCallbackEvent": "completed",  # the last of ringing, answered, completed
        "StatusCallbackMethod": "POST",
        "Timeout": "30",
        "TimeLimit": "180",
    }
    assert b"StatusCallbackEvent=ringing&StatusCallbackEvent=answered" in fake_twilio.requests[0][3]


@pytest.mark.parametrize(
    ("code", "permanent", "retires"),
    [
        (21211, True, True),
        (21408, True, False),
        (21610, True, True),
        (21611, False, False),
        (21612, True, False),
        (21614, True, True),
        (20429, False, False),
        (99999, True, False),
    ],
)
def test_a_refusal_means_what_its_code_says(fake_twilio, code, permanent, retires):
    fake_twilio.refused_numbers[SMS.to] = code
    refused = send("sms", SMS)
    assert (refused.code, refused.permanent, refused.retires_address) == (str(code), permanent, retires)
    assert refused.ambiguous is False
    assert fake_twilio.messages == {}


@pytest.mark.parametrize(("channel", "code"), [("sms", "21211"), ("voice", "21211")])
def test_a_number_that_is_none_is_retired(fake_twilio, channel, code):
    refused = send(channel, replace(CALL, to="+0"))
    assert (refused.code, refused.permanent, refused.retires_address) == (code, True, True)


@pytest.mark.parametrize(
    ("channel", "change", "code"),
    [
        ("sms", {"text": ""}, "21602"),
        ("sms", {"text": "x" * 1601}, "21617"),
        ("sms", {"status_url": "nowhere"}, "21609"),
        ("voice", {"voice_url": "nowhere"}, "21205"),
    ],
)
def test_a_message_twilio_refuses_is_not_tried_again(fake_twilio, channel, change, code):
    refused = send(channel, replace(CALL, **change))
    assert (refused.code, refused.permanent, refused.retires_address) == (code, True, False)


def test_wrong_credentials_are_permanent_and_retire_nobody(fake_twilio, settings):
    settings.TWILIO_AUTH_TOKEN = "wrong"
    refused = send("sms", SMS)
    assert (refused.code, refused.permanent, refused.retires_address) == ("20003", True, False)


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (429, b'{"code": 20429, "status": 429}', {"Retry-After": "7"}, ("20429", False, 7.0, False)),
        (429, b"", {"Retry-After": "soon"}, ("429", False, None, False)),
        (503, b'{"code": 20503}', {"Retry-After": "2"}, ("20503", False, 2.0, False)),
        (500, b'{"code": 20500}', {}, ("20500", False, None, True)),
        (500, b'{"code": 21610}', {}, ("21610", False, None, True)),
        (502, b"<html>", {}, ("502", False, None, True)),
        (504, b"[]", {}, ("504", False, None, True)),
        (408, b"", {}, ("408", False, None, False)),
        (404, b"\xff", {}, ("404", True, None, False)),
        (418, b'{"code": null}', {}, ("418", True, None, False)),
        (302, b"", {"Location": "http://127.0.0.1:1/"}, ("302", True, None, False)),
        (400, b'{"type": "t", "title": "t", "status": 400, "code": 21617}', {}, ("21617", True, None, False)),
    ],
)
def test_answers_that_are_no_success(fake_twilio, status, body, headers, expected):
    fake_twilio.fail("answer", status=status, body=body, headers=headers)
    refused = send("sms", SMS)
    assert (refused.code, refused.permanent, refused.retry_after_s, refused.ambiguous) == expected
    assert refused.retires_address is False
    assert len(fake_twilio.requests) == 1, "the transport itself never tries again"


@pytest.mark.parametrize("kind", ["hang", "trickle"])
@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_a_carrier_that_does_not_finish_is_left_in_time(fake_twilio, impatient, channel, kind):
    transport = get_transport(channel)
    fake_twilio.fail(kind)
    started = monotonic()
    with pytest.raises(TransportError) as late:
        transport.send(CALL)
    assert 0.5 < monotonic() - started < 4
    assert (late.value.code, late.value.permanent, late.value.ambiguous) == ("timeout", False, True)
    assert len(fake_twilio.messages) + len(fake_twilio.calls) == 1, (
        "it was taken, which is why we may not say no"
    )
    for thread in threading.enumerate():
        if thread.name == "carrier":
            thread.join(2)
            assert not thread.is_alive(), "the connection is cut, so that its thread ends"
    assert transport.send(CALL), "the next one is not affected"


def test_a_connection_reset_after_sending_is_ambiguous(fake_twilio):
    fake_twilio.fail("reset")
    lost = send("sms", SMS)
    assert (lost.permanent, lost.ambiguous, lost.code) == (False, True, "connection")
    assert len(fake_twilio.messages) == 1
    assert len(fake_twilio.requests) == 1


def test_a_success_that_cannot_be_read_is_ambiguous(fake_twilio):
    fake_twilio.fail("garbage")
    lost = send("sms", SMS)
    assert (lost.permanent, lost.ambiguous) == (False, True)


def test_a_refused_connection_means_not_taken(fake_twilio, settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.TWILIO_API_BASE = f"http://127.0.0.1:{unused.getsockname()[1]}"
        refused = send("sms", SMS)
    assert (refused.permanent, refused.ambiguous, refused.code) == (False, False, "connection")


def test_a_carrier_that_never_accepts_means_not_taken(fake_twilio, impatient, settings):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        settings.TWILIO_API_BASE = f"http://127.0.0.1:{full.getsockname()[1]}"
        started = monotonic()
        refused = send("sms", SMS)
        assert monotonic() - started < 4
        assert (refused.permanent, refused.ambiguous) == (False, False)
        for one in waiting:
            one.close()


def test_a_kept_connection_is_used_again_and_one_closed_meanwhile_is_replaced(fake_twilio):
    transport = get_transport("sms")
    transport.send(SMS)
    fake_twilio.fail("close")
    transport.send(SMS)
    transport.send(SMS)
    assert len(fake_twilio.messages) == 3


def test_threads_that_share_a_transport_get_their_own_answers(fake_twilio):
    transport = get_transport("sms")
    texts = [f"text {number}" for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        sids = list(pool.map(lambda text: transport.send(replace(SMS, text=text)), texts))
    assert [fake_twilio.messages[sid]["body"] for sid in sids] == texts


# Was it taken after all?

NEWER = replace(SMS, text="another text")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize("kind", ["reset", "garbage", "hang"])
def test_after_an_ambiguous_failure_it_is_found(fake_twilio, impatient, channel, kind):
    fake_twilio.fail(kind)
    transport = get_transport(channel)
    with pytest.raises(TransportError) as lost:
        transport.send(CALL)
    assert lost.value.ambiguous
    (sid,) = {**fake_twilio.messages, **fake_twilio.calls}
    assert transport.find(CALL, since()) == sid
    assert transport.find(CALL, since(), known={sid}) is None


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_what_was_never_taken_is_not_found(fake_twilio, channel):
    fake_twilio.fail("reset", taken=False)
    transport = get_transport(channel)
    with pytest.raises(TransportError):
        transport.send(CALL)
    assert transport.find(CALL, since()) is None


def test_only_the_same_words_to_the_same_number_since_then_count(fake_twilio):
    transport = get_transport("sms")
    other = transport.send(NEWER)
    elsewhere = transport.send(replace(SMS, to="+60198765432"))
    assert transport.find(SMS, since()) is None
    first, second = transport.send(SMS), transport.send(SMS)
    assert transport.find(SMS, since()) == first
    assert transport.find(SMS, since(), known=[first]) == second
    assert transport.find(NEWER, since()) == other
    assert elsewhere not in (first, second)
    assert transport.find(SMS, datetime.now(UTC) + timedelta(minutes=2)) is None, (
        "an earlier one is another's"
    )


def test_one_that_failed_or_came_from_the_number_itself_is_not_under_way(fake_twilio):
    transport = get_transport("sms")
    sid = transport.send(SMS)
    fake_twilio.hold(SMS.to, SMS.text, seconds_ago=1)
    fake_twilio.messages[sid]["status"] = "undelivered"
    assert transport.find(SMS, since()) is None


def test_among_hundreds_it_is_found_and_no_more_are_read_than_needed(fake_twilio):
    transport = get_transport("sms")
    sid = transport.send(SMS)
    for number in range(150):
        transport.send(replace(SMS, text=f"text {number}"))
    before = len(fake_twilio.requests)
    assert transport.find(SMS, since()) == sid
    assert len(fake_twilio.requests) - before <= 2


@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize(
    ("kind", "more"), [("answer", {"status": 503}), ("hang", {}), ("garbage", {}), ("reset", {})]
)
def test_a_carrier_that_cannot_be_asked_says_so(fake_twilio, impatient, channel, kind, more):
    transport = get_transport(channel)
    transport.send(CALL)
    fake_twilio.fail(kind, on="other", **more)
    with pytest.raises(TransportError) as unknown:
        transport.find(CALL, since())
    assert (unknown.value.permanent, unknown.value.ambiguous) == (False, False)
    assert CALL.to not in str(unknown.value)


# The fake carrier itself


def test_the_fake_lists_and_fetches_through_the_real_client(fake_twilio):
    transport = get_transport("sms")
    sids = [transport.send(replace(SMS, text=str(number))) for number in range(3)]
    transport.send(replace(SMS, to="+60198765432"))
    messages = transport.client.messages
    assert [found.sid for found in messages.list(to=SMS.to, page_size=2)] == sids[::-1]
    assert messages(sids[1]).fetch().body == "1"
    with pytest.raises(TransportError) as missing:
        messages("SM" + "0" * 32).fetch()
    assert missing.value.code == "20404"


class Receiver(Carrier):
    """Where the carrier's webhooks arrive."""

    def kind_of(self, method, path):
        return "other"

    def respond(self, method, path, headers, body):
        from tests.carriers.server import Answer

        return Answer(200, b"<Response/>", content_type="text/xml")


def test_the_fake_reports_late_doubled_and_out_of_order_and_signs(fake_twilio):
    from django.http import QueryDict

    with Receiver() as receiver:
        sid = get_transport("sms").send(replace(SMS, status_url=f"{receiver.origin}/status/"))
        started = monotonic()
        assert fake_twilio.deliver(sid, "delivered", "sent", times=2, delay_s=0.02) == [200] * 4
        assert monotonic() - started >= 0.08
        assert fake_twilio.deliver(sid, "undelivered", error_code=30003) == [200]
        heard = [QueryDict(body) for *_, body in receiver.requests]
        assert [form["MessageStatus"] for form in heard] == ["delivered"] * 2 + ["sent"] * 2 + ["undelivered"]
        assert [form.get("ErrorCode") for form in heard] == [None] * 4 + ["30003"]
        check = RequestValidator(fake_twilio.auth_token)
        for _, path, headers, body in receiver.requests:
            assert check.validate(receiver.origin + path, QueryDict(body), headers["x-twilio-signature"])


def test_the_fake_texts_calls_and_presses(fake_twilio):
    from django.http import QueryDict

    with Receiver() as receiver:
        assert fake_twilio.text(f"{receiver.origin}/sms/", "+60111", "1 M4XK2") == (200, b"<Response/>")
        sid = get_transport("voice").send(
            replace(CALL, voice_url=f"{receiver.origin}/voice/", status_url=f"{receiver.origin}/status/")
        )
        fake_twilio.report_call(sid, "ringing", "in-progress")
        fake_twilio.answer(sid)
        fake_twilio.press(sid, f"{receiver.origin}/voice/", "1")
        fake_twilio.report_call(sid, "completed")
        heard = [(path, QueryDict(body)) for _, path, _, body in receiver.requests]
        assert [path for path, _ in heard] == [
            "/sms/",
            "/status/",
            "/status/",
            "/voice/",
            "/voice/",
            "/status/",
        ]
        assert heard[0][1]["Body"] == "1 M4XK2"
        assert heard[4][1]["Digits"] == "1"
        assert heard[5][1]["CallStatus"] == "completed"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ก" * 70, 1),
        ("ก" * 71, 2),
        ("°", 1),
    ],
)
def test_the_fake_counts_segments(text, parts):
    assert segments(text) == parts
