"""Where a boat has gone since: the sum of DOMAIN section 15, by hand and by property."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.drift import LEEWAY, LONGEST, UNKNOWN_ERROR_M, UNKNOWN_KN, Weather, drifts, likely
from communities.sphere import NAUTICAL_MILE_M, bearing_deg, destination, great_circle_m
from reports.taxonomy import TAXONOMY, ReplyMode

AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
HERE = (118.6818, 4.5868)
EAST = Weather(wind_kn=20, wind_from_deg=270, current_kn=1.5, current_to_deg=90)


def after(hours: float, weather=EAST, type="sinking", error_m=500.0, **how):
    return likely(HERE, error_m, AT, AT + timedelta(hours=hours), type=type, weather=weather, **how)


@pytest.mark.parametrize(
    ("type", "weather", "drift_nm", "to"),
    [
        ("sinking", EAST, 2 * (1.5 + 0.04 * 20), 90),
        ("man_overboard", EAST, 2 * (1.5 + 0.01 * 20), 90),
        ("disabled_adrift", Weather(0, None, 2, 180), 4, 180),
        ("disabled_adrift", Weather(25, 0, 0, None), 2, 180),
        ("disabled_adrift", Weather(25, 180, 1, 180), 0, None),
    ],
    ids=["raft down wind and stream", "person", "current alone", "wind alone", "wind against stream"],
)
def test_the_place_moves_with_current_and_leeway(type, weather, drift_nm, to):
    found = after(2, weather, type)
    assert found.drifted_m == pytest.approx(drift_nm * NAUTICAL_MILE_M, abs=0.01)
    assert great_circle_m(HERE, found.position) == pytest.approx(found.drifted_m, abs=0.01)
    assert found.radius_m == pytest.approx(500 + 0.3 * found.drifted_m, abs=0.01)
    if to is not None:
        assert bearing_deg(HERE, found.position) == pytest.approx(to, abs=0.01)


@pytest.mark.parametrize(
    ("weather", "drift_nm", "said"),
    [
        (None, 0, "wind and current not entered: 1 kn any way"),
        (Weather(), 0, "wind and current not entered"),
        (Weather(sea_state=5), 0, "wind and current not entered"),
        (Weather(wind_kn=20, wind_from_deg=0), 0.8, "current not entered"),
        (Weather(current_kn=1, current_to_deg=0), 1, "wind not entered"),
        (Weather(wind_kn=20), 0, "wind and current not entered"),
    ],
)
def test_what_is_not_entered_widens_the_circle_by_the_default(weather, drift_nm, said):
    found = after(1, weather)
    assert found.drifted_m == pytest.approx(drift_nm * NAUTICAL_MILE_M, abs=0.01)
    assert found.radius_m == pytest.approx(
        500 + 0.3 * found.drifted_m + UNKNOWN_KN * NAUTICAL_MILE_M, abs=0.01
    )
    assert said in found.basis


@pytest.mark.parametrize("type", ["grounding", "suspicious_vessel", "smuggling_goods", "tip", "unheard_of"])
def test_a_boat_aground_or_under_way_does_not_drift(type):
    found = after(5, type=type)
    assert (found.position, found.radius_m, found.drifted_m) == (HERE, 500, 0)


def test_only_rescues_drift():
    assert all(TAXONOMY[type].reply != ReplyMode.QUIET for type in LEEWAY)
    assert drifts("sinking")
    assert not drifts("piracy_armed_robbery")


def test_nothing_drifts_backwards_in_time():
    assert after(-3).position == HERE
    assert after(0).radius_m == 500


def test_an_unknown_error_counts_as_a_mile():
    assert after(0, error_m=None).radius_m == UNKNOWN_ERROR_M


def test_drift_ends_at_the_shore_and_the_circle_takes_the_rest():
    shore = destination(HERE, 90, 5_000)[0]
    found = after(2, is_land=lambda lon, lat: lon >= shore)
    assert 0 < found.drifted_m < 5_000
    assert found.position[0] < shore
    whole_m = 2 * (1.5 + 0.8) * NAUTICAL_MILE_M
    assert found.radius_m == pytest.approx(500 + 0.3 * whole_m + whole_m - found.drifted_m, abs=0.01)
    assert "stopped by land" in found.basis


def test_a_coarse_chart_that_calls_the_place_itself_land_leaves_it_there():
    found = after(2, is_land=lambda lon, lat: True)
    assert found.position == HERE
    assert found.radius_m > great_circle_m(HERE, after(2).position)


weathers = st.builds(
    Weather,
    wind_kn=st.none() | st.floats(0, 200), wind_from_deg=st.none() | st.floats(0, 360),
    current_kn=st.none() | st.floats(0, 20), current_to_deg=st.none() | st.floats(0, 360),
)  # fmt: skip


@given(
    st.sampled_from([*TAXONOMY, ""]), weathers, st.floats(0, 200), st.floats(0, 200),
    st.none() | st.floats(0, 50_000), st.booleans(),
)  # fmt: skip
def test_the_circle_only_grows_and_holds_error_and_drift(type, weather, one, other, error_m, land):
    sooner, later = sorted((one, other))
    is_land = (lambda lon, lat: lon > 119) if land else None
    first, second = (after(hours, weather, type, error_m, is_land=is_land) for hours in (sooner, later))
    assert first.radius_m <= second.radius_m * (1 + 1e-9)
    assert (
        second.radius_m + 1e-6 >= (UNKNOWN_ERROR_M if error_m is None else error_m) + 0.3 * second.drifted_m
    )
    assert -180 <= second.position[0] <= 180
    assert -90 <= second.position[1] <= 90


def test_beyond_three_days_the_figures_stand_still():
    assert after(72).position == after(500).position
    assert timedelta(hours=72) == LONGEST
