"""Ways as the ranking asks for them."""

from alerts import ways
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
