"""Ways round the land against distances measured by others, and the straits that have to be open."""

import csv
import itertools
import random
from pathlib import Path

import pytest

from alerts.searoutes.grid import NEAR_M, SNAP_LIMIT_M
from alerts.searoutes.seamap import SeaMap
from communities.sphere import NAUTICAL_MILE_M, great_circle_m

ROOT = Path(__file__).parents[2]


def table(path: str) -> list[dict]:
    with (ROOT / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def place(row: dict, prefix: str = "") -> tuple[float, float]:
    return float(row[f"{prefix}lon"]), float(row[f"{prefix}lat"])


BASES = {row["base_id"]: place(row) for row in table("alerts/data/patrol/bases.csv")}
PAIRS = table("tests/data/distances/base_pairs.csv")
FLEETS = table("tests/data/distances/fleet_scenarios.csv")
NEAREST = table("tests/data/distances/nearest_unit.csv")
POINTS = [row for row in table("tests/data/coast/land_sea_points.csv") if row["use"] == "strict"]


@pytest.fixture(scope="module")
def sea():
    return SeaMap()


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: f"{row['from']} to {row['to']}")
def test_between_bases(sea, row):
    way = sea.way(place(row, "from_"), place(row, "to_"))
    assert float(row["accept_min_nm"]) <= way.distance_m / NAUTICAL_MILE_M <= float(row["accept_max_nm"])


@pytest.mark.parametrize("row", FLEETS, ids=lambda row: row["scenario"])
def test_the_nearest_by_sea_is_not_the_nearest_in_a_straight_line(sea, row):
    fleet = row["fleet_base_ids"].split("|")
    ways = sea.distances(place(row), [BASES[base] for base in fleet], want=1)
    found = {base: way.distance_m for base, way in zip(fleet, ways, strict=True) if way}
    assert min(found, key=found.get) == row["nearest_by_sea"] != row["nearest_straight_line"]


@pytest.mark.parametrize("row", NEAREST, ids=lambda row: row["point_id"])
def test_the_nearest_of_all_bases(sea, row):
    fleet = sorted(BASES.keys() - {"B11", "B49"})  # the table was made without the two up rivers
    ways = sea.distances(place(row), [BASES[base] for base in fleet], want=1)
    found = {base: way.distance_m for base, way in zip(fleet, ways, strict=True) if way}
    assert min(found, key=found.get) == row["nearest_by_sea"]


def test_land_and_sea_where_every_source_agrees(sea):
    wrong = [row for row in POINTS if sea.region.chart.is_sea(*place(row)) != (row["gshhg_full"] == "sea")]
    assert len(POINTS) > 100
    assert wrong == []


# Two places, one on each side, and the most that the way may be over the straight line.
STRAITS = [
    ("San Bernardino", (124.6, 13.2), (124.1, 12.5), 1.1), ("Verde Island", (120.6, 13.6), (121.3, 13.55), 1.02),
    ("Mindoro", (120.0, 13.3), (121.2, 12.0), 1.02), ("Linapacan", (119.3, 11.6), (120.3, 11.6), 1.02),
    ("Surigao", (125.4, 9.6), (125.3, 10.6), 1.02), ("Hinatuan", (125.3, 9.85), (125.72, 9.62), 1.3),
    ("San Juanico", (125.02, 11.2), (124.75, 11.75), 1.3), ("Bohol", (123.6, 9.0), (125.0, 9.6), 1.02),
    ("Mactan, Cebu harbour", (123.93, 10.24), (124.03, 10.38), 1.25), ("Iloilo", (122.45, 10.4), (122.9, 10.95), 1.1),
    ("Basilan", (121.6, 6.85), (122.35, 6.8), 1.02), ("Sibutu", (119.6, 4.4), (119.6, 5.4), 1.02),
    ("Balabac", (116.6, 7.6), (117.6, 7.5), 1.02), ("Malawali", (117.0, 7.1), (117.6, 6.9), 1.05),
    ("Malacca", (98.5, 5.0), (103.3, 1.2), 1.02), ("Singapore", (103.5, 1.15), (104.4, 1.3), 1.02),
    ("Penang south channel", (100.3, 5.15), (100.36, 5.5), 1.1), ("Pangkor", (100.55, 4.1), (100.55, 4.32), 1.05),
    ("Durian", (103.7, 0.4), (103.65, 1.1), 1.02), ("Riau", (104.2, 0.5), (104.3, 1.2), 1.15),
    ("Bengkalis", (102.5, 1.35), (102.0, 1.6), 1.3), ("Karimata", (108.3, -3.0), (108.5, -0.5), 1.02),
    ("Bangka", (104.9, -1.9), (106.6, -3.2), 1.05), ("Gelasa", (106.9, -2.3), (107.1, -3.3), 1.05),
    ("Sunda", (105.0, -6.3), (106.2, -5.5), 1.05), ("Madura", (112.65, -6.8), (112.75, -7.15), 1.35),
    ("Bali", (114.48, -7.9), (114.6, -8.8), 1.05), ("Lombok", (115.75, -8.1), (115.7, -9.1), 1.02),
    ("Alas", (116.7, -8.15), (116.65, -9.15), 1.05), ("Sape", (119.3, -8.2), (119.3, -9.1), 1.02),
    ("Makassar", (118.5, 1.5), (117.5, -4.0), 1.2), ("Pulau Laut", (116.15, -4.1), (116.3, -3.1), 1.1),
    ("Buton", (122.6, -5.6), (122.9, -4.4), 1.1), ("Lembeh", (125.15, 1.35), (125.3, 1.6), 1.1),
    ("Bangka off Sulawesi", (124.9, 1.85), (125.3, 1.6), 1.02), ("Ombai", (124.5, -8.8), (125.2, -8.2), 1.05),
    ("Alor", (123.9, -8.6), (123.9, -8.1), 1.05), ("Larantuka", (122.9, -8.6), (123.05, -8.2), 1.25),
    ("Manipa", (127.4, -3.4), (128.0, -3.0), 1.05), ("Mayalibit", (130.93, -0.4), (130.8, -0.25), 1.6),
    ("Songkhla Lake", (100.6, 7.3), (100.45, 7.2), 1.6), ("Pak Phra north of Phuket", (98.2, 8.15), (98.45, 8.15), 1.3),
    ("Torres", (141.0, -10.2), (141.9, -10.3), 1.02), ("Hainan", (109.5, 20.2), (110.9, 20.2), 1.02),
]  # fmt: skip


@pytest.mark.parametrize(("name", "a", "b", "most"), STRAITS, ids=[row[0] for row in STRAITS])
def test_strait_is_open(sea, name, a, b, most):
    way = sea.way(a, b)
    assert max(way.snapped_m) < 2500
    assert way.distance_m <= most * great_circle_m(a, b)


def test_both_arms_of_johor_are_reached_but_the_causeway_stays_shut(sea):
    singapore, west, east = (103.65, 1.2), (103.735, 1.447), (103.80, 1.463)
    to_west, to_east = sea.way(singapore, west).distance_m, sea.way(singapore, east).distance_m
    assert to_west < 25 * NAUTICAL_MILE_M
    assert to_east < 45 * NAUTICAL_MILE_M
    assert sea.way(west, east).distance_m == pytest.approx(to_west + to_east, rel=0.1)


class TestEnds:
    @pytest.mark.parametrize("base", sorted(BASES))
    def test_every_base_is_reached_from_its_own_waters(self, sea, base):
        way = sea.way(BASES[base], BASES["B55"])
        assert way.reachable
        assert way.snapped_m[0] < 6000

    def test_a_snapped_end_is_counted_and_said(self, sea):
        inland, off_lumut = (100.70, 4.23), (100.5, 4.2)
        way = sea.way(off_lumut, inland)
        assert way.snapped_m[0] == 0 < way.snapped_m[1] < 10_000
        assert way.path[0] == off_lumut
        assert way.path[-1] == inland
        assert way.distance_m >= great_circle_m(off_lumut, inland)

    @pytest.mark.parametrize(
        "inland",
        [(98.9, 2.6), (121.25, 14.35), (104.1, 12.85), (101.97, 14.97), (102.71, 23.9)],
        ids=["Lake Toba", "Laguna de Bay", "Tonle Sap", "Khorat", "Yunnan"],
    )
    def test_lakes_and_the_far_inland_have_no_way(self, sea, inland):
        for way in (sea.way(inland, BASES["B55"]), sea.way(BASES["B55"], inland)):
            assert (way.distance_m, way.reachable, way.method) == (None, False, "unreachable")

    def test_two_boats_up_one_river_are_near_one_another_and_not_by_way_of_the_sea(self, sea):
        boat, other, at_the_mouth = (106.75, 10.74), (106.76, 10.78), (107.05, 10.3)
        near, far = sea.distances(boat, [other, at_the_mouth])
        assert near.flags == ("inland",)
        assert near.distance_m == pytest.approx(great_circle_m(boat, other))
        assert far.flags == ()
        assert far.distance_m > great_circle_m(boat, at_the_mouth)
        assert sea.way((101.69, 3.14), (101.69, 3.14)).distance_m == 0

    def test_the_same_place_is_no_way_off(self, sea):
        assert sea.way(BASES["B03"], BASES["B03"]).distance_m == pytest.approx(
            2 * sea.way(BASES["B03"], BASES["B03"]).snapped_m[0]
        )


class TestBeyondTheRegion:
    def test_the_coarse_chart_answers_and_says_so(self, sea):
        chennai, phuket = (80.35, 13.1), (98.3, 7.8)
        way = sea.way(chennai, phuket)
        assert way.method == "sea_coarse"
        assert way.distance_m == pytest.approx(great_circle_m(chennai, phuket), rel=0.02)

    def test_suez_is_open_and_the_caspian_is_not(self, sea):
        assert sea.way((32.0, 31.8), (43.0, 12.6)).distance_m < 2700_000
        assert sea.way((50.5, 41.5), (43.0, 12.6)).reachable is False

    @pytest.mark.parametrize(
        ("a", "b"),
        [((0, 89), (100, 5)), ((100, 5), (0, -75)), ((179, -18), (-171, -14)), ((float("nan"), 3), (100, 5)),
         ((float("inf"), 3), (100, 5))],
        ids=["arctic", "antarctic", "across 180", "no number", "no finite number"],
    )  # fmt: skip
    def test_where_no_chart_shows_both_nothing_is_claimed(self, sea, a, b):
        way = sea.way(a, b)
        assert (way.distance_m, way.reachable, way.method) == (None, None, "not_covered")


def touches_sea(chart, lon, lat) -> bool:
    """A way pulled tight runs along the sides of cells, so a hair to one side may be land."""
    hair = 1e-7
    return any(chart.is_sea(lon + east, lat + north) for east in (-hair, hair) for north in (-hair, hair))


class TestWays:
    PLACES = [BASES[base] for base in sorted(BASES)]
    NEAR_EACH_OTHER = [place for place in PLACES if 115 < place[0] < 126 and 2 < place[1] < 15]

    def test_never_less_than_the_great_circle_and_as_long_as_its_path(self, sea):
        draw = random.Random(1)
        for _ in range(40):
            a, b = draw.sample(self.NEAR_EACH_OTHER, 2)
            way = sea.way(a, b)
            legs = sum(great_circle_m(*leg) for leg in zip(way.path, way.path[1:], strict=False))
            assert way.distance_m == pytest.approx(legs)
            assert way.distance_m >= great_circle_m(a, b) - 0.01

    def test_there_is_about_as_far_as_back(self, sea):
        draw = random.Random(2)
        for _ in range(20):
            a, b = draw.sample(self.NEAR_EACH_OTHER, 2)
            assert sea.way(a, b).distance_m == pytest.approx(sea.way(b, a).distance_m, rel=0.02)

    def test_a_path_crosses_water_only(self, sea):
        draw = random.Random(3)
        round_malaya = ((99.24, 10.09), (103.5, 5.5)), ((98.4, 7.9), (100.9, 12.6))
        for a, b in [*round_malaya, *(draw.sample(self.NEAR_EACH_OTHER, 2) for _ in range(25))]:
            way = sea.way(a, b)
            inner = way.path[1:-1]
            for (lon, lat), (to_lon, to_lat) in itertools.pairwise(inner):
                parts = 2 + int(max(abs(to_lon - lon), abs(to_lat - lat)) / 0.001)
                for part in range(1, parts):
                    here = lon + (to_lon - lon) * part / parts, lat + (to_lat - lat) * part / parts
                    assert touches_sea(sea.region.chart, *here), (way, here)

    def test_an_answer_does_not_depend_on_what_else_is_asked(self, sea):
        draw = random.Random(5)
        for _ in range(4):
            origin, *targets = draw.sample(self.NEAR_EACH_OTHER, 7)
            together = [way.distance_m for way in sea.distances(origin, targets)]
            alone = [SeaMap.way(sea, origin, target).distance_m for target in reversed(targets)][::-1]
            sea._kept.clear()
            fresh = [sea.way(origin, target).distance_m for target in reversed(targets)][::-1]
            assert together == alone == fresh


class TestDistances:
    TARGETS = [BASES[base] for base in sorted(BASES)]
    ORIGIN = (122.0, 11.5)

    def test_the_wanted_nearest_are_among_the_answers(self, sea):
        every = sea.distances(self.ORIGIN, self.TARGETS)
        some = sea.distances(self.ORIGIN, self.TARGETS, want=5)
        nearest = sorted(way.distance_m for way in every)[:5]
        assert sorted(way.distance_m for way in some if way)[:5] == nearest
        assert 5 <= sum(way is not None for way in some) < 20

    @pytest.mark.parametrize("limit_nm", [10, 60, 200, 500])
    def test_those_within_the_limit_and_no_others(self, sea, limit_nm):
        every = sea.distances(self.ORIGIN, self.TARGETS)
        limit_m = limit_nm * NAUTICAL_MILE_M
        assert sea.distances(self.ORIGIN, self.TARGETS, within_m=limit_m) == [
            way if way.distance_m <= limit_m else None for way in every
        ]

    def test_however_few_are_wanted_they_are_the_nearest(self, sea):
        draw = random.Random(7)
        for _ in range(12):
            origin, *fleet = draw.sample(self.TARGETS, 25)
            every = sorted(way.distance_m for way in sea.distances(origin, fleet))
            for want in (1, 3, 6):
                some = sorted(way.distance_m for way in sea.distances(origin, fleet, want=want) if way)
                assert some[:want] == every[:want]

    def test_no_targets(self, sea):
        assert sea.distances(self.ORIGIN, []) == []


def test_the_limits_are_those_that_the_documents_name():
    assert (NEAR_M, SNAP_LIMIT_M) == (40 * NAUTICAL_MILE_M, 60_000)
