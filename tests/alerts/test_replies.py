import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.replies import ALPHABET, DIGIT_OF_VERB, VERB_OF_DIGIT, Ambiguous, Reply, Verb, parse, resolve

ACK, DECLINE, ON_SCENE, DISTRESS = Verb.ACKNOWLEDGE, Verb.DECLINE, Verb.ON_SCENE, Verb.IN_DISTRESS

ANSWERS = [
    ("as the alert asks", "1 M4XK2", ACK, "M4XK2", ""),
    ("lower case", "1 m4xk2", ACK, "M4XK2", ""),
    ("glued", "1m4xk2", ACK, "M4XK2", ""),
    ("reference first", "M4XK2 1", ACK, "M4XK2", ""),
    ("reference first, glued", "m4xk21", ACK, "M4XK2", ""),
    ("reference first with a sign", "M4XK2=4", ON_SCENE, "M4XK2", ""),
    ("a reason", "2 m4xk2 engine broken", DECLINE, "M4XK2", "engine broken"),
    ("a reason that has numbers", "2 M4XK2, fuel for 3 nm only", DECLINE, "M4XK2", "fuel for 3 nm only"),
    ("the alert's words typed back", "1 M4XK2=GOING", ACK, "M4XK2", "GOING"),
    ("two lines", "1\nM4XK2\n", ACK, "M4XK2", ""),
    ("tabs and blanks", " \t1  M4XK2  ", ACK, "M4XK2", ""),
    ("point", "1.M4XK2.", ACK, "M4XK2", ""),
    ("dash", "1-M4XK2", ACK, "M4XK2", ""),
    ("number sign", "#1 #M4XK2", ACK, "M4XK2", ""),
    ("brackets", "(1) M4XK2", ACK, "M4XK2", ""),
    ("quotes", '"1 M4XK2"', ACK, "M4XK2", '"'),
    ("a word for reference", "1 ref M4XK2", ACK, "M4XK2", ""),
    ("a polite word before", "ok 1 M4XK2", ACK, "M4XK2", ""),
    ("full width", "１　Ｍ４ＸＫ２", ACK, "M4XK2", ""),
    ("Thai digits", "๑ M๔XK๒", ACK, "M4XK2", ""),
    ("Tamil digit", "௪ M4XK2", ON_SCENE, "M4XK2", ""),
    ("circled digit", "① M4XK2", ACK, "M4XK2", ""),
    ("keycap", "1️⃣ M4XK2", ACK, "M4XK2", ""),
    ("invisible marks", "\u200e1\u200b M4\u2060XK2\ufeff", ACK, "M4XK2", ""),
    ("NUL", "1\0M4XK2\0", ACK, "M4XK2", ""),
    ("S for 5", "1 M4XS2", ACK, "M4X52", ""),
    ("B for 8", "1 M4XB2", ACK, "M4X82", ""),
    ("O and 0 for Q", "1 m4o02", ACK, "M4QQ2", ""),
    ("U for V", "1 M4XU2", ACK, "M4XV2", ""),
    ("a reference of digits", "1 23456", ACK, "23456", ""),
    ("a reference of digits, with the alert's sign", "1 23456=GOING", ACK, "23456", "GOING"),
    ("only the digit decides", "1 M4XK2 going, no spare fuel", ACK, "M4XK2", "going, no spare fuel"),
    ("bare", "1", ACK, "", ""),
    ("bare with a point", "1.", ACK, "", ""),
    ("bare with a sign", "#1", ACK, "", ""),
    ("bare in quotes", '"4"', ON_SCENE, "", '"'),
    ("bare, full width", "１", ACK, "", ""),
    ("bare, Thai", "๔", ON_SCENE, "", ""),
    ("bare keycap", "1️⃣", ACK, "", ""),
    ("bare and glad", "1!!", ACK, "", ""),
    ("bare with the alert's word", "1=GOING", ACK, "", "GOING"),
    ("bare with the alert's words", "2 tak boleh", DECLINE, "", "tak boleh"),
    ("bare with a Thai word", "1ไป", ACK, "", "ไป"),
    ("bare ok", "1 ok", ACK, "", "ok"),
    ("a crew in distress", "9 need help", DISTRESS, "", "need help"),
]


@pytest.mark.parametrize(
    ("label", "text", "verb", "reference", "rest"), ANSWERS, ids=[row[0] for row in ANSWERS]
)
def test_an_answer_is_read(label, text, verb, reference, rest):
    assert parse(text) == Reply(verb, reference, rest)


@pytest.mark.parametrize(("digit", "verb"), VERB_OF_DIGIT.items())
def test_every_digit_has_its_verb(digit, verb):
    assert parse(f"{digit} M4XK2").verb == parse(str(digit)).verb == verb
    assert verb == Verb.KEYS or DIGIT_OF_VERB[verb] == digit


NOT_ANSWERS = [
    ("empty", ""),
    ("blank", " \n "),
    ("a person overboard", "1 orang jatuh laut"),
    ("robbers", "2 bot laju kena rompak"),
    ("people aboard", "5 ORANG"),
    ("nine people", "9 nguoi chim tau"),
    ("boats by number", "3 KOTOR boats"),
    ("a word of look-alikes", "1 robot"),
    ("a decimal position", "4.5868 118.6818"),
    ("a decimal position with five decimals", "4.58688 118.68186"),
    ("a whole pair of five digits", "4 34567 118 34567"),
    ("a position without points", "9 43 900 99 15 900"),
    ("a compact position", "0434.5N 11840.2E"),
    ("degrees and minutes", "6 52.3H 122 04.1S"),
    ("dashes", "4-35.21U 118-40.91T"),
    ("comma decimals", "4,118"),
    ("south by sign", "-7.2345, 113.0021"),
    ("a negative digit", "-1"),
    ("a time", "1:30"),
    ("a time after a reference", "M4XK2 14:30"),
    ("a fraction", "1/2"),
    ("a range", "2-3 boats"),
    ("two digits", "12"),
    ("ninety-nine", "99"),
    ("digit glued to a word", "1st boat"),
    ("a reference one too long", "1 M4XK2T going"),
    ("a reference one too short", "1 M4XK"),
    ("vowels", "1 M4XA2"),
    ("I could be several characters", "1 M4XI2"),
    ("1 could be several characters", "1 M4X12"),
    ("priority, not digit", "P1 SINKING"),
    ("words only", "going"),
    ("a yes", "yes"),
    ("not at the start", "please do not send 1 M4XK2"),
    ("stop in a sentence", "stop boat we are sinking"),
    ("emoji", "😀😀"),
    ("lone surrogate", "\ud800"),
]


@pytest.mark.parametrize(("label", "text"), NOT_ANSWERS, ids=[row[0] for row in NOT_ANSWERS])
def test_what_is_no_answer_has_neither_verb_nor_reference(label, text):
    reply = parse(text)
    assert (reply.verb, reply.reference) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        "M4XK2",
        "m4xk2.",
        "1 M4XK2=GOING 2 M4XK2=CANNOT. No reply: next unit in 60s",
        "1 M4XK2=ไป 2=ไม่ได้",
        "1 M4XK2 cannot",
        "1 M4XK2 tak boleh",
        "1 M4XK2=TIDAK BISA",
    ],
)
def test_an_unclear_answer_keeps_its_reference_and_stops_no_ladder(text):
    assert parse(text).verb is None
    assert parse(text).reference == "M4XK2"


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop. ", "STOPALL", "unsubscribe", "CANCEL", "end", "Quit!", "ＳＴＯＰ"]
)
def test_a_carriers_opt_out_word_is_told_apart(word):
    assert parse(word) == Reply(Verb.STOP)


@given(st.text(max_size=400))
def test_no_text_raises(text):
    reply = parse(text)
    assert reply.verb is None or reply.verb in Verb
    assert reply.reference == "" or (len(reply.reference) == 5 and set(reply.reference) <= set(ALPHABET))


@given(st.text(alphabet="123 M4XK2=.#-()\n" + string.ascii_letters, max_size=60))
def test_no_text_near_the_grammar_raises(text):
    parse(text)


@given(st.integers(1, 9), st.text(alphabet=ALPHABET, min_size=5, max_size=5))
def test_every_reference_comes_through_as_the_alert_asks(digit, reference):
    for text in (
        f"{digit} {reference}",
        f"{digit} {reference.lower()}",
        f"{digit}{reference}",
        f"{digit}\n{reference}.",
    ):
        assert parse(text) == Reply(VERB_OF_DIGIT[digit], reference)


@pytest.mark.parametrize(
    "piece", ["#", " #", "1", "1 ", "(", ".", "1 ref ", "M4XK2 ", "ref: ", "\u200b", "ﷺ"]
)
def test_a_long_text_is_read_at_once(piece):
    started = time.perf_counter()
    parse(piece * 100_000)
    assert time.perf_counter() - started < 1


ONE, TWO = ("M4XK2", "alerting"), ("7K3Q9", "alerting")


@pytest.mark.parametrize(
    ("label", "text", "candidates", "chosen"),
    [
        ("by reference", "1 7K3Q9", [ONE, TWO], TWO),
        ("bare, one open", "1", [ONE], ONE),
        ("bare, two open", "1", [ONE, TWO], Ambiguous((ONE, TWO))),
        ("bare, only one can take it", "4", [ONE, ("7K3Q9", "en_route")], ("7K3Q9", "en_route")),
        ("late", "1 M4XK2", [("M4XK2", "no_answer")], ("M4XK2", "no_answer")),
        ("under way", "3", [("M4XK2", "acknowledged")], ("M4XK2", "acknowledged")),
        ("on scene without under way", "4", [("M4XK2", "acknowledged")], ("M4XK2", "acknowledged")),
        ("done", "5", [("M4XK2", "on_scene")], ("M4XK2", "on_scene")),
        ("done without a digit between", "5", [("M4XK2", "acknowledged")], ("M4XK2", "acknowledged")),
        ("cannot continue", "6", [("M4XK2", "en_route")], ("M4XK2", "en_route")),
        ("the caller's tuple comes back", "1", [("M4XK2", "alerting", 41)], ("M4XK2", "alerting", 41)),
        ("none open", "1", [], None),
        ("unknown reference", "1 TTTTT", [ONE], None),
        ("under way before going", "3 M4XK2", [ONE], None),
        ("going when already going", "1 M4XK2", [("M4XK2", "acknowledged")], None),
        ("going after declining", "1 M4XK2", [("M4XK2", "declined")], None),
        ("declining when under way", "2 M4XK2", [("M4XK2", "en_route")], None),
        ("on scene twice", "4", [("M4XK2", "on_scene")], None),
        ("done before going", "5", [ONE], None),
        ("after standing down", "6 M4XK2", [("M4XK2", "stood_down")], None),
        ("keys need no dispatch", "7", [ONE], None),
        ("distress needs no dispatch", "9", [ONE], None),
        ("no verb", "hello", [ONE], None),
        ("no verb with a reference", "M4XK2", [ONE], None),
        ("a status nobody knows", "1", [("M4XK2", "?")], None),
    ],
)
def test_a_digit_finds_its_dispatch(label, text, candidates, chosen):
    assert resolve(parse(text), candidates) == chosen


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("0", ""),
        (" 0. ", ""),
        ("0 M4XK2", "M4XK2"),
        ("0 M4XK2=READ", "M4XK2"),
        ("m4xk2 ok", "M4XK2"),
        ("ok", ""),
        ("SUDAH BACA", ""),
        ("รับทราบ", ""),
    ],
)
def test_a_word_that_something_was_read_or_is_well(text, reference):
    reply = parse(text)
    assert (reply.verb, reply.reference) == (Verb.OK, reference)


@pytest.mark.parametrize(
    "text", ["0.5", "00", "0 1", "0 ROBOT", "0412N 10027E", "ok kami tenggelam", "0 M4XK2 7K3Q9"]
)
def test_what_only_looks_like_it(text):
    assert parse(text).verb is not Verb.OK
