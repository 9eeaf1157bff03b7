"""What a phone is asked, one thing at a time, and what its bare number means."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import feedback
from reports import decisions, known_places, questions
from reports.intake import Incoming, receive
from reports.models import Incident, Question, Report
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def reporter():
    return factories.Reporter(language="en")


@pytest.fixture
def text(reporter):
    """Send one text of the phone; return its report."""
    count = 0

    def send(words: str, *, minutes: float = 0, **fields) -> Report:
        nonlocal count
        count += 1
        incoming = Incoming(
            **{"source": "sms", "external_id": f"k{count}", "text": words, "reporter": reporter} | fields
        )
        return receive(incoming, now=NOW + timedelta(minutes=minutes, seconds=count)).report

    return send


def answer(report: Report) -> str:
    return feedback.answer_to(Report.objects.get(pk=report.pk))


def waiting() -> list[str]:
    return sorted(Question.objects.filter(answered_by__isnull=True).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        (" 2. ", 2),
        ("๕", 5),
        ("#1", 1),
        ("12", 12),
        ("lima", 5),
        ("5+2", 7),
        ("999", None),
        ("", None),
        ("5 orang", None),
        ("4 12", None),
        ("4.2", None),
        ("1/2", None),
        ("M4XK2", None),
        ("hai", None),
        ("👍", None),
    ],
)
def test_a_bare_number_and_nothing_else_is_a_number(text, number):
    assert questions.number_in(text) == number


class TestTwoMatters:
    @pytest.fixture
    def matters(self, text, dispatcher) -> list[Incident]:
        """A drifting boat (1) and a sinking one (2), told by one phone and parted by an officer."""
        first = text("enjin rosak hanyut 4.20 100.45 2 orang")
        second = text("bot karam 5.60 100.10 4 orang")
        parted = decisions.part(second.pk, by=dispatcher, reason="another boat", now=NOW)
        Incident.objects.filter(pk=first.incident_id).update(
            type="disabled_adrift", emergency_phase="ALERT", position=first.position, priority=2, rule_floor=2
        )
        return [Incident.objects.get(pk=first.incident_id), parted]

    def test_a_text_of_either_asks_which_and_hangs_on_the_more_urgent(self, text, matters):
        first, second = matters
        report = text("ombak besar di sini", minutes=1)
        assert report.incident == second
        known = [one.reports.earliest("received_at").reference for one in matters]
        assert f"1={known[0]} HANYUT 2={known[1]} KARAM" in answer(report)
        assert [row.incident for row in questions.choices(report)] == [first, second]

    @pytest.mark.parametrize(("digit", "place"), [("1", 0), ("2", 1), ("๑", 0), ("2.", 1)])
    def test_the_digit_brings_the_text_to_its_matter(self, text, matters, digit, place):
        doubt = text("ombak besar di sini", minutes=1)
        reply = text(digit, minutes=3)
        doubt.refresh_from_db()
        assert doubt.incident == reply.incident == matters[place]
        assert {row.answered_by for row in Question.objects.filter(kind="which")} == {reply}
        assert Report.objects.count() == 4
        assert Incident.objects.count() == 2
        assert "1=" not in answer(reply)

    def test_a_repeat_hears_the_question_again_also_after_it_was_answered(self, text, matters):
        doubt = text("ombak besar di sini", minutes=1)
        said = answer(doubt)
        text("1", minutes=2)
        assert answer(doubt) == said

    def test_what_moves_takes_its_position_along_and_lowers_nothing(self, text, matters):
        first, second = matters
        Incident.objects.filter(pk=second.pk).update(position=None, position_source="", position_at=None)
        doubt = text("6.90 101.90", minutes=1)
        second.refresh_from_db()
        assert (doubt.incident, second.lon_lat) == (second, pytest.approx((101.9, 6.9)))
        text("1", minutes=2)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.lon_lat == pytest.approx((101.9, 6.9))
        assert second.lon_lat == pytest.approx((100.1, 5.6))
        assert (first.priority, second.priority) == (2, 1)
        assert first.transitions.filter(field="reports", new__startswith="moved from").exists()

    def test_a_position_that_was_the_other_boats_is_news_to_whoever_steers_by_it(self, text, matters):
        second = matters[1]
        gone = {"position": None, "position_source": ""}
        second.reports.update(**gone)
        Incident.objects.filter(pk=second.pk).update(**gone, position_at=None)
        text("6.90 101.90", minutes=1)
        reply = text("1", minutes=2)
        second.refresh_from_db()
        assert second.position is None
        assert second.news_at == reply.received_at

    def test_several_texts_in_doubt_move_together(self, text, matters):
        doubts = [text(words, minutes=1) for words in ("ombak besar", "cepat sikit")]
        text("1", minutes=2)
        assert {Report.objects.get(pk=one.pk).incident for one in doubts} == {matters[0]}

    @pytest.mark.parametrize("digit", ["3", "0", "99"])
    def test_another_number_is_a_report_and_answers_nothing(self, text, matters, digit):
        text("ombak besar", minutes=1)
        report = text(digit, minutes=2)
        assert report.incident in matters
        assert "which" in waiting()

    def test_after_its_time_the_digit_is_a_report(self, text, matters):
        doubt = text("ombak besar", minutes=1)
        Question.objects.update(asked_at=NOW - timedelta(hours=3))
        report = text("1", minutes=2)
        doubt.refresh_from_db()
        assert (report.incident, doubt.incident) == (matters[1], matters[1])

    @pytest.mark.parametrize(
        ("words", "place"),
        [
            ("masih hanyut, enjin mati", 0),
            ("bot dah tenggelam", 1),
            ("kami di 4.21 100.46", 0),
            ("kami di 5.61 100.11", 1),
        ],
    )
    def test_a_text_that_plainly_belongs_to_one_asks_nothing(self, text, matters, words, place):
        report = text(words, minutes=1)
        assert report.incident == matters[place]
        assert "which" not in waiting()

    def test_a_text_that_names_its_report_belongs_there(self, text, matters):
        reference = matters[0].reports.get().reference
        assert text(f"{reference.lower()} masih tunggu", minutes=1).incident == matters[0]
        assert "which" not in waiting()

    def test_a_distress_is_confirmed_before_anything_is_asked_about_it(self, text, matters):
        report = text("SOS SOS", minutes=1)
        assert report.incident == matters[1]
        assert answer(report).startswith("SOS DITERIMA")  # in the language of what was written before

    @pytest.mark.parametrize("mode", ["QUIET", "NONE"])
    @pytest.mark.parametrize("place", [0, 1])
    def test_never_where_one_of_them_is_quiet(self, text, matters, mode, place):
        Incident.objects.filter(pk=matters[place].pk).update(reply_mode=mode)
        report = text("ombak besar", minutes=1)
        assert Question.objects.filter(kind="which").count() == 0
        assert "1=" not in answer(report)

    @pytest.mark.parametrize("place", [0, 1])
    def test_never_under_attack(self, text, matters, place):
        Incident.objects.filter(pk=matters[place].pk).update(response_phase="ATTACK")
        assert "1=" not in answer(text("ombak besar", minutes=1))
        assert Question.objects.filter(kind="which").count() == 0

    def test_a_matter_that_ended_meanwhile_takes_no_answer(self, text, matters):
        doubt = text("ombak besar", minutes=1)
        factories.force(Incident.objects.filter(pk=matters[0].pk), status="closed")
        assert text("1", minutes=2).incident == matters[1]
        assert Report.objects.get(pk=doubt.pk).incident == matters[1]

    @pytest.mark.parametrize("place", [0, 1])
    def test_the_reference_of_its_report_answers_as_well(self, text, matters, place):
        doubt = text("ombak besar", minutes=1)
        reply = text(f" {matters[place].reports.earliest('received_at').reference.lower()}.", minutes=2)
        doubt.refresh_from_db()
        assert doubt.incident == reply.incident == matters[place]
        assert "which" not in waiting()

    def test_a_third_matter_can_be_answered_too(self, text, matters, dispatcher):
        third_report = text("orang jatuh laut 6.90 101.90", minutes=1)
        third = decisions.part(third_report.pk, by=dispatcher, reason="a third", now=NOW)
        doubt = text("ombak besar di sini", minutes=2)
        assert [row.incident for row in questions.choices(doubt)] == [*matters, third]
        said = answer(doubt)
        assert "3 laporan" in said
        assert f"3={third_report.reference}" in said
        reply = text("3", minutes=3)
        doubt.refresh_from_db()
        assert doubt.incident == reply.incident == third
        assert "which" not in waiting()

    def test_of_six_matters_the_four_most_urgent_are_named_and_the_text_is_kept(self, text, dispatcher):
        for number in range(6):
            report = text(f"enjin rosak hanyut {4 + number / 2} 100.{number + 1} 2 orang")
            if report.incident.reports.count() > 1:
                decisions.part(report.pk, by=dispatcher, reason="another", now=NOW)
        doubt = text("ombak besar di sini", minutes=1)
        assert len(questions.choices(doubt)) == 4
        assert "4=" in answer(doubt)
        assert "4=" in answer(text("5", minutes=2))
        assert text("4", minutes=3).incident == questions.choices(doubt)[3].incident
        assert all(row.answered_by for row in questions.choices(doubt))

    def test_a_text_that_says_nothing_is_no_choice_and_a_phone_that_does_not_answer_is_left_alone(
        self, text, matters
    ):
        known = [one.reports.earliest("received_at").reference for one in matters]
        asked = [
            answer(text(words, minutes=n)) for n, words in enumerate(("hello", "3", "hello again", "?"), 1)
        ]
        for question in asked[:2]:
            assert f"1={known[0]} HANYUT 2={known[1]} KARAM" in question
        assert not any("1=" in question for question in asked[2:])

    def test_another_phones_digit_answers_nothing(self, text, matters):
        text("ombak besar", minutes=1)
        stranger = text("1", minutes=2, reporter=factories.Reporter())
        assert stranger.incident not in matters
        assert "which" in waiting()


class TestRoughPositions:
    @pytest.fixture
    def places(self, db, monkeypatch):
        """The index knows one island, and reads the table anew."""
        factories.Place(name="Pulau Sembilan", kind="island", position=factories.point((100.55, 4.03)))
        index, _ = known_places.from_database()
        monkeypatch.setattr(known_places, "index", lambda: index)

    def test_a_distress_at_a_place_by_name_is_still_asked_where(self, text, places):
        report = text("bot karam dekat Pulau Sembilan")
        assert report.incident.lon_lat == pytest.approx((100.55, 4.03))
        assert "Near 04-02N 100-33E?" in answer(report) or "Dekat 04-02U 100-33T?" in answer(report)
        assert waiting() == ["how_many", "where"]

    def test_a_rough_answer_is_asked_about_once_more_and_no_further(self, text, places):
        text("SOS")
        report = text("Pulau Sembilan", minutes=1)
        assert report.incident.lon_lat == pytest.approx((100.55, 4.03))
        assert "04-02" in answer(report)
        assert waiting() == ["how_many", "where"]
        again = text("di Pulau Sembilan", minutes=2)
        assert "?" not in answer(again).partition("04-0")[0]
        assert Question.objects.filter(kind="where").count() == 2

    def test_numbers_settle_it(self, text, places):
        text("bot karam dekat Pulau Sembilan")
        report = text("4 2.1N 100 31.5E", minutes=1)
        assert report.incident.lon_lat == pytest.approx((100.525, 4.035))
        assert "04-02.10" in answer(report)
        assert waiting() == ["how_many"]

    @pytest.mark.parametrize(
        "words",
        ["bot karam 4.20B 100.45T", "bot karam 10 derajat LU 111 derajat BT", "bot karam 44.2N 100.45E"],
    )
    def test_a_doubtful_or_coarse_or_distant_position_is_asked_about(self, text, words):
        report = text(words)
        assert report.position is not None
        assert "where" in waiting()
        assert "?" in answer(report)

    def test_no_distress_is_told_what_was_understood_and_asked_nothing_about_it(self, text, places):
        report = text("enjin rosak hanyut dekat Pulau Sembilan 2 orang")
        assert report.incident.priority == 2
        assert waiting() == []

    def test_what_the_rescue_does_not_use_is_not_read_back_but_asked_about(self, text):
        text("SOS bot karam 4 35.2N 118 40.9E 3 orang")
        report = text("kami di 4.20B 100.45T", minutes=1)
        assert report.position is not None
        assert report.position_status != "ok"
        assert report.incident.lon_lat == pytest.approx((118.6817, 4.5867), abs=1e-4)
        assert "04-35N 118-41E?" in answer(report) or "04-35U 118-41T?" in answer(report)
        assert waiting() == ["where"]

    def test_a_phone_that_calls_its_position_wrong_is_asked_again_however_often(self, text):
        text("SOS bot karam 4 35.2N 118 40.9E 3 orang")
        for minutes in range(1, 5):
            report = text("posisi salah", minutes=minutes)
            assert "DI MANA" in answer(report) or "WHERE" in answer(report)
        assert "where" in waiting()
        incident = text("posisi 4 12.0N 118 38.0E", minutes=6).incident
        incident.refresh_from_db()
        assert incident.lon_lat == pytest.approx((118.6333, 4.2), abs=1e-4)
        assert "position_doubted" not in incident.flags

    def test_an_officers_position_is_not_doubted_by_a_phone(self, text, dispatcher):
        incident = text("SOS bot karam 4 35.2N 118 40.9E 3 orang").incident
        decisions.correct(
            incident.pk, by=dispatcher, reason="seen by radar", position=factories.point((118.7, 4.6))
        )
        incident = text("posisi salah", minutes=1).incident
        incident.refresh_from_db()
        assert (incident.position_source, incident.lon_lat) == ("officer", (118.7, 4.6))
        assert "position_corrected" in incident.flags
        assert "position_doubted" not in incident.flags

    def test_in_quiet_a_rough_position_is_the_officers_matter(self, text, places):
        report = text("bot seludup dekat Pulau Sembilan")
        assert answer(report) == f"OK {report.reference}"
        assert waiting() == []


class TestCrewsAndDesks:
    @pytest.mark.parametrize("flag", ["from_patrol_unit", "from_duty_phone"])
    def test_they_are_asked_where_and_never_how_many(self, text, flag):
        report = text("SOS bot karam", flags=(flag,))
        assert waiting() == ["where"]
        assert "WHERE are you" in answer(report)
        assert "How many" not in answer(report)

    def test_a_crews_own_distress_leaves_no_question_open(self, text):
        text("9", flags=("from_patrol_unit", questions.CREW_DISTRESS), type="undesignated_distress")
        assert waiting() == []


class TestOneAtATime:
    def test_where_then_how_many_then_what(self, text):
        first = text("SOS")
        assert "WHERE" in answer(first)
        assert waiting() == ["how_many", "where"]  # the first answer to a distress has room for both
        second = text("4.20 100.45", minutes=1)
        assert "04-12.00N" in answer(second)
        assert waiting() == ["how_many"]
        third = text("5", minutes=2)
        assert third.persons_on_board == Incident.objects.get().persons_on_board == 5
        assert "WHAT" in answer(third)
        assert waiting() == ["what"]
        fourth = text("bot karam", minutes=3)
        assert waiting() == []
        assert "WHAT" not in answer(fourth)
        assert Question.objects.filter(kind="what").get().answered_by == fourth

    def test_a_distress_with_its_position_is_confirmed_and_asked_how_many(self, text):
        said = answer(text("bot karam 4.20 100.45"))
        assert "04-12.00N" in said
        assert "HOW MANY" in said
        assert waiting() == ["how_many"]

    def test_a_question_without_an_answer_is_not_asked_again_and_costs_nothing(self, text):
        text("bot karam 4.20 100.45")
        again = text("cepat", minutes=5)
        assert "HOW MANY" not in answer(again)
        incident = Incident.objects.get()
        assert (incident.priority, incident.reports.count(), waiting()) == (1, 2, ["how_many"])

    def test_nothing_is_asked_where_nothing_is_missing(self, text):
        assert "Wear lifejacket" in answer(text("bot karam 4.20 100.45 3 orang"))
        assert waiting() == []

    def test_a_position_alone_is_asked_what(self, text):
        said = answer(text("4.20 100.45"))
        assert said.startswith("RECEIVED")
        assert "WHAT" in said
        assert waiting() == ["what"]

    @pytest.mark.parametrize(
        "words", ["bot seludup 4.20 100.45", "lanun naik bot ada senjata", "nampak bot seludup"]
    )
    def test_nothing_is_ever_asked_in_quiet(self, text, words):
        report = text(words)
        assert answer(report) == f"OK {report.reference}"
        assert waiting() == []

    def test_a_number_that_nobody_asked_for_is_a_report(self, text):
        report = text("5")
        assert (report.persons_on_board, report.incident.persons_on_board) == (None, None)

    def test_a_number_in_a_drill_answers_the_drill(self, text):
        first = text("LATIHAN SOS bot karam 4.20 100.45")
        reply = text("4", minutes=1)
        assert (reply.incident, reply.drill, reply.persons_on_board) == (first.incident, True, 4)
        assert Incident.objects.count() == 1

    @pytest.mark.parametrize(("answer", "persons"), [("lima", 5), ("5+2", 7), ("05", 5), ("isa lang", 1)])
    def test_a_number_in_words_or_a_sum_answers_how_many(self, text, answer, persons):
        text("bot karam 4.20 100.45")
        assert text(answer, minutes=1).incident.persons_on_board == persons
        assert waiting() == []

    def test_words_that_tell_how_many_answer_too(self, text):
        text("bot karam 4.20 100.45")
        text("kami 6 orang", minutes=1)
        assert waiting() == []
        assert Incident.objects.get().persons_on_board == 6
