"""Calls to crews and duty officers, as Twilio carries them: signed requests in, TwiML out, keys back."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.models import Dispatch, Notification
from alerts.spoken import MOST_TURNS, VOICES
from communities.languages import Language
from reports.models import Incident
from tests.carriers import humans

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture
def rings(sea, fisher_phone, patrol, mrcc):
    """The first crew's phone rings: one minute after an alert that nobody answered."""
    fisher_phone.texts(SINKING)
    sea.passes(61)
    return next(iter(sea.twilio.calls.values()))


def says(twiml: bytes) -> list[str]:
    return ["".join(said.itertext()) for said in ET.fromstring(twiml).iter("Say")]


def dispatch() -> Dispatch:
    return Dispatch.objects.order_by("created_at").first()


def test_the_alert_is_said_in_the_crews_voice_and_its_reference_letter_by_letter(sea, rings, patrol):
    _, twiml = sea.twilio.answer(rings["sid"])
    voice, language = VOICES[patrol.language]
    said = list(ET.fromstring(twiml).iter("Say"))
    assert {(one.attrib["voice"], one.attrib["language"]) for one in said} == {(voice, language)}
    spelled = list(ET.fromstring(twiml).iter("say-as"))
    reference = Incident.objects.get().reference
    assert {(one.text, one.attrib["interpret-as"]) for one in spelled} == {(reference, "characters")}
    assert len(says(twiml)) == 3, "twice, then once more when nobody pressed"
    assert len(set(says(twiml))) == 1
    assert [verb.tag for verb in ET.fromstring(twiml)] == ["Gather", "Gather", "Hangup"]
    assert len(spelled) == 6, "the reference is said twice each time"


@pytest.mark.parametrize(
    ("act", "status", "last"),
    [
        ("press 1", "acknowledged", "The task is yours"),
        ("press 2", "declined", "you cannot"),
        ("press - 1", "acknowledged", "The task is yours"),  # at the second asking
        ("press 5 1", "acknowledged", "The task is yours"),
        ("press 9 * 2", "declined", "you cannot"),
        ("press 5 5 5", "alerting", "Nothing changed"),
        ("press 12", "alerting", "Press 1"),
        ("press -", "alerting", "Press 1"),
        ("hang up", "alerting", "Press 1"),
        ("voicemail", "alerting", "Press 1"),
        ("ring", "alerting", ""),
        ("busy", "alerting", ""),
    ],
)
def test_what_a_human_does_with_a_call(sea, patrol, rings, act, status, last):
    """The human's own word is the only answer: a voicemail, silence or a hung-up call is none."""
    type(patrol).objects.update(language=Language.ENGLISH)
    Notification.objects.filter(carrier_id=rings["sid"]).update(language="en")
    text = Notification.objects.get(carrier_id=rings["sid"]).text
    Notification.objects.filter(carrier_id=rings["sid"]).update(
        text=f"{text} Press 1 to go, 2 if you cannot."
    )
    heard = humans.answer_call(sea.twilio, act, rings)
    assert dispatch().status == status
    assert (last in heard[-1]) if last else heard == []
    assert len(heard) <= 3 * MOST_TURNS + 1
    if status == "alerting":
        assert Incident.objects.get().status == "dispatching"


def test_a_voicemail_is_asked_nothing_and_the_ladder_climbs_on(sea, rings, patrol, second_phone):
    heard = humans.answer_call(sea.twilio, "voicemail", rings)
    assert len(heard) == 1
    note = Notification.objects.get(carrier_id=rings["sid"])
    assert (note.status, note.acknowledged_at) == ("delivered", None)
    sea.passes(120)
    second_phone.hears("P1")


def test_a_webhook_told_twice_hears_the_same_and_does_it_once(sea, rings):
    _, asked = sea.twilio.answer(rings["sid"])
    assert sea.twilio.answer(rings["sid"])[1] == asked
    url = ET.fromstring(asked).find("Gather").attrib["action"]
    first = sea.twilio.press(rings["sid"], url, "1")
    assert [sea.twilio.press(rings["sid"], url, "1") for _ in range(3)] == [first] * 3
    assert dispatch().transitions.filter(new="acknowledged").count() == 1


def test_a_wrong_key_told_twice_is_asked_the_same_again(sea, rings):
    url = ET.fromstring(sea.twilio.answer(rings["sid"])[1]).find("Gather").attrib["action"]
    first = sea.twilio.press(rings["sid"], url, "7")
    assert sea.twilio.press(rings["sid"], url, "7") == first
    assert "turn=2" in ET.fromstring(first[1]).find("Gather").attrib["action"]


def test_a_turn_that_is_none_never_asks_for_ever(sea, rings):
    url = ET.fromstring(sea.twilio.answer(rings["sid"])[1]).find("Gather").attrib["action"]
    for turn in ("", "99", "x", "%C2%B2", "-1", "3"):
        answered, twiml = sea.twilio.press(rings["sid"], url.replace("turn=1", f"turn={turn}"), "7")
        assert (answered, ET.fromstring(twiml).find("Gather")) == (200, None), turn


def test_what_is_no_key_acknowledges_nothing(sea, rings):
    for digits in ("", "1#", "11", "١", "1\x00", "x" * 5000, " 1"):
        assert sea.twilio.press(rings["sid"], rings["request"]["Url"], digits)[0] == 200, digits
    assert dispatch().status == "alerting"


def test_who_declined_by_key_may_still_go_by_key_and_twice_makes_one(sea, rings, patrol):
    url = rings["request"]["Url"]
    sea.twilio.press(rings["sid"], url, "2")
    answers = {sea.twilio.press(rings["sid"], url, "1") for _ in range(3)}
    assert len(answers) == 1
    assert list(Dispatch.objects.filter(unit=patrol).order_by("created_at").values_list("status", flat=True)) == [
        "declined", "acknowledged",
    ]  # fmt: skip


def test_a_call_picked_up_after_the_crew_answered_by_text_says_so(sea, rings, patrol_phone):
    patrol_phone.replies("1")
    _, twiml = sea.twilio.answer(rings["sid"])
    assert ET.fromstring(twiml).find("Gather") is None
    assert dispatch().status == "acknowledged"


def test_a_call_picked_up_after_another_unit_took_it_says_who(sea, rings, patrol_phone, second_phone):
    sea.passes(5)
    second_phone.replies(f"1 {Incident.objects.get().reference}")
    said = says(sea.twilio.press(rings["sid"], rings["request"]["Url"], "1")[1])
    assert len(said) == 2
    assert len(set(said)) == 1, "what matters is said twice"
    assert Dispatch.objects.filter(role="lead", status="acknowledged").count() == 1


def test_a_duty_officer_hears_it_in_the_desks_language_and_silences_that_desk(
    sea, rings, duty_phone, station
):
    sea.passes(61)
    sid = duty_phone.calls[-1]
    heard = humans.answer_call(sea.twilio, "press 2 1", sea.twilio.calls[sid])
    assert heard[-1] == heard[-2]
    assert Incident.objects.get().status == "dispatching", "units are called on"
    again = [sea.twilio.press(sid, sea.twilio.calls[sid]["request"]["Url"], "1") for _ in range(2)]
    assert again[0] == again[1]
    assert Incident.objects.get().transitions.filter(field="duty").count() == 1
    calls = len(duty_phone.calls)
    sea.passes(600)
    assert len(duty_phone.calls) == calls


def test_every_language_has_a_voice_and_one_without_is_said_in_englishs(sea, rings, monkeypatch):
    row = Notification.objects.filter(carrier_id=rings["sid"])

    def spoken_with(language: str) -> tuple[str, str]:
        row.update(language=language)
        said = ET.fromstring(sea.twilio.answer(rings["sid"])[1]).find("Gather/Say")
        return said.attrib["voice"], said.attrib["language"]

    assert {language: spoken_with(language) for language in Language.values} == VOICES
    monkeypatch.delitem(VOICES, "ta")
    assert spoken_with("ta") == VOICES["en"]


def test_a_call_about_a_row_that_is_gone_hangs_up(sea, rings, settings):
    from alerts import receipts
    from communities.ids import uuid7

    answered, twiml = sea.twilio.webhook(
        receipts.voice_url(uuid7()), sea.twilio._call_fields(rings["sid"], "in-progress")
    )
    assert (answered, [verb.tag for verb in ET.fromstring(twiml)]) == (200, ["Hangup"])


def test_an_sms_lives_as_long_as_its_row_and_no_longer(sea, rings):
    asked = next(m["request"] for m in sea.twilio.messages.values() if m["to"] == rings["to"])
    note = Notification.objects.filter(channel="sms", purpose="alert").earliest("created_at")
    left_s = (note.expires_at - timezone.now() + timedelta(seconds=1)).total_seconds()
    assert int(left_s) - 5 <= int(asked["ValidityPeriod"]) <= 36_000
