"""Where a unit sets out from and how fast it comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drift import Weather
from alerts.fitness import Unit
from alerts.reach import ready_s, speed_made_good_kn, start_of
from communities.sphere import NAUTICAL_MILE_M, destination, great_circle_m

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
SEA = (100.30, 4.20)
BASE = (100.60, 4.20)


def moving(minutes_old=30.0, **fields):
    given = {
        "position": SEA, "position_at": AT - timedelta(minutes=minutes_old), "base_position": BASE, "speed_kn": 20,
        "moving_kn": 18, "course_deg": 270,
    }  # fmt: skip
    return Unit("KM PERAK", **{**given, **fields})


@pytest.mark.parametrize(
    ("label", "unit", "moved_nm"),
    [
        ("half an hour at 18 knots", moving(), 9),
        ("just now", moving(0), 0),
        ("drifting at its anchor", moving(moving_kn=0.9), 0),
        ("no course", moving(course_deg=None), 0),
        ("no speed", moving(moving_kn=None), 0),
        ("not a number", moving(moving_kn=float("nan")), 0),
        ("faster than it can go", moving(moving_kn=300), 15),
        ("a clock that runs ahead", moving(-3), 0),
        ("a shore team in its car", moving(kind="shore"), 0),
        ("an aircraft", moving(kind="aircraft", speed_kn=140, moving_kn=130), 65),
    ],
)
def test_a_moving_unit_is_where_its_course_has_brought_it(label, unit, moved_nm):
    start = start_of(unit, AT)
    assert great_circle_m(SEA, start.position) == pytest.approx(moved_nm * NAUTICAL_MILE_M, abs=0.5)
    assert ("moved on" in start.basis) == (moved_nm > 0)


def test_its_move_is_said():
    assert start_of(moving(), AT).basis == "recent fix 30 min old, moved on 9.0 NM to 270 since"


def test_a_stale_fix_moves_nobody():
    assert start_of(moving(31), AT).position == BASE


def test_a_boat_never_moves_on_through_land():
    assert start_of(moving(), AT, lambda a, b: False).position == SEA
    assert start_of(moving(kind="aircraft"), AT, lambda a, b: False).position != SEA


def test_a_boat_that_left_its_berth_since_the_fix_needs_no_time_to_cast_off():
    at_berth = moving(position=BASE)
    assert not start_of(at_berth, AT).at_base
    assert start_of(moving(position=BASE, moving_kn=0), AT).at_base
    assert ready_s(at_berth, start_of(at_berth, AT)) == 0


@pytest.mark.parametrize(
    ("kind", "weather", "sea", "speed_kn"),
    [
        ("boat", None, None, 20),
        ("boat", None, 3, 20),
        ("boat", None, 4, 17),
        ("boat", None, 6, 10),
        ("boat", None, 12, 5),
        ("boat", Weather(current_kn=3, current_to_deg=180), None, 17),  # going north
        ("boat", Weather(current_kn=3, current_to_deg=0), None, 20),  # no promise for the whole way
        ("boat", Weather(current_kn=12, current_to_deg=90), None, 16),
        ("boat", Weather(current_kn=20, current_to_deg=90), None, 0),
        ("boat", Weather(current_kn=25, current_to_deg=180), None, 0),
        ("boat", Weather(wind_kn=40, wind_from_deg=0), None, 20),
        ("boat", Weather(current_kn=3), None, 20),
        ("aircraft", Weather(wind_kn=8, wind_from_deg=0, current_kn=9, current_to_deg=180), 9, 12),
        ("shore", Weather(wind_kn=8, wind_from_deg=0, current_kn=9, current_to_deg=180), 9, 20),
    ],
)
def test_sea_and_current_cost_a_boat_and_wind_an_aircraft(kind, weather, sea, speed_kn):
    assert speed_made_good_kn(moving(kind=kind), 0.0, weather, sea) == pytest.approx(speed_kn, abs=1e-9)


@given(
    st.floats(0, 360),
    st.floats(0, 360),
    st.floats(0, 20),
    st.none() | st.integers(0, 9),
    st.sampled_from(["boat", "aircraft"]),
)
def test_nothing_makes_a_unit_faster_than_it_cruises(bearing, towards, stream, sea, kind):
    weather = Weather(stream, towards, stream, towards, sea)
    assert 0 <= speed_made_good_kn(moving(kind=kind), bearing, weather, sea) <= 20


def test_a_unit_is_ranked_from_where_it_turns_round():
    away = start_of(moving(course_deg=270), AT).position
    assert away == pytest.approx(destination(SEA, 270, 9 * NAUTICAL_MILE_M))
