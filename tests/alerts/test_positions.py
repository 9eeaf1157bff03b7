"""Fixes of units: that the newest wins, and that every one is in the track."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts import positions
from alerts.models import UnitPosition, UnitTrack
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(minutes_ago: float, **more) -> dict:
    moment = NOW - timedelta(minutes=minutes_ago)
    return {"latitude": 4.2, "longitude": 100.45, "position_at": moment.isoformat()} | more


@pytest.fixture
def crew():
    return factories.User()


@pytest.fixture
def unit(crew):
    unit = factories.PatrolUnit(speed_kn=25)
    unit.crew.add(crew)
    return unit


def send(crew, *rows, of=None, source="avl", now=NOW):
    """As the view does it."""
    named = {row["call_sign"] for row in rows if "call_sign" in row} if of is None else {of}
    said, errors = positions.read_rows(rows, now, of=of)
    outcome = positions.record(positions.units_of(crew.pk, named), said, source=source, now=now)
    return outcome, errors


def test_the_newest_of_a_batch_is_kept_in_whatever_order(crew, unit):
    outcome, _ = send(crew, at(3), at(1, latitude=4.21), at(2), of=unit.call_sign)
    assert (outcome.accepted, outcome.ignored, outcome.errors) == (3, 0, [])
    kept = UnitPosition.objects.get()
    assert (kept.unit, kept.latitude, kept.source) == (unit, 4.21, "avl")
    assert UnitTrack.objects.count() == 3


def test_an_older_fix_changes_nothing_but_is_in_the_track(crew, unit):
    send(crew, at(1, latitude=4.21), of=unit.call_sign)
    outcome, _ = send(crew, at(2), at(1, latitude=4.9), of=unit.call_sign)
    assert (outcome.accepted, outcome.ignored) == (0, 2)
    assert UnitPosition.objects.get().latitude == 4.21
    assert [row.latitude for row in UnitTrack.objects.order_by("position_at")] == [4.2, 4.21]


def test_nothing_at_all_is_nothing(crew, unit):
    assert send(crew, of=unit.call_sign)[0] == positions.Outcome()
    assert not UnitPosition.objects.exists()


def test_what_was_buffered_for_hours_ends_the_same_whatever_the_order(crew, unit):
    rows = [at(300 - n, latitude=4.2 + n / 1000, speed_kn=n % 20) for n in range(300)]
    draw = random.Random(7)
    for _ in range(3):
        UnitPosition.objects.all().delete()
        UnitTrack.objects.all().delete()
        sent = rows + draw.sample(rows, 100)
        draw.shuffle(sent)
        for start in range(0, len(sent), 57):
            send(crew, *sent[start : start + 57], of=unit.call_sign)
        assert UnitPosition.objects.get().latitude == rows[-1]["latitude"]
        assert UnitTrack.objects.count() == 300


def test_a_batch_of_a_fleet_moves_each_of_its_units(crew, unit):
    second = factories.PatrolUnit()
    second.crew.add(crew)
    strange = factories.PatrolUnit()
    outcome, errors = send(
        crew,
        at(1, call_sign=unit.call_sign, latitude=4.3),
        at(1, call_sign=second.call_sign, latitude=5.5),
        at(1, call_sign=strange.call_sign),
        at(1, call_sign="NOBODY"),
        at(1),
        at(1, call_sign=7),
    )
    assert outcome.accepted == 2
    assert {row.unit: row.latitude for row in UnitPosition.objects.all()} == {unit: 4.3, second: 5.5}
    assert [(index, reason) for index, reason, _ in outcome.errors] == [
        (2, "not_your_unit"),
        (3, "not_your_unit"),
    ]
    assert len({why for _, _, why in outcome.errors}) == 1  # which ones exist is not told
    assert [(index, reason) for index, reason, _ in errors] == [(4, "not_a_fix"), (5, "not_a_fix")]


def test_a_jump_is_refused_counted_and_marked_in_the_track(crew, unit):
    outcome, _ = send(crew, at(3), at(2, latitude=9.0), at(1), of=unit.call_sign)
    assert (outcome.accepted, outcome.refused) == (2, {"too_fast": 1})
    assert UnitPosition.objects.get().latitude == 4.2
    assert list(UnitTrack.objects.order_by("position_at").values_list("note", flat=True)) == [
        "",
        "too_fast",
        "",
    ]


def test_doubt_outlives_a_batch_so_that_a_wrong_first_fix_gives_way(crew, unit):
    send(crew, at(10, latitude=40.0), of=unit.call_sign)
    found = [
        send(crew, at(minutes), of=unit.call_sign, now=NOW - timedelta(minutes=minutes))[0].accepted
        for minutes in (9, 8, 7, 6)
    ]
    assert found == [0, 0, 1, 1]
    kept = UnitPosition.objects.get()
    assert (kept.latitude, kept.doubts, kept.doubted_at, kept.doubt_began_at) == (4.2, 0, None, None)


def test_four_lies_of_one_second_move_no_unit_and_the_truth_is_taken_after_them(crew, unit):
    send(crew, at(1), of=unit.call_sign)
    for ahead_s in (0, 12, 24, 36):
        lie = at(-ahead_s / 60, latitude=14.2)
        assert send(crew, lie, of=unit.call_sign)[0].refused == {"too_fast": 1}
    assert send(crew, at(-1 / 60, latitude=4.201), of=unit.call_sign)[0].accepted == 1
    assert UnitPosition.objects.get().latitude == 4.201


def test_a_fix_a_minute_ahead_makes_none_of_the_next_ones_old(crew, unit):
    assert send(crew, at(-1), of=unit.call_sign)[0].accepted == 1
    later = NOW + timedelta(seconds=3)
    assert send(crew, at(-2 / 60, latitude=4.201), of=unit.call_sign, now=later)[0].accepted == 1


def test_a_doubt_leaves_the_fix_and_its_source_as_they_were(crew, unit):
    send(crew, at(3), of=unit.call_sign, source="app")
    send(crew, at(2, latitude=9.0), of=unit.call_sign, source="avl")
    kept = UnitPosition.objects.get()
    assert (kept.latitude, kept.source, kept.doubts, kept.doubted_latitude) == (4.2, "app", 1, 9.0)


def test_a_rolled_over_date_is_repaired_counted_and_marked(crew, unit):
    outcome, _ = send(crew, at(1 + 1024 * 7 * 24 * 60), of=unit.call_sign)
    assert (outcome.accepted, outcome.repaired) == (1, 1)
    assert UnitPosition.objects.get().position_at == NOW - timedelta(minutes=1)
    assert UnitTrack.objects.get().note == "week_rollover"


def test_a_fix_that_lost_the_race_counts_as_ignored_and_changes_nothing(crew, unit):
    before = positions.units_of(crew.pk, [unit.call_sign])
    send(crew, at(1, latitude=4.21), of=unit.call_sign)
    said, _ = positions.read_rows([at(2)], NOW, of=unit.call_sign)
    outcome = positions.record(before, said, source="avl", now=NOW)
    assert (outcome.accepted, outcome.ignored) == (0, 1)
    assert UnitPosition.objects.get().latitude == 4.21
    assert UnitTrack.objects.count() == 2


@pytest.mark.parametrize("call_sign", ["\x00", "\ud800", "A" * 5000, "", "'; DROP TABLE", "%00"])
def test_any_call_sign_can_be_asked_for(crew, unit, call_sign):
    assert positions.units_of(crew.pk, [call_sign]) == {}


def test_a_batch_costs_two_statements_however_long_it_is(crew, unit, django_assert_num_queries):
    with django_assert_num_queries(2):
        send(crew, *(at(n / 10) for n in range(500)), of=unit.call_sign)
