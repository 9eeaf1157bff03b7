"""A message that a phone sent in pieces: each acts at once, and together they say where."""

import itertools

import pytest

from reports import decisions
from reports.models import Incident, Question, Report

HEAD, TAIL = "1/2 TOLONG bot karam 4 12.0N 100 2", "2/2 7.0E 5 orang"
WHERE = pytest.approx((100.45, 4.2), abs=1e-4)


def pieces(text: str, size: int = 160) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


LONG = "tolong bot karam " + "air masuk cepat " * 8 + "posisi 4 12.0N 100 27.0E kami 5 orang"


def test_the_first_piece_alerts_at_once_and_the_second_moves_the_crew(
    sea, stranger_phone, patrol_phone, mrcc
):
    answer = stranger_phone.texts(HEAD)
    assert "Dekat 04-12U 100-02T?" in answer  # in doubt until the rest comes
    patrol_phone.hears("P1", "100-02.00E")
    # With a space between the pieces it would be 100-02.12T: told, used, and asked about.
    assert "Dekat 04-12U 100-27T?" in stranger_phone.texts(TAIL)
    sea.settles()
    patrol_phone.hears("UPDATE", "POB5", "04-12.00N 100-27.00E")
    incident = Incident.objects.get()
    assert (incident.lon_lat, incident.persons_on_board) == (WHERE, 5)
    assert [report.text for report in incident.reports.order_by("received_at")] == [HEAD, TAIL]
    assert "joined_doubtful" in Report.objects.latest("received_at").flags


def test_the_last_piece_first_loses_nothing(sea, stranger_phone, patrol_phone, mrcc):
    stranger_phone.texts(TAIL)
    patrol_phone.hears_nothing()
    assert "Dekat 04-12U 100-27T?" in stranger_phone.texts(HEAD)
    patrol_phone.hears("P1", "POB5", "04-12.00N 100-27.00E")
    assert (Report.objects.count(), Incident.objects.count()) == (2, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_three_pieces_in_any_order_are_one_rescue_in_the_right_place(sea, stranger_phone, mrcc, order):
    said = ["(1/3) tolong bot karam", "(2/3) posisi 4 12.0N", "(3/3) 100 27.0E kami 5 orang"]
    for place in order:
        assert stranger_phone.texts(said[place])
    incident = Incident.objects.get()
    assert (incident.lon_lat, incident.persons_on_board, incident.type) == (WHERE, 5, "sinking")
    assert incident.reports.count() == 3


def test_a_piece_that_never_comes_holds_up_nothing(sea, stranger_phone, patrol_phone, mrcc):
    stranger_phone.texts("1/3 tolong bot karam 4.20 100.45")
    patrol_phone.hears("P1", "04-12.00N")
    stranger_phone.texts("3/3 kami 5 orang")
    patrol_phone.hears("UPDATE", "POB5", "04-12.00N")


def test_two_phones_at_once_are_two_rescues(sea, stranger_phone, mrcc):
    other = sea.phone("+447700900298")
    stranger_phone.texts(HEAD)
    other.texts("1/2 kebakaran enjin 5 36.0N 100 0")
    stranger_phone.texts(TAIL)
    other.texts("2/2 6.0E 2 orang")
    found = {incident.type: incident for incident in Incident.objects.all()}
    assert found["sinking"].lon_lat == WHERE
    assert found["fire_explosion"].lon_lat == pytest.approx((100.1, 5.6), abs=1e-4)
    assert [found[name].persons_on_board for name in ("sinking", "fire_explosion")] == [5, 2]


def test_a_piece_that_comes_twice_changes_nothing(sea, stranger_phone, mrcc):
    for text in (HEAD, HEAD, TAIL, TAIL):
        stranger_phone.texts(text)
    incident = Incident.objects.get()
    assert (incident.lon_lat, incident.persons_on_board, incident.reports.count()) == (WHERE, 5, 4)


@pytest.mark.parametrize("late", [False, True], ids=["in order", "out of order"])
def test_a_text_cut_where_an_sms_is_full(sea, stranger_phone, patrol_phone, mrcc, late):
    cut = pieces(LONG.replace("posisi", "posisi".rjust(160 - LONG.index("posisi") - 10)))
    assert len(cut) == 2
    for text in reversed(cut) if late else cut:
        stranger_phone.texts(text)
    incident = Incident.objects.get()
    assert (incident.lon_lat, incident.type, incident.persons_on_board) == (WHERE, "sinking", 5)
    assert [report.text for report in incident.reports.order_by("received_at")] == (
        cut[::-1] if late else cut
    )
    joined = Report.objects.latest("received_at")
    assert "joined_parts" in joined.flags
    assert joined.reading["extra"]["parts"] == [Report.objects.earliest("received_at").reference]


def test_pieces_stay_together_where_the_phone_has_two_matters(sea, stranger_phone, dispatcher, mrcc):
    stranger_phone.texts("enjin rosak hanyut 5.60 100.10 2 orang")
    stranger_phone.texts("nampak sampah besar terapung 4.90 100.30")
    decisions.part(Report.objects.latest("received_at").pk, by=dispatcher, reason="another", now=sea.now())
    first = stranger_phone.texts("1/2 ombak besar sekarang dan")
    assert "1=" in first
    stranger_phone.texts("2/2 angin kuat juga")
    newest = list(Report.objects.order_by("-received_at")[:2])
    assert newest[0].incident == newest[1].incident


def test_a_quiet_message_in_pieces_hears_only_receipts(sea, stranger_phone, mrcc):
    stranger_phone.texts("1/2 nampak bot seludup rokok 4 12.0N 100 2")
    assert stranger_phone.texts("2/2 7.0E laju").startswith("OK ")
    assert Incident.objects.get().lon_lat == WHERE
    assert not Question.objects.exists()


def test_the_longest_message_that_a_carrier_joins_is_read_to_its_end(sea, stranger_phone, patrol_phone, mrcc):
    text = ("ombak besar angin kuat " * 80)[:1550] + " bot karam 4 12.0N 100 27.0E 5 orang"
    assert len(text) <= 1600
    assert "04-12.00U 100-27.00T" in stranger_phone.texts(text, NumSegments="11")
    patrol_phone.hears("P1", "POB5")
    assert Report.objects.get().text == text


def test_a_number_that_was_asked_for_is_no_end_of_a_position(sea, stranger_phone, mrcc):
    head = ("bot karam " + "air masuk " * 20)[:143] + "4 12.0N 100 27.01"
    assert len(head) == 160
    stranger_phone.texts(head)
    stranger_phone.texts("5")
    incident = Incident.objects.get()
    assert incident.persons_on_board == 5
    assert incident.lon_lat == pytest.approx((100.450167, 4.2), abs=1e-6)
