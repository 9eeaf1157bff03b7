"""Photos are fetched from the carrier and from nowhere else, once; whatever fails, the text is there."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from alerts import inbound, inbound_sync, photos, tasks
from alerts.transports.base import TransportError
from config.celery import app
from reports import media
from reports.models import Attachment, Report
from tests.carriers.server import Answer
from tests.cast import FISHER_PHONE

pytestmark = pytest.mark.django_db
BACK = timedelta(hours=2)
ACCOUNT = "AC" + "0" * 32
PLACE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
GOOD = f"https://api.twilio.com{PLACE}"


def picture(size=(40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mms(fisher):
    """Send one MMS by webhook; return its report."""

    def send(*urls: str, body: str = "bot terbakar") -> Report:
        form = {"MessageSid": "MM1", "From": FISHER_PHONE, "Body": body, "NumMedia": str(len(urls))}
        for number, url in enumerate(urls):
            form |= {f"MediaUrl{number}": url, f"MediaContentType{number}": "image/jpeg"}
        inbound.receive(form, repr(form).encode())
        return Report.objects.get(external_id="MM1")

    return send


def fetch() -> int:
    return photos.fetch_waiting(back=BACK)


def asked(carrier) -> list:
    return [request for request in carrier.requests if request[0] == "GET"]


def test_photos_come_once_and_as_sent(fake_twilio, mms):
    fake_twilio.photos |= {PLACE: picture(), PLACE.replace("ME1", "ME2"): picture((50, 20))}
    report = mms(GOOD, GOOD.replace("ME1", "ME2"))
    assert [fetch(), fetch()] == [2, 0]
    kept = report.attachments.order_by("external_id")
    assert [Path(row.original.path).read_bytes() for row in kept] == [picture(), picture((50, 20))]
    assert {row.status for row in kept} == {"received"}
    assert len(asked(fake_twilio)) == 2


def test_what_is_no_picture_is_kept_for_an_officer_and_not_asked_for_again(fake_twilio, mms):
    fake_twilio.photos[PLACE] = b"<script>"
    report = mms(GOOD)
    assert [fetch(), fetch()] == [0, 0]
    assert report.attachments.get().status == Attachment.Status.REJECTED
    assert len(asked(fake_twilio)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        f"http://api.twilio.com{PLACE}",
        f"https://api.twilio.com.evil.example{PLACE}",
        f"https://api.twilio.com@evil.example{PLACE}",
        f"https://evil.example/https://api.twilio.com{PLACE}",
        f"https://api.twilio.com:8443{PLACE}",
        f"https://api.twilio.com/2010-04-01/Accounts/AC{'1' * 32}/Messages/MM1/Media/ME1",
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        f"{GOOD}/../../../../Messages.json",
        f"{GOOD}?to=https://evil.example",
        f"{GOOD}\n",
    ],
)
def test_no_other_address_is_ever_asked(fake_twilio, mms, url):
    report = mms(url)
    assert fetch() == 0
    assert fake_twilio.requests == []
    assert report.text == "bot terbakar"
    with pytest.raises(TransportError, match="not an address"):
        photos.download(url)


def answered(carrier, monkeypatch, answer: Answer) -> None:
    monkeypatch.setattr(carrier, "respond", lambda *given: answer)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/x",
        "https://twiliocdn.com.evil.example/x",
        "/elsewhere",
        "",
        "http://mms.twiliocdn.com/x",
        "https://mms.twiliocdn.com.evil.example/x",
        "https://mms.twiliocdn.com:8443/x",
        "https://mms.twiliocdn.com@evil.example/x",
        "https://media.twiliocdn.com/x",
        "https://api.twilio.com/x",
        "https://s3-external-1.amazonaws.com/another.bucket/x",
        f"https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC{'1' * 32}/x",
        f"https://s3-external-1.amazonaws.com/media.twiliocdn.com/{ACCOUNT}/../AC1/x",
        f"https://s3-external-1.amazonaws.com/media.twiliocdn.com/{ACCOUNT}/%2e%2e/AC1/x",
    ],
)
def test_a_redirect_to_elsewhere_is_not_followed(fake_twilio, mms, monkeypatch, location):
    answered(fake_twilio, monkeypatch, Answer(307, b"", {"Location": location}))
    mms(GOOD)
    assert fetch() == 0
    assert len(fake_twilio.requests) == 1


def test_a_redirect_to_the_carriers_store_is_followed_without_our_login(fake_twilio, mms, monkeypatch):
    answers = {
        PLACE: Answer(307, b"", {"Location": f"{fake_twilio.origin}/store/1"}),
        "/store/1": Answer(200, picture()),
    }
    monkeypatch.setattr(fake_twilio, "respond", lambda method, path, *rest: answers[path])
    monkeypatch.setattr(photos, "_STORE", f"{fake_twilio.origin}/store/")
    mms(GOOD)
    assert fetch() == 1
    first, second = fake_twilio.requests
    assert "authorization" in first[2]
    assert "authorization" not in second[2]


@pytest.mark.parametrize(
    "store",
    [
        f"https://mms.twiliocdn.com/{ACCOUNT}/ab?Expires=1631090890&Signature=K~I_&Key-Pair-Id=A",
        f"https://s3-external-1.amazonaws.com/media.twiliocdn.com/{ACCOUNT}/ab",
    ],
)
def test_both_stores_that_the_carrier_names_are_its_own(store, fake_twilio):
    assert store.startswith(photos._stores())


def test_a_photo_that_is_too_large_is_given_up(fake_twilio, mms, monkeypatch):
    monkeypatch.setattr(media, "MOST_BYTES", 1000)
    fake_twilio.photos[PLACE] = b"x" * 1001
    report = mms(GOOD)
    assert fetch() == 0
    assert not report.attachments.exists()


@pytest.mark.parametrize("status", [404, 500, 503, 429, 401])
def test_a_carrier_that_fails_loses_nothing_and_is_asked_again(fake_twilio, mms, monkeypatch, status):
    report = mms(GOOD)
    respond = fake_twilio.respond
    answered(fake_twilio, monkeypatch, Answer(status, b"{}"))
    assert fetch() == 0
    monkeypatch.setattr(fake_twilio, "respond", respond)
    fake_twilio.photos[PLACE] = picture()
    assert fetch() == 1
    assert report.attachments.count() == 1


def test_a_carrier_that_never_answers_is_left(fake_twilio, mms, monkeypatch):
    monkeypatch.setattr(photos, "FETCH_TIME_S", 0.3)
    mms(GOOD)
    fake_twilio.faults.clear()
    fake_twilio.fail("hang", on="other")
    assert fetch() == 0


def test_one_that_is_gone_does_not_keep_the_next_out(fake_twilio, mms):
    fake_twilio.photos[PLACE.replace("ME1", "ME2")] = picture()
    report = mms(GOOD, GOOD.replace("ME1", "ME2"))
    assert fetch() == 1
    assert report.attachments.get().external_id == "mms:1"


def test_photos_of_a_message_that_no_webhook_brought(fake_twilio, fisher):
    fake_twilio.hold(FISHER_PHONE, "bot terbakar", photos=(picture(),))
    inbound_sync.import_missed(back=BACK)
    assert fetch() == 1
    assert Report.objects.get().attachments.count() == 1


def test_old_texts_are_left_alone_and_without_a_carrier_nothing_is_asked(fake_twilio, mms, settings):
    fake_twilio.photos[PLACE] = picture()
    mms(GOOD)
    assert photos.fetch_waiting(back=timedelta(seconds=-60)) == 0
    settings.TWILIO_ACCOUNT_SID = ""
    tasks.fetch_photos(hours=2)
    assert fake_twilio.requests == []


def test_the_clock_asks_every_minute():
    entry = app.conf.beat_schedule["fetch-photos"]
    assert (entry["task"], entry["schedule"]) == (tasks.fetch_photos.name, timedelta(seconds=60))
