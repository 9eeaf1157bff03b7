"""Ways as the ranking asks for them."""

import pytest

from alerts import ranking, searoutes, ways
from alerts.searoutes.way import Way
from communities.sphere import great_circle_m

PANGKOR_WEST, FURTHER, LUMUT = (100.45, 4.20), (100.20, 4.40), (100.63333, 4.23333)


def test_each_position_gets_its_way_and_the_path_ends_at_the_incident():
    found = ways.by_water(PANGKOR_WEST, [FURTHER, LUMUT])
    for way, position in zip(found, (FURTHER, LUMUT), strict=True):
        assert way.distance_m >= great_circle_m(position, PANGKOR_WEST) * 0.999
        assert (way.path[0], way.path[-1]) == (position, PANGKOR_WEST)


def test_a_straight_line_says_that_it_is_one():
    (way,) = ways.straight(PANGKOR_WEST, [LUMUT])
    assert way.distance_m == great_circle_m(LUMUT, PANGKOR_WEST)
    assert way.note == ways.STRAIGHT
    assert way.path == ()


def test_land_is_in_the_way_or_not():
    assert ways.clear(PANGKOR_WEST, FURTHER)
    assert not ways.clear(PANGKOR_WEST, LUMUT)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Way(5.0, ((1, 1), (2, 2))), ranking.Way(5.0, ((2, 2), (1, 1)))),
        (Way(5.0, (), (9000.0, 300.0)), ranking.Way(5.0, (), "the incident is 4.9 NM from the charted sea")),
        (Way(5.0, (), (0.0, 9000.0)), ranking.Way(5.0, (), "the unit is 4.9 NM from the charted sea")),
        (Way(5.0, (), flags=("coarse",)), ranking.Way(5.0, (), ways.NOTES["sea_coarse"])),
        (Way(5.0, (), flags=("great_circle",)), ranking.Way(5.0, (), ways.NOTES["great_circle"])),
        (Way(None, (), flags=("unreachable",)), ranking.Way(None, (), ways.NO_WAY["unreachable"])),
        (Way(None, (), flags=("unreachable", "coarse")), ranking.Way(None, (), ways.NO_WAY["unreachable"])),
        (Way(None, (), flags=("not_covered",)), ranking.Way(None, (), ways.NO_WAY["not_covered"])),
        (None, ranking.Way(None)),
    ],
)
def test_what_is_unusual_about_a_way_is_said(monkeypatch, found, expected):
    monkeypatch.setattr(searoutes, "distances", lambda origin, positions, within_m: [found])
    assert ways.by_water((1, 1), [(2, 2)]) == [expected]


def test_a_lake_is_not_reached_and_a_limit_is_kept():
    lake, near, far = (98.9, 2.6), FURTHER, (104.3, 1.3)
    found = ways.by_water(PANGKOR_WEST, [lake, near, far], within_m=300_000)
    assert [way.distance_m is None for way in found] == [True, False, True]
    assert found[0].note == ways.NO_WAY["unreachable"]
