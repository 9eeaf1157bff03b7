import inspect
import re
import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import messages
from alerts.gsm7 import BASIC, EXTENSION, segments
from alerts.messages import ALARMS, CALL_SIGN_MAX
from alerts.wording import BILINGUAL, FOLDER, LANGUAGES, words
from reports.taxonomy import IncidentType, ReplyMode

REFERENCE = "7K3Q9"
AT = datetime(2026, 3, 1, 14, 32, tzinfo=UTC)
SEMPORNA = (118.6818, 4.5868)
FAR = (-179.99, -89.99)
LONGEST_CALL_SIGN = "W" * CALL_SIGN_MAX
LONGEST_ETA_S = 60 * 3600
REFERENCES = [f"{char}7K3Q" for char in "23456789CF"]
NARROW = ("th", "ta")  # 70 characters
GSM_LANGUAGES = [language for language in LANGUAGES if language not in NARROW]

# The texts that the agency gave; the values are those of the examples.
UNIT = {
    "priority": 1,
    "reference": "M4XK2",
    "type": "sinking",
    "persons_on_board": 5,
    "position": SEMPORNA,
    "position_error_m": 18,
    "distance_m": 12 * 1852,
    "bearing_deg": 45,
    "next_in_s": 60,
}
GIVEN = [
    (
        messages.received("FULL", language="en", reference=REFERENCE, position=SEMPORNA),
        "SOS RECEIVED ref 7K3Q9. Position 04-35.21N 118-40.91E. Rescue is being alerted. Keep phone on. Wear lifejacket. "
        "Position wrong? Send it again.",
        142,
    ),
    (
        messages.received("RECEIVED", language="en", reference=REFERENCE, position=SEMPORNA),
        "RECEIVED ref 7K3Q9. Position 04-35.21N 118-40.91E. An officer reads it now. In danger? Send SOS and how many people. "
        "Position wrong? Send it again.",
        147,
    ),
    (
        messages.received("FULL", language="ms", reference=REFERENCE, position=SEMPORNA),
        "SOS DITERIMA ruj 7K3Q9. Posisi 04-35.21U 118-40.91T. Penyelamat dimaklumkan. Jangan tutup telefon. Pakai jaket. "
        "Posisi salah? Hantar semula.",
        140,
    ),
    (
        messages.received("FULL", language="id", reference=REFERENCE, position=SEMPORNA),
        "SOS DITERIMA ref 7K3Q9. Posisi 04-35.21 LU 118-40.91 BT. Tim SAR dihubungi. HP tetap nyala. Pakai pelampung. "
        "Posisi salah? Kirim lagi.",
        134,
    ),
    (
        messages.received("FULL", language="fil", reference=REFERENCE, position=SEMPORNA),
        "SOS NATANGGAP ref 7K3Q9. Posisyon 04-35.21N 118-40.91E. Inaabisuhan ang rescue. Huwag patayin ang cellphone. "
        "Mag life vest. Mali? Ipadala ulit.",
        143,
    ),
    (
        messages.received("FULL", language="vi", reference=REFERENCE, position=SEMPORNA),
        "DA NHAN SOS ma 7K3Q9. Vi tri 04-35.21N 118-40.91E. Dang bao luc luong cuu nan. Giu may mo. Mac ao phao. "
        "Sai vi tri? Nhan lai.",
        125,
    ),
    (
        messages.received("FULL", language="th", reference=REFERENCE, position=SEMPORNA),
        "รับ SOS แล้ว 7K3Q9 04-35.21N 118-40.91E กำลังแจ้งกู้ภัย เปิดมือถือไว้",
        69,
    ),
    (
        messages.received("FULL", language="ta", reference=REFERENCE, position=SEMPORNA),
        "SOS பெற்றோம் 7K3Q9 04-35.21N 118-40.91E மீட்பு தகவல் அனுப்பப்படுகிறது",
        69,
    ),
    (
        messages.received("FULL", language="en", reference=REFERENCE),
        "SOS RECEIVED ref 7K3Q9. WHERE are you? Reply GPS numbers like 4 35.2N 118 40.9E, or nearest island and distance. "
        "How many people?",
        129,
    ),
    (
        messages.received("FULL", language="ms", reference=REFERENCE),
        "SOS DITERIMA ruj 7K3Q9. DI MANA? Balas nombor GPS cth 4 35.2U 118 40.9T, atau pulau terdekat dan jarak. Berapa orang?",
        117,
    ),
    (messages.received("QUIET", language="th", reference=REFERENCE, position=SEMPORNA), "OK 7K3Q9", 8),
    (
        messages.unit_alert(language="en", **UNIT),
        "P1 M4XK2 SINKING POB5 04-35.21N 118-40.91E 12NM BRG045T. Reply 1 M4XK2=GOING 2 M4XK2=CANNOT. No reply: next unit in 60s",
        119,
    ),
    (
        messages.unit_confirmed(language="en", reference="M4XK2", at=AT),
        "M4XK2 IS YOURS 1432Z. Reply 3=under way 4=on scene 5=done 6=cannot continue 9=need help",
        87,
    ),
    (
        messages.late_ack(language="en", reference="M4XK2", call_sign="KM MARUDU", at=AT),
        "M4XK2 already taken by KM MARUDU 1432Z. Stand by, do not go unless called.",
        74,
    ),
    (
        messages.help_coming(language="en", reference=REFERENCE, call_sign="KM MARUDU", eta_s=2400),
        "7K3Q9: boat KM MARUDU is coming, about 40 min. Save battery. Show light when you hear engine.",
        93,
    ),
]


@pytest.mark.parametrize(("said", "given_text", "characters"), GIVEN, ids=[row[1][:24] for row in GIVEN])
def test_the_agencys_texts_are_said_as_given(said, given_text, characters):
    assert said == given_text
    assert segments(said)[1:] == (characters, 1)


def everything_said(language):
    """(label, text, reference it must carry, digits it must carry) with the longest values, once as a drill."""
    for drill in (False, True):
        common = {"language": language, "drill": drill}
        ref = {"reference": REFERENCE} | common
        for mode in ("FULL", "RECEIVED", "QUIET"):
            for position in (None, SEMPORNA, FAR):
                for persons in (None, 9999):
                    text = messages.received(mode, position=position, persons_on_board=persons, **ref)
                    yield f"received {mode}", text, REFERENCE, ""
        for mode, ask in (("FULL", "how_many"), ("FULL", "what"), ("RECEIVED", "what")):
            for position in (SEMPORNA, FAR):
                text = messages.received(mode, position=position, ask=ask, **ref)
                yield f"received {mode} asking {ask}", text, REFERENCE, ""
        for eta_s in (None, 1, 7200, LONGEST_ETA_S):
            yield (
                "help_coming",
                messages.help_coming(call_sign=LONGEST_CALL_SIGN, eta_s=eta_s, **ref),
                REFERENCE,
                "",
            )
        for kind in ("where", "how_many", "both", "what"):
            yield f"question {kind}", messages.reporter_question(kind, **ref), REFERENCE, ""
        for persons in (None, 9999):
            text = messages.received("FULL", position=FAR, ask="where", persons_on_board=persons, **ref)
            yield "received FULL asking where", text, REFERENCE, ""
        which = [REFERENCE, "M4XK2", "CCCCC", "WWWWW"]
        yield "which_report of 2", messages.which_report(references=which[:2], **common), REFERENCE, "12"
        yield "which_report of 4", messages.which_report(references=which, **common), REFERENCE, "1234"
        for type_ in IncidentType:
            for position, near in ((FAR, None), (None, None), (None, "W" * 40), (None, FAR)):
                for error_m in (18, 999 * 1852):
                    text = messages.unit_alert(
                        priority=1,
                        type=type_,
                        persons_on_board=9999,
                        position=position,
                        position_error_m=error_m,
                        distance_m=9999 * 1852,
                        bearing_deg=359.9,
                        next_in_s=3600,
                        near=near,
                        position_at=AT if error_m > 18 else None,
                        **ref,
                    )
                    yield "unit_alert", text, REFERENCE, "12"
                    text = messages.joined(
                        priority=1,
                        old="WWWWW",
                        type=type_,
                        persons_on_board=9999,
                        position=position,
                        position_error_m=error_m,
                        position_at=AT if error_m > 18 else None,
                        **ref,
                    )
                    yield "joined", text, REFERENCE, "12"
            for kind in ALARMS:
                alarm = messages.duty_alarm(kind, priority=1, type=type_, call_sign=LONGEST_CALL_SIGN, **ref)
                yield f"duty_alarm {kind}", alarm, REFERENCE, "1"
        yield "unit_confirmed", messages.unit_confirmed(at=AT, **ref), REFERENCE, "34569"
        yield "noted_going", messages.noted_going(at=AT, **ref), REFERENCE, "369"
        yield "late_ack", messages.late_ack(call_sign=LONGEST_CALL_SIGN, at=AT, **ref), REFERENCE, ""
        yield "not_found", messages.dispatch_not_found(open_references=REFERENCES, **ref), REFERENCE, ""
        yield "none_open", messages.dispatch_not_found(**ref), REFERENCE, "9"
        yield (
            "which",
            messages.which_reference(digit=6, open_references=REFERENCES, **common),
            REFERENCES[0],
            "6",
        )
        yield "not_now", messages.not_now(digit=6, **ref), REFERENCE, "6"
        yield "keys", messages.keys(**common), "REF", "1234569"
        yield "declined_noted", messages.declined_noted(at=AT, **ref), REFERENCE, ""
        for verb in ("under_way", "on_scene", "complete", "cannot_continue", "in_distress"):
            yield f"noted {verb}", messages.status_noted(verb, at=AT, **ref), REFERENCE, ""
        for verb in ("receipt", "well", "in_harbour"):
            yield f"noted {verb}", messages.status_noted(verb, at=AT, **ref), REFERENCE, ""
        for what, digits in (
            ("departure", "369"),
            ("arrival", "0469"),
            ("welfare", "069"),
            ("return", "059"),
        ):
            yield f"ask {what}", messages.asked(what, **ref), REFERENCE, digits
        yield "stand_down", messages.stand_down(at=AT, **ref), REFERENCE, "0"
        yield "told_stand_down", messages.told_stand_down(at=AT, **ref), REFERENCE, ""
        yield "officer_noted", messages.officer_noted(at=AT, **ref), REFERENCE, ""
    yield "roster_fault", messages.roster_fault(language=language, call_sign=LONGEST_CALL_SIGN), "STOP", ""


@pytest.mark.parametrize("language", [*LANGUAGES, ""])
def test_every_text_with_the_longest_values_is_one_sms_with_reference_and_digits(language):
    for label, text, reference, digits in everything_said(language):
        encoding, characters, count = segments(text)
        assert count == 1, (label, characters, text)
        assert encoding == "GSM-7" or language in NARROW, (label, text)
        assert reference in text, (label, text)
        without_reference = text.replace(reference, "")
        assert all(digit in without_reference for digit in digits), (label, text)
        assert not re.search(r"[{}]|  |None| [.,]", text), (label, text)


@pytest.mark.parametrize("language", GSM_LANGUAGES)
def test_where_there_is_room_no_word_of_an_alert_is_left_out(language):
    for type_ in IncidentType:
        for drill in (False, True):
            values = UNIT | {
                "type": type_,
                "position": FAR,
                "position_error_m": 999 * 1852,
                "persons_on_board": 9999,
            }
            text = messages.unit_alert(language=language, drill=drill, **values)
            for piece in ("POB9999", messages.position_sms(*FAR, language), "+-999NM", "12NM BRG045T", "60s"):
                assert piece in text, (language, type_)


@pytest.mark.parametrize("language", NARROW)
def test_in_few_characters_the_position_the_type_and_the_answers_stay(language):
    for type_ in IncidentType:
        values = UNIT | {
            "type": type_,
            "position": FAR,
            "position_error_m": 999 * 1852,
            "persons_on_board": 9999,
        }
        text = messages.unit_alert(language=language, drill=True, **values)
        label = words(language)["types"][type_]
        for piece in (label, messages.position_sms(*FAR, language), "+-999NM", "1 M4XK2=", " 2=", "P1"):
            assert piece in text, (language, type_, text)


@pytest.mark.parametrize("language", [*LANGUAGES, ""])
def test_a_drill_is_marked_in_every_text_but_the_quiet_one(language):
    mark = {"en": "DRILL", "fil": "DRILL", "vi": "DIEN TAP", "th": "ซ้อม", "ta": "பயிற்சி"}.get(
        language, "LATIHAN/DRILL"
    )
    marks = (
        (mark, "DRILL") if language == "" else (mark,)
    )  # nobody knows: a reporter reads both, a crew English
    texts = list(everything_said(language))
    half = (len(texts) - 1) // 2
    for label, text, *_ in texts[half:-1]:
        assert label == "received QUIET" or text.startswith(marks), (label, text)
    for label, text, *_ in texts[:half]:
        assert mark not in text, (label, text)
    title, body = messages.push_title_and_body(**UNIT, language=language, drill=True)
    assert title.startswith(marks)
    assert body.startswith(marks)


TEMPLATE_LANGUAGES = [*LANGUAGES, BILINGUAL]


def templates(language):
    return {
        (section, name): text
        for section in words(language).sections()
        for name, text in words(language)[section].items()
    }


def slots(text):
    return sorted(
        {field for _, field, spec, conversion in string.Formatter().parse(text) if field is not None}
    )


OPTIONAL = {"more"}  # a sentence that English has inside its template


@pytest.mark.parametrize("language", TEMPLATE_LANGUAGES)
def test_every_language_says_everything_with_the_same_values(language):
    english = templates("en")
    if language == BILINGUAL:
        english = {key: text for key, text in english.items() if key[0] in ("common", "reporter")}
    theirs = {key: text for key, text in templates(language).items() if not key[1].endswith("_more")}
    assert theirs.keys() == english.keys()
    for key, text in theirs.items():
        assert text, key
        assert set(slots(text)) - OPTIONAL == set(slots(english[key])), key


@pytest.mark.parametrize("language", TEMPLATE_LANGUAGES)
def test_every_type_has_a_short_label(language):
    if language == BILINGUAL:
        assert not words(language).has_section("types")
        return
    labels = words(language)["types"]
    assert set(labels) == {*IncidentType, "ais_sart"}
    assert len(set(labels.values())) == len(labels)
    assert all(label == label.upper() for label in labels.values())


@pytest.mark.parametrize("language", TEMPLATE_LANGUAGES)
def test_words_of_ours_wait_for_a_native_speaker(language):
    text = (FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    header = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    assert "for review by a native speaker" in header


@pytest.mark.parametrize(
    ("language", "beginning"),
    [
        ("", "SOS DITERIMA/RECEIVED 7K3Q9"),
        ("zh", "SOS DITERIMA/RECEIVED 7K3Q9"),
        ("ms-en", "SOS DITERIMA/RECEIVED 7K3Q9"),
        ("../../etc/passwd", "SOS DITERIMA/RECEIVED 7K3Q9"),
        ("ms", "SOS DITERIMA ruj"),
        ("ms-MY", "SOS DITERIMA ruj"),
        ("EN", "SOS RECEIVED"),
        ("en_GB", "SOS RECEIVED"),
        ("tl", "SOS NATANGGAP"),
        ("fil-PH", "SOS NATANGGAP"),
        ("in", "SOS DITERIMA ref"),
        ("th-TH", "รับ SOS"),
    ],
)
def test_a_reporters_language_is_found_or_both_are_used(language, beginning):
    assert messages.received("FULL", language=language, reference=REFERENCE).startswith(beginning)


def test_a_crew_whose_language_is_unknown_is_told_in_english():
    assert messages.unit_alert(language="zh", **UNIT) == messages.unit_alert(language="en", **UNIT)


def test_the_bilingual_text_reads_the_position_with_international_letters():
    text = messages.received("FULL", language="", reference=REFERENCE, position=SEMPORNA)
    assert "04-35.21N 118-40.91E" in text
    assert "Rescue alerted" in text
    assert "Bantuan dipanggil" in text


def test_the_number_of_people_is_not_asked_when_it_is_known():
    known = messages.received("FULL", language="en", reference=REFERENCE, persons_on_board=3)
    assert known.endswith("nearest island and distance.")


def test_no_rescue_is_promised_where_none_is_alerted():
    for language in [*LANGUAGES, ""]:
        for position in (None, SEMPORNA):
            text = messages.received("RECEIVED", language=language, reference=REFERENCE, position=position)
            assert not re.search(r"rescue|Penyelamat|Tim SAR|cuu nan|กู้ภัย|மீட்பு|Bantuan", text)


@pytest.mark.parametrize("mode", ReplyMode.values)
def test_quiet_says_the_reference_and_none_says_nothing(mode):
    for language in [*LANGUAGES, ""]:
        for drill in (False, True):
            for position in (None, SEMPORNA):
                text = messages.received(
                    mode, language=language, reference=REFERENCE, position=position, drill=drill
                )
                if mode in ("QUIET", "NONE"):
                    assert text == {"QUIET": "OK 7K3Q9", "NONE": ""}[mode]
                else:
                    assert len(text) > 20


@pytest.mark.parametrize(
    ("eta_s", "said"),
    [
        (0, "10 min"),
        (1, "10 min"),
        (600, "10 min"),
        (601, "20 min"),
        (2400, "40 min"),
        (2401, "50 min"),
        (7200, "120 min"),
        (7201, "3 h"),
        (10_800, "3 h"),
        (10_801, "4 h"),
    ],
)
def test_the_time_to_arrival_is_rounded_up_to_ten_minutes_and_long_ones_to_hours(eta_s, said):
    assert f"about {said}." in messages.help_coming(
        language="en", reference=REFERENCE, call_sign="KM X", eta_s=eta_s
    )


def test_help_without_a_known_time_gives_none():
    assert "about" not in messages.help_coming(
        language="en", reference=REFERENCE, call_sign="KM X", eta_s=None
    )


@pytest.mark.parametrize(
    ("label", "changes", "expected"),
    [
        ("whole", {}, "POB5 04-35.21N 118-40.91E 12NM BRG045T. Reply"),
        ("people unknown", {"persons_on_board": None}, "SINKING 04-35.21N"),
        ("nobody aboard", {"persons_on_board": 0}, "SINKING POB0 04-35.21N"),
        ("coarse", {"position_error_m": 5 * 1852}, "118-40.91E +-5NM 12NM"),
        ("coarse, rounded up", {"position_error_m": 5 * 1852 + 1}, "118-40.91E +-6NM 12NM"),
        ("error unknown", {"position_error_m": None}, "118-40.91E 12NM"),
        (
            "no position",
            {"position": None, "distance_m": None, "bearing_deg": None},
            "POB5 POS UNKNOWN. Reply",
        ),
        ("near a place", {"position": None, "near": "Pulau Sipadan"}, "POS UNKNOWN near Pulau Sipadan 12NM"),
        (
            "near a long place",
            {"position": None, "near": "Kampung Air Tawar Batu Sapi"},
            "near Kampung Air Tawar 12NM",
        ),
        ("near a place with marks", {"position": None, "near": "Đảo Phú Quý"}, "near Dao Phu Quy 12NM"),
        ("near a place in another script", {"position": None, "near": "เกาะสมุย"}, "POB5 POS UNKNOWN 12NM"),
        (
            "near the middle of the waters",
            {"position": None, "near": SEMPORNA, "position_error_m": 30 * 1852},
            "POS UNKNOWN near 04-35N 118-41E +-30NM 12NM",
        ),
        ("close by", {"distance_m": 5556}, " 3.0NM BRG045T"),
        ("just under ten", {"distance_m": 9.96 * 1852}, " 10NM BRG045T"),
        ("due north from the west", {"bearing_deg": 359.7}, "BRG000T"),
        ("distance unknown", {"distance_m": None}, "118-40.91E. Reply"),
        ("where it drifts to", {"position_at": AT}, "118-40.91E @1432Z 12NM BRG045T"),
        ("where it drifts to, about", {"position_at": AT, "position_error_m": 4_000}, "E +-3NM @1432Z 12NM"),
        ("a time without a position", {"position_at": AT, "position": None}, "POS UNKNOWN 12NM"),
        ("nobody after this unit", {"next_in_s": None}, "2 M4XK2=CANNOT."),
        ("a type nobody knows", {"type": "kraken"}, "M4XK2 UNCLEAR POB5"),
    ],
)
def test_an_alert_says_what_is_known(label, changes, expected):
    text = messages.unit_alert(language="en", **(UNIT | changes))
    assert expected in text
    assert segments(text)[2] == 1


@pytest.mark.parametrize("language", GSM_LANGUAGES)
def test_news_of_a_drifting_boat_says_for_what_time(language):
    given = {name: UNIT[name] for name in ("priority", "reference", "type", "persons_on_board", "position")}
    assert "@1432Z" in messages.unit_update(language=language, position_at=AT, **given)
    assert "@1432Z" in messages.unit_alert(language=language, position_at=AT, **UNIT)


@pytest.mark.parametrize("language", GSM_LANGUAGES)
@pytest.mark.parametrize(
    ("now", "said"),
    [(AT - timedelta(hours=2), "@1432Z"), (AT - timedelta(days=2), f"@{AT:%d} 1432Z"), (None, "@1432Z")],
    ids=["today", "another day", "no day known"],
)
def test_a_time_on_another_day_carries_its_day(language, now, said):
    given = {name: UNIT[name] for name in ("priority", "reference", "type", "persons_on_board", "position")}
    given |= {"position_at": AT, "now": now, "position_error_m": 128 * 1852}
    for text in (
        messages.unit_update(language=language, **given),
        messages.unit_alert(language=language, **UNIT | given),
    ):
        assert f" +-128NM {said}" in text
        assert segments(text)[2] == 1


def test_an_alert_speaks_the_crews_language():
    assert "KARAM" in messages.unit_alert(language="ms", **UNIT)
    assert "04-35.21U 118-40.91T" in messages.unit_alert(language="ms", **UNIT)
    assert "TENGGELAM" in messages.unit_alert(language="id", **UNIT)
    assert "เรือจม" in messages.unit_alert(language="th", **UNIT)


def test_a_push_says_what_the_sms_says():
    title, body = messages.push_title_and_body(language="en", **UNIT)
    assert title == "P1 SINKING M4XK2"
    assert body == (
        "POB5 04-35.21N 118-40.91E 12NM BRG045T. Answer in the app: GOING or CANNOT. No reply: next unit in 60s"
    )
    parameters = [
        inspect.signature(function).parameters
        for function in (messages.push_title_and_body, messages.unit_alert)
    ]
    assert list(parameters[0]) == list(parameters[1])


def test_a_voice_spells_the_reference_and_names_the_keys():
    values = {
        key: UNIT[key]
        for key in ("priority", "reference", "type", "persons_on_board", "distance_m", "bearing_deg")
    }
    assert messages.spoken_alert(language="en", **values) == (
        "Coast guard alert. Priority 1. sinking. 5 persons. 12 nautical miles, bearing 0 4 5. "
        "Reference M, 4, X, K, 2. Again, reference M, 4, X, K, 2. Press 1 to go, 2 if you cannot."
    )
    for language in LANGUAGES:
        for drill in (False, True):
            text = messages.spoken_alert(language=language, drill=drill, **values)
            assert all(said in text for said in ("M, 4, X, K, 2", "1", "2"))
            assert text.startswith(words(language)["common"]["drill"].partition("/")[0]) == drill
            bare = messages.spoken_alert(language=language, priority=1, reference="M4XK2", type="sinking")
            assert not re.search(r"[{}]|None|  | \.", bare)
    alarm = messages.spoken_alarm(
        "nobody_answers", language="en", priority=1, reference="M4XK2", type="undesignated_distress"
    )
    assert alarm == (
        "Coast guard duty alarm. Priority 1. SOS. no unit answers. Reference M, 4, X, K, 2. Press 1 if you have it."
    )


@pytest.mark.parametrize("kind", messages.SPOKEN_ANSWERS)
def test_a_voice_answers_a_key_with_the_reference_spelled(kind):
    for language in LANGUAGES:
        text = messages.spoken_answer(kind, language=language, reference="M4XK2", call_sign="KM MARUDU")
        assert text.startswith("M, 4, X, K, 2")
        assert ("KM MARUDU" in text) == (kind == "taken")


def test_a_question_or_an_alarm_nobody_knows_is_refused():
    with pytest.raises(KeyError):
        messages.reporter_question("who", language="en", reference=REFERENCE)
    with pytest.raises(ValueError, match="no such answer"):
        messages.spoken_answer("hello", language="en", reference=REFERENCE)
    with pytest.raises(ValueError, match="no such alarm"):
        messages.duty_alarm("roster_fault", language="en", priority=1, reference=REFERENCE, type="sinking")


@pytest.mark.parametrize(
    ("count", "listed"),
    [(1, "27K3Q."), (2, "27K3Q 37K3Q."), (5, "67K3Q."), (6, "67K3Q +1."), (10, "67K3Q +5.")],
)
def test_open_references_are_listed_and_the_rest_counted(count, listed):
    assert listed in messages.dispatch_not_found(
        language="en", reference="TTTTT", open_references=REFERENCES[:count]
    )


def test_without_a_reference_the_answer_reads_well():
    text = messages.dispatch_not_found(language="en")
    assert text == "No open task on this phone, nothing changed. In danger? Reply 9."


def test_times_are_utc():
    kuala_lumpur = AT.astimezone(timezone(timedelta(hours=8)))
    assert "1432Z" in messages.unit_confirmed(language="ms", reference="M4XK2", at=kuala_lumpur)


@pytest.mark.parametrize(
    ("call_sign", "said"),
    [
        ("KM MARUDU", "KM MARUDU"),
        ("BRP Teresa Magbanúa", "BRP Teresa Magbanua"),
        ("CSB 8001 Đà Nẵng", "CSB 8001 Da Nang"),
        ("PZ{reference}", "PZ{reference}"),
        ("KM\nMARUDU\0\u202e", "KM MARUDU"),
        ("ต.991", ".991"),
        ("ตรวจการ", "ตรวจการ"),
    ],
)
def test_a_call_sign_keeps_the_text_short_and_is_never_a_template(call_sign, said):
    text = messages.help_coming(language="en", reference=REFERENCE, call_sign=call_sign, eta_s=60)
    assert f"boat {said} is coming" in text


# Positions

POSITIONS = [
    (118.6818, 4.5868, "en", "04-35.21N 118-40.91E"),
    (118.6818, 4.5868, "ms", "04-35.21U 118-40.91T"),
    (118.6818, 4.5868, "id", "04-35.21 LU 118-40.91 BT"),
    (118.6818, 4.5868, "fil", "04-35.21N 118-40.91E"),
    (118.6818, 4.5868, "xx", "04-35.21N 118-40.91E"),
    (115.9179, -8.3367, "id", "08-20.20 LS 115-55.07 BT"),
    (115.9179, -8.3367, "ms", "08-20.20S 115-55.07T"),
    (-0.5, -0.5, "en", "00-30.00S 000-30.00W"),
    (-0.5, -0.5, "ms", "00-30.00S 000-30.00B"),
    (-0.5, -0.5, "id", "00-30.00 LS 000-30.00 BB"),
    (119.99999, 4.99999, "en", "05-00.00N 120-00.00E"),
    (-119.99999, -4.99999, "en", "05-00.00S 120-00.00W"),
    (-0.00001, -0.00001, "en", "00-00.00N 000-00.00E"),
    (180, 90, "en", "90-00.00N 180-00.00E"),
    (-180, -90, "en", "90-00.00S 180-00.00W"),
]


@pytest.mark.parametrize(("lon", "lat", "language", "text"), POSITIONS)
def test_a_position_is_written_for_a_phone(lon, lat, language, text):
    assert messages.position_sms(lon, lat, language) == text


def test_a_position_is_written_for_a_screen():
    assert messages.position_screen(118.6818, 4.5868) == "04°35.21'N 118°40.91'E"
    assert messages.position_screen(-0.5, -89.99999) == "90°00.00'S 000°30.00'W"


@pytest.mark.parametrize(
    ("lon", "lat"), [(0, 90.1), (180.1, 0), (0, float("nan")), (float("inf"), 0), (4.5868, 118.6818)]
)
def test_what_is_no_position_is_refused(lon, lat):
    with pytest.raises(ValueError, match="degrees"):
        messages.position_sms(lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "text"),
    [
        (118.6818, 4.5868, "04-35N 118-41E"),
        (-119.9999, -4.9999, "05-00S 120-00W"),
        (-0.001, 0, "00-00N 000-00E"),
    ],
)
def test_an_area_is_written_in_whole_minutes(lon, lat, text):
    assert messages.position_sms(lon, lat, decimals=0) == text


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(["en", "ms", "id"]))
def test_a_written_position_reads_back_within_half_a_hundredth_of_a_minute(lon, lat, language):
    text = messages.position_sms(lon, lat, language)
    match = re.fullmatch(r"(\d\d)-([0-5]\d\.\d\d)( ?[A-Z]+) (\d{3})-([0-5]\d\.\d\d)( ?[A-Z]+)", text)
    assert match, text
    south, west = match[3].strip() in ("S", "LS"), match[6].strip() in ("W", "B", "BB")
    read_lat = (int(match[1]) + float(match[2]) / 60) * (-1 if south else 1)
    read_lon = (int(match[4]) + float(match[5]) / 60) * (-1 if west else 1)
    assert abs(read_lat - lat) <= 0.005 / 60 + 1e-9
    assert abs(read_lon - lon) <= 0.005 / 60 + 1e-9


# Segments (GSM 03.38)


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("nothing", "", ("GSM-7", 0, 0)),
        ("one", "a", ("GSM-7", 1, 1)),
        ("full", "a" * 160, ("GSM-7", 160, 1)),
        ("one over", "a" * 161, ("GSM-7", 161, 2)),
        ("two full parts", "a" * 306, ("GSM-7", 306, 2)),
        ("three parts", "a" * 307, ("GSM-7", 307, 3)),
        ("the extension table counts two", "[]{}\\~^|€\f", ("GSM-7", 20, 1)),
        ("eighty of them fill one", "€" * 80, ("GSM-7", 160, 1)),
        ("an escape is not parted from its character", "a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3)),
        ("letters of the alphabet", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", ("GSM-7", 42, 1)),
        ("small c with cedilla is not one", "ç", ("UCS-2", 1, 1)),
        ("degree sign is not one", "4°", ("UCS-2", 2, 1)),
        ("typographic quote is not one", "5’", ("UCS-2", 2, 1)),
        ("backtick is not one", "`", ("UCS-2", 1, 1)),
        ("escape is not a character", "\x1b", ("UCS-2", 1, 1)),
        ("Thai full", "ก" * 70, ("UCS-2", 70, 1)),
        ("Thai over", "ก" * 71, ("UCS-2", 71, 2)),
        ("Thai two full parts", "ก" * 134, ("UCS-2", 134, 2)),
        ("Thai three parts", "ก" * 135, ("UCS-2", 135, 3)),
        ("Tamil counts marks", "மூழ்கல்", ("UCS-2", 7, 1)),
        ("emoji counts two", "😀", ("UCS-2", 2, 1)),
        ("35 of them fill one", "😀" * 35, ("UCS-2", 70, 1)),
        ("its halves are not parted", "😀" * 67, ("UCS-2", 134, 3)),
        ("a bracket in UCS-2 counts one", "[ก", ("UCS-2", 2, 1)),
        ("a lone surrogate", "\ud800", ("UCS-2", 1, 1)),
    ],
)
def test_segments_are_counted_as_a_network_does(label, text, expected):
    assert segments(text) == expected


def test_the_alphabet_is_whole():
    # 128 codes of the basic table less the escape, and the ten of the extension table
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert not BASIC & EXTENSION


@given(st.text(max_size=400))
def test_segments_hold_every_character_and_no_more_parts_than_needed(text):
    encoding, characters, count = segments(text)
    if encoding == "UCS-2":
        assert characters == len(text.encode("utf-16-le", "surrogatepass")) // 2
        one, part = 70, 67
    else:
        assert characters == len(text) + sum(char in EXTENSION for char in text)
        one, part = 160, 153
    if characters <= one:
        assert count == (1 if text else 0)
    else:
        # a pair moved whole to the next part costs at most one unit a part
        assert -(-characters // part) <= count <= -(-characters // (part - 1))


@given(
    st.text(alphabet=sorted(BASIC | EXTENSION), max_size=400),
    st.text(alphabet=sorted(BASIC | EXTENSION), max_size=5),
)
def test_more_text_never_costs_less(text, more):
    assert segments(text + more)[2] >= segments(text)[2]
    assert segments(text)[0] == "GSM-7"


@pytest.mark.parametrize("kind", ["ended_unseen", "stand_down_unread"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_over_does_not_sound_like_a_new_distress(language, kind):
    said = {"language": language, "priority": 1, "reference": REFERENCE, "type": "sinking"}
    text = messages.duty_alarm(kind, call_sign="MY-LUMUT-04", **said)
    voice = messages.spoken_alarm(kind, call_sign="MY-LUMUT-04", **said)
    danger = words(language)
    assert segments(text)[2] == 1
    assert "MY-LUMUT-04" in text
    assert "my-lumut-04" in voice
    assert "P1" not in text
    assert REFERENCE in text
    for one in (text, voice):
        assert danger["types"]["sinking"].lower() not in one.lower()
        assert danger["duty"]["untouched"].lower() not in one.lower()


def test_the_desk_hears_which_crew_ended_what_no_officer_has_seen():
    said = {"language": "en", "priority": 1, "reference": "6QZFF", "type": "sinking"}
    assert messages.duty_alarm("ended_unseen", call_sign="MY-LUMUT-04", **said) == (
        "6QZFF: ENDED BY MY-LUMUT-04, NO OFFICER HAS SEEN IT. Look at the desk. Reply 1 6QZFF=I HAVE IT"
    )
