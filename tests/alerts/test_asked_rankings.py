"""A ranking that a desk asks for is made by a dispatcher, and calls nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import asked_rankings
from alerts.dispatcher import Dispatcher
from alerts.models import AskedRanking, Dispatch, Escalation, Notification
from reports import workflow
from reports.decisions import DecisionRefused
from reports.intake import Incoming, receive

NOW = timezone.now()


@pytest.fixture
def trawler(db):
    text = "PUKAT TUNDA ASING ZON A 5,412 U 100,087 T"
    return receive(Incoming(source="app", external_id="app-1", text=text)).report.incident


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_ranks_what_a_desk_asked_for_and_calls_nobody(trawler, dispatcher, patrol):
    assert asked_rankings.newest(trawler) == ({}, None)
    asked_rankings.ask(trawler.pk, by=dispatcher)
    one = Dispatcher()
    one.swept_at = -10.0
    one.drain()
    trawler = type(trawler).objects.get(pk=trawler.pk)
    ranking, at = asked_rankings.newest(trawler)
    assert [row["call_sign"] for row in ranking["ranked"]] == ["MY-LUMUT-04"]
    assert at >= trawler.asked_ranking.asked_at
    assert not trawler.asked_ranking.is_wanted
    assert not Dispatch.objects.exists()
    assert not Notification.objects.exists()
    assert not Escalation.objects.exists()


@pytest.mark.django_db
def test_one_dispatcher_at_a_time_and_another_when_the_first_died(trawler, dispatcher):
    asked_rankings.ask(trawler.pk, by=dispatcher, now=NOW)
    assert asked_rankings.claim(NOW) == [trawler.pk]
    assert asked_rankings.claim(NOW + timedelta(seconds=5)) == []
    assert asked_rankings.claim(NOW + timedelta(seconds=31)) == [trawler.pk]


@pytest.mark.django_db
def test_where_nothing_tells_the_place_the_answer_is_empty_and_owed_no_more(dispatcher):
    incident = receive(Incoming(source="app", external_id="a", text="SOS")).report.incident
    asked_rankings.ask(incident.pk, by=dispatcher, now=NOW + timedelta(seconds=2))
    asked_rankings.carry_out(incident.pk, now=NOW)
    assert not AskedRanking.objects.get().is_wanted, "also where the asker's clock is ahead"


@pytest.mark.django_db
def test_the_newer_of_two_rankings_counts(trawler, dispatcher):
    ladder = Escalation.objects.create(
        incident=trawler, started_at=NOW, due_at=NOW, ranking={"ranked": [1]}, ranked_at=NOW
    )
    asked_rankings.ask(trawler.pk, by=dispatcher, now=NOW)
    AskedRanking.objects.update(ranking={"ranked": [2]}, ranked_at=NOW + timedelta(seconds=1))
    trawler = type(trawler).objects.get(pk=trawler.pk)
    assert asked_rankings.newest(trawler)[0] == {"ranked": [2]}
    ladder.ranked_at = NOW + timedelta(seconds=9)
    ladder.save()
    trawler = type(trawler).objects.get(pk=trawler.pk)
    assert asked_rankings.newest(trawler)[0] == {"ranked": [1]}


@pytest.mark.django_db
def test_what_is_over_is_not_ranked(trawler, dispatcher):
    workflow.advance(trawler.pk, "closed", by=dispatcher, reason="recorded")
    with pytest.raises(DecisionRefused):
        asked_rankings.ask(trawler.pk, by=dispatcher)
