"""What the carrier's list holds and no webhook brought is taken in, once."""

from datetime import timedelta

import pytest

from alerts import inbound, inbound_sync, rungs, tasks
from alerts.models import InboundMessage, Notification
from alerts.transports.base import TransportError
from communities import identity
from config.celery import app
from reports import intake
from reports.models import Incident, Report
from tests.carriers import twilio_resources
from tests.cast import FISHER_PHONE, PATROL_PHONE

pytestmark = pytest.mark.django_db
BACK = timedelta(hours=2)


def sync() -> int:
    return inbound_sync.import_missed(back=BACK)


def test_a_missed_distress_is_taken_in_and_answered_by_sms(fake_twilio, fisher, patrol, mrcc):
    sid = fake_twilio.hold(FISHER_PHONE, "TOLONG bot karam 4 12.0N 100 27.0E 5 orang")
    assert sync() == 1
    report, incident = Report.objects.get(), Incident.objects.get()
    assert (report.external_id, report.reporter, incident.priority) == (sid, fisher, 1)
    assert incident.dispatch_requested_at is not None
    told = Notification.objects.get(reporter=fisher)
    assert (told.channel, told.text) == ("sms", InboundMessage.objects.get().reply)
    assert report.reference in told.text


def test_again_and_beside_the_webhook_it_is_one_message(fake_twilio, fisher):
    sid = fake_twilio.hold(FISHER_PHONE, "SOS")
    assert [sync(), sync()] == [1, 0]
    form = {"MessageSid": sid, "From": FISHER_PHONE, "Body": "SOS"}
    assert inbound.receive(form, b"late") == InboundMessage.objects.get().reply
    assert Report.objects.count() == Notification.objects.filter(reporter=fisher).count() == 1


def test_what_the_webhook_brought_is_not_taken_again(fake_twilio, fisher):
    sid = fake_twilio.hold(FISHER_PHONE, "SOS")
    inbound.receive({"MessageSid": sid, "From": FISHER_PHONE, "Body": "SOS"}, b"x")
    assert sync() == 0
    assert Report.objects.count() == 1
    assert not Notification.objects.filter(reporter=fisher).exists()


def test_a_message_whose_webhook_may_be_under_way_waits(fake_twilio, fisher):
    fake_twilio.hold(FISHER_PHONE, "SOS", seconds_ago=5)
    assert sync() == 0


def test_oldest_first_many_pages_and_what_we_sent_is_left_alone(fake_twilio, fisher, monkeypatch):
    for number in range(7):
        fake_twilio.hold(FISHER_PHONE, f"ombak besar {number}")
    fake_twilio.messages["SMout"] = fake_twilio.messages[next(iter(fake_twilio.messages))] | {
        "sid": "SMout",
        "direction": "outbound-api",
    }
    ask = fake_twilio._list_messages
    monkeypatch.setattr(
        fake_twilio, "_list_messages", lambda path, asked: ask(path, asked | {"PageSize": "3"})
    )
    assert sync() == 7
    texts = Report.objects.order_by("id").values_list("text", flat=True)
    assert list(texts) == [f"ombak besar {number}" for number in range(7)]
    assert Incident.objects.count() == 1


def test_only_what_came_in_the_time_asked_for_is_listed(fake_twilio, fisher):
    fake_twilio.hold(FISHER_PHONE, "yesterday", seconds_ago=26 * 3600)
    fake_twilio.hold(FISHER_PHONE, "an hour ago", seconds_ago=3600)
    assert sync() == 1
    assert Report.objects.get().text == "an hour ago"


@pytest.mark.parametrize("at", ["Mon, 16 Aug 2010 03:45:01 +0000", None, "nonsense"])
def test_a_message_is_taken_whatever_its_time_says(fake_twilio, fisher, monkeypatch, at):
    """RFC 2822, as Twilio writes it; a time that is none keeps no distress out."""
    sid = fake_twilio.hold(FISHER_PHONE, "SOS")
    fake_twilio.messages[sid] |= {"date_created": at, "date_sent": at}
    monkeypatch.setattr(twilio_resources, "in_time", lambda *asked: True)
    assert sync() == 1


def test_a_webhook_that_comes_between_list_and_intake_leaves_one_answer(fake_twilio, fisher, monkeypatch):
    sid = fake_twilio.hold(FISHER_PHONE, "SOS")
    hold_key = intake.hold_key

    def webhook_first(key):
        monkeypatch.setattr(intake, "hold_key", hold_key)
        assert inbound.receive({"MessageSid": sid, "From": FISHER_PHONE, "Body": "SOS"}, b"x")
        hold_key(key)

    monkeypatch.setattr(intake, "hold_key", webhook_first)
    assert sync() == 0
    assert Report.objects.count() == 1
    assert not Notification.objects.filter(reporter=fisher).exists()


def test_one_that_cannot_be_taken_keeps_no_other_out(fake_twilio, fisher, monkeypatch, caplog):
    bad = fake_twilio.hold(FISHER_PHONE, "first")
    fake_twilio.hold(FISHER_PHONE, "second")
    receive = inbound.receive

    def fail_once(form, raw, **given):
        if form["MessageSid"] == bad:
            raise RuntimeError("no")
        return receive(form, raw, **given)

    monkeypatch.setattr(inbound, "receive", fail_once)
    assert sync() == 1
    assert bad in caplog.text
    assert FISHER_PHONE not in caplog.text
    monkeypatch.undo()


def test_a_crews_missed_digit_counts_and_is_answered(fake_twilio, fisher, patrol, mrcc):
    inbound.receive(
        {"MessageSid": "SM1", "From": FISHER_PHONE, "Body": "bot karam 4.20 100.45 3 orang"}, b"x"
    )
    incident = Incident.objects.get()

    rungs.carry_out(incident.pk, now=incident.received_at + timedelta(seconds=1))
    fake_twilio.hold(PATROL_PHONE, f"1 {incident.reference}")
    assert sync() == 1
    incident.refresh_from_db()
    assert incident.status == "responding"
    told = Notification.objects.get(purpose="answer")
    assert (told.unit, told.reference) == (patrol, incident.reference)


def test_the_raw_form_is_kept_encrypted_with_its_photos(fake_twilio, fisher):
    sid = fake_twilio.hold(FISHER_PHONE, "api", photos=(b"one", b"two"))
    assert sync() == 1
    media = Report.objects.get().reading["extra"]["media"]
    assert [photo["url"].startswith("https://api.twilio.com/2010-04-01/") for photo in media] == [True, True]
    assert sid in media[0]["url"]
    assert b"MediaUrl1" in identity.decrypt(InboundMessage.objects.get().raw_encrypted)


def test_photos_that_cannot_be_listed_do_not_keep_the_text_out(fake_twilio, fisher, monkeypatch):
    fake_twilio.hold(FISHER_PHONE, "api", photos=(b"one",))
    monkeypatch.delattr(type(fake_twilio), "_list_photos")
    assert sync() == 1
    assert Report.objects.get().text == "api"


def test_a_carrier_that_refuses_is_said_and_nothing_changes(fake_twilio, fisher, settings):
    fake_twilio.hold(FISHER_PHONE, "SOS")
    settings.TWILIO_AUTH_TOKEN = "wrong"
    with pytest.raises(TransportError):
        sync()
    assert Report.objects.count() == 0


def test_without_a_real_carrier_nothing_is_asked(settings):
    settings.TWILIO_ACCOUNT_SID = ""
    tasks.import_missed_messages(hours=2)


def test_the_clock_asks_every_minute():
    entry = app.conf.beat_schedule["import-missed-messages"]
    assert entry["schedule"] == timedelta(seconds=60)
    assert entry["task"] in app.tasks or app.loader.import_task_module("alerts.tasks")
    assert entry["task"] == tasks.import_missed_messages.name
