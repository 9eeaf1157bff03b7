"""Fixes of units: which are nonsense, and that the newest wins."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from alerts import positions
from alerts.models import UnitPosition
from tests import factories

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIX = {"latitude": 4.2, "longitude": 100.45, "position_at": "2026-03-01T11:59:00Z"}


@pytest.mark.parametrize(
    ("change", "latitude", "longitude", "speed_kn", "course_deg"),
    [
        ({}, 4.2, 100.45, None, None),
        ({"latitude": "4.2", "longitude": "100.45"}, 4.2, 100.45, None, None),
        ({"latitude": -90, "longitude": 180}, -90, 180, None, None),
        ({"latitude": 0, "longitude": 100}, 0, 100, None, None),
        ({"position_at": "2026-03-01T19:59:00+08:00"}, 4.2, 100.45, None, None),
        ({"position_at": "2026-03-01T12:02:00Z"}, 4.2, 100.45, None, None),
        ({"speed_kn": 22.5, "course_deg": 360}, 4.2, 100.45, 22.5, 0),
        ({"speed_kn": -1, "course_deg": 511}, 4.2, 100.45, None, None),
        ({"speed_kn": "fast", "course_deg": []}, 4.2, 100.45, None, None),
        ({"speed_kn": True}, 4.2, 100.45, None, None),
        ({"unit": "another field"}, 4.2, 100.45, None, None),
    ],
)
def test_a_fix_is_read(change, latitude, longitude, speed_kn, course_deg):
    fix = positions.read_fix(FIX | change, NOW)
    assert (fix.latitude, fix.longitude, fix.speed_kn, fix.course_deg) == (
        latitude,
        longitude,
        speed_kn,
        course_deg,
    )
    assert fix.position_at.tzinfo is UTC


@pytest.mark.parametrize(
    "row",
    [
        None,
        7,
        "4.2, 100.45",
        [],
        {},
        FIX | {"latitude": None},
        FIX | {"latitude": 90.1},
        FIX | {"longitude": -180.1},
        FIX | {"latitude": math.nan},
        FIX | {"longitude": math.inf},
        FIX | {"latitude": "nan"},
        FIX | {"latitude": True},
        FIX | {"latitude": 10**400},
        FIX | {"latitude": "1e999"},
        FIX | {"latitude": 0, "longitude": 0},
        FIX | {"latitude": 0.0004, "longitude": -0.002},
        FIX | {"position_at": None},
        FIX | {"position_at": 1772366340},
        FIX | {"position_at": "yesterday"},
        FIX | {"position_at": "2026-03-01T11:59:00"},
        FIX | {"position_at": "2026-02-30T11:59:00Z"},
        FIX | {"position_at": "9999-12-31T23:59:59-23:59"},
        FIX | {"position_at": "0001-01-01T00:00:00+23:59"},
        FIX | {"position_at": "2026-03-01T12:02:01Z"},
        FIX | {"position_at": "2006-07-16T11:59:00Z"},
    ],
)
def test_nonsense_is_no_fix(row):
    with pytest.raises(positions.NotAFix):
        positions.read_fix(row, NOW)


def at(minutes_ago: float, **more) -> dict:
    return FIX | {"position_at": (NOW - timedelta(minutes=minutes_ago)).isoformat()} | more


@pytest.mark.django_db
class TestRecord:
    def record(self, unit, *rows):
        return positions.record(unit, rows, source="avl", now=NOW)

    def test_the_newest_of_a_batch_is_kept_in_whatever_order(self):
        unit = factories.PatrolUnit()
        outcome = self.record(unit, at(3), at(1, latitude=4.5), at(2))
        assert (outcome.accepted, outcome.ignored, outcome.errors) == (3, 0, [])
        assert UnitPosition.objects.get(unit=unit).latitude == 4.5

    def test_an_older_fix_changes_nothing(self):
        unit = factories.PatrolUnit()
        self.record(unit, at(1, latitude=4.5))
        outcome = self.record(unit, at(2), at(1, latitude=4.9))
        assert (outcome.accepted, outcome.ignored) == (0, 2)
        assert UnitPosition.objects.get(unit=unit).latitude == 4.5

    def test_nonsense_is_refused_row_by_row(self):
        unit = factories.PatrolUnit()
        outcome = self.record(unit, {}, at(1), at(-5), None)
        assert outcome.accepted == 1
        assert [index for index, _ in outcome.errors] == [0, 2, 3]

    def test_nothing_at_all_is_nothing(self):
        unit = factories.PatrolUnit()
        assert self.record(unit) == positions.Outcome(0, 0, [])
        assert not UnitPosition.objects.exists()

    def test_a_fix_that_lost_the_race_counts_as_ignored(self, monkeypatch):
        unit = factories.PatrolUnit()
        monkeypatch.setattr(positions, "_keep", lambda *args: False)
        assert self.record(unit, at(1)) == positions.Outcome(0, 1, [])

    def test_the_guard_is_in_the_statement_not_only_before_it(self):
        unit = factories.PatrolUnit()
        newer, older = (positions.read_fix(at(minutes), NOW) for minutes in (1, 2))
        assert positions._keep(unit, newer, "avl")
        assert not positions._keep(unit, older, "avl")
        assert UnitPosition.objects.get(unit=unit).position_at == newer.position_at
