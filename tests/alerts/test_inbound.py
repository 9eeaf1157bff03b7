"""One text in, without HTTP: what a fisher's words do beside becoming a report."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from alerts import candidates, desk_calls, escalation, feedback, inbound
from alerts.inbound import desks
from alerts.models import Dispatch, Escalation, InboundMessage, Notification
from alerts.replies import STOP_WORDS
from alerts.wording import LANGUAGES, words
from reports.models import Incident, Question, Report
from reports.reading import likeness
from tests import factories
from tests.cast import DUTY_PHONE, FISHER_PHONE

pytestmark = pytest.mark.django_db
QUEUE = "/admin/reports/incident/"


@pytest.fixture
def text():
    """Send one text from a number; return the answer."""
    count = 0

    def send(body: str, number: str = FISHER_PHONE, **fields: str) -> str:
        nonlocal count
        count += 1
        form = {"MessageSid": f"SM{count:032}", "From": number, "Body": body} | fields
        return inbound.receive(form, urlencode(form).encode())

    return send


def latest() -> Report:
    return Report.objects.latest("received_at")


class TestStop:
    @pytest.mark.parametrize("word", [*sorted(STOP_WORDS), "stop", "Cancel.", " end "])
    def test_a_fishers_stop_is_kept_marked_answered_and_ends_nothing(self, fisher, text, word):
        text("bot karam 4.20 100.45 3 orang")
        before = Incident.objects.get()
        answer = text(word)
        report, incident = latest(), Incident.objects.get()
        assert report.text == word
        assert report.incident == incident
        assert report.reference in answer
        assert "stop_word" in report.flags
        assert "carrier_may_mute" in incident.flags
        assert (incident.status, incident.priority, incident.type) == (before.status, 1, "sinking")

    def test_with_nothing_open_it_is_a_report_that_an_officer_reads(self, fisher, text):
        text("STOP")
        incident = Incident.objects.get()
        assert (incident.type, incident.status) == ("unclassified", "open")
        assert "carrier_may_mute" in incident.flags

    def test_a_quiet_matter_hears_no_more_than_its_receipt(self, fisher, text):
        text("bot seludup 4.20 100.45")
        assert text("CANCEL") == f"OK {latest().reference}"

    @pytest.mark.parametrize("words", ["stop the boat is sinking", "cancelled", "the end is near"])
    def test_a_sentence_is_no_stop_word(self, fisher, text, words):
        text(words)
        assert "stop_word" not in latest().flags

    def test_the_queue_tells_the_officer(self, fisher, text, client, admin):
        text("STOP")
        client.force_login(admin)
        assert "texted STOP" in client.get(QUEUE).content.decode()


class TestUnanswered:
    """A prepaid phone without credit cannot answer: the timer becomes an officer's task."""

    @pytest.fixture
    def waiting(self, fisher, text) -> Incident:
        text("bot karam 4.20 100.45")
        Question.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        return Incident.objects.get()

    def test_the_queue_says_so_and_can_be_narrowed_to_it(self, waiting, text, client, admin):
        client.force_login(admin)
        text("enjin rosak hanyut 5.60 100.10 2 orang", "+447700900298")
        page = client.get(QUEUE).content.decode()
        assert page.count("no answer: how many people?") == 1
        narrowed = client.get(f"{QUEUE}?unanswered=yes").content.decode()
        assert waiting.reference in narrowed
        assert Incident.objects.exclude(pk=waiting.pk).get().reference not in narrowed

    def test_the_api_says_so(self, waiting, client, admin):
        client.force_login(admin)
        assert client.get(f"/api/v1/incidents/{waiting.pk}/").json()["unanswered"] == ["how_many"]

    def test_before_its_time_or_answered_nobody_is_troubled(self, fisher, text, client, admin):
        text("bot karam 4.20 100.45")
        client.force_login(admin)
        assert "no answer:" not in client.get(QUEUE).content.decode()
        text("5")
        Question.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        assert "no answer:" not in client.get(QUEUE).content.decode()


class TestLanguages:
    def test_a_reporter_is_answered_and_told_later_in_what_they_wrote_last(
        self, fisher, patrol, text, station
    ):
        assert "DITERIMA" in text("bot karam 4.20 100.45 3 orang")
        assert "RECEIVED" in text("our boat is sinking, please come quickly, we are three people")
        fisher.refresh_from_db()
        assert fisher.language == "en"
        row = factories.Dispatch(
            incident=Incident.objects.get(), unit=patrol, status="acknowledged", eta_s=600
        )
        feedback.help_is_coming(row.incident, row, now=timezone.now())
        assert "is coming" in Notification.objects.get(reporter=fisher).text

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            ("เรือจม ช่วยด้วย", "รับ SOS"),
            ("படகு மூழ்குகிறது உதவி", "SOS பெற்றோம்"),
            ("cháy tàu, cứu với", "DA NHAN SOS"),
            ("saklolo lumulubog kami", "SOS NATANGGAP"),
        ],
    )
    def test_any_language_of_ours_is_answered_in_itself(self, fisher, text, words, answer):
        assert text(words).startswith(answer)

    def test_a_word_or_a_number_changes_nothing(self, fisher, text):
        text("bot karam 4.20 100.45")
        assert "RECEIVED" not in text("ok thank you")
        fisher.refresh_from_db()
        assert fisher.language == "ms"


class TestGuesses:
    """What no rule reads but is like others' emergencies or tips: a human looks, nothing sails."""

    @pytest.fixture
    def like(self, monkeypatch):
        return lambda category: monkeypatch.setattr(likeness, "liken", lambda folded: category)

    def test_an_emergency_by_likeness_is_looked_at_and_asked_where(self, fisher, patrol, station, text, like):
        like("emergency")
        answer = text("prahu wis meh entek kali")
        incident = Incident.objects.get()
        assert (incident.type, incident.priority, incident.flags) == (
            "undesignated_distress",
            2,
            ["by_likeness"],
        )
        assert (incident.reply_mode, incident.dispatch_requested_at) == ("RECEIVED", None)
        assert Question.objects.get().kind == "where"
        assert answer.startswith("DITERIMA")  # no promise of a rescue; it says how to ask for one
        assert latest().reference in answer
        assert escalation.sweep(timezone.now()) == 1
        assert Escalation.objects.get().purpose == Escalation.Purpose.LOOK
        assert not Dispatch.objects.exists()

    def test_the_best_position_and_many_aboard_still_send_nobody(self, fisher, patrol, station, text, like):
        like("emergency")
        text("prahu wis meh entek kali 4.20012 100.45034 9 orang")
        incident = Incident.objects.get()
        assert (incident.lon_lat, incident.persons_on_board) == ((100.45034, 4.20012), 9)
        assert (incident.priority, incident.dispatch_requested_at) == (2, None)

    def test_what_is_told_after_it_says_what_it_is(self, fisher, text, like):
        like("emergency")
        text("prahu wis meh entek kali")
        text("bot karam 4.20 100.45")
        incident = Incident.objects.get()
        assert (incident.type, incident.priority) == ("sinking", 1)
        assert incident.dispatch_requested_at

    def test_a_guess_never_changes_what_was_told(self, fisher, text, like):
        like("emergency")
        text("suami saya belum balik 2 jam lambat")
        text("prahu wis meh entek kali")
        assert Incident.objects.get().type == "overdue_missing"

    def test_a_tip_by_likeness_hears_a_receipt_and_is_read(self, fisher, station, text, like):
        like("suspicious")
        assert text("wong wong kae nggowo opo") == f"OK {latest().reference}"
        incident = Incident.objects.get()
        assert (incident.type, incident.priority) == ("tip", 4)
        assert escalation.sweep(timezone.now()) == 1

    def test_a_guessed_tip_parts_nothing_and_stays_in_the_rescue_that_is_open(self, fisher, text, like):
        like("suspicious")
        text("bot karam 4.20 100.45")
        text("wong wong kae nggowo opo")
        assert (Incident.objects.get().type, latest().reply_mode) == ("sinking", "FULL")

    def test_the_desk_reads_that_it_is_a_guess(self, fisher, dispatcher, client, text, like):
        like("emergency")
        text("prahu wis meh entek kali")
        client.force_login(dispatcher)
        assert "kind guessed from likeness" in client.get(QUEUE).content.decode()
        page = client.get(f"{QUEUE}{Incident.objects.get().pk}/", follow=True).content.decode()
        assert "guessed from likeness" in page


class TestSafeNow:
    @pytest.fixture
    def rescue(self, fisher, patrol, text) -> Incident:
        """A sinking boat, with the nearest unit on its way."""
        text("bot karam 4.20 100.45 3 orang")
        incident = Incident.objects.get()
        factories.Dispatch(incident=incident, unit=patrol, status="acknowledged", role=Dispatch.Role.LEAD)
        factories.force(Incident.objects, status="responding")
        return incident

    def told(self) -> list[Notification]:
        return list(Notification.objects.filter(purpose="duty", key__contains=":safe:"))

    def test_it_closes_nothing_and_the_desk_hears_it(self, rescue, text, station):
        answer = text("dah selamat, silap")
        rescue.refresh_from_db()
        assert (rescue.status, rescue.priority) == ("responding", 1)
        assert "safe_now" in rescue.flags
        assert latest().reference in answer
        assert "Penyelamat" not in answer
        (told,) = self.told()
        assert (told.station, told.channel, told.reference) == (station, "sms", rescue.reference)
        assert latest().reference not in told.text

    def test_a_desk_that_has_the_matter_hears_it_too(self, rescue, text, station):
        now = timezone.now()
        desk_calls.call_desk(station, ("sms",), rescue, "nobody_answers", key="x", now=now)
        desks.officer_has_it(station, rescue.pk, via="sms", now=now)
        assert text("dah selamat")
        assert len(self.told()) == 1

    def test_the_same_message_again_tells_once(self, rescue, text):
        text("dah selamat", MessageSid="SMx")
        text("dah selamat", MessageSid="SMx")
        assert len(self.told()) == 1

    def test_with_nobody_on_the_way_it_waits_in_the_queue(self, fisher, station, text, client, admin):
        text("bot karam 4.20 100.45 3 orang")
        text("dah selamat")
        assert self.told() == []
        client.force_login(admin)
        assert "says safe now" in client.get(QUEUE).content.decode()

    def test_without_a_desk_that_answers_for_the_place_the_centre_hears_it(
        self, rescue, text, monkeypatch, mrcc
    ):
        monkeypatch.setattr(candidates, "desks", lambda *given: (None, [mrcc]))
        text("dah selamat")
        assert [row.station for row in self.told()] == [mrcc]

    def test_sunk_and_safe_is_still_a_distress(self, fisher, text):
        text("bot karam, kami selamat atas rakit 4.20 100.45 3 orang")
        assert (Incident.objects.get().type, Incident.objects.get().priority) == ("sinking", 1)

    def test_by_app_too(self, rescue, text, fisher, client):
        device = factories.Device(reporter=fisher, token="an-app")
        assert device.reporter == fisher
        answer = client.post(
            "/api/v1/reports/",
            {"external_id": "a", "text": "dah selamat"},
            content_type="application/json",
            headers={"Authorization": "Bearer an-app"},
        )
        assert answer.status_code == 201, answer.content
        assert len(self.told()) == 1

    def test_every_language_has_the_words(self):
        assert all(words(language)["duty"]["safe_now"] for language in LANGUAGES)

    def test_a_duty_officers_own_word_is_no_news_to_anybody_without_a_unit(self, station, text):
        text("dah selamat", DUTY_PHONE)
        assert self.told() == []


class TestSlipsOfACrew:
    """An answer that is not plainly one, from a unit with two open tasks."""

    SLIPS = (
        *("1 4W4N", "1 4W4NG", "1 W4NF", "14W4N", "1 4WN4F", "4W4N", "4w4n 1", "2 4W4N enjin rosak", "12"),
        *("10", "pergi", "ok kami pergi", "0 4W4N", "1 4W4NFF", "tak boleh pergi"),
    )
    REPORTS = ("1 orang jatuh laut", "bot nelayan terbalik 4 16.0N 100 27.0E 3 orang", "2 mayat terapung")

    @pytest.fixture
    def crew(self, patrol, text):
        for reference in ("4W4NF", "PRC52"):
            incident = factories.Incident(reference=reference, status="dispatching", priority=1)
            factories.Dispatch(incident=incident, unit=patrol, status="alerting")
        return lambda body: text(body, patrol.phone)

    @pytest.mark.parametrize(
        "word",
        SLIPS,
    )
    def test_it_is_asked_which_one_and_is_no_report(self, crew, word):
        answer = crew(word)
        assert "4W4NF" in answer
        assert "PRC52" in answer
        assert not Report.objects.exists()
        assert not Dispatch.objects.exclude(status="alerting").exists()

    @pytest.mark.parametrize("word", ["1 1 4w4nf", "ok kami pergi 4W4NF", "kami pergi 4W4NF 1"])
    def test_the_whole_reference_wherever_it_stands_names_the_task(self, crew, word):
        crew(word)
        assert Dispatch.objects.engaged().get().incident.reference == "4W4NF"
        assert not Report.objects.exists()

    @pytest.mark.parametrize("word", ["tak boleh pergi 4W4NF", "nanti dulu 4W4NF", "1 2 4W4NF"])
    def test_words_about_a_task_that_say_no_step_are_shown_at_it(self, crew, word):
        assert "1=" in crew(word)
        assert InboundMessage.objects.get().dispatch.incident.reference == "4W4NF"
        assert not Dispatch.objects.exclude(status="alerting").exists()
        assert not Report.objects.exists()

    @pytest.mark.parametrize(
        "word", ["9", "9 4W4N", "9 4W4NF", "tolong kami karam 4W4N", "SOS", "1 4W4N kami tenggelam"]
    )
    def test_its_own_distress_is_a_p1_whatever_reference_stands_in_it(self, crew, word):
        crew(word)
        own = latest().incident
        assert own.priority == 1
        assert "patrol_unit_in_distress" in own.flags

    @pytest.mark.parametrize("word", REPORTS)
    def test_what_it_sees_is_a_report_all_the_same(self, crew, word):
        crew(word)
        assert latest().text == word

    def test_a_piece_of_a_reference_is_no_position_of_a_report(self, crew):
        crew("bot nelayan karam dekat 4W4N")
        assert latest().incident.position is None
