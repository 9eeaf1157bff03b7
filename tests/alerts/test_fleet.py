"""The fleet that a dispatcher keeps: fresh, cheap, and never believed over the rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import escalation, fleet, rungs
from alerts.models import Dispatch, Escalation, Notification, PatrolUnit
from communities import rows
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_a_kept_fleet_is_read_again_by_the_measure_of_what_it_costs(patrol, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(fleet.time, "monotonic", lambda: now[0])
    keeper = fleet.Keeper()
    assert keeper.latest() is None
    keeper.refresh(NOW)
    first = keeper.latest()
    assert [unit.call_sign for unit in first.units.values()] == [patrol.call_sign]
    keeper.cost_s = 0.15
    now[0] += 1
    keeper.refresh(NOW)
    assert keeper.latest() is first
    now[0] += 1
    keeper.refresh(NOW)
    assert keeper.latest() is not first
    now[0] += fleet.KEPT_S
    assert keeper.latest() is None


@pytest.fixture
def distress():
    incident = factories.Incident(type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW)
    escalation.want(incident.pk, now=NOW)
    return incident


@pytest.mark.parametrize(
    ("changed", "called"),
    [
        ({}, "MY-LUMUT-04"),
        ({"status": "alerted"}, "MY-LUMUT-04"),  # still free to be called
        ({"status": "off_watch"}, None),
        ({"status": "en_route"}, None),
        ({"status": "in_distress"}, None),
    ],
)
def test_a_unit_that_dropped_out_since_the_fleet_was_read_is_not_called(
    patrol, second_patrol, distress, changed, called
):
    kept = fleet.read(NOW)
    if changed:
        PatrolUnit.objects.filter(pk=patrol.pk).update(**changed)
    assert rungs.carry_out(distress.pk, now=NOW, hurried=True, kept=kept)
    assert Dispatch.objects.get().unit.call_sign == (called or second_patrol.call_sign)


def test_a_hurried_rung_says_the_same_and_the_ranking_is_completed_afterwards(
    patrol, second_patrol, distress
):
    other = factories.Incident(
        type="sinking", emergency_phase="DISTRESS", priority=1, received_at=NOW, position=distress.position
    )
    escalation.want(other.pk, now=NOW)
    rungs.carry_out(distress.pk, now=NOW, hurried=True, kept=fleet.read(NOW))
    hurried = Escalation.objects.get(pk=distress.pk)
    assert hurried.ranking["partial"]
    PatrolUnit.objects.update(status="available")
    rungs.carry_out(other.pk, now=NOW)
    slow = Escalation.objects.get(pk=other.pk)
    said = Dispatch.objects.order_by("created_at").values_list(
        "unit", "distance_m", "eta_s", "bearing_deg", "why", "status"
    )
    words = Dispatch.objects.get(incident=other).notifications.get().text
    assert said[0] == said[1]
    assert Dispatch.objects.get(incident=distress).notifications.get().text == words.replace(
        other.reference, distress.reference
    )
    assert (hurried.due_at, hurried.next_step) == (slow.due_at, slow.next_step)
    rungs.complete_ranking(distress.pk, now=NOW)
    hurried.refresh_from_db()
    assert hurried.ranking == slow.ranking
    assert hurried.due_at == NOW + timedelta(seconds=60)


def test_a_ranking_is_not_completed_over_a_newer_one(patrol, second_patrol, distress, monkeypatch):
    rungs.carry_out(distress.pk, now=NOW, hurried=True, kept=fleet.read(NOW))
    rank_for = rungs.candidates.rank_for

    def meanwhile(*args, **how):
        Escalation.objects.update(ranking={"newer": True}, ranked_at=NOW + timedelta(seconds=1))
        return rank_for(*args, **how)

    monkeypatch.setattr(rungs.candidates, "rank_for", meanwhile)
    rungs.complete_ranking(distress.pk, now=NOW)
    assert Escalation.objects.get().ranking == {"newer": True}


def test_a_later_rung_is_never_hurried(patrol, second_patrol, distress):
    rungs.carry_out(distress.pk, now=NOW, hurried=True)
    rungs.carry_out(distress.pk, now=NOW + timedelta(seconds=60), hurried=True)
    assert "partial" not in Escalation.objects.get().ranking


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=3000)])
def test_a_ladder_asked_for_by_a_clock_that_is_ahead_starts_now(patrol, distress, ahead):
    Escalation.objects.update(started_at=NOW + ahead, due_at=NOW + ahead)
    assert rungs.due(NOW, 9) == [(distress.pk, 1)]
    assert rungs.carry_out(distress.pk, now=NOW)
    ladder = Escalation.objects.get()
    assert (ladder.next_step, ladder.started_at, ladder.due_at) == (1, NOW, NOW + timedelta(seconds=60))
    assert not rungs.due(NOW, 9)


def test_a_first_rung_costs_few_statements_and_fewer_ways_to_the_database(
    patrol, second_patrol, distress, django_assert_max_num_queries, monkeypatch
):
    PatrolUnit.objects.update(capabilities=["sar_surface"])  # nobody is the last armed one
    kept, ways, go = fleet.read(NOW), [], rows._in_one_go
    monkeypatch.setattr(rows, "_in_one_go", lambda questions: ways.append(questions) or go(questions))
    with django_assert_max_num_queries(17):
        rungs.carry_out(distress.pk, now=NOW, hurried=True, kept=kept, then=lambda incident: None)
    assert len(ways) == 4
    assert Notification.objects.count() == 1
