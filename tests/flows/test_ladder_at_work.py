"""The ladder with a dispatcher that runs by itself: jumps within 5 s, twenty answers at once, ends and joins."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken

from alerts import dispatch, escalation, receipts, rungs
from alerts.dispatcher import Dispatcher
from alerts.models import Dispatch, Escalation, Notification, Watch
from communities.models import User
from reports.models import Incident
from tests import factories
from tests.carriers.twilio import post_over_http
from tests.cast import CAPABILITIES
from tests.flows.patience import seconds_until
from tests.phone import together

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"
URL = "/webhooks/twilio/sms/"


@contextmanager
def at_work(sea):
    """A dispatcher that looks for itself, as the process does."""
    running = Dispatcher(clock=sea.now)

    def run():
        running.run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield running
    finally:
        running.stop()
        thread.join(timeout=30)


def texted(sea, phone) -> bool:
    return any(m["to"] == phone for m in sea.twilio.messages.values())


def test_a_channel_that_fails_for_good_a_decline_and_a_drop_out_each_jump_within_5_s(
    sea, fisher_phone, patrol, second_patrol, mrcc
):
    with at_work(sea):
        sea.twilio.text(sea.origin + URL, fisher_phone.number, SINKING)
        seconds_until(lambda: texted(sea, patrol.phone))
        reference = Incident.objects.get().reference
        sid = next(sid for sid, m in sea.twilio.messages.items() if m["to"] == patrol.phone)
        sea.twilio.deliver(sid, "undelivered", error_code=30005)
        assert seconds_until(lambda: any(c["to"] == patrol.phone for c in sea.twilio.calls.values())) < 5
        sea.twilio.text(sea.origin + URL, patrol.phone, f"2 {reference}")
        assert seconds_until(lambda: texted(sea, second_patrol.phone)) < 5
        third = factories.PatrolUnit(
            station=patrol.station, phone="+447700900150", capabilities=CAPABILITIES, range_nm=300
        )
        sea.twilio.text(sea.origin + URL, second_patrol.phone, f"1 {reference}")
        sea.twilio.text(sea.origin + URL, second_patrol.phone, f"6 {reference}")
        assert seconds_until(lambda: texted(sea, third.phone)) < 5


def test_every_unit_declines_and_every_desk_is_dead_is_an_alarm_that_repeats(
    sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone, settings
):
    settings.OPERATIONS_NUMBER = "+447700900599"
    operations = sea.phone(settings.OPERATIONS_NUMBER)
    for desk in (duty_phone, mrcc_phone):
        sea.twilio.refused_numbers[desk.number] = 21211
    fisher_phone.texts(SINKING)
    reference = Incident.objects.get().reference
    for crew in (patrol_phone, second_phone):
        crew.replies(f"2 {reference}")
    sea.passes(125)  # the desks failed for good in the first round
    operations.hears("NO CAPABLE UNIT", reference)
    sea.passes(120)
    operations.hears("NO CAPABLE UNIT", reference)
    ladder = Escalation.objects.get()
    assert ladder.is_live
    assert ladder.climbing == "nobody"


def test_twenty_answers_at_once_by_text_app_and_key_are_one_lead_and_nineteen_truths(
    sea, fisher_phone, station, mrcc, agency
):
    units = [
        factories.PatrolUnit(
            call_sign=f"MY-PACK-{n:02}", station=station, phone=f"+4477009001{n:02}", speed_kn=20 + n,
            range_nm=300, capabilities=CAPABILITIES,
        )
        for n in range(20)
    ]  # fmt: skip
    fisher_phone.texts(SINKING)
    sea.passes(301)  # the rung that calls every unit near
    incident = Incident.objects.get()
    tasks = {row.unit_id: row for row in Dispatch.objects.filter(status="alerting")}
    assert len(tasks) == 20

    def by_text(unit):
        return lambda: sea.twilio.text(sea.origin + URL, unit.phone, f"1 {incident.reference}")

    def by_app(unit):
        user = factories.User(username=unit.call_sign, role=User.Role.CREW, agency=agency)
        unit.crew.add(user)
        headers = {
            "Authorization": f"Token {AuthToken.objects.create(user=user)[1]}",
            "Content-Type": "application/json",
        }
        url = f"{sea.origin}/api/v1/dispatches/{tasks[unit.pk].pk}/acknowledge/"
        return lambda: post_over_http(url, b"{}", headers)

    def by_key(unit):
        call = factories.Notification(
            incident=incident, dispatch=tasks[unit.pk], unit=unit, channel="voice", status="delivered",
            reference=incident.reference, key=f"call-{unit.call_sign}",
        )  # fmt: skip
        return lambda: sea.twilio.webhook(receipts.voice_url(call.pk), {"Digits": "1", "CallSid": "CA1"})

    ways = [(by_text, by_app, by_key)[n % 3](unit) for n, unit in enumerate(units)]
    with at_work(sea):
        answers = together(*ways)
        lead = Dispatch.objects.get(role="lead", status="acknowledged")
        sign = lead.unit.call_sign
        for unit, (status, body) in zip(units, answers, strict=True):
            said = body.decode()
            if unit.pk == lead.unit_id:
                assert status == 200
                assert sign not in said or json.loads(said)["status"] == "acknowledged"
            else:
                assert status in (200, 409), said
                assert sign in said
        assert Dispatch.objects.filter(status="no_answer").count() == 19
        seconds_until(lambda: not Notification.objects.filter(status="leased").exists())
        left = set(Notification.objects.filter(attempt__gt=0).values_list("pk", flat=True))
        sea.ahead += timedelta(seconds=600)
        time.sleep(2)
        late = Notification.objects.filter(attempt__gt=0, purpose__in=("alert", "duty")).exclude(pk__in=left)
        assert not late.exists()
        assert not Notification.objects.filter(purpose__in=("alert", "duty")).waiting().exists()


def test_handed_over_the_ladder_ends_and_everyone_who_was_told_hears_it(
    sea, fisher_phone, patrol_phone, second_phone, duty_phone, dispatcher, mrcc
):
    fisher_phone.texts(SINKING)
    sea.passes(125)
    incident = Incident.objects.get()
    dispatch.hand_over(incident.pk, by=dispatcher, reason="MRCC Jakarta, telex 12")
    sea.passes(1)
    for crew in (patrol_phone, second_phone):
        crew.hears("STAND DOWN")
    duty_phone.hears("STOOD DOWN")
    assert not Escalation.objects.get().is_live
    sent = len(sea.twilio.messages)
    patrol_phone.replies("ok")
    second_phone.replies("0")
    sea.passes(900)
    assert len(sea.twilio.messages) == sent


def test_joined_to_an_incident_that_nobody_sails_to_the_wish_for_a_unit_goes_with_it(
    sea, stranger_phone, fisher_phone, patrol_phone, dispatcher, mrcc
):
    stranger_phone.texts("enjin rosak hanyut 4 12.000N 100 27.000E")
    first = Incident.objects.get()
    dispatch.request_unit(first.pk, by=dispatcher)
    sea.settles()
    patrol_phone.hears(first.reference)
    fisher_phone.texts("bot rosak hanyut 4 12.100N 100 27.000E")
    other = Incident.objects.exclude(pk=first.pk).get()
    assert not escalation.is_climbing(other)
    dispatch.merge(first.pk, other.pk, by=dispatcher, reason="same boat")
    sea.settles()
    patrol_phone.hears(f"{first.reference} IS NOW {other.reference}")
    assert not any(other.reference in text for text in patrol_phone.messages[patrol_phone.heard :])
    assert escalation.is_climbing(other)
    assert not escalation.is_climbing(first)


def test_a_unit_on_a_drill_is_called_to_what_is_real_and_goes(
    sea, fisher_phone, stranger_phone, patrol_phone, mrcc
):
    fisher_phone.texts("LATIHAN: bot karam 4 12.000N 100 27.000E")
    drill = Incident.objects.get()
    patrol_phone.replies(f"1 {drill.reference}")
    patrol_phone.replies(f"3 {drill.reference}")
    stranger_phone.texts(SINKING)
    real = Incident.objects.get(drill=False)
    patrol_phone.hears("P1", real.reference)
    assert "3=" in patrol_phone.replies(f"1 {real.reference}")
    assert Dispatch.objects.get(incident=drill).status == "cannot_continue"


def test_of_two_due_ladders_the_real_one_is_climbed_before_the_drill(db):
    now = timezone.now()
    for drill, ago in ((True, 60), (False, 1)):
        incident = factories.Incident(priority=1, drill=drill)
        factories.Escalation(incident=incident, due_at=now - timedelta(seconds=ago))
    assert [Incident.objects.get(pk=pk).drill for pk, _priority in rungs.due(now, 9)] == [False, True]


@pytest.mark.parametrize("path", ["acknowledged", "en_route"])
def test_a_crews_app_confirms_a_stand_down(sea, patrol, crew, dispatcher, client, path, mrcc):
    incident = factories.Incident(status="responding", priority=1)
    task = factories.Dispatch(
        incident=incident, unit=patrol, status=path, role="lead", acknowledged_at=timezone.now()
    )
    dispatch.stand_down(incident.pk, by=dispatcher, reason="safe")
    url = f"/api/v1/dispatches/{task.pk}/confirm/"
    headers = {"Authorization": f"Token {AuthToken.objects.create(user=crew)[1]}"}
    answer = client.post(url, {}, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert Watch.objects.get(kind="receipt").settled_by == "app"
