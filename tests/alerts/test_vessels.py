"""Vessels heard on AIS: the newest word of each, and which could help."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts import vessels
from alerts.models import Vessel
from alerts.vessels import Sighting
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = (100.45, 4.20)


def seen(mmsi="533000001", minutes_ago=1.0, miles_north=5.0, **more) -> Sighting:
    at = NOW - timedelta(minutes=minutes_ago)
    return Sighting(
        **{
            "mmsi": mmsi, "heard_at": at, "latitude": 4.2 + miles_north / 60, "longitude": 100.45,
            "position_at": at, "speed_kn": 10.0, "course_deg": 90.0, "nav_status": 0,
        } | more
    )  # fmt: skip


def static(mmsi="533000001", **more) -> Sighting:
    return Sighting(mmsi, NOW, **more)


def test_a_name_and_a_position_meet_in_one_row_in_either_order():
    vessels.store([seen("533000001"), static("533000002", name="CENGAL", ship_type=52)])
    vessels.store([static("533000001", name="MERANTI", ship_type=30, length_m=18), seen("533000002")])
    rows = {row.mmsi: row for row in Vessel.objects.all()}
    assert (rows["533000001"].name, rows["533000001"].latitude, rows["533000001"].length_m) == (
        "MERANTI",
        4.2 + 5 / 60,
        18,
    )
    assert (rows["533000002"].name, rows["533000002"].ship_type, rows["533000002"].speed_kn) == (
        "CENGAL",
        52,
        10,
    )


def test_an_older_position_does_not_move_it_back():
    vessels.store([seen(minutes_ago=1)])
    vessels.store([seen(minutes_ago=9, miles_north=30, nav_status=1)])
    row = Vessel.objects.get()
    assert (row.latitude, row.nav_status, row.heard_at) == (4.2 + 5 / 60, 0, NOW - timedelta(minutes=1))


def test_what_is_heard_between_two_writes_adds_up():
    sighting = static(name="MERANTI")
    sighting.add(seen(minutes_ago=2, miles_north=1))
    sighting.add(seen(minutes_ago=5, miles_north=9))
    vessels.store([sighting])
    row = Vessel.objects.get()
    assert (row.name, row.latitude) == ("MERANTI", 4.2 + 1 / 60)


def near(**more) -> list[str]:
    return [found.mmsi for found in vessels.near(HERE, now=NOW, **more)]


def test_the_nearest_that_can_help_comes_first():
    factories.PatrolUnit(mmsi="533000099")
    vessels.store(
        [
            seen("533000001", miles_north=12),
            seen("533000002", miles_north=3),
            seen("533000003", miles_north=40),  # too far
            seen("533000004", minutes_ago=31),  # too long ago
            seen("533000005", nav_status=6),  # aground
            seen("533000006", nav_status=2),  # not under command
            seen("533000099", miles_north=1),  # ours
            static("533000007", name="NO POSITION"),
        ]
    )
    assert near() == ["533000002", "533000001"]
    assert near(radius_m=10 * 1852) == ["533000002"]


def test_it_says_how_far_which_way_and_how_long():
    vessels.store([seen(miles_north=10, ship_type=52, name="CENGAL", speed_kn=0.1)])
    (found,) = vessels.near(HERE, now=NOW)
    assert (found.name, found.kind) == ("CENGAL", "tug")
    assert found.distance_m == pytest.approx(18520, rel=0.002)
    assert found.bearing_deg == pytest.approx(0, abs=0.01)
    assert found.eta_s == pytest.approx(10 / 8 * 3600, rel=0.002)  # whoever lies at anchor can weigh it


@pytest.mark.parametrize(
    ("mmsi", "vessel"),
    [("533000001", True), ("233000001", True), ("982000001", True), ("111525001", True), ("005330001", False),
     ("995330001", False), ("970110001", False), ("972110001", False), ("974110001", False), ("000000000", False)],
)  # fmt: skip
def test_what_is_a_vessel(mmsi, vessel):
    assert vessels.is_vessel(mmsi) == vessel


@pytest.mark.parametrize(
    ("ship_type", "mmsi", "word"),
    [(30, "533000001", "fishing boat"), (79, "533000001", "cargo ship"), (84, "533000001", "tanker"),
     (None, "533000001", "vessel"), (0, "533000001", "vessel"), (255, "533000001", "vessel"),
     (None, "111525001", "rescue aircraft")],
)  # fmt: skip
def test_a_kind_has_a_word(ship_type, mmsi, word):
    assert vessels.kind_of(ship_type, mmsi) == word
