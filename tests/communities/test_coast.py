import csv
import json
import math
from pathlib import Path

import pytest

from communities import coast
from communities.sphere import NAUTICAL_MILE_M, bearing_deg, destination, great_circle_m, is_position

POINTS = Path(__file__).parents[1] / "data" / "coast" / "land_sea_points.csv"


def points(use):
    with POINTS.open() as file:
        return [row for row in csv.DictReader(file) if row["use"] == use]


def test_every_point_well_off_the_coast_is_named_as_the_full_chart_does():
    rows = points("strict")
    wrong = [
        row
        for row in rows
        if coast.is_land(float(row["lon"]), float(row["lat"])) != (row["gshhg_full"] == "land")
    ]
    assert len(rows) == 140
    assert wrong == []


def test_close_inshore_the_answer_is_what_the_shipped_chart_says():
    rows = points("soft") + points("skip")
    wrong = [
        row
        for row in rows
        if coast.is_land(float(row["lon"]), float(row["lat"])) != (row["natural_earth_10m"] == "land")
    ]
    assert len(rows) == 102
    assert wrong == []


def test_miles_to_the_coast_agree_with_the_full_chart_in_the_middle():
    """The shipped chart misses islands, so single rows may be far off; the typical one may not."""
    errors_nm = sorted(
        abs(
            coast.distance_to_coast_m(float(row["lon"]), float(row["lat"])) / NAUTICAL_MILE_M
            - float(row["nm_to_coast"])
        )
        for row in points("strict")
        if float(row["nm_to_coast"]) < 100
    )
    assert errors_nm[len(errors_nm) // 2] < 1.0


@pytest.mark.parametrize(
    ("label", "position", "least_nm", "most_nm"),
    [
        ("Pangkor, off the beach", (100.50, 4.20), 0, 6),
        ("the middle of the South China Sea", (112.0, 12.0), 100, 400),
        # The file's west edge is 0.06 nm away; the nearest coast, the Andamans, 140 nm.
        ("beside the west edge of the window", (90.001, 10.0), 120, 160),
        # China, 0.6 nm from the north edge, which is not a coast; the sea is about 90 nm to the south.
        ("inland beside the north edge", (112.0, 23.99), 60, 110),
        # Beyond the window, inside the service box; so is the north coast of New Guinea, 1.6 S.
        ("east of the window", (138.0, 0.0), 80, 120),
    ],
)
def test_the_edges_of_the_file_are_no_coast(label, position, least_nm, most_nm):
    assert least_nm <= coast.distance_to_coast_m(*position) / NAUTICAL_MILE_M <= most_nm


@pytest.mark.parametrize(
    ("label", "position", "land"),
    [
        ("Kuala Lumpur", (101.69, 3.14), True),
        ("Sulu Sea", (120.0, 8.0), False),
        ("Madrid, far beyond the window", (-3.7, 40.4), True),
        ("mid-Atlantic", (-35.0, 20.0), False),
        ("null island", (0.0, 0.0), False),
        ("no number", (math.nan, 4.0), False),
        ("infinite", (math.inf, 4.0), False),
        ("out of range", (500.0, 95.0), False),
    ],
)
def test_land_or_sea_anywhere(label, position, land):
    assert coast.is_land(*position) is land


def test_no_number_gives_no_distance():
    assert math.isnan(coast.distance_to_coast_m(math.nan, 4.0))


def test_the_map_gets_land_it_can_draw_and_a_lighter_one():
    full, light = coast.land_geojson(), coast.land_geojson(0.02)
    assert len(json.loads(full)["features"]) > 1000
    assert len(light) < len(full) / 2


# SELECT ST_DistanceSphere(ST_MakePoint(a), ST_MakePoint(b)),
#        degrees(ST_Azimuth(ST_MakePoint(a)::geography, ST_MakePoint(b)::geography))   -- PostGIS 3.3
# The azimuth is the spheroid's, hence a tenth of a degree.
REFERENCES = [
    ((100.63333, 4.23333), (100.35, 5.41667), 135274.58905452, 346.506),  # Lumut to Penang
    ((118.6818, 4.5868), (118.60, 4.48), 14941.43949981, 217.550),
    ((103.85, 1.29), (120.97, 14.58), 2391918.96835671, 51.165),  # Singapore to Manila
    ((100.5, 4.2), (100.5, 4.2001), 11.11950797, 0.0),
    ((179.9, -5.0), (-179.9, -5.0), 22154.38969167, 90.009),  # across the date line
    ((95.3, 5.9), (141.0, -8.5), 5313658.28064023, 107.011),  # Sabang to Merauke
]


@pytest.mark.parametrize(("a", "b", "distance_m", "bearing"), REFERENCES)
def test_sphere_agrees_with_postgis(a, b, distance_m, bearing):
    assert great_circle_m(a, b) == pytest.approx(distance_m, rel=1e-6, abs=1e-3)
    assert bearing_deg(a, b) == pytest.approx(bearing, abs=0.2)


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        ((100.6, 4.2), True),
        ([100.6, 4.2], True),
        ((0.0, 0.0), False),
        ((0.0002, -0.0003), False),
        ((181.0, 4.0), False),
        ((100.0, 91.0), False),
        ((math.nan, 4.0), False),
        (("100", "4"), False),
        ("10", False),
        ((True, True), False),
        ((1, 2, 3), False),
        (None, False),
        ({"lon": 1, "lat": 2}, False),
        ((10**400, 3), False),
    ],
)
def test_only_two_finite_numbers_on_the_globe_are_a_position(value, usable):
    assert is_position(value) is usable


@pytest.mark.parametrize("bearing", [1, 45, 135, 222.5, 359])
@pytest.mark.parametrize("start", [(118.629, 4.115), (179.9, -12.0), (100.0, 0.0)])
def test_destination_lies_as_far_and_in_the_direction_asked(start, bearing):
    end = destination(start, bearing, 50_000.0)
    assert great_circle_m(start, end) == pytest.approx(50_000, abs=0.01)
    assert bearing_deg(start, end) == pytest.approx(bearing, abs=1e-6)
    assert -180 <= end[0] < 180


def test_reach_of_land_is_that_of_its_island():
    tioman, open_sea, continent = (104.17, 2.79), (118.0, 3.5), (101.0, 16.0)
    assert 5 * NAUTICAL_MILE_M < coast.land_reach_m(*tioman) < 12 * NAUTICAL_MILE_M
    assert coast.land_reach_m(*open_sea) == 0
    assert coast.land_reach_m(*continent) > 900 * NAUTICAL_MILE_M


@pytest.mark.parametrize(
    ("label", "start", "end", "crosses"),
    [
        ("open sea west of Pangkor", (100.30, 4.20), (100.10, 4.40), False),
        ("through Pangkor", (100.45, 4.22), (100.70, 4.22), True),
        ("across the Malay Peninsula", (100.0, 4.5), (104.0, 4.5), True),
        ("beyond the finer chart, across Spain", (-10.0, 40.0), (3.0, 40.0), True),
        ("the open Atlantic", (-30.0, 40.0), (-28.0, 41.0), False),
        ("across the date line", (179.9, -40.0), (-179.9, -40.0), True),
        ("nowhere", (100.30, 4.20), (100.30, 4.20), False),
    ],
)
def test_a_straight_way_crosses_land(label, start, end, crosses):
    assert coast.crosses_land(start, end) is crosses
