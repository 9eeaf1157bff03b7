"""What all transports share: the message, the error, the choice, the bounds."""

import dataclasses
import threading
from time import monotonic

import pytest

from alerts.transports import wire
from alerts.transports.base import Message, TransportError, get_transport
from alerts.transports.memory import Outbox, Recorder

MESSAGE = Message(id="n1", to="+60123456789", text="P1 M4XK2 SINKING", priority=1, reference="M4XK2")


def test_a_message_cannot_change_and_shows_no_address_or_words():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MESSAGE.to = "+60"
    assert "n1" in repr(MESSAGE)
    assert "+60123456789" not in repr(MESSAGE)
    assert "SINKING" not in repr(MESSAGE)


def test_each_channel_has_one_transport_until_the_settings_change(settings):
    settings.TRANSPORTS = {
        "push": "alerts.transports.memory.Outbox",
        "sms": "alerts.transports.memory.Outbox",
        "voice": "alerts.transports.memory.Recorder",
    }
    sms = get_transport("sms")
    assert isinstance(sms, Outbox)
    assert get_transport("sms") is sms
    assert get_transport("push") is not sms
    assert isinstance(get_transport("voice"), Recorder)
    settings.TRANSPORTS = settings.TRANSPORTS | {"sms": "alerts.transports.memory.Recorder"}
    assert isinstance(get_transport("sms"), Recorder)


def test_the_outbox_keeps_messages_and_refuses_when_told(outboxes):
    outboxes["sms"].refusals.append(TransportError(permanent=True, code="21610", retires_address=True))
    with pytest.raises(TransportError) as refused:
        outboxes["sms"].send(MESSAGE)
    assert (refused.value.permanent, refused.value.code, str(refused.value)) == (True, "21610", "21610")
    assert outboxes["sms"].sent == []
    assert outboxes["sms"].send(MESSAGE) == "MEM1"
    assert outboxes["sms"].sent == [MESSAGE]
    assert outboxes["voice"].sent == []


def test_the_recorder_gives_every_message_another_id():
    ids = {Recorder().send(MESSAGE) for _ in range(100)}
    assert len(ids) == 100
    assert all(id.startswith("SIM") and len(id) == 35 for id in ids)


def test_a_call_without_end_ends_in_time():
    started, endless = monotonic(), threading.Event()
    with pytest.raises(TransportError) as late:
        wire.within(0.05, lambda: endless.wait(5))
    assert monotonic() - started < 4
    assert (late.value.code, late.value.permanent, late.value.ambiguous) == ("timeout", False, False)
    endless.set()


@pytest.mark.parametrize(
    ("raised", "permanent", "code"),
    [
        (OSError("no route"), False, "connection"),
        (ValueError("empty target"), True, "unusable"),
        (KeyError("name"), False, "connection"),
    ],
)
def test_what_a_client_library_raises_becomes_a_transport_error(raised, permanent, code):
    def call():
        raise raised

    with pytest.raises(TransportError) as caught:
        wire.within(1, call)
    assert (caught.value.permanent, caught.value.code, caught.value.ambiguous) == (permanent, code, False)
    assert caught.value.__cause__ is raised


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:00", 0),
        ("1e300", 3600),
        ("99999999999999999999", 3600),
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_read(header, seconds):
    assert wire.retry_after_s(header) == seconds


def test_retry_after_as_a_date_to_come_is_read():
    assert wire.retry_after_s("Fri, 31 Dec 9999 23:59:59 GMT") == 3600
