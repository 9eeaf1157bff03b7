"""Which texts of a phone are pieces of one message, and what they say together."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import parts
from reports.reading import read

AT = datetime(2026, 3, 1, 14, 32, tzinfo=UTC)


def ago(*texts: str, seconds: float = 5) -> list[tuple[str, datetime]]:
    """Earlier texts, the newest first, each `seconds` before the next."""
    return [(text, AT - timedelta(seconds=seconds * number)) for number, text in enumerate(texts, 1)]


def cut(text: str, at: int) -> list[str]:
    return [text[start : start + at] for start in range(0, len(text), at)]


@pytest.mark.parametrize(
    ("text", "number", "total", "rest"),
    [
        ("1/2 bot karam", 1, 2, "bot karam"),
        ("(2/2) 0.9E 5 orang", 2, 2, "0.9E 5 orang"),
        ("[1/3]bot karam", 1, 3, "bot karam"),
        ("1 of 2: boat sinking", 1, 2, "boat sinking"),
        ("Part 2/3 118 40.9E", 2, 3, "118 40.9E"),
        ("bhg 1/2. bot karam", 1, 2, "bot karam"),
        ("bot karam 4 35.2N (1/2)", 1, 2, "bot karam 4 35.2N"),
        ("bot karam 2/2", 2, 2, "bot karam"),
        ("bot karam(2/2)", 2, 2, "bot karam"),
        ("๑/๒ เรือจม", 1, 2, "เรือจม"),
    ],
)
def test_a_numbered_piece_is_known_by_its_number(text, number, total, rest):
    part = parts.numbered(text)
    assert (part.number, part.total, part.text) == (number, total, rest)


@pytest.mark.parametrize(
    "text",
    ["bot karam", "3/2 bot", "0/2 bot", "1/1 bot", "1/40 bot", "22/11/2026 bot karam", "12/1 bot", "4.1/2 batu",
     "bot karam 1/2/3", "", "/", "1/", "bot1/2", "1/2 batu utara Pulau Pangkor", "2/3 orang selamat", "1/2 jam lagi karam", "4/11N 100/27E bot karam",
     "4/11 N 100/27 E", "4/11 100/27 bot karam", "4/11.5N", "2/5° 100"],
)  # fmt: skip
def test_other_fractions_and_dates_are_no_numbers_of_pieces(text):
    assert parts.numbered(text) is None


def read_whole(*texts: str, seconds: float = 5):
    """The reading of the last of `texts`, which came in this order."""
    *before, last = texts
    return parts.read_in_parts(last, AT, ago(*reversed(before), seconds=seconds), read)[0]


HEAD, TAIL = "1/2 TOLONG bot karam 4 35.2N 118 4", "(2/2) 0.9E 5 orang"


@pytest.mark.parametrize("texts", [(HEAD, TAIL), (TAIL, HEAD)], ids=["in order", "out of order"])
def test_a_position_cut_in_two_is_read_from_both_orders(texts):
    reading = read_whole(*texts)
    assert reading.position == pytest.approx((118.6817, 4.5867), abs=1e-3)
    assert (reading.type, reading.position_status, reading.persons_on_board) == ("sinking", "ok", 5)
    assert "joined_parts" in reading.flags


@pytest.mark.parametrize("order", ["012", "021", "102", "120", "201", "210"])
def test_three_pieces_in_any_order(order):
    pieces = ["1/3 tolong bot karam", "2/3 posisi 4 35.2N", "3/3 118 40.9E kami 5 orang"]
    reading = read_whole(*(pieces[int(place)] for place in order))
    assert reading.position == pytest.approx((118.6817, 4.5867), abs=1e-3)
    assert (reading.type, reading.persons_on_board) == ("sinking", 5)


def test_what_a_person_split_between_two_numbers_is_not_glued():
    reading = read_whole("1/2 tolong bot karam 4.20", "2/2 100.45 5 orang")
    assert reading.position == pytest.approx((100.45, 4.20))


def test_a_missing_piece_holds_up_nothing_and_glues_no_numbers():
    reading = read_whole("1/3 bot karam 4 35.2N 118 4", "3/3 0.9E 5 orang")
    assert reading.type == "sinking"
    assert reading.persons_on_board == 5
    assert reading.position is None or reading.position_status == "ambiguous"


def test_a_piece_that_came_twice_counts_once():
    assert read_whole(HEAD, HEAD, TAIL) == read_whole(HEAD, TAIL)
    assert read_whole(HEAD, TAIL, TAIL) == read_whole(HEAD, TAIL)


def test_pieces_of_the_message_before_are_left_out():
    reading = read_whole("1/2 bot karam 5.60", "2/2 100.10 9 orang", "1/2 enjin rosak 4.20")
    assert reading.persons_on_board is None
    assert reading.position is None


def test_after_its_time_a_piece_is_a_text_of_its_own():
    assert "joined_parts" not in read_whole(HEAD, TAIL, seconds=301).flags


def test_a_number_alone_is_taken_off_where_it_is_in_the_way():
    reading = read_whole("1/2 4.20 100.45 tolong")
    assert reading.position == pytest.approx((100.45, 4.20))
    assert "joined_parts" not in reading.flags


LONG = (
    "assalamualaikum tuan minta bantuan segera kapal kami mati mesin dan bocor air masuk banyak di belakang, "
    "kami hanyut sejak pagi tadi angin kuat, posisi sekarang di 4 35.21N 118 40.91E, kami semua 12 orang, satu cedera"
)


@pytest.mark.parametrize("size", [153, 160])
@pytest.mark.parametrize("late", [False, True], ids=["in order", "out of order"])
def test_a_text_cut_where_an_sms_is_full_is_read_as_one(size, late):
    text = LONG[:148].rpartition(" 4 ")[0].ljust(size - 12, ".") + " 4 35.21N 118 40.91E, kami 12 orang"
    pieces = cut(text, size)
    assert len(pieces) == 2
    assert pieces[0][-1].isdigit() or pieces[1][0] in "0123456789N ."
    reading = read_whole(*(reversed(pieces) if late else pieces))
    assert reading.position == pytest.approx((118.6818, 4.5868), abs=1e-3)
    assert reading.persons_on_board == 12


@pytest.mark.parametrize("size", [67, 70])
def test_thai_and_any_text_beyond_gsm_is_cut_earlier(size):
    text = "เรือจม ช่วยด้วย น้ำเข้าเรือเร็วมาก".ljust(size - 14, ".") + " 9 43.900N 99 15.900E 5 คน"
    pieces = cut(text, size)
    assert len(pieces) == 2
    for order in (pieces, pieces[::-1]):
        reading = read_whole(*order)
        assert reading.position == pytest.approx((99.265, 9.7317), abs=1e-3)


def test_three_full_pieces_out_of_order_are_put_in_order_where_that_gives_a_position():
    text = ("tolong bot karam " + "air masuk " * 30)[:148] + "4 35.21N 118 40.91E " + "cepat " * 40
    first, second, third = cut(text, 153)[:3]
    assert len(third) < 153
    reading = read_whole(second, first, third)
    assert reading.position == pytest.approx((118.6818, 4.5868), abs=1e-3)


def test_a_position_that_may_go_on_is_in_doubt_until_the_rest_comes():
    first = read_whole("1/2 bot karam 4 35.2N 118 4")
    assert (first.position_status, "may_be_cut" in first.flags) == ("ambiguous", True)
    full = read_whole(("bot karam " + "x" * 160)[:137] + " 4 35.2N 118 40.91")
    assert "may_be_cut" not in full.flags  # 155 characters: there was room for more
    full = read_whole(("bot karam " + "x" * 160)[:142] + " 4 35.2N 118 40.91")
    assert (full.position_status, "may_be_cut" in full.flags) == ("ambiguous", True)


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (("1/2 bot tak", "2/2 tenggelam"), "sinking"),  # what one piece alone calls a distress stays one
        (("1/2 KEBAK", "2/2 ARAN ENJIN"), "fire_explosion"),
        (("1/2 nampak bot", "2/2 seludup rokok"), "smuggling_goods"),
    ],
)
def test_the_most_urgent_meaning_stands(texts, type_):
    assert read_whole(*texts).type == type_


def test_a_numbered_drill_is_one_in_all_its_pieces_and_no_other():
    assert read_whole("1/2 LATIHAN kebakaran", "2/2 bot karam 4.20 100.45").drill
    head = ("LATIHAN bot karam " + "x" * 160)[:160]
    assert not read_whole(head, "bot karam 4.20 100.45").drill


def test_two_short_texts_are_two_texts():
    assert parts.whole("4.20 100.45", AT, ago("bot karam", "SOS")) is None
    assert read_whole("bot karam " + "x" * 150) == read("bot karam " + "x" * 150)


@given(
    st.lists(
        st.text(max_size=170) | st.sampled_from([HEAD, TAIL, "x" * 160, "1/3 a", "๓/๓"]),
        min_size=1,
        max_size=12,
    )
)
def test_no_texts_whatever_make_it_fail(texts):
    reading, used = parts.read_in_parts(texts[0], AT, ago(*texts[1:]), read)
    assert reading.type
    assert all(0 <= place < len(texts) - 1 for place in used)
