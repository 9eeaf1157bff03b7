"""Fixtures of the carriers; `tests/conftest.py` imports them."""

import json

import pytest

from alerts.transports.base import get_transport
from alerts.transports.memory import Outbox
from tests.carriers.fcm import FakeFcm
from tests.carriers.twilio import FakeTwilio


@pytest.fixture
def fake_twilio(settings):
    """Twilio on loopback, and SMS and voice pointed at it."""
    with FakeTwilio() as carrier:
        settings.TWILIO_ACCOUNT_SID = carrier.account_sid
        settings.TWILIO_AUTH_TOKEN = carrier.auth_token
        settings.TWILIO_FROM = carrier.number
        settings.TWILIO_API_BASE = carrier.origin
        settings.TRANSPORTS = settings.TRANSPORTS | {
            "sms": "alerts.transports.sms.TwilioSms",
            "voice": "alerts.transports.voice.TwilioVoice",
        }
        yield carrier


@pytest.fixture
def fake_fcm(settings, tmp_path):
    """FCM on loopback, and push pointed at it."""
    with FakeFcm() as carrier:
        credentials = tmp_path / "service-account.json"
        credentials.write_text(json.dumps(carrier.service_account()))
        settings.FIREBASE_CREDENTIALS = str(credentials)
        settings.FCM_BASE = carrier.origin
        settings.TRANSPORTS = settings.TRANSPORTS | {"push": "alerts.transports.push.Fcm"}
        yield carrier


@pytest.fixture
def outboxes(settings) -> dict[str, Outbox]:
    """No carrier at all: an empty Outbox a channel."""
    settings.TRANSPORTS = dict.fromkeys(("push", "sms", "voice"), "alerts.transports.memory.Outbox")
    return {channel: get_transport(channel) for channel in settings.TRANSPORTS}
