"""Plus codes, UTM and MGRS in texts."""

import csv
from pathlib import Path

import pytest

from reports.reading import read
from reports.reading.codes import find_codes, recover

CODES = Path(__file__).parents[1] / "data" / "reading" / "plus_codes.csv"


def rows():
    with open(CODES, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", [row for row in rows() if not row["full_code"]], ids=lambda row: row["code"])
def test_full_plus_code_gives_the_middle_of_its_cell(row):
    reading = read(row["code"])
    if not row["lat"]:
        assert reading.position is None
        return
    lon, lat = reading.position
    assert (lat, lon) == (
        pytest.approx(float(row["lat"]), abs=1e-6),
        pytest.approx(float(row["lon"]), abs=1e-6),
    )
    assert (reading.position_source, reading.position_error_m >= 15) == ("plus_code", True)


@pytest.mark.parametrize("row", [row for row in rows() if row["full_code"]], ids=lambda row: row["code"])
def test_short_plus_code_is_recovered_near_a_place(row):
    pair = recover(row["code"], (float(row["near_lon"]), float(row["near_lat"])))
    whole = find_codes(f"at {row['full_code']}")[0].pair if len(row["full_code"]) > 9 else None
    assert whole is None or (pair.lon, pair.lat) == (whole.lon, whole.lat)


READ = [
    ("SOS 6PPW4J7H+XJ", 4.1149, 118.6291, 20, "plus_code", "ok"),
    ("tolong 6ppw 4j7h+xj karam", 4.1149, 118.6291, 20, "plus_code", "ok"),
    ("6PPW4J00+ karam", 4.125, 118.625, 5600, "plus_code", "ok"),  # a cell of 0.05 degree
    ("SOS 8FVC2222+22", 47.0001, 8.0001, 20, "plus_code", "out_of_area"),
    ("SOS 34H 261878 6243186", -33.9249, 18.4241, 15, "typed", "out_of_area"),
    ("karam UTM zone 50N 0438013E 0441983N", 3.9985, 116.4416, 15, "typed", "ok"),
    ("karam UTM 50N 438013 441983", 3.9985, 116.4416, 15, "typed", "ok"),
    ("50N 500000 941785 karam", 8.5200, 117.0, 15, "typed", "ok"),  # band P, north to everyone else
    ("50 N 438013mE 441983mN", 3.9985, 116.4416, 15, "typed", "ok"),
    ("kapal bocor utm 50S 438000 9580000", -3.7996, 116.4416, 15, "typed", "ok"),
    ("47NPF 1306 5827 karam", 5.0500, 100.0200, 16.6, "typed", "ok"),
    ("karam 47NPF13065827", 5.0500, 100.0200, 16.6, "typed", "ok"),
    ("11SPA7234911844", 36.2361, -115.0821, 15, "typed", "out_of_area"),
]


@pytest.mark.parametrize(
    ("text", "lat", "lon", "error_m", "source", "status"), READ, ids=[row[0] for row in READ]
)
def test_code_is_read(text, lat, lon, error_m, source, status):
    reading = read(text)
    assert reading.position == pytest.approx((lon, lat), abs=1e-4)
    assert (reading.position_source, reading.position_status) == (source, status)
    assert reading.position_error_m == pytest.approx(error_m, rel=0.3)


@pytest.mark.parametrize(
    "text",
    [
        "22+22",
        "harga 2345+67 sahaja",
        "call 24+7",
        "60+ orang",
        "22334455+22 telefon saya",
        "WC2300+G6g",
        "4J7H+XJ",  # short, and no place to stand near
        "12345678+",
        "50N 12345 678",
        "99X 500000 100000",
        "47PPF 438000 99999999",
        "5kg ab1234",
        "20n mi 12 34",
        "bot 5 LK 1234",
        "plat 5tkl12345",
    ],
)
def test_sums_and_names_of_boats_are_no_codes(text):
    assert read(text).position is None


def test_south_written_as_s_is_flagged_and_shown_with_its_other_meaning():
    assert "hemisphere_assumed" in read("utm 50S 438000 9580000").flags


def test_typed_position_elsewhere_stays_a_candidate():
    reading = read("6PPW4J7H+XJ 5.5N 100.1E")
    assert (reading.position_source, reading.position_status) == ("plus_code", "ambiguous")
    assert [note for *_, note in reading.candidates] == ["code", "typed"]


def test_code_that_spells_nothing_is_told():
    reading = read("karam 47NPF123")
    assert (reading.position, reading.position_status) == (None, "none")
