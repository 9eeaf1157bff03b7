"""An officer's question to the reporters: in their language, to whom it may go, and its answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import asking
from alerts.models import Notification
from reports.decisions import DecisionRefused
from reports.intake import Incoming, receive
from reports.models import Incident, Question
from tests import factories

pytestmark = pytest.mark.django_db


def told(text, key, reporter=None, **fields):
    return receive(Incoming(source="sms", external_id=key, text=text, reporter=reporter, **fields)).report


@pytest.fixture
def distress(fisher):
    return told("TOLONG bot karam 4 10.2N 100 25.1E 3 orang", "SM1", fisher).incident


def texts():
    rows = Notification.objects.filter(purpose="feedback", key__startswith="asked:")
    return list(rows.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("kind", "says", "rows"),
    [
        ("where", "DI MANA anda?", {"where"}),
        ("how_many", "BERAPA orang", {"how_many"}),
        ("what", "APA berlaku?", {"what"}),
        ("both", "DI MANA anda?", {"where", "how_many"}),
    ],
)
def test_the_reporter_is_asked_in_the_own_language_under_the_reports_reference(
    distress, dispatcher, kind, says, rows
):
    Question.objects.all().delete()
    shown = asking.would_hear(distress, kind)
    assert asking.ask(distress.pk, kind, by=dispatcher) == 1
    assert texts() == [one.text for one in shown], "what was shown is what is sent"
    assert says in texts()[0]
    assert distress.reports.get().reference in texts()[0]
    assert distress.reference not in texts()[0]
    assert set(distress.questions.values_list("kind", flat=True)) == rows
    assert distress.transitions.filter(field="question", by=dispatcher).exists()


def test_a_bare_number_answers_an_officers_question(distress, dispatcher, fisher):
    Question.objects.all().delete()
    Incident.objects.filter(pk=distress.pk).update(persons_on_board=None)
    asking.ask(distress.pk, "how_many", by=dispatcher)
    answer = told("5", "SM2", fisher)
    assert answer.incident == distress
    assert distress.questions.get().answered_by == answer
    distress.refresh_from_db()
    assert distress.persons_on_board == 5


def test_nobody_is_asked_twice_before_an_answer_was_due(distress, dispatcher):
    now = timezone.now()
    asking.ask(distress.pk, "what", by=dispatcher, now=now)
    with pytest.raises(DecisionRefused, match="Asked already"):
        asking.ask(distress.pk, "what", by=dispatcher, now=now + timedelta(minutes=2))
    asking.ask(distress.pk, "what", by=dispatcher, now=now + timedelta(minutes=4))
    assert len(texts()) == 2


def test_all_phones_of_a_matter_are_asked_once_each(distress, dispatcher, fisher):
    other = factories.Reporter(language="en")
    factories.Identity(reporter=other, phone="+447700900299")
    for key, reporter in (("SM3", fisher), ("SM4", other)):
        report = told("bot karam cepat", key, reporter)
        report.incident = distress
        report.save()
    assert asking.ask(distress.pk, "what", by=dispatcher) == 2
    assert any("WHAT is wrong?" in text for text in texts())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"type": "smuggling_drugs", "reply_mode": "QUIET"}, "quiet"),
        ({"response_phase": "ATTACK"}, "quiet"),
        ({"reply_mode": "NONE"}, "not answered"),
        ({"status": "closed"}, "over"),
    ],
)
def test_no_question_goes_where_a_phone_may_betray_its_owner(distress, dispatcher, change, why):
    factories.force(Incident.objects.filter(pk=distress.pk), **change)
    distress.refresh_from_db()
    assert why in asking.refusal(distress)
    with pytest.raises(DecisionRefused, match=why):
        asking.ask(distress.pk, "where", by=dispatcher)
    assert texts() == []


def test_who_told_of_it_quietly_once_is_not_asked(distress, dispatcher, fisher):
    quiet = told("cepat", "SM5", fisher)
    quiet.incident, quiet.quiet = distress, True
    quiet.save()
    assert "Nobody" in asking.refusal(distress)


def test_a_caller_without_a_phone_of_ours_cannot_be_asked(dispatcher):
    incident = told("bot karam 4 10.2N 100 25.1E", "SM9").incident
    with pytest.raises(DecisionRefused, match="Nobody"):
        asking.ask(incident.pk, "where", by=dispatcher)
