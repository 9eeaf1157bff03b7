"""What crews text, press and do not say; two at once, twenty at once."""

import pytest

from alerts import dispatch
from alerts.models import Dispatch, InboundMessage, Notification, PatrolUnit
from reports import decisions
from reports.models import Incident, Question, Report
from tests import factories
from tests.cast import CAPABILITIES
from tests.phone import raw_webhook, together

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"
URL = "/webhooks/twilio/sms/"


@pytest.fixture
def incident(sea, fisher_phone, patrol, mrcc) -> Incident:
    """A boat sinks off Pangkor; the first unit has been told."""
    fisher_phone.texts(SINKING)
    return Incident.objects.get()


def said(answer: tuple[int, bytes]) -> str:
    assert answer[0] == 200
    return answer[1].decode()


def test_two_crews_in_the_same_moment(sea, incident, patrol, second_patrol, fisher_phone):
    sea.passes(61)
    answers = together(
        *[
            lambda number=unit.phone: sea.twilio.text(sea.origin + URL, number, f"1 {incident.reference}")
            for unit in (patrol, second_patrol)
        ]
    )
    lead = Dispatch.objects.get(role="lead")
    other = next(unit for unit in (patrol, second_patrol) if unit != lead.unit)
    told = dict(zip((patrol, second_patrol), map(said, answers), strict=True))
    assert "3=" in told[lead.unit]
    assert lead.unit.call_sign in told[other]
    assert "3=" not in told[other]
    sea.settles()
    assert [lead.unit.call_sign in text for text in fisher_phone.messages] == [True]
    assert Dispatch.objects.get(unit=other).status == "no_answer"


def test_twenty_crews_in_the_same_moment(sea, fisher_phone, station, mrcc):
    units = [
        factories.PatrolUnit(
            call_sign=f"MY-PACK-{n:02}", station=station, phone=f"+4477009001{n:02}", speed_kn=20 + n,
            range_nm=300, capabilities=CAPABILITIES,
        )
        for n in range(20)
    ]  # fmt: skip
    fisher_phone.texts(SINKING)
    sea.passes(301)  # the rung that calls every unit near
    reference = Incident.objects.get().reference
    assert Dispatch.objects.filter(status="alerting").count() == 20
    answers = together(
        *[lambda unit=unit: sea.twilio.text(sea.origin + URL, unit.phone, f"1 {reference}") for unit in units]
    )
    lead = Dispatch.objects.get(status="acknowledged", role="lead")
    texts = [said(answer) for answer in answers]
    assert sum("3=" in text for text in texts) == 1
    assert sum(lead.unit.call_sign in text and "3=" not in text for text in texts) == 19
    sea.settles()
    assert len(fisher_phone.messages) == 1
    assert PatrolUnit.objects.filter(status="available").count() == 19
    assert Dispatch.objects.filter(status="no_answer").count() == 19


def test_twenty_repeats_of_one_acknowledgement_are_one(sea, incident, patrol):
    raw = f"MessageSid=SMx&From=%2B{patrol.phone[1:]}&Body=1+{incident.reference}".encode()
    answers = together(*[lambda: raw_webhook(sea, raw)] * 20)
    assert len(set(answers)) == 1
    assert Dispatch.objects.get().transitions.filter(new="acknowledged").count() == 1


def test_an_acknowledgement_and_a_stand_down_in_the_same_moment(sea, incident, patrol_phone, dispatcher):
    """Whoever comes second hears the truth; nobody is left sailing to nothing."""
    number, reference = patrol_phone.number, incident.reference
    answer, _ = together(
        lambda: sea.twilio.text(sea.origin + URL, number, f"1 {reference}"),
        lambda: dispatch.stand_down(incident.pk, by=dispatcher, reason="safe"),
    )
    said(answer)
    sea.settles()
    assert Dispatch.objects.get().status == "stood_down"
    patrol_phone.hears(reference)  # the alert
    patrol_phone.hears(reference)  # stand down


@pytest.mark.parametrize(
    "word", ["1", "1 {ref}", "1{ref}", "{ref} 1", " 1  {ref}. ", "1 {lower}", "１ {ref}"]
)
def test_ways_to_say_i_go(sea, incident, patrol_phone, word):
    patrol_phone.replies(word.format(ref=incident.reference, lower=incident.reference.lower()))
    assert Dispatch.objects.get().status == "acknowledged"


@pytest.mark.parametrize("word", ["ok", "roger", "dalam perjalanan", "10", "12", "0"])
def test_words_that_are_no_acknowledgement(sea, incident, patrol_phone, word):
    patrol_phone.replies(word)
    assert Dispatch.objects.get().status == "alerting"
    assert InboundMessage.objects.filter(unit=patrol_phone.sea and PatrolUnit.objects.get()).exists()


def test_a_digit_with_a_reference_of_another_matter(sea, incident, patrol_phone, second_patrol):
    answer = patrol_phone.replies("1 ZZZZZ")
    assert incident.reference in answer
    assert Dispatch.objects.get(unit__phone=patrol_phone.number).status == "alerting"


def test_a_bare_digit_for_two_matters_asks_which(sea, incident, patrol_phone, stranger_phone):
    stranger_phone.texts("bot terbalik 4 14.0N 100 28.0E")
    other = Incident.objects.exclude(pk=incident.pk).get()
    answer = patrol_phone.replies("1")
    assert incident.reference in answer
    assert other.reference in answer
    assert not Dispatch.objects.engaged().exists()
    patrol_phone.replies(f"1 {other.reference}")
    assert Dispatch.objects.engaged().get().incident == other


def test_a_digit_with_two_references_declines_both_and_goes_to_neither_unasked(
    sea, incident, patrol_phone, stranger_phone
):
    stranger_phone.texts("bot terbalik 4 14.0N 100 28.0E")
    other = Incident.objects.exclude(pk=incident.pk).get()
    both = f"{incident.reference} {other.reference}"
    answer = patrol_phone.replies(f"1 {both}")
    assert incident.reference in answer
    assert other.reference in answer
    assert not Dispatch.objects.engaged().exists()
    answer = patrol_phone.replies(f"2 {both}")
    assert incident.reference in answer
    assert other.reference in answer
    mine = Dispatch.objects.filter(unit__phone=patrol_phone.number)
    assert set(mine.values_list("status", flat=True)) == {"declined"}


def test_a_unit_goes_to_one_place_at_a_time(sea, incident, patrol_phone, stranger_phone):
    patrol_phone.replies(f"1 {incident.reference}")
    stranger_phone.texts("bot terbalik 4 14.0N 100 28.0E")
    other = Incident.objects.exclude(pk=incident.pk).get()
    assert not other.dispatches.filter(unit__phone=patrol_phone.number).exists()


@pytest.mark.parametrize("digit", ["7", "8"])
def test_seven_and_eight_list_the_keys(sea, incident, patrol_phone, digit):
    answer = patrol_phone.replies(digit)
    assert "1" in answer
    assert "6=" in answer


@pytest.mark.parametrize("digit", ["3", "4", "5", "6"])
def test_going_without_having_said_so(sea, incident, patrol_phone, digit):
    answer = patrol_phone.replies(f"{digit} {incident.reference}")
    assert answer
    assert Dispatch.objects.get().status == "alerting"
    assert Incident.objects.get().status == "dispatching"


def test_a_crew_that_forgot_a_step_is_understood(sea, incident, patrol_phone):
    patrol_phone.replies("1")
    patrol_phone.replies("4")
    assert Dispatch.objects.get().status == "on_scene"
    assert Dispatch.objects.get().under_way_at is not None
    patrol_phone.replies("5")
    assert Incident.objects.get().status == "resolved"


@pytest.mark.parametrize(
    ("before", "word"), [("1", "3"), ("1 3", "4"), ("1 3 4", "5 {ref}"), ("1", "6 {ref}"), ("", "2 {ref}")]
)
def test_a_step_told_twice_is_said_once_and_answered_alike(sea, incident, patrol_phone, before, word):
    for digit in before.split():
        patrol_phone.replies(digit)
    first = patrol_phone.replies(word.format(ref=incident.reference))
    count = Dispatch.objects.get().transitions.count()
    assert patrol_phone.replies(word.format(ref=incident.reference)) == first
    assert Dispatch.objects.get().transitions.count() == count


def test_a_decline_after_the_alert_was_answered_by_nobody_else(sea, incident, patrol_phone, second_phone):
    answer = patrol_phone.replies(f"2 {incident.reference} enjin rosak")
    assert incident.reference in answer
    second_phone.hears(incident.reference)
    told = len(patrol_phone.messages)
    sea.passes(700)
    assert len(patrol_phone.messages) == told
    assert patrol_phone.calls == []


def test_a_crew_sees_a_boat_in_trouble_itself(sea, patrol, patrol_phone, second_phone, mrcc):
    answer = patrol_phone.texts("bot nelayan terbalik 4 12.0N 100 27.0E 3 orang")
    report = Report.objects.get()
    assert report.type == "listing_capsizing"
    assert "from_patrol_unit" in report.flags
    assert report.reference in answer


def test_an_unknown_sender_cannot_acknowledge(sea, incident, stranger_phone, patrol_phone):
    stranger_phone.texts(f"1 {incident.reference}")
    assert Dispatch.objects.get().status == "alerting"
    assert Report.objects.count() == 2
    assert Incident.objects.count() == 2


def test_another_crew_cannot_acknowledge_for_the_one_that_was_told(sea, incident, second_phone):
    second_phone.replies(f"1 {incident.reference}")
    assert Dispatch.objects.get().status == "alerting"


def test_stop_from_a_crew_is_a_roster_fault_that_the_desk_hears(
    sea, incident, patrol_phone, duty_phone, caplog
):
    assert patrol_phone.replies("STOP") == ""
    duty_phone.hears("MY-LUMUT-04")
    assert "MY-LUMUT-04" in caplog.text
    assert Dispatch.objects.get().status == "alerting"


def test_stop_with_nothing_open_is_a_roster_fault_all_the_same(sea, patrol_phone, mrcc, caplog):
    assert patrol_phone.replies("STOP") == ""
    assert "roster fault" in caplog.text
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("1", "acknowledged"),
        ("2", "declined"),
        ("5", "alerting"),
        ("*", "alerting"),
        ("", "alerting"),
        ("11", "alerting"),
    ],
)
def test_keys_in_a_call(sea, incident, patrol_phone, second_patrol, key, status):
    sea.passes(61)
    sid = patrol_phone.calls[-1]
    url = sea.twilio.calls[sid]["request"]["Url"]
    code, twiml = sea.twilio.press(sid, url, key)
    assert code == 200
    assert b"<Say" in twiml
    assert Dispatch.objects.get(unit__phone=patrol_phone.number).status == status


def test_a_key_after_another_unit_goes_hears_the_truth(sea, incident, patrol_phone, second_phone):
    sea.passes(61)
    sid = patrol_phone.calls[-1]
    url = sea.twilio.calls[sid]["request"]["Url"]
    second_phone.replies(f"1 {incident.reference}")
    _, twiml = sea.twilio.press(sid, url, "1")
    assert "MY-BATUUBAN-03" in twiml.decode().replace(" ", "").replace(",", "") or b"BATUUBAN" in twiml
    assert Dispatch.objects.get(role="lead").unit.phone == second_phone.number


def test_a_call_with_a_forged_address_does_nothing(sea, incident, patrol_phone):
    sea.passes(61)
    sid = patrol_phone.calls[-1]
    url = sea.twilio.calls[sid]["request"]["Url"]
    for forged in (url[:-1] + ("0" if url[-1] != "0" else "1"), url.split("&token")[0], url.split("?")[0]):
        assert sea.twilio.press(sid, forged, "1")[0] == 403
    assert Dispatch.objects.get().status == "alerting"


def test_a_desk_key_silences_that_desk_and_no_unit(sea, incident, patrol_phone, duty_phone, second_patrol):
    sea.passes(121)
    assert incident.reference in duty_phone.picks_up_and_presses("1").replace(" ", "").replace(
        ",", ""
    ).replace(".", "")
    rang = len(duty_phone.calls)
    sea.passes(700)
    assert len(duty_phone.calls) == rang
    assert Incident.objects.get().status == "dispatching"


def test_a_drill_says_so_everywhere(sea, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone):
    answer = fisher_phone.texts("LATIHAN: bot karam 4 12.0N 100 27.0E")
    incident = Incident.objects.get()
    assert incident.drill
    sea.passes(181)
    confirmed = patrol_phone.replies(f"1 {incident.reference}")
    said_ = [answer, confirmed, *fisher_phone.messages, *patrol_phone.messages, *second_phone.messages]
    assert len(said_) >= 4
    for text in said_:
        assert "DRILL" in text.upper() or "LATIHAN" in text.upper(), text
    for note in Notification.objects.all():
        assert "drill" in note.text.lower() or "latihan" in note.text.lower(), note.text


def test_a_drill_and_the_real_thing_from_one_phone_are_two_matters(sea, fisher_phone, patrol_phone, mrcc):
    fisher_phone.texts("LATIHAN: bot karam 4 12.0N 100 27.0E")
    fisher_phone.texts("tolong bot karam betul 4 12.0N 100 27.0E")
    assert sorted(Incident.objects.values_list("drill", flat=True)) == [False, True]


def test_a_crews_digit_is_never_a_head_count(sea, patrol_phone, mrcc):
    for _ in range(2):
        patrol_phone.replies("9")
    own = Incident.objects.get()
    assert own.reports.count() == 2
    assert own.persons_on_board is None


def test_a_crew_is_not_asked_for_a_number(sea, patrol_phone, mrcc):
    answer = patrol_phone.replies("bot karam 4.25N 100.41E")
    assert "04-15.00U" in answer
    assert not Question.objects.exists()
    assert "BERAPA" not in answer


def test_what_a_crew_in_distress_texts_is_about_itself(sea, patrol_phone, mrcc):
    patrol_phone.replies("bot karam 4.25N 100.41E 4 orang")
    other = Incident.objects.get()
    patrol_phone.replies("9")
    own = Incident.objects.exclude(pk=other.pk).get()
    answer = patrol_phone.replies("4.26N 100.41E 3 orang")
    assert "1=" not in answer
    own.refresh_from_db()
    assert own.persons_on_board == 3
    assert own.reports.count() == 2


def test_the_crew_hears_that_a_position_was_another_boats(sea, fisher_phone, patrol_phone, dispatcher, mrcc):
    first = fisher_phone.texts(SINKING)
    assert first
    mine = Incident.objects.get()
    fisher_phone.texts("enjin rosak hanyut 5.60 100.10 2 orang")
    second = decisions.part(
        Report.objects.latest("received_at").pk, by=dispatcher, reason="another", now=sea.now()
    )
    patrol_phone.replies(f"1 {mine.reference}")
    patrol_phone.heard = len(patrol_phone.messages)
    order = sorted((mine, second), key=lambda one: (one.received_at, one.pk))
    asked = fisher_phone.texts("ombak besar 4.9N 100.3E")
    assert "1=" in asked
    patrol_phone.hears("04-54.00N")
    fisher_phone.texts(str(order.index(second) + 1))
    patrol_phone.hears("04-12.00N")
