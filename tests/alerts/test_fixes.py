"""Which fixes are nonsense, and which a unit cannot have reached."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.fixes import Fix, Known, NotAFix, Verdict, judge, most_speed_kn, read_fix

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
    fix = read_fix(FIX | change, NOW)
    assert (fix.latitude, fix.longitude, fix.speed_kn, fix.course_deg) == (
        latitude,
        longitude,
        speed_kn,
        course_deg,
    )
    assert fix.position_at.tzinfo is UTC
    assert not fix.repaired


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (None, "not_a_fix"),
        (7, "not_a_fix"),
        ("4.2, 100.45", "not_a_fix"),
        ([], "not_a_fix"),
        ({}, "out_of_range"),
        (FIX | {"latitude": None}, "out_of_range"),
        (FIX | {"latitude": 90.1}, "out_of_range"),
        (FIX | {"longitude": -180.1}, "out_of_range"),
        (FIX | {"latitude": math.nan}, "out_of_range"),
        (FIX | {"longitude": math.inf}, "out_of_range"),
        (FIX | {"latitude": "nan"}, "out_of_range"),
        (FIX | {"latitude": True}, "out_of_range"),
        (FIX | {"latitude": 10**400}, "out_of_range"),
        (FIX | {"latitude": "1e999"}, "out_of_range"),
        (FIX | {"latitude": 0, "longitude": 0}, "null_island"),
        (FIX | {"latitude": 0.0004, "longitude": -0.002}, "null_island"),
        (FIX | {"position_at": None}, "bad_time"),
        (FIX | {"position_at": 1772366340}, "bad_time"),
        (FIX | {"position_at": "yesterday"}, "bad_time"),
        (FIX | {"position_at": "2026-03-01T11:59:00"}, "bad_time"),
        (FIX | {"position_at": "2026-02-30T11:59:00Z"}, "bad_time"),
        (FIX | {"position_at": "9999-12-31T23:59:59-23:59"}, "bad_time"),
        (FIX | {"position_at": "0001-01-01T00:00:00+23:59"}, "bad_time"),
        (FIX | {"position_at": "0001-01-01T00:00:00Z"}, "too_old"),
        (FIX | {"position_at": "9999-12-31T23:59:59Z"}, "future"),
        (FIX | {"position_at": "2026-03-01T12:02:01Z"}, "future"),
        (FIX | {"position_at": "2025-02-27T11:59:00Z"}, "too_old"),
        # 1024 weeks off, but eight days old then: no longer plain what was meant.
        (FIX | {"position_at": "2006-07-08T11:59:00Z"}, "too_old"),
        (FIX | {"position_at": "2006-07-16T12:02:01Z"}, "too_old"),
    ],
)
def test_nonsense_is_no_fix_and_says_why(row, reason):
    with pytest.raises(NotAFix) as refused:
        read_fix(row, NOW)
    assert refused.value.reason == reason
    assert str(refused.value)


@pytest.mark.parametrize(
    "position_at",
    [
        "2006-07-16T11:59:00Z",  # one rollover behind
        "1986-11-30T11:59:00Z",  # two
        "2045-10-15T11:59:00Z",  # one too many counted
    ],
)
def test_a_date_1024_weeks_off_is_put_right_and_marked(position_at):
    fix = read_fix(FIX | {"position_at": position_at}, NOW)
    assert fix.position_at == datetime(2026, 3, 1, 11, 59, tzinfo=UTC)
    assert fix.repaired


@pytest.mark.parametrize(
    ("ahead_s", "counts_as_s"), [(-5, -5), (0, 0), (10, 10), (10.1, 0), (60, 0), (120, 0)]
)
def test_a_fix_from_the_future_counts_as_of_now(ahead_s, counts_as_s):
    sent = NOW + timedelta(seconds=ahead_s)
    fix = read_fix(FIX | {"position_at": sent.isoformat()}, NOW)
    assert fix.position_at == NOW + timedelta(seconds=counts_as_s)
    assert not fix.repaired


def test_a_rolled_over_date_from_the_future_counts_as_of_now_and_is_marked():
    fix = read_fix(FIX | {"position_at": "2006-07-16T12:01:00Z"}, NOW)
    assert (fix.position_at, fix.repaired) == (NOW, True)


def test_a_buffered_fix_with_a_rolled_over_date_is_put_right_too():
    fix = read_fix(FIX | {"position_at": "2006-07-15T03:00:00Z"}, NOW)
    assert fix.position_at == datetime(2026, 2, 28, 3, 0, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({"latitude": JSON, "longitude": JSON, "position_at": JSON, "speed_kn": JSON}))
def test_whatever_is_sent_is_a_fix_or_refused(row):
    try:
        fix = read_fix(row, NOW)
    except NotAFix:
        return
    assert -90 <= fix.latitude <= 90
    assert -180 <= fix.longitude <= 180


# --- Jumps ---

BOAT_KN = most_speed_kn("boat", 25)  # 52.5


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def fix(seconds: float, miles_north: float) -> Fix:
    return Fix(4 + miles_north / 60, 100.45, at(seconds))


def judged(*fixes: Fix, late_s: float = 0, within_s: float | None = None) -> tuple[list[str], Known]:
    """What is believed of fixes that come `late_s` after their time, or all `within_s`."""
    known, verdicts = Known(), []
    for n, one in enumerate(fixes):
        came = one.position_at + timedelta(seconds=late_s)
        if within_s is not None:
            came = NOW + timedelta(seconds=within_s * n / len(fixes))
        known, verdict = judge(known, one, BOAT_KN, came)
        verdicts.append(str(verdict))
    return verdicts, known


def test_faster_than_the_unit_can_go_is_doubted_and_the_old_fix_stays():
    verdicts, known = judged(fix(0, 0), fix(60, 20))
    assert verdicts == ["newer", "too_fast"]
    assert known.fix == fix(0, 0)


@pytest.mark.parametrize(
    ("kind", "cruising_kn", "miles_in_ten_minutes", "verdict"),
    [
        ("boat", 25, 8, Verdict.NEWER),  # 48 kn: a sprint with the current
        ("boat", 25, 10, Verdict.TOO_FAST),
        ("boat", 8, 4, Verdict.NEWER),
        ("boat", 8, 6, Verdict.TOO_FAST),
        ("aircraft", 140, 48, Verdict.NEWER),
        ("aircraft", 140, 60, Verdict.TOO_FAST),
        ("shore", 20, 12, Verdict.NEWER),  # by road
        ("shore", 20, 20, Verdict.TOO_FAST),
    ],
)
def test_how_fast_depends_on_kind_and_cruising_speed(kind, cruising_kn, miles_in_ten_minutes, verdict):
    _, found = judge(Known(fix(0, 0)), fix(600, miles_in_ten_minutes), most_speed_kn(kind, cruising_kn), NOW)
    assert found == verdict


def test_two_receivers_that_differ_by_their_error_are_no_jump():
    assert judged(fix(0, 0), fix(0.5, 0.2))[0] == ["newer", "newer"]


def test_one_bad_fix_between_good_ones_is_forgotten():
    verdicts, known = judged(fix(0, 0), fix(10, 300), fix(20, 0.1), fix(30, 0.2))
    assert verdicts == ["newer", "too_fast", "newer", "newer"]
    assert known == Known(fix(30, 0.2))


def test_a_bad_first_fix_does_not_lock_out_the_true_ones():
    verdicts, known = judged(fix(0, 300), *(fix(10 * n, n / 60) for n in range(1, 7)))
    assert verdicts == ["newer", "too_fast", "too_fast", "too_fast", "newer", "newer", "newer"]
    assert known.fix == fix(60, 0.1)


def test_two_bad_fixes_a_day_apart_are_not_believed_together():
    verdicts, _ = judged(fix(0, 0), fix(10, 300), fix(20, 0), fix(30, 300), fix(40, 0))
    assert verdicts == ["newer", "too_fast", "newer", "too_fast", "newer"]


def test_bad_fixes_that_do_not_follow_from_each_other_are_never_believed():
    verdicts, known = judged(fix(0, 0), *(fix(20 * n, 300 * (-1) ** n) for n in range(1, 12)))
    assert set(verdicts[1:]) == {"too_fast"}
    assert known.fix == fix(0, 0)


def test_a_burst_within_seconds_is_not_yet_believed():
    verdicts, _ = judged(fix(0, 0), *(fix(10 + n, 300) for n in range(10)))
    assert set(verdicts[1:]) == {"too_fast"}


def test_four_fixes_of_one_second_are_not_believed_whatever_their_times_say():
    lies = [fix(seconds, 600) for seconds in (60, 72, 84, 96)]
    verdicts, known = judged(fix(0, 0), *lies, fix(5, 0.01), within_s=0.3)
    assert verdicts == ["newer", "too_fast", "too_fast", "too_fast", "too_fast", "newer"]
    assert known.fix == fix(5, 0.01)


def test_fixes_of_one_second_sent_again_for_half_a_minute_are_not_believed():
    verdicts, _ = judged(fix(0, 0), *(fix(60 + n / 10, 600) for n in range(10)), within_s=60)
    assert set(verdicts[1:]) == {"too_fast"}


def test_a_true_track_that_comes_hours_late_is_believed_after_half_a_minute():
    verdicts, known = judged(fix(0, 300), *(fix(10 * n, n / 60) for n in range(1, 7)), late_s=7200)
    assert verdicts == ["newer", "too_fast", "too_fast", "too_fast", "newer", "newer", "newer"]
    assert known.fix == fix(60, 0.1)


def test_a_doubted_fix_that_is_sent_again_and_again_counts_once():
    verdicts, known = judged(fix(0, 0), *[fix(60, 300)] * 10)
    assert set(verdicts[1:]) == {"too_fast"}
    assert known.doubts == 1


def test_after_a_long_silence_a_unit_may_be_far_away():
    assert judged(fix(0, 0), fix(6 * 3600, 200))[0] == ["newer", "newer"]


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=40))
def test_the_truth_comes_through_whatever_lies_stand_between(steps):
    """A boat lies still; fixes are true or 300 miles off. Four true ones in a row, 15 s apart, are enough."""
    known, seconds = Known(fix(0, 0)), 0
    for pause, true in steps:
        seconds += pause
        known, _ = judge(known, fix(seconds, 0 if true else 300), BOAT_KN, at(seconds))
    for _ in range(4):
        seconds += 15
        known, _ = judge(known, fix(seconds, 0), BOAT_KN, at(seconds))
    assert known == Known(fix(seconds, 0))
