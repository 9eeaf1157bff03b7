"""Where a unit could be by now."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.console.whereabouts import MOST_NM, find

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
BERTH, OFFSHORE = (100.63333, 4.23333), (100.2, 4.2)


def at(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


# (fix, hours ago, status, speed, range) to (position, age, radius in NM)
CASES = {
    "a live fix is where it is": (OFFSHORE, 0.05, "en_route", 20, 300, OFFSHORE, "live", 0),
    "a recent fix too": (OFFSHORE, 0.4, "en_route", 20, 300, OFFSHORE, "recent", 0),
    "stale at sea: age times speed": (OFFSHORE, 3, "en_route", 20, 300, OFFSHORE, "stale", 60),
    "no further than its range": (OFFSHORE, 300, "returning", 20, 150, OFFSHORE, "stale", 150),
    "nor than the most, where the range is not known": (
        OFFSHORE, 300, "returning", 20, None, OFFSHORE, "stale", MOST_NM,
    ),
    "off its berth, whatever its status says": (OFFSHORE, 3, "available", 20, 300, OFFSHORE, "stale", 60),
    "last seen at its berth and not at sea: there still": (BERTH, 30, "available", 20, 300, BERTH, "stale", 0),
    "last seen at its berth and said to be under way: anywhere": (
        BERTH, 2, "en_route", 20, 300, BERTH, "stale", 40,
    ),
    "what lies still may have cast off": (OFFSHORE, 2, "on_scene", 1, 300, OFFSHORE, "stale", 10),
    "no fix: at its station": (None, None, "available", 20, 300, BERTH, "none", 0),
    "no fix and at sea: anywhere in its range": (None, None, "en_route", 20, 120, BERTH, "none", 120),
    "0, 0 is no fix": ((0.0, 0.0), 0.1, "available", 20, 300, BERTH, "none", 0),
    "a fix from the future is stale, and its circle has not begun": (
        OFFSHORE, -2, "en_route", 20, 300, OFFSHORE, "stale", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_unit_is_at_its_fix_or_in_a_circle_that_grows(case):
    fix, hours, status, speed_kn, range_nm, position, age, radius_nm = case
    found = find(
        fix=fix, fix_at=None if hours is None else at(hours), station=BERTH, status=status,
        speed_kn=speed_kn, range_nm=range_nm, now=NOW,
    )  # fmt: skip
    assert (found.position, found.age) == (position, age)
    assert found.radius_nm(NOW) == pytest.approx(radius_nm)
