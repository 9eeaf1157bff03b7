"""Standing alarms: one row a fact, texted once and again at growing pauses, silenced by name, gone when mended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import alarm_texts, alarms, gsm7
from alerts.models import Alarm, AlarmText
from alerts.transports.base import TransportError
from tests import factories
from tests.cast import DUTY_PHONE, MRCC_PHONE

OPERATIONS = "+447700900777"
SILENT = ("process_silent", "dispatcher:a:1", "dispatcher a:1 gives no sign of life")


def texts(outboxes):
    return [(message.to, message.text) for message in outboxes["sms"].sent]


def test_a_fact_is_one_row_however_often_it_is_seen(db):
    now = timezone.now()
    assert alarms.stand(*SILENT, now=now)
    for n in range(1, 5):
        assert not alarms.stand(*SILENT[:2], f"for {n} rounds", now=now + timedelta(seconds=15 * n))
    row = Alarm.objects.get()
    assert (row.first_seen_at, row.last_seen_at) == (now, now + timedelta(seconds=60))
    assert row.text == "for 4 rounds"


def test_gone_and_back_soon_is_the_same_alarm_and_later_another(db):
    now = timezone.now()
    alarms.stand(*SILENT, now=now)
    assert alarms.clear(*SILENT[:2], now=now)
    assert not alarms.stand(*SILENT, now=now + timedelta(minutes=5))
    assert Alarm.objects.get().cleared_at is None
    alarms.clear(*SILENT[:2], now=now + timedelta(minutes=6))
    assert alarms.stand(*SILENT, now=now + timedelta(minutes=17))
    assert Alarm.objects.count() == 2


def test_what_is_found_no_more_is_cleared_only_by_who_looked(db):
    now = timezone.now()
    alarms.stand("unit_status", "unit:1", "a", now=now)
    alarms.stand("unit_status", "unit:2", "b", now=now)
    alarms.stand("ladder_late", "P1", "c", now=now)
    alarms.stand("rung_failed", "incident:1", "d", lasts=timedelta(minutes=1), now=now)
    assert alarms.clear_others({"unit_status", "rung_failed"}, {("unit_status", "unit:2")}, now=now) == 1
    assert {row.subject for row in alarms.standing()} == {"unit:2", "P1", "incident:1"}
    alarms.clear_others(set(), set(), now=now + timedelta(seconds=61))
    assert {row.subject for row in alarms.standing()} == {"unit:2", "P1"}


def test_the_operations_number_hears_once_then_at_growing_pauses(db, outboxes, settings, mrcc):
    settings.OPERATIONS_NUMBER = "+44 7700 900777"
    now = timezone.now()
    alarms.stand(*SILENT, now=now)
    heard_at = []
    for second in range(0, 3 * 3600, 15):
        if alarm_texts.send_due(now + timedelta(seconds=second)):
            heard_at.append(second / 60)
    assert heard_at == [0, 5, 15, 35, 75, 135]
    assert set(texts(outboxes)) == {(OPERATIONS, "SUAR ALARM: dispatcher a:1 gives no sign of life")}
    assert AlarmText.objects.count() == 6


def test_many_alarms_are_one_text_of_one_segment(db, outboxes, settings):
    settings.OPERATIONS_NUMBER = OPERATIONS
    for n in range(12):
        alarms.stand("unit_status", f"unit:{n}", f"unit MY-ŁUMUT-{n:02} is alerted by nobody")
    assert alarm_texts.send_due(timezone.now()) == 1
    ((_, text),) = texts(outboxes)
    assert gsm7.fits(text)
    assert "MY-?UMUT-00" in text
    assert "; +9 more, see the desk" in text
    assert alarm_texts.send_due(timezone.now()) == 0


@pytest.mark.parametrize("said", [["x" * 300], ["x" * 300, "y"], ["a", "b" * 300], ["a"], ["a" * 70] * 40])
def test_any_words_fit_one_text(said):
    assert gsm7.fits(alarm_texts.words(said))


def test_an_incidents_alarm_goes_to_its_desk_too(db, outboxes, settings, station):
    settings.OPERATIONS_NUMBER = OPERATIONS
    alarms.stand("nobody_has_it", "incident:1", "P1 M4XK2: nobody has it", incident=factories.Incident())
    assert alarm_texts.send_due(timezone.now()) == 2
    assert {to for to, _ in texts(outboxes)} == {OPERATIONS, DUTY_PHONE}


def test_without_an_operations_number_the_rescue_centre_hears(db, outboxes, station):
    alarms.stand(*SILENT)
    alarm_texts.send_due(timezone.now())
    assert [to for to, _ in texts(outboxes)] == [MRCC_PHONE]


def test_with_nobody_to_tell_the_log_says_so(db, outboxes, caplog):
    alarms.stand(*SILENT)
    assert alarm_texts.send_due(timezone.now()) == 0
    assert "OPERATIONS_NUMBER" in caplog.text


def test_a_dead_operations_number_is_stood_in_for_by_the_centre(db, outboxes, settings, mrcc):
    settings.OPERATIONS_NUMBER = OPERATIONS
    outboxes["sms"].refusals.append(TransportError("gone", permanent=True, code="21211"))
    alarms.stand(*SILENT)
    assert alarm_texts.send_due(timezone.now()) == 1
    assert [to for to, _ in texts(outboxes)] == [MRCC_PHONE]
    assert [row.error for row in AlarmText.objects.order_by("id")] == ["gone", ""]


def test_what_nobody_took_is_tried_again_within_a_minute(db, outboxes, settings):
    settings.OPERATIONS_NUMBER = OPERATIONS
    outboxes["sms"].refusals.append(TransportError("full", permanent=False))
    now = timezone.now()
    alarms.stand(*SILENT, now=now)
    assert alarm_texts.send_due(now) == 0
    assert alarm_texts.send_due(now + timedelta(seconds=59)) == 0
    assert alarm_texts.send_due(now + timedelta(seconds=60)) == 1


def test_an_officer_silences_by_name_and_hides_nothing(db, outboxes, settings):
    settings.OPERATIONS_NUMBER = OPERATIONS
    officer = factories.User(role="dispatcher")
    now = timezone.now()
    alarms.stand(*SILENT, now=now)
    alarm_texts.send_due(now)
    row = alarms.acknowledge(Alarm.objects.get().pk, by=officer, quiet_for=timedelta(hours=1), now=now)
    assert row.acknowledged_by == officer
    assert alarm_texts.send_due(now + timedelta(minutes=59)) == 0
    assert alarms.standing().count() == 1
    assert alarm_texts.send_due(now + timedelta(minutes=61)) == 1
    alarms.clear(*SILENT[:2])
    with pytest.raises(alarms.AlarmOver):
        alarms.acknowledge(row.pk, by=officer, quiet_for=timedelta(hours=1))


def test_nobody_is_silenced_for_longer_than_a_watch(db):
    now = timezone.now()
    alarms.stand(*SILENT, now=now)
    row = alarms.acknowledge(
        Alarm.objects.get().pk, by=factories.User(role="admin"), quiet_for=timedelta(days=9), now=now
    )
    assert row.quiet_until == now + timedelta(hours=12)
