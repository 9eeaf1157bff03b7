"""Words that crews owe: under way, on scene, all well, and that a stand-down was read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import dispatch, rungs, watches
from alerts.models import Dispatch, Escalation, Notification, PatrolUnit, UnitPosition, Watch
from reports.models import Incident
from reports.questions import CREW_DISTRESS
from tests.phone import together

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture
def sea(sea, monkeypatch):
    """Words that come later come later: the web's clock moves with the dispatcher's."""
    monkeypatch.setattr(timezone, "now", sea.now)
    return sea


@pytest.fixture
def incident(sea, fisher_phone, patrol, mrcc) -> Incident:
    """A boat sinks off Pangkor; the first unit has been told."""
    fisher_phone.texts(SINKING)
    return Incident.objects.get()


@pytest.fixture
def going(incident, patrol_phone) -> Incident:
    """The first unit has said that it goes."""
    patrol_phone.replies("1")
    patrol_phone.heard = len(patrol_phone.messages)
    return incident


def last_report_of(sea, patrol, minutes: float, speed_kn: float, away: float = 0.05) -> None:
    """A fix `minutes` old by the test's clock."""
    UnitPosition.objects.update_or_create(
        unit=patrol,
        defaults={
            "longitude": 100.6 - away, "latitude": 4.22, "speed_kn": speed_kn,
            "position_at": sea.now() - timedelta(minutes=minutes),
        },
    )  # fmt: skip


class TestGettingUnderWay:
    def test_silence_asks_the_crew_tells_the_desk_and_calls_others(
        self, sea, going, patrol_phone, second_phone, duty_phone
    ):
        calls = len(patrol_phone.calls)
        sea.passes(299)
        patrol_phone.hears_nothing()
        sea.passes(2)
        patrol_phone.hears(going.reference, "3=under way")
        sea.passes(120)
        assert len(patrol_phone.calls) == calls + 1
        assert not any("SAID GOING" in text for text in duty_phone.messages)
        sea.passes(60)
        duty_phone.hears("MY-LUMUT-04 SAID GOING, NOT UNDER WAY")
        assert second_phone.messages == []
        sea.passes(121)
        second_phone.hears("P1", going.reference)
        first = Dispatch.objects.get(unit__call_sign="MY-LUMUT-04")
        assert (first.status, first.role) == ("acknowledged", "lead")  # it keeps its task

    def test_the_next_to_go_leads_and_the_first_supports(self, sea, going, second_phone, patrol_phone):
        sea.passes(605)
        answer = second_phone.replies(f"1 {going.reference}")
        assert "3=" in answer
        roles = dict(Dispatch.objects.values_list("unit__call_sign", "role"))
        assert roles == {"MY-LUMUT-04": "support", "MY-BATUUBAN-03": "lead"}
        assert Escalation.objects.get().state == "answered"
        patrol_phone.replies(f"3 {going.reference}")
        assert Dispatch.objects.get(unit__call_sign="MY-LUMUT-04").role == "support"

    def test_under_way_after_all_stops_the_calls_to_others(self, sea, going, second_phone, patrol_phone):
        sea.passes(605)
        assert Escalation.objects.get().is_live
        patrol_phone.replies(f"3 {going.reference}")
        assert Escalation.objects.get().state == "answered"
        second_phone.heard = len(second_phone.messages)
        sea.passes(600)
        second_phone.hears_nothing()
        assert "MY-LUMUT-04" in second_phone.replies(f"1 {going.reference}")  # taken, truly

    @pytest.mark.parametrize("word", ["3", "4", "6"])
    def test_a_word_in_time_asks_nothing(self, sea, going, patrol_phone, word, second_phone):
        sea.passes(200)
        patrol_phone.replies(word)
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(200)
        assert not any("3=under way 6=" in text for text in patrol_phone.messages[patrol_phone.heard :])
        assert not Watch.objects.open().filter(kind="departure").exists()

    def test_a_boat_that_moves_need_not_say_so(self, sea, going, patrol, patrol_phone):
        sea.passes(250)
        last_report_of(sea, patrol, 0, speed_kn=22)
        sea.passes(400)
        patrol_phone.hears_nothing()
        assert Watch.objects.get(kind="departure").settled_by == "position"

    def test_a_fix_from_before_the_word_or_of_a_boat_that_lies_still_is_no_departure(
        self, sea, going, patrol, patrol_phone
    ):
        last_report_of(sea, patrol, 0, speed_kn=0.4)
        sea.passes(301)
        patrol_phone.hears("3=under way")

    def test_a_unit_with_a_long_readiness_gets_it(self, sea, incident, patrol, patrol_phone):
        PatrolUnit.objects.update(readiness_s=1800)
        patrol_phone.replies("1")
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(1400)
        patrol_phone.hears_nothing()
        sea.passes(110)
        patrol_phone.hears("3=under way")

    def test_a_step_that_two_dispatchers_carry_out_asks_once(self, sea, going, patrol_phone):
        watch = Watch.objects.get(kind="departure")
        later = timezone.now() + timedelta(seconds=301)
        together(*[lambda: watches.carry_out(watch.pk, now=later)] * 4)
        assert Notification.objects.filter(purpose="check", channel="sms").count() == 1


class TestArriving:
    def test_a_late_unit_is_asked_and_may_say_later(self, sea, going, patrol_phone, duty_phone):
        patrol_phone.replies("3")
        patrol_phone.heard = len(patrol_phone.messages)
        late = Watch.objects.get(kind="arrival").due_at - timezone.now()
        sea.passes(late.total_seconds() + 5)
        patrol_phone.hears(going.reference, "4=on scene", "0=later")
        assert "ALL WELL" in patrol_phone.replies("0")
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(1790)
        assert not any("4=on scene 0=" in text for text in patrol_phone.messages[patrol_phone.heard :])
        sea.passes(20)
        patrol_phone.hears("4=on scene", "0=later")
        sea.passes(310)
        duty_phone.hears("LATE ON SCENE")
        patrol_phone.replies("4")
        assert Watch.objects.get(kind="arrival").state == "answered"


@pytest.fixture
def at_sea(sea, going, patrol_phone, monkeypatch) -> Incident:
    """Under way, by day, with no arrival to wait for."""
    monkeypatch.setattr("alerts.welfare.is_night", lambda longitude, at: False)
    patrol_phone.replies("3")
    patrol_phone.heard = len(patrol_phone.messages)
    Watch.objects.filter(kind="arrival").update(state="ended")
    return going


class TestWelfare:
    def test_an_hour_of_silence_asks_rings_tells_and_alarms_until_somebody_answers(
        self, sea, at_sea, patrol_phone, duty_phone, mrcc_phone
    ):
        calls = len(patrol_phone.calls)
        sea.passes(3590)
        patrol_phone.hears_nothing()
        sea.passes(15)
        patrol_phone.hears(at_sea.reference, "ALL WELL", "0=")
        sea.passes(300)
        assert len(patrol_phone.calls) == calls + 1
        sea.passes(300)
        duty_phone.hears("DOES NOT ANSWER")
        assert mrcc_phone.messages == []
        sea.passes(300)
        mrcc_phone.hears("MAY BE IN DISTRESS")
        duty_phone.hears("MAY BE IN DISTRESS")
        sea.passes(305)
        duty_phone.hears("MAY BE IN DISTRESS")
        # An officer has it: that desk is quiet, the other is not, and the crew is still asked.
        assert "noted" in duty_phone.replies(f"1 {at_sea.reference}")
        duty_phone.heard = len(duty_phone.messages)
        mrcc_phone.heard = len(mrcc_phone.messages)
        sea.passes(305)
        duty_phone.hears_nothing()
        mrcc_phone.hears("MAY BE IN DISTRESS")
        assert "ALL WELL noted" in patrol_phone.replies("ok")
        mrcc_phone.heard = len(mrcc_phone.messages)
        sea.passes(3000)
        mrcc_phone.hears_nothing()

    @pytest.mark.parametrize("word", ["0", "4", "1", "engine is loud but fine", "7"])
    def test_any_word_begins_the_hour_anew(self, sea, at_sea, patrol_phone, word):
        sea.passes(3000)
        patrol_phone.replies(word)
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(3500)
        patrol_phone.hears_nothing()
        sea.passes(120)
        patrol_phone.hears("ALL WELL")

    def test_a_boat_that_is_seen_to_sail_is_not_asked(self, sea, at_sea, patrol, patrol_phone):
        sea.passes(3500)
        last_report_of(sea, patrol, 10, speed_kn=18)
        sea.passes(600)
        patrol_phone.hears_nothing()
        sea.passes(3600)
        patrol_phone.hears("ALL WELL")

    def test_at_night_and_in_a_rough_sea_it_is_half_an_hour(
        self, sea, going, patrol_phone, dispatcher, monkeypatch
    ):
        from alerts import weather

        monkeypatch.setattr("alerts.welfare.is_night", lambda longitude, at: False)
        weather.enter(going.pk, by=dispatcher, sea_state=5)
        patrol_phone.replies("3")
        due = Watch.objects.get(kind="welfare").due_at - timezone.now()
        assert 1790 < due.total_seconds() <= 1800

    def test_a_key_in_the_call_is_an_answer_and_nine_is_a_distress(self, sea, at_sea, patrol_phone):
        sea.passes(3905)
        assert "Noted" in patrol_phone.picks_up_and_presses("0")
        assert Watch.objects.get(kind="welfare").asked_at is None
        sea.passes(3905)
        assert "distress" in patrol_phone.picks_up_and_presses("9")
        assert PatrolUnit.objects.get(call_sign="MY-LUMUT-04").status == "in_distress"
        assert Incident.objects.filter(flags__contains=[CREW_DISTRESS], priority=1).exists()

    def test_on_the_way_home_too_until_in_harbour(self, sea, at_sea, patrol_phone, patrol):
        patrol_phone.replies("4")
        patrol_phone.replies("5")
        # Said twice by a crew that heard nothing: it is not home yet.
        patrol_phone.replies(f"5 {at_sea.reference}")
        assert Watch.objects.get(kind="welfare").state == "open"
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(3610)
        patrol_phone.hears("way home", "5=in harbour")
        assert "IN HARBOUR" in patrol_phone.replies("5")
        patrol.refresh_from_db()
        assert patrol.status == "available"
        assert not Watch.objects.open().exists()

    def test_at_its_berth_by_position_nobody_asks(self, sea, at_sea, patrol, patrol_phone):
        patrol_phone.replies("5")
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(3500)
        base = patrol.station.position
        UnitPosition.objects.create(
            unit=patrol, longitude=base.x, latitude=base.y, speed_kn=0, position_at=sea.now()
        )
        sea.passes(600)
        patrol_phone.hears_nothing()
        assert Watch.objects.get(kind="welfare").state == "ended"


class TestStandingDown:
    def test_whoever_was_told_is_told_and_confirms(
        self, sea, incident, patrol_phone, second_phone, duty_phone, mrcc_phone, dispatcher
    ):
        sea.passes(130)
        called = len(patrol_phone.calls)
        dispatch.stand_down(incident.pk, by=dispatcher, reason="all safe")
        sea.settles()
        patrol_phone.hears("STAND DOWN", f"0 {incident.reference}=READ")
        second_phone.hears("STAND DOWN")
        duty_phone.hears(incident.reference, "STOOD DOWN")
        assert mrcc_phone.messages == []  # nobody had called it
        assert "read" in patrol_phone.replies(f"0 {incident.reference}")
        patrol_phone.heard = len(patrol_phone.messages)
        sea.passes(125)
        assert len(patrol_phone.calls) == called  # confirmed: told no more
        assert len(second_phone.calls) == 1
        assert "Noted" in second_phone.picks_up_and_presses("0")
        sea.passes(1200)
        patrol_phone.hears_nothing()
        assert set(Watch.objects.filter(kind="receipt").values_list("state", "settled_by")) == {
            ("answered", "sms"), ("answered", "voice"),
        }  # fmt: skip

    def test_silence_goes_on_to_the_desk(self, sea, going, patrol_phone, duty_phone, dispatcher):
        dispatch.stand_down(going.pk, by=dispatcher, reason="all safe")
        sea.passes(605)
        assert len(patrol_phone.calls) == 2
        duty_phone.hears("MY-LUMUT-04 HAS NOT CONFIRMED STAND DOWN")
        watch = Watch.objects.get(kind="receipt")
        assert (watch.state, watch.due_at) == ("open", None)  # nobody is asked more; the desk sees it

    def test_an_alert_that_never_left_is_taken_back_and_nobody_hears_of_it(
        self, sea, fisher_phone, patrol_phone, mrcc, dispatcher
    ):
        sea.twilio.text(f"{sea.origin}/webhooks/twilio/sms/", fisher_phone.number, SINKING)
        rungs.carry_out_due(timezone.now())  # the rung is written, nothing has been sent
        incident = Incident.objects.get()
        dispatch.stand_down(incident.pk, by=dispatcher, reason="all safe")
        sea.passes(700)
        assert patrol_phone.messages == []
        assert Notification.objects.get(purpose="alert").status == "cancelled"
        assert not Watch.objects.exists()

    def test_a_stand_down_that_fails_for_good_is_rung_through_at_once(
        self, sea, going, patrol_phone, dispatcher
    ):
        calls = len(patrol_phone.calls)
        dispatch.stand_down(going.pk, by=dispatcher, reason="all safe")
        sea.settles()
        sid = next(sid for sid, m in sea.twilio.messages.items() if "STAND DOWN" in m["body"])
        sea.twilio.deliver(sid, "undelivered", error_code=30005)
        sea.settles()
        assert len(patrol_phone.calls) == calls + 1

    def test_going_is_no_receipt(self, sea, going, patrol_phone, dispatcher):
        dispatch.stand_down(going.pk, by=dispatcher, reason="all safe")
        assert "STAND DOWN" in patrol_phone.replies(f"1 {going.reference}")
        assert Watch.objects.get(kind="receipt").state == "open"

    def test_the_watches_of_a_task_end_with_it(self, sea, going, dispatcher):
        dispatch.stand_down(going.pk, by=dispatcher, reason="all safe")
        assert set(Watch.objects.open().values_list("kind", flat=True)) == {"receipt"}


def test_nothing_owed_leaves_ok_a_report_and_nought_a_question_for_keys(sea, patrol_phone, mrcc):
    assert "1=going" in patrol_phone.replies("0")
    patrol_phone.replies("ok")
    assert Incident.objects.count() == 1


@pytest.mark.django_db
def test_where_no_desk_has_a_number_operations_are_called_and_may_answer(
    sea, fisher_phone, settings, station, mrcc
):
    settings.OPERATIONS_NUMBER = "+447700900599"
    for desk in (station, mrcc):
        desk.duty_phone = ""
        desk.save()
    operations = sea.phone(settings.OPERATIONS_NUMBER)
    fisher_phone.texts(SINKING)  # and no unit at all
    incident = Incident.objects.get()
    operations.hears("NO CAPABLE UNIT", incident.reference)
    sea.passes(121)
    operations.hears("NO CAPABLE UNIT")
    assert "noted" in operations.replies(f"1 {incident.reference}")
    operations.heard = len(operations.messages)
    sea.passes(300)
    operations.hears_nothing()
    assert Escalation.objects.get().is_live


def test_a_desk_out_of_reach_is_made_good_by_the_operations_number(
    sea, fisher_phone, settings, station, mrcc
):
    settings.OPERATIONS_NUMBER = "+447700900599"
    mrcc.duty_phone = ""
    mrcc.save()
    operations = sea.phone(settings.OPERATIONS_NUMBER)
    fisher_phone.texts(SINKING)
    assert operations.messages == []
    Notification.objects.filter(station=station).update(status="failed_perm")
    sea.passes(121)
    operations.hears("NO CAPABLE UNIT")
