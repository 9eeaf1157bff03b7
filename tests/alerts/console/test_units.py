"""What the desk sees of a unit, and what an officer may make of its status."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from alerts import unit_status
from alerts.console import units
from alerts.models import PatrolUnit, UnitStatusChange, Watch
from reports.models import Incident
from tests import factories

pytestmark = pytest.mark.django_db
BOARD = "/console/units/"
S = PatrolUnit.Status


def facts(unit) -> dict:
    return units.facts_of(*units.boarded(PatrolUnit.objects.filter(pk=unit.pk)))


def status_page(unit) -> str:
    return f"/console/units/{unit.pk}/status/"


def engage(unit, status="en_route"):
    dispatch = factories.Dispatch(unit=unit)
    factories.force(type(dispatch).objects.filter(pk=dispatch.pk), status=status)
    return dispatch


@pytest.fixture
def desk(client, dispatcher):
    client.force_login(dispatcher)
    return client


# --- Facts ---


def test_every_status_belongs_to_one_group():
    assert set(units.GROUP_OF) == set(PatrolUnit.Status.values)


def test_facts_can_be_sent_and_are_equal_while_nothing_changed(patrol):
    factories.UnitPosition(unit=patrol, position_at=timezone.now() - timedelta(hours=3), longitude=100.2)
    PatrolUnit.objects.filter(pk=patrol.pk).update(status="returning")
    first = facts(patrol)
    assert json.loads(json.dumps(first)) == first == facts(patrol)
    assert first["circle"]["grows_kn"] == 36
    assert first["circle"]["most_nm"] == 200


def test_a_change_shows_in_the_facts(patrol):
    before = facts(patrol)
    dispatch = engage(patrol)
    after = facts(patrol)
    assert before["task"] is None
    assert after["task"]["reference"] == dispatch.incident.reference


def test_the_last_word_is_the_newest_of_text_and_press(patrol):
    now = timezone.now()
    factories.InboundMessage(unit=patrol, text="old", received_at=now - timedelta(hours=2))
    factories.InboundMessage(unit=patrol, text="x" * 500, received_at=now - timedelta(hours=1))
    row = units.row_of(*units.boarded(PatrolUnit.objects.all()), now)
    assert row["said"]["text"] == "x" * units.MOST_SAID
    dispatch = factories.Dispatch(unit=patrol)
    factories.DispatchTransition(dispatch=dispatch, new="acknowledged", via="app", at=now)
    factories.DispatchTransition(dispatch=dispatch, new="en_route", via="rule", at=now + timedelta(minutes=1))
    row = units.row_of(*units.boarded(PatrolUnit.objects.all()), now)
    assert row["said"]["text"] == "acknowledged"


# (started how long ago, next step) to overdue
@pytest.mark.parametrize(
    ("minutes", "step", "asked_no_more", "overdue"),
    [(-30, 0, False, False), (40, 2, False, True), (40, 4, True, True)],
)
def test_the_word_owed_first_is_the_overdue_one(patrol, minutes, step, asked_no_more, overdue):
    now = timezone.now()
    dispatch = engage(patrol)
    Watch.objects.create(
        dispatch=dispatch, unit=patrol, kind="welfare", started_at=now - timedelta(minutes=minutes),
        next_step=step, due_at=None if asked_no_more else now,
    )  # fmt: skip
    Watch.objects.create(
        dispatch=dispatch, unit=patrol, kind="arrival", started_at=now + timedelta(minutes=5), due_at=now
    )
    word = facts(patrol)["owed"]
    assert (word["kind"], word["overdue"]) == (("welfare", True) if overdue else ("arrival", False))


def test_the_board_costs_the_same_number_of_queries_for_many(
    patrol, second_patrol, desk, django_assert_max_num_queries
):
    for unit in factories.PatrolUnit.create_batch(20, station=patrol.station):
        engage(unit)
    with django_assert_max_num_queries(16):
        assert desk.get(BOARD).content.count(b'data-unit="') == 22


def test_a_unit_called_by_two_desks_names_to_each_only_its_own_matter(dispatcher, patrol):
    hidden, seen = engage(patrol), factories.Dispatch(unit=patrol)
    Watch.objects.create(
        dispatch=hidden, unit=patrol, kind="welfare", started_at=timezone.now(), due_at=timezone.now()
    )
    factories.InboundMessage(unit=patrol, dispatch=hidden, text=f"1 {hidden.incident.reference}")
    ours = Incident.objects.filter(pk=seen.incident_id)
    [whole] = rows = units.boarded(PatrolUnit.objects.filter(pk=patrol.pk))
    [unit] = units.as_seen(rows, ours)
    told = json.dumps(units.unit_json(unit))
    assert hidden.incident.reference not in told
    assert str(hidden.incident_id) not in told
    assert seen.incident.reference in told
    assert "matter of another desk" in told
    assert units.facts_of(unit)["said_at"] is not None  # that it was heard is no secret
    assert hidden.incident.reference in json.dumps(units.unit_json(whole))  # others are told all


def test_the_row_names_the_matter_of_the_word_that_is_owed(patrol):
    """A crew that goes for one matter may still owe its word on another."""
    old = factories.Dispatch(unit=patrol, status="stood_down")
    Watch.objects.create(
        dispatch=old, unit=patrol, kind="receipt", started_at=timezone.now(), due_at=timezone.now()
    )
    assert old.incident.reference in units.unit_json(*units.boarded(PatrolUnit.objects.all()))["html"]


# --- The board ---


def test_the_board_groups_by_status_the_urgent_first(desk, patrol, second_patrol):
    PatrolUnit.objects.filter(pk=patrol.pk).update(status=S.OFF_WATCH)
    engage(second_patrol)
    PatrolUnit.objects.filter(pk=second_patrol.pk).update(status=S.EN_ROUTE)
    groups = desk.get(BOARD).context["groups"]
    assert [group["name"] for group in groups] == ["tasked", "away"]


def test_a_stale_unit_is_told_in_words(desk, patrol):
    factories.UnitPosition(unit=patrol, position_at=timezone.now() - timedelta(hours=1), longitude=100.2)
    page = desk.get(BOARD).content.decode()
    assert "stale" in page
    assert "anywhere within" in page
    assert '<span class="radius">36</span> NM' in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=lumut", ["MY-LUMUT-04"]),
        ("q=uban", ["MY-BATUUBAN-03"]),
        ("group=free", ["MY-BATUUBAN-03", "MY-LUMUT-04"]),
        ("group=away", []),
        ("kind=aircraft", []),
        ("kind=nonsense&group=%00&agency=%00&q=%00", ["MY-BATUUBAN-03", "MY-LUMUT-04"]),
        ("q=" + "%F0%9F%92%A9" * 99, []),
    ],
)
def test_the_board_is_narrowed(desk, patrol, second_patrol, query, shown):
    groups = desk.get(f"{BOARD}?{query}").context["groups"]
    assert [row["unit"].call_sign for group in groups for row in group["rows"]] == shown


def test_words_of_a_crew_are_inert(desk, patrol):
    factories.InboundMessage(unit=patrol, text="</td><script>alert(1)</script>")
    page = desk.get(BOARD).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


# --- Its status, by hand ---


def test_an_officer_sets_a_status_with_the_reason_and_takes_it_back(desk, dispatcher, patrol):
    said = desk.post(
        status_page(patrol), {"status": "off_watch", "reason": "engine"}, headers={"X-Fragment": "1"}
    ).json()
    patrol.refresh_from_db()
    change = patrol.status_changes.get()
    assert (patrol.status, change.by, change.reason) == ("off_watch", dispatcher, "engine")
    answer = desk.post(said["undo"]["url"], headers={"X-Fragment": "1"})
    assert "available" in answer.json()["text"]
    patrol.refresh_from_db()
    assert patrol.status == "available"
    assert desk.post(said["undo"]["url"], headers={"X-Fragment": "1"}).status_code == 409


def test_without_its_script_the_board_says_what_was_done_and_undoes_it(desk, patrol):
    answer = desk.post(status_page(patrol), {"status": "limited", "reason": "radar"}, follow=True)
    change = UnitStatusChange.objects.get()
    assert f'action="/console/units/status-changes/{change.pk}/undo/"' in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [("acknowledged", "x", 200), ("limited", " ", 200), ("nonsense", "x", 200), ("available", "x", 409)],
)
def test_what_cannot_be_set_by_hand_is_refused(desk, patrol, status, reason, code):
    answer = desk.post(status_page(patrol), {"status": status, "reason": reason})
    assert answer.status_code == code
    assert answer.context["form"].errors
    assert not UnitStatusChange.objects.exists()


def test_a_unit_on_a_task_is_not_freed_by_hand(patrol, dispatcher):
    engage(patrol)
    for status in (S.AVAILABLE, S.OFF_WATCH, S.RETURNING):
        PatrolUnit.objects.filter(pk=patrol.pk).update(status=S.EN_ROUTE)
        with pytest.raises(unit_status.StatusRefused, match="end that first"):
            unit_status.decide(patrol.pk, status, by=dispatcher, reason="x")
    assert unit_status.decide(patrol.pk, S.TOWING, by=dispatcher, reason="x").old == S.EN_ROUTE


def test_an_undo_does_not_bring_back_a_call_that_is_over(patrol, dispatcher):
    PatrolUnit.objects.filter(pk=patrol.pk).update(status=S.ALERTED)
    change = unit_status.decide(patrol.pk, S.OFF_WATCH, by=dispatcher, reason="x")
    unit_status.undo(change.pk, by=dispatcher)
    patrol.refresh_from_db()
    assert patrol.status == S.AVAILABLE


def test_what_changed_since_is_not_undone(patrol, dispatcher):
    change = unit_status.decide(patrol.pk, S.OFF_WATCH, by=dispatcher, reason="x")
    unit_status.decide(patrol.pk, S.LIMITED, by=dispatcher, reason="y")
    with pytest.raises(unit_status.StatusRefused, match="changed since"):
        unit_status.undo(change.pk, by=dispatcher)


def test_the_story_of_a_status_is_kept_by_the_database(patrol, dispatcher):
    unit_status.decide(patrol.pk, S.OFF_WATCH, by=dispatcher, reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        UnitStatusChange.objects.update(reason="y")
