"""Months of tracks: made ahead, filled, dropped; and vessels that fell silent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts import tracks
from alerts.models import UnitTrack, Vessel
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2031, 12, 20, 12, 0, tzinfo=UTC)


def keep(unit, at) -> None:
    UnitTrack.objects.create(
        unit=unit, position_at=at, received_at=at, latitude=4.2, longitude=100.45, source="avl"
    )


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_this_month_and_the_next_get_their_partition_over_the_end_of_a_year():
    assert tracks.prepare_months(NOW) == ["alerts_unittrack_2031_12", "alerts_unittrack_2032_01"]
    assert tracks.prepare_months(NOW) == []
    unit = factories.PatrolUnit()
    keep(unit, datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC))
    keep(unit, datetime(2032, 1, 1, tzinfo=UTC))
    keep(unit, datetime(2032, 2, 1, tzinfo=UTC))
    assert [rows_in(f"alerts_unittrack_{name}") for name in ("2031_12", "2032_01", "default")] == [1, 1, 1]


def test_a_month_whose_rows_came_before_its_partition_stays_in_the_default_one(caplog):
    keep(factories.PatrolUnit(), NOW)
    assert tracks.prepare_months(NOW) == ["alerts_unittrack_2032_01"]
    assert "stay in the default one" in caplog.text
    assert UnitTrack.objects.count() == 1


def test_a_month_is_dropped_when_its_last_day_is_past_its_time(settings):
    settings.UNIT_TRACK_DAYS = 30
    tracks.prepare_months(NOW)
    unit = factories.PatrolUnit()
    keep(unit, NOW)
    keep(unit, datetime(2031, 3, 1, tzinfo=UTC))  # came late: in the default partition
    keep(unit, datetime(2032, 2, 5, tzinfo=UTC))
    past_december = datetime(2032, 1, 31, 1, 0, tzinfo=UTC)
    assert tracks.forget(past_december - timedelta(hours=2))[1:] == (1,)
    assert UnitTrack.objects.count() == 2
    dropped, deleted = tracks.forget(past_december)
    assert deleted == 0
    assert dropped >= 1  # also those that the migration made, of months long before
    assert list(UnitTrack.objects.values_list("position_at", flat=True)) == [datetime(2032, 2, 5, tzinfo=UTC)]


def test_a_vessel_that_fell_silent_is_forgotten(settings):
    settings.VESSEL_HOURS = 24
    Vessel.objects.create(mmsi="533000001", heard_at=NOW - timedelta(hours=25))
    Vessel.objects.create(mmsi="533000002", heard_at=NOW - timedelta(hours=23))
    tracks.forget(NOW)
    assert [vessel.mmsi for vessel in Vessel.objects.all()] == ["533000002"]
