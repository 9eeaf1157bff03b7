"""Carriers that refuse, lie, stutter or speak out of turn."""

import pytest
from django.db import OperationalError
from django.db.models import Q

from alerts import delivery
from alerts.models import Dispatch, Notification
from communities.models import Device
from reports.models import Incident
from tests.carriers.twilio import FORM, post_over_http

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture
def alert(sea, fisher_phone, patrol, mrcc) -> Notification:
    """The text that tells the first crew, handed to the carrier."""
    fisher_phone.texts(SINKING)
    return Notification.objects.get(purpose="alert", channel="sms")


def test_an_sms_that_fails_for_good_becomes_a_call_within_5_s_and_then_the_next_unit(
    sea, fisher_phone, patrol_phone, second_phone, mrcc
):
    sea.twilio.refused_numbers[patrol_phone.number] = 21610  # unsubscribed: asking again cannot help
    fisher_phone.texts(SINKING)
    # The call was refused too, so within the same five seconds the next unit is called.
    sea.passes(5)
    second_phone.hears("P1")
    first = Dispatch.objects.get(unit__phone=patrol_phone.number)
    assert dict(first.notifications.values_list("channel", "status")) == {
        "sms": "failed_perm",
        "voice": "failed_perm",
    }


def test_an_sms_that_fails_later_becomes_a_call_within_5_s(sea, alert, patrol_phone, second_patrol):
    assert patrol_phone.calls == []
    assert sea.twilio.deliver(alert.carrier_id, "undelivered", error_code=30005) == [204]
    sea.passes(5)
    assert len(patrol_phone.calls) == 1
    assert Notification.objects.get(pk=alert.pk).error_code == "30005"
    sea.twilio.report_call(patrol_phone.calls[0], "failed")
    sea.passes(5)
    assert Dispatch.objects.filter(unit=second_patrol).exists()


def test_a_failed_sms_while_the_push_is_on_its_way_calls_nobody_early(
    sea, fisher_phone, patrol_phone, crew, mrcc
):
    sea.twilio.refused_numbers[patrol_phone.number] = 21610
    fisher_phone.texts(SINKING)
    sea.passes(5)
    assert len(sea.fcm.messages) == 1
    assert not Notification.objects.filter(channel="voice", purpose="alert").exists()


def test_a_dead_push_token_retires_the_device_and_the_sms_goes_all_the_same(
    sea, fisher_phone, patrol_phone, crew, mrcc
):
    sea.fcm.unregistered.add("simulated-crew")
    fisher_phone.texts(SINKING)
    patrol_phone.hears("P1")
    assert Device.objects.get(push_target="simulated-crew").push_retired_at is not None
    assert Notification.objects.get(channel="push").status == "failed_perm"
    sea.passes(700)
    assert Notification.objects.filter(channel="push").count() == 1


def test_a_unit_that_only_a_dead_push_could_reach_is_made_good_within_5_s(
    sea, fisher_phone, patrol, crew, second_phone, mrcc
):
    patrol.phone = ""
    patrol.save()
    sea.fcm.unregistered.add("simulated-crew")
    fisher_phone.texts(SINKING)
    sea.passes(5)
    second_phone.hears("P1")


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_carrier_that_stumbles_is_asked_again(sea, fisher_phone, patrol_phone, mrcc, status):
    for _ in range(3):
        sea.twilio.fail("answer", status=status)
    fisher_phone.texts(SINKING)
    for _ in range(8):
        sea.passes(4)
    patrol_phone.hears("P1")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["queued", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["delivered", "delivered", "delivered"], "delivered"),
        (["read", "delivered"], "read"),
        (["delivered", "undelivered"], "delivered"),
        (["undelivered", "delivered"], "failed_perm"),
        (["sent", "nonsense", ""], "accepted"),
        (["failed", "failed", "failed"], "failed_perm"),
    ],
    ids=" ".join,
)
def test_receipts_late_doubled_and_out_of_order(sea, alert, words, status):
    assert set(sea.twilio.deliver(alert.carrier_id, *words, times=2)) == {204}
    alert.refresh_from_db()
    assert alert.status == status
    assert Incident.objects.get().status == "dispatching"  # no receipt is an acknowledgement


def test_a_failure_told_twice_makes_one_call(sea, alert, patrol_phone):
    sea.twilio.deliver(alert.carrier_id, "undelivered", error_code=30005, times=3)
    sea.passes(1)
    assert len(patrol_phone.calls) == 1


def test_delivered_and_read_stop_no_ladder(sea, alert, second_phone):
    sea.twilio.deliver(alert.carrier_id, "delivered", "read")
    sea.passes(61)
    second_phone.hears("P1")


def test_a_receipt_before_the_carriers_own_answer(sea, fisher_phone, patrol, mrcc):
    """The status callback overtakes the answer to our request: the row says sent, never sent twice."""
    taken = sea.twilio._create_message

    def with_receipt_first(asked):
        answer = taken(asked)
        sid = list(sea.twilio.messages)[-1]
        sea.twilio.deliver(sid, "delivered")
        return answer

    sea.twilio._create_message = with_receipt_first
    fisher_phone.texts(SINKING)
    note = Notification.objects.get(purpose="alert", channel="sms")
    assert note.status == "delivered"
    assert note.carrier_id in sea.twilio.messages
    assert [m["to"] for m in sea.twilio.messages.values()].count(patrol.phone) == 1


def test_a_late_failure_after_the_crew_has_answered_disturbs_nobody(sea, alert, patrol_phone, second_phone):
    patrol_phone.replies("1")
    sea.twilio.deliver(alert.carrier_id, "undelivered", error_code=30005)
    sea.passes(120)
    assert patrol_phone.calls == []
    second_phone.hears_nothing()


def forged(url: str) -> list[str]:
    return [
        url.split("?")[0],
        url.split("&token")[0],
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace("notification=", "notification=x"),
        url.split("?")[0] + "?notification=%00&token=%00",
        url.split("?")[0] + "?notification=" + "0" * 8 + "-0000-0000-0000-" + "0" * 12 + "&token=" + "0" * 32,
    ]


def test_a_forged_receipt_is_refused_though_signed(sea, alert):
    url = sea.twilio.messages[alert.carrier_id]["request"]["StatusCallback"]
    for address in forged(url):
        status, _ = sea.twilio.webhook(
            address, {"MessageSid": alert.carrier_id, "MessageStatus": "delivered"}
        )
        assert status == 403, address
    alert.refresh_from_db()
    assert alert.status == "accepted"


def test_an_unsigned_receipt_is_refused(sea, alert):
    url = sea.twilio.messages[alert.carrier_id]["request"]["StatusCallback"]
    assert post_over_http(url, b"MessageStatus=failed", {"Content-Type": FORM})[0] == 403
    alert.refresh_from_db()
    assert alert.status == "accepted"


def test_a_receipt_with_hostile_fields_is_taken_for_nothing(sea, alert):
    url = sea.twilio.messages[alert.carrier_id]["request"]["StatusCallback"]
    for fields in (
        {"MessageStatus": "\x00"},
        {"MessageStatus": "x" * 5000},
        {"MessageStatus": "failed", "ErrorCode": "\x00" * 50, "MessageSid": "\x00" * 200},
        {},
    ):
        assert sea.twilio.webhook(url, fields)[0] == 204, fields


def test_every_recipient_gets_each_alert_once(sea, alert, second_patrol, mrcc):
    sea.passes(61)
    sent = [(m["to"], m["body"]) for m in sea.twilio.messages.values()]
    assert len(sent) == len(set(sent))
    assert not Notification.objects.filter(Q(status="pending") | Q(status="leased")).exists()


def test_a_failure_is_recorded_together_with_what_follows_from_it(
    sea, alert, patrol_phone, monkeypatch, settings, tmp_path
):
    """Where the next channel's rows cannot be written the failure is none yet: its word counts once more."""
    settings.SPOOL_ROOT = tmp_path / "spool"

    def breaks(*args, **kwargs):
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "next_channel", breaks)
        sea.twilio.deliver(alert.carrier_id, "undelivered", error_code=30005)
    assert Notification.objects.get(pk=alert.pk).status == "accepted"
    sea.twilio.deliver(alert.carrier_id, "undelivered", error_code=30005)
    sea.passes(5)
    assert Notification.objects.get(pk=alert.pk).status == "failed_perm"
    assert len(patrol_phone.calls) == 1
