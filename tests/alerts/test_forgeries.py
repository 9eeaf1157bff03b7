"""Nobody but the carrier moves a row or files a report: 10,000 forgeries, none let in."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request as ApiRequest
from rest_framework.test import APIRequestFactory

from alerts import receipts, webhooks
from alerts.models import InboundMessage, Notification
from alerts.signatures import TwilioSignature
from communities.ids import uuid7
from reports.models import Report
from tests import factories
from tests.carriers import forgery, through
from tests.carriers.forgery import FORM, KINDS, Request, genuine, mutants

TOKEN = "0123456789abcdef0123456789abcdef"
ORIGIN = "https://suar.example"
COUNT = 10_000
SEED = 20_260_101

CARRIER = {
    "AccountSid": "AC" + "0" * 32,
    "ApiVersion": "2010-04-01",
    "To": "+447700900003",
    "From": "+6015550100",
}


@pytest.fixture(autouse=True)
def ours(settings):
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.TWILIO_SIGNING_KEYS = {"named": "another-key-of-ours"}
    settings.PUBLIC_ORIGIN = ORIGIN


def status(notification_id, said="delivered") -> Request:
    sid = "SM" + notification_id.hex
    fields = CARRIER | {"MessageSid": sid, "SmsSid": sid, "MessageStatus": said, "SmsStatus": said}
    return genuine(receipts.status_url(notification_id), fields, TOKEN)


def key(notification_id, digits="1") -> Request:
    fields = CARRIER | {
        "CallSid": "CA" + notification_id.hex, "CallStatus": "in-progress", "Digits": digits, "msg": "Gather End",
    }  # fmt: skip
    return genuine(receipts.voice_url(notification_id), fields, TOKEN)


def text(body="1 M4XK2", sender="+447700900003") -> Request:
    fields = CARRIER | {"MessageSid": "SM" + uuid7().hex, "Body": body, "From": sender, "NumMedia": "0"}
    return genuine(f"{ORIGIN}/webhooks/twilio/sms/", fields, TOKEN)


def let_in(request: Request) -> bool:
    """What stands before the views: the carrier's signature, then, where a row is named, our own mark."""
    parts = urlsplit(request.url)
    kept = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    posted = APIRequestFactory().generic(
        "POST", f"{parts.path}?{parts.query}" if parts.query else parts.path, request.body,
        content_type=request.headers["Content-Type"], headers=kept,
    )  # fmt: skip
    asked = ApiRequest(posted)
    if not TwilioSignature().has_permission(asked, None):
        return False
    if parts.path.endswith("/sms/"):
        return True
    try:
        webhooks._notification_id(asked)
    except PermissionDenied:
        return False
    return True


def test_of_ten_thousand_forgeries_none_is_let_in():
    a, b = uuid7(), uuid7()
    genuine_ones = [
        (status(a), status(b, "undelivered")),
        (key(a), key(b, "2")),
        (text(), text("TOLONG bot karam", "+447700900201")),
    ]
    tried, accepted = Counter(), []
    for number, (true, other) in enumerate(genuine_ones):
        assert let_in(true), "the true one is let in, or the others prove nothing"
        assert let_in(other)
        share = COUNT // 3 + (number < COUNT % 3)
        for kind, forged in mutants(true, token=TOKEN, other=other, count=share, seed=SEED + number):
            tried[kind] += 1
            if let_in(forged):
                accepted.append((kind, forged))
    assert accepted == []
    assert sum(tried.values()) == COUNT
    assert tried.keys() == KINDS.keys()
    assert min(tried.values()) > 200


@pytest.mark.django_db
def test_over_http_hundreds_of_forgeries_get_403_and_change_nothing(client):
    rows = [factories.Notification(status="accepted"), factories.Notification(status="accepted")]
    post = through(client)
    genuine_ones = [
        (status(rows[0].pk), status(rows[1].pk)),
        (key(rows[0].pk), key(rows[1].pk)),
        (text(), text("SOS")),
    ]
    for number, (true, other) in enumerate(genuine_ones):
        for kind, forged in mutants(true, token=TOKEN, other=other, count=150, seed=SEED - number):
            answered, _ = post(forged.url, forged.body, forged.headers)
            assert answered == 403, (kind, forged)
    assert set(Notification.objects.values_list("status", flat=True)) == {"accepted"}
    assert (Report.objects.count(), InboundMessage.objects.count()) == (0, 0)
    assert post(*genuine_ones[0][0][:1], genuine_ones[0][0].body, genuine_ones[0][0].headers)[0] == 204
    rows[0].refresh_from_db()
    assert rows[0].status == "delivered"


def test_forgeries_are_the_same_for_the_same_seed_and_differ_from_the_true_one():
    a, b = uuid7(), uuid7()
    true, other = status(a), status(b)
    first, again = (list(mutants(true, token=TOKEN, other=other, count=200, seed=7)) for _ in range(2))
    assert first == again
    assert all(forgery._meaning(forged) != forgery._meaning(true) for _, forged in first)
    assert true.headers["Content-Type"] == FORM
