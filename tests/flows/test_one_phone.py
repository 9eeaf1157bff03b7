"""One phone, several matters: a crime told in quiet, a rescue, and whoever holds the phone now."""

import pytest

from alerts.models import Notification
from reports.models import Incident, Question, Report
from reports.questions import CREW_DISTRESS
from tests.phone import together

SMUGGLERS = "nampak bot seludup rokok 3 45.0N 100 30.0E"
SECRET = ("03-45", "100-30", "SELUDUP", "rokok")


def newest() -> Report:
    return Report.objects.latest("received_at", "id")


class TestAPhoneThatToldOfACrime:
    """Nothing that it hears afterwards leads to what it told."""

    @pytest.fixture
    def informer(self, sea, fisher_phone, patrol, mrcc):
        fisher_phone.texts(SMUGGLERS)
        return fisher_phone

    @pytest.mark.parametrize("call", ["SOS", "SOS bot karam", "tolong kami karam", "enjin rosak"])
    def test_hears_after_a_distress_what_a_phone_hears_that_told_nothing(
        self, sea, informer, stranger_phone, call
    ):
        talk = [call, "where", "berapa orang", "helo"]
        first = [informer.texts(text) for text in talk]
        references = [report.reference for report in Report.objects.order_by("received_at")[1:]]
        # the same phone with its past gone
        other = sea.phone("+60199900777")
        second = [other.texts(text) for text in talk]
        others = [report.reference for report in Report.objects.order_by("received_at")[5:]]
        for reference, replaced in zip([*references, *others], [*"abcd"] * 2, strict=True):
            first = [text.replace(reference, replaced) for text in first]
            second = [text.replace(reference, replaced) for text in second]
        assert first == second
        assert not any(word in text for word in SECRET for text in first)

    def test_is_asked_where_and_the_crew_is_not_sent_to_the_suspect(self, sea, informer, patrol_phone):
        secret = Incident.objects.get()
        assert "DI MANA" in informer.texts("SOS bot karam")
        rescue = newest().incident
        assert rescue != secret
        assert (rescue.type, rescue.priority, rescue.position) == ("sinking", 1, None)
        assert rescue.proposed_same_as == secret
        secret.refresh_from_db()
        assert (secret.type, secret.priority) == ("smuggling_goods", secret.rule_priority)
        sea.settles()
        assert not any("03-45" in text for text in patrol_phone.messages)
        informer.texts("4 12.0N 100 27.0E 3 orang")
        patrol_phone.hears("04-12.00N 100-27.00E", "POB3")
        patrol_phone.replies("1")
        informer.hears("MY-LUMUT-04")
        assert not Notification.objects.filter(incident=secret).exists()

    def test_adds_to_its_quiet_report_in_quiet(self, informer):
        for words in (SMUGGLERS, "pukat haram 3 46.0N 100 31.0E", "dia lari ke utara"):
            assert informer.texts(words) == f"OK {newest().reference}"
        assert Incident.objects.count() == 1

    def test_may_name_its_quiet_report_beside_a_rescue(self, informer):
        secret = Report.objects.get()
        informer.texts("enjin rosak 4 12.0N 100 27.0E")
        assert informer.texts(f"{secret.reference} dia lari ke utara") == f"OK {newest().reference}"
        assert newest().incident == secret.incident

    def test_a_distress_that_names_the_quiet_report_learns_nothing_of_it(self, informer):
        secret = Report.objects.get()
        assert "03-45" not in informer.texts(f"SOS {secret.reference}")
        assert newest().incident != secret.incident

    def test_the_place_it_told_of_does_not_say_how_far_the_boat_has_to_go(self, informer, patrol_phone):
        informer.texts("SOS")
        rescue = newest().incident
        dispatch = rescue.dispatches.first()
        assert dispatch is None or dispatch.eta_s is None or "03-45" not in str(patrol_phone.messages)

    def test_a_crime_seen_during_a_rescue_is_told_in_quiet(self, sea, fisher_phone, patrol, mrcc):
        fisher_phone.texts("enjin rosak 4 12.0N 100 27.0E")
        rescue = Incident.objects.get()
        assert fisher_phone.texts(SMUGGLERS) == f"OK {newest().reference}"
        assert newest().incident.proposed_same_as == rescue
        answer = fisher_phone.texts("cepat sikit")
        assert "1=" not in answer
        assert "04-12.00" in answer
        rescue.refresh_from_db()
        assert rescue.lon_lat == pytest.approx((100.45, 4.2))

    def test_an_officers_silence_holds_for_what_the_phone_sends_next(self, sea, informer, dispatcher):
        from reports import decisions

        decisions.silence(Incident.objects.get().pk, by=dispatcher, reason="stalked")
        assert informer.texts("SOS bot karam") == ""
        assert newest().incident.priority == 1


class TestAPhoneThatAsksForNoAnswer:
    @pytest.mark.parametrize(
        "text", ["tolong jangan balas, mereka ada di sini", "dont reply they are here, help"]
    )
    def test_it_never_rings_and_units_go(self, sea, fisher_phone, patrol_phone, mrcc, dispatcher, text):
        assert fisher_phone.texts(f"{text} 4 12.0N 100 27.0E") == ""
        incident = Incident.objects.get()
        assert {"no_reply", "no_answers"} <= set(incident.flags)
        if incident.priority == 1:
            patrol_phone.hears("P1")
            patrol_phone.replies("1")
        assert fisher_phone.texts("cepat") == ""
        sea.passes(600)
        fisher_phone.hears_nothing()

    def test_also_when_it_called_openly_before(self, sea, fisher_phone, patrol_phone, mrcc):
        fisher_phone.texts("SOS 4 12.0N 100 27.0E")
        fisher_phone.texts("jangan balas")
        patrol_phone.replies("1")
        fisher_phone.hears_nothing()


class TestThePositionReadBack:
    GOOD = "SOS bot karam 4 12.0N 100 27.0E"

    def test_is_the_one_that_the_rescue_uses(self, sea, fisher_phone, patrol, mrcc):
        fisher_phone.texts(self.GOOD)
        answer = fisher_phone.texts("posisi 4 12.0 atau 100.9 27.0")
        assert "04-12" in answer

    def test_another_place_in_doubt_is_asked_about(self, sea, fisher_phone, patrol, mrcc):
        fisher_phone.texts(self.GOOD)
        answer = fisher_phone.texts("kami hanyut 6 darjah 118 darjah")
        incident = Incident.objects.get()
        assert incident.lon_lat == pytest.approx((100.45, 4.2))
        if newest().position_status != "ok":
            assert "06-" not in answer

    def test_a_position_called_wrong_is_asked_for_again_and_no_crew_trusts_it(
        self, sea, fisher_phone, patrol_phone, mrcc
    ):
        fisher_phone.texts(self.GOOD)
        patrol_phone.hears("04-12.00N 100-27.00E")
        patrol_phone.replies("1")
        answer = fisher_phone.texts("posisi salah")
        assert "DI MANA" in answer
        assert "04-12" not in answer
        incident = Incident.objects.get()
        assert "position_doubted" in incident.flags
        assert incident.position_error_m >= 50_000
        patrol_phone.hears("04-12.00N 100-27.00E +-30NM")
        assert "04-30.00" in fisher_phone.texts("4 30.0N 100 10.0E")
        patrol_phone.hears("04-30.00N 100-10.00E")
        incident.refresh_from_db()
        assert "position_doubted" not in incident.flags
        assert incident.position_error_m < 1000


class TestTwoMessagesInPiecesAtOnce:
    def test_no_position_is_made_of_halves_that_may_not_belong_together(
        self, sea, fisher_phone, patrol, mrcc
    ):
        for text in (
            "1/2 SOS bot A karam 4 35.2N",
            "1/2 bot B terbakar 2 10.0N",
            "2/2 118 40.9E",
            "2/2 104 10.0E",
        ):
            answer = fisher_phone.texts(text)
        assert Incident.objects.get().position is None
        report = newest()
        assert "joined_doubtful" in report.flags
        assert len(report.reading["candidates"]) == 2
        assert "DI MANA" in answer or "118-" not in answer


class TestACrewsOwnDistress:
    def test_in_words_it_is_not_the_boats_that_it_reported(self, sea, patrol_phone, second_phone, mrcc):
        patrol_phone.texts("bot karam 4 12.0N 100 27.0E")
        seen = Incident.objects.get()
        answer = patrol_phone.texts("tolong kami terbakar")
        own = newest().incident
        assert own != seen
        assert own.reference in answer
        assert own.type == "fire_explosion"
        assert CREW_DISTRESS in own.flags
        seen.refresh_from_db()
        assert seen.type == "sinking"

    def test_of_a_boat_that_it_sees_it_is_a_report(self, sea, patrol_phone, mrcc):
        patrol_phone.texts("tolong kami nampak bot terbakar 4 12.0N 100 27.0E")
        assert CREW_DISTRESS not in Incident.objects.get().flags


def test_one_message_id_of_two_phones_is_two_reports(sea, fisher_phone, stranger_phone, mrcc):
    sid = "SM" + "c" * 32
    first = fisher_phone.texts("SOS", sid=sid)
    second = stranger_phone.texts("SOS", sid=sid)
    assert Report.objects.values("reporter").distinct().count() == 2
    assert [fisher_phone.texts("SOS", sid=sid), stranger_phone.texts("SOS", sid=sid)] == [first, second]
    assert Report.objects.count() == 2


def test_a_distress_and_a_crime_of_one_phone_at_once_are_two_matters(sea, fisher_phone, patrol, mrcc):
    together(lambda: fisher_phone.texts("SOS 4 12.0N 100 27.0E"), lambda: fisher_phone.texts(SMUGGLERS))
    assert Incident.objects.count() == 2
    assert not Question.objects.filter(kind="which").exists()
