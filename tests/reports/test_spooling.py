"""Intake without a database, in process: what is answered, what is kept, what is refused."""

import json
import secrets

import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError

from alerts import inbound, kept_answers
from alerts.signatures import sign
from reports import spool, views
from reports.models import Report

SMS, APP, STATUS = "/webhooks/twilio/sms/", "/api/v1/reports/", "/webhooks/twilio/status/"
SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SPOOL_ROOT = tmp_path / "spool"
    spool._room.counted_at = float("-inf")
    kept_answers._answered.clear()
    return settings.SPOOL_ROOT


@pytest.fixture
def fails(monkeypatch):
    """Let both intakes fail with an error, before any row."""

    def fail_with(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(views, "receive", fail)
        monkeypatch.setattr(inbound, "receive", fail)

    return fail_with


def text(client, body=SINKING, *, sid="SM1", sender="+447700900201", signature=None):
    from urllib.parse import urlencode

    fields = {"MessageSid": sid, "From": sender, "Body": body}
    signed = sign(f"http://127.0.0.1:8000{SMS}", fields) if signature is None else signature
    return client.post(
        SMS,
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )


def send(client, **words):
    return client.post(
        APP, json.dumps(words), content_type="application/json", headers=words.pop("headers", {})
    )


ERRORS = [
    OperationalError("away"),
    InterfaceError("closed"),
    InternalError("read only"),
    IntegrityError("ours"),
    KeyError("a fault of ours"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whatever_keeps_a_report_from_its_row_it_is_kept_and_answered(client, fails, error):
    fails(error)
    answer = send(client, external_id="one", text=SINKING, position={"latitude": 4.2, "longitude": 100.45})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["id"], body["reference"], body["external_id"], body["status"]) == (
        None,
        None,
        "one",
        "spooled",
    )
    assert body["position"] == {"latitude": 4.2, "longitude": 100.45}
    assert body["reply"].startswith("SOS DITERIMA.")
    (name,) = spool.waiting()
    kept = spool.read(name)
    assert (kept.kind, kept.key, json.loads(kept.body)["text"]) == ("app", "one", SINKING)
    assert kept.received_at.isoformat().replace("+00:00", "Z") == body["received_at"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_text_is_kept_and_answered_in_words(client, fails, error):
    fails(error)
    answer = text(client)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert "SOS DITERIMA." in answer.content.decode()
    (name,) = spool.waiting()
    assert (spool.read(name).kind, spool.read(name).key) == ("sms", "SM1")


def test_a_report_without_a_key_is_answered_with_the_one_it_is_kept_under(client, fails):
    fails(OperationalError())
    for words in ({"text": "SOS"}, {"text": "SOS", "external_id": "null"}):
        key = send(client, **words).json()["external_id"]
        assert key.startswith("made:")
        assert spool.read(spool.waiting()[-1]).key == key


def test_the_key_of_a_header_is_kept(client, fails):
    fails(OperationalError())
    answer = client.post(
        APP, b'{"text": "SOS"}', content_type="application/json", headers={"Idempotency-Key": "h1"}
    )
    assert answer.json()["external_id"] == spool.read(spool.waiting()[0]).key == "h1"


def test_the_token_is_kept_for_the_replay_and_not_asked_for(client, fails, monkeypatch):
    from communities import authentication

    def away(token):
        raise OperationalError("away")

    monkeypatch.setattr(authentication, "device_of", away)
    answer = client.post(
        APP, b'{"text": "SOS"}', content_type="application/json", headers={"Authorization": "Device abc"}
    )
    assert answer.status_code == 201
    assert spool.read(spool.waiting()[0]).headers["authorization"] == "Device abc"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"not json", 400), (b"[1]", 400), (b'"' + b"x" * 1_100_000 + b'"', 413)],
    ids=["empty", "text", "array", "large"],
)
def test_what_is_no_report_is_refused_as_ever(client, fails, monkeypatch, body, status):
    from communities import authentication

    monkeypatch.setattr(authentication, "device_of", lambda token: (_ for _ in ()).throw(OperationalError()))
    fails(OperationalError())
    for headers in ({}, {"Authorization": "Device abc"}):
        assert client.post(APP, body, content_type="application/json", headers=headers).status_code == status
    assert spool.waiting() == []


def test_forged_texts_are_refused_and_never_kept(client, fails):
    fails(OperationalError())
    for signature in ("", "AAAA", sign(f"http://127.0.0.1:8000{SMS}", {"Body": "other"}), "é"):
        assert text(client, signature=signature).status_code == 403
    assert spool.waiting() == []


def test_a_refusal_with_a_meaning_stays_one(client, fails):
    fails(DataError("no column holds it"))
    assert send(client, text="SOS").status_code == 400
    assert spool.waiting() == []


def test_with_no_database_and_no_spool_nobody_is_told_yes(client, fails, settings, caplog):
    fails(OperationalError())
    settings.SPOOL_ROOT = "/proc/self/spool"
    for answer in (send(client, text="SOS"), text(client)):
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "A REQUEST IS NOT KEPT" in caplog.text


def test_a_delivery_receipt_is_kept(client, monkeypatch):
    from urllib.parse import urlsplit
    from uuid import uuid4

    from alerts import receipts, webhooks

    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(webhooks.receipts, "record", away)
    parts = urlsplit(receipts.status_url(uuid4()))
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    url = f"{parts.path}?{parts.query}"
    answer = client.post(
        url,
        "MessageSid=SM1&MessageStatus=delivered",
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(f"http://127.0.0.1:8000{url}", fields)},
    )
    assert answer.status_code == 204
    assert spool.read(spool.waiting()[0]).path == url


def test_a_call_holds_the_line_and_ends_in_the_end(client, monkeypatch):
    from urllib.parse import urlsplit
    from uuid import uuid4

    from alerts import receipts
    from alerts.models import Notification

    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(Notification.objects, "filter", away)
    parts = urlsplit(receipts.voice_url(uuid4()))
    url, said = f"{parts.path}?{parts.query}", ""
    for _ in range(20):
        answer = client.post(
            url,
            "CallSid=CA1&Digits=1",
            content_type="application/x-www-form-urlencoded",
            headers={
                "X-Twilio-Signature": sign(f"http://127.0.0.1:8000{url}", {"CallSid": "CA1", "Digits": "1"})
            },
        )
        assert answer.status_code == 200
        said = answer.content.decode()
        if "<Hangup" in said:
            break
        url = said.split("<Redirect")[1].split(">")[1].split("<")[0].replace("&amp;", "&")
    assert "Nothing was taken down" in said
    assert spool.waiting() == []


def test_reading_waits_for_no_spool(client, monkeypatch):
    from communities import authentication

    monkeypatch.setattr(authentication, "device_of", lambda token: (_ for _ in ()).throw(OperationalError()))
    answer = client.get(APP, headers={"Authorization": f"Device {secrets.token_hex(8)}"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert spool.waiting() == []


@pytest.mark.django_db
def test_with_a_database_nothing_is_kept(client):
    assert send(client, external_id="one", text=SINKING).json()["status"] == "received"
    assert text(client).status_code == 200
    assert Report.objects.count() == 2
    assert spool.waiting() == []
