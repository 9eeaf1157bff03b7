"""Positions in numbers: what must come out, and what must not."""

import csv
from pathlib import Path

import pytest

from reports.reading import read
from reports.reading.pairs import error_m

DATA = Path(__file__).parents[1] / "data" / "reading"
with open(DATA / "positions.csv", newline="", encoding="utf-8") as _file:
    POSITIONS = list(csv.DictReader(_file))


@pytest.mark.parametrize("row", POSITIONS, ids=lambda row: f"{row['family']} {row['text'][:40]}")
def test_position_of_other_parsers_tests_is_read_or_refused_as_they_say(row):
    reading = read(row["text"])
    if row["expect"] == "reject":
        assert reading.position is None
    elif row["expect"] == "ok":
        lon, lat = reading.position
        assert lat == pytest.approx(float(row["lat"]), abs=float(row["tol_deg"]))
        assert lon == pytest.approx(float(row["lon"]), abs=float(row["tol_deg"]))


READ = [
    ("a count behind labelled axes", "lat 8.5512 lon 115.0021 2 org", 8.5512, 115.0021),
    ("a boat's number before a pair", "SLFA 3301, 3.4402 100.9811", 3.4402, 100.9811),
    ("a point apart and a count", "4 50.1 103 44.4 . 5 orang", 4.835, 103.74),
    (
        "hemisphere before degrees in words",
        "Lintang Selatan 8 derajat 15 menit 30 detik Bujur Timur 115 derajat 30 menit 12 detik",
        -8.25833,
        115.50333,
    ),
    ("o for a degree sign", "04o35.21'N 118o40.91'E", 4.58683, 118.68183),
    ("x between the axes", "1 20.4 N x 104 12.6 E", 1.34, 104.21),
    ("slashes between all four", "10/44.25/122/3.75", 10.7375, 122.0625),
    ("attributes of a track file", '<wpt lat="10.73750" lon="122.06250">', 10.7375, 122.0625),
    (
        "a link that names its axes",
        "https://osmand.net/go?lat=-8.25833&lon=115.50333&z=16",
        -8.25833,
        115.50333,
    ),
    ("a link with axes in its path", "https://www.windy.com/-3.16000/128.83500?waves,5", -3.16, 128.835),
    ("decimals with a minute of slip", "4.5868 118.6818", 4.5868, 118.6818),
    ("dashes", "4-35.21U 118-40.91T", 4.58683, 118.68183),
    ("hemisphere first and glued", "N04 35.210 E118 40.905", 4.58683, 118.68175),
    ("compact minutes", "0435.210N11840.905E", 4.58683, 118.68175),
    ("compact seconds", "N043512 E1184054", 4.58667, 118.68167),
    ("compact without a point", "0435210N 11840905E", 4.58683, 118.68175),
    ("dotted as a plotter shows it", "05.58.200N 116.01.100E", 5.97, 116.01833),
    ("three groups of which the last is thousandths", "9 43 900 99 15 900", 9.73167, 99.265),
    (
        "words for degrees and minutes",
        "lintang 5 darjah 21.3 minit utara, bujur 100 darjah 6.9 minit timur",
        5.355,
        100.115,
    ),
    ("Vietnamese words", "vi do 10 do 15 phut Bac, kinh do 109 do 20 phut Dong", 10.25, 109.33333),
    ("Thai digits", "๙°๔๓.๙'N ๙๙°๑๕.๙'E", 9.73167, 99.265),
    ("full width", "５°１２.３'N １１８°５５.６'E", 5.205, 118.92667),
    ("decimal commas", "4,5868, 118,6818", 4.5868, 118.6818),
    ("four numbers and commas only", "4,5868,118,6818", 4.5868, 118.6818),
    ("comma between degrees and minutes", "4,35.21N 118,40.91E", 4.58683, 118.68183),
    ("comma between the axes of degrees and minutes", "4 35,118 40", 4.58333, 118.66667),
    ("longitude first by its letter", "E118.6818 N4.5868", 4.5868, 118.6818),
    ("ISO 6709", "+04.5868+118.6818/", 4.5868, 118.6818),
    ("Filipino letters", "6 52.3H 122 04.1S", 6.87167, 122.06833),
    ("Indonesian letters before", "LS 8 45.3 BT 115 20.1", -8.755, 115.335),
    ("axis words alone", "lat -5.25 lon 119.4", -5.25, 119.4),
    ("minutes before a word that could be counted", "4 35 118 40 bot karam", 4.58333, 118.66667),
    ("a count beside it", "4 35.210 118 40.905 6 orang", 4.58683, 118.68175),
    ("a date and a time before it", "12/11/2026 14:35 4.5868 118.6818 SOS", 4.5868, 118.6818),
    ("a date and minutes like times", "12/11/2026 4:35 118:40", 4.58333, 118.66667),
    ("low lines between", "posisi 5_21.62_N 113_50.14_E", 5.36033, 113.83567),
    ("all in low lines", "5_21.62_N_113_50.14_E", 5.36033, 113.83567),
    ("letters and digits out of a fancy alphabet", "𝐒𝐎𝐒 𝟒.𝟓𝟖𝟔𝟖 𝟏𝟏𝟖.𝟔𝟖𝟏𝟖", 4.5868, 118.6818),
    ("a date and a time beside it", "05.12.24 jam 14.30 di 05 12.24N 118 30.5E", 5.204, 118.50833),
    ("a boat's number beside it", "SBF1234 4.5N 118.6E", 4.5, 118.6),
    ("link before numbers elsewhere", "https://maps.google.com/?q=5.2831,115.2309", 5.2831, 115.2309),
    ("geo with a label", "geo:0,0?q=3.74174,98.917824(boat)", 3.74174, 98.917824),
    ("only one mark", "4.586N 118.681", 4.586, 118.681),
    ("letters for marks", "6d45.25mN 116d40.01mE", 6.75417, 116.66683),
    ("letters for degrees only", "15d 32.450' N, 119d 36.250' E", 15.54083, 119.60417),
    ("letters for three marks", "Lat: 12h 19m 31s N  Lon: 100h 20m 31s E", 12.32528, 100.34194),
    ("letters for three marks, glued", "1d16m27sN 103d47m32sE", 1.27417, 103.79222),
    ("axes called x and y", "x: 113.8452 y: 7.3822", 7.3822, 113.8452),
    ("spaces round the point", "N 4 35 . 21  E 118 40 . 91", 4.58683, 118.68183),
    ("a space after the point", "4. 5868, 118. 6818", 4.5868, 118.6818),
    ("the point twice", "4..5868 118..6818", 4.5868, 118.6818),
    ("fractions of minutes, one of them over 59", "02.15.50.S 117.39.97.E", -2.25833, 117.66617),
]


@pytest.mark.parametrize(("label", "text", "lat", "lon"), READ, ids=[row[0] for row in READ])
def test_position_is_read(label, text, lat, lon):
    reading = read(text)
    assert reading.position == pytest.approx((lon, lat), abs=1e-4)
    assert reading.position_status == "ok"


GLUED = [
    ("SOS4.5N118.2E", 4.5, 118.2),
    ("karam4.5N118.2E", 4.5, 118.2),
    ("tulong4.5N 118.2E", 4.5, 118.2),
    ("tolong4n 118e", 4, 118),
    ("sos4,5N118,2E", 4.5, 118.2),
    ("bot4.5,118.2", 4.5, 118.2),
    ("bot4.35.2N 118.12.3E", 4.58389, 118.20083),
    ("bot4-35.2N 118-40.1E", 4.58667, 118.66833),
    ("bot4°35.2'N 118°40'E", 4.58667, 118.66667),
    ("at4.5N 118.2E", 4.5, 118.2),
    ("N4.5E118.2", 4.5, 118.2),
    ("posisi:4.58,118.68", 4.58, 118.68),
    ("lat4.5lon118.2", 4.5, 118.2),
    ("kami4.512 118.634", 4.512, 118.634),
    ("jam14.30N118.2E", 14.3, 118.2),
    ("SOSN4.5E118.2", 4.5, 118.2),
    ("sos.4,5N 118,2E", 4.5, 118.2),
    ("bot.-4.5868,118.6818", -4.5868, 118.6818),
    ("bot4 5.2N 118 40.1E", 4.08667, 118.66833),
    ("bot4 35 12N 118 40 54E", 4.58667, 118.68167),
    ("bot4:35.2N 118:40.1E", 4.58667, 118.66833),
    ("harga rm 500 4.5N 118.2E", 4.5, 118.2),
    ("wa 118 40.5E 4 35.2N", 4.58667, 118.675),
    ("S O S 4.5 118.2", 4.5, 118.2),
    ("S.O.S 4.5, 118.2", 4.5, 118.2),
    ("SO S 4.5 118.2", 4.5, 118.2),
    ("S O S E118.2 N4.5", 4.5, 118.2),
    ("4.5 118.2 S O S", 4.5, 118.2),
    ("4.5N 118.2E S.O.S", 4.5, 118.2),
    ("5os 4.5 118.2", 4.5, 118.2),
    ("4-35.203LU 118-40.900BT", 4.58672, 118.68167),  # the L is no 1
    ("4.5867LS 118.6817BT", -4.5867, 118.6817),
]


@pytest.mark.parametrize(("text", "lat", "lon"), GLUED)
def test_word_glued_to_a_number_or_spelled_before_it_takes_nothing_off_it(text, lat, lon):
    reading = read(text)
    assert reading.position == pytest.approx((lon, lat), abs=1e-4)


@pytest.mark.parametrize("text", ["hp 0123456789.4.5N 118.2E", "a1234.5,118.2", "ab# 35 12N 118 40 54E"])
def test_tail_of_a_number_is_no_position(text):
    assert read(text).position is None


NOT_A_POSITION = [
    "hubungi 0198765432 atau 60123456789 bot karam",
    "call +60 12 345 6789",
    "jam 10.30 12/11/2025 nampak bot asing",
    "nampak 10:30 bot 11:45 dah hilang",
    "harga ikan 12.50 dan 118.00 sekilo",
    "RM 4.50 118.20",
    "kami 5 orang 118 km dari pantai",
    "5 nm S of Pulau Tioman, 10 nm E of Aur",
    "8.2 batu nautika tenggara P. Timun",
    "7nm 090 from Pulau Tioman",
    "co nguoi roi xuong bien cach mui Vung Tau 134 hai ly ve phia Dong Nam",
    "course 118 speed 4.5",
    "bot 12.5 meter 118 hp",
    "5N 3 org",
    "IMO 9123456 MMSI 533123456",
    "4 118",
    "192.168.10.118",
    "tekanan darah 120/80 suhu 38.5",
    "tolong ///meja.kapal.laut",
    "https://maps.app.goo.gl/grnDeuj5gypzaGmsz",
    "geo:0,0",
    "1 2 3 4 5 6 7 8",
    "²³.⁴ ¹¹⁸.⁵",
    "order #4.5868-118",
    "4/5 118/6",
    "Ps 4:35 118:1",
    "durasi 5h 12m 30s, 2h 10m",
]


@pytest.mark.parametrize("text", NOT_A_POSITION)
def test_numbers_that_are_no_position_give_none(text):
    reading = read(text)
    assert (reading.position, reading.position_status) == (None, "none")


INVALID = [
    "S 91 12.0 E 118 20.0",
    "4 75.2N 118 40.9E",
    "90°4'17\"south 23°4'17\"east",
    "95.123 200.456",
    "04 35 61 N 118 40 12.5 E",
    "https://maps.google.com/?q=95.1,118.2",
]


@pytest.mark.parametrize("text", INVALID)
def test_numbers_meant_as_a_position_that_cannot_be_one_are_flagged(text):
    reading = read(text)
    assert reading.position is None
    assert "invalid_position" in reading.flags


def notes(reading):
    return {(round(lon, 2), round(lat, 2)) for lon, lat, _ in reading.candidates}


def test_longitude_first_without_letters_is_flagged():
    reading = read("118.6818 4.5868 tolong")
    assert reading.position == (118.6818, 4.5868)
    assert "order_assumed" in reading.flags


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("posisi 2.4521 107.7033 perahu bocor pak", {}),
        ("2.4521 107.7033", {"sender_country": "+6281234567"}),
        ("2.4521 107.7033", {"near": (107.0, -2.9)}),
    ],
)
def test_latitude_without_letter_from_the_south_is_shown_both_ways(text, options):
    reading = read(text, **options)
    assert reading.position_status == "ambiguous"
    assert "hemisphere_assumed" in reading.flags
    assert notes(reading) == {(107.7, 2.45), (107.7, -2.45)}


def test_of_two_hemispheres_the_one_at_sea_is_likelier():
    assert read("-2.9 114.7", sender_country="62").position_status == "ok"  # the sign was given
    on_borneo_or_at_sea = read("4.0 114.5", sender_country="62")
    assert on_borneo_or_at_sea.position == (114.5, -4.0)


def test_degrees_and_minutes_with_comma_keep_the_decimal_reading_as_candidate():
    press = read("tau ca 15,34 do vi Bac 111,51 do kinh Dong")
    assert press.position == pytest.approx((111.85, 15.56667), abs=1e-4)
    assert press.position_status == "ambiguous"
    assert notes(press) == {(111.85, 15.57), (111.51, 15.34)}
    malay = read("4,35 118,40 bot rosak")
    assert malay.position == (118.4, 4.35)
    assert (118.67, 4.58) in notes(malay)


def test_west_is_kept_as_read_with_the_east_as_candidate():
    reading = read("4.5868N 118.6818W")
    assert reading.position == (-118.6818, 4.5868)
    assert reading.position_status == "out_of_area"
    assert (118.68, 4.59) in notes(reading)


@pytest.mark.parametrize(
    ("text", "language", "lat", "status"),
    [
        ("14 20.5T 120 30.1S", "fil", -14.34167, "out_of_area"),  # Timog, Silangan
        ("10.25B 114.33D", None, 10.25, "ok"),  # Bac, Dong
        ("4.5B 118.6T", None, 4.5, "ambiguous"),
        ("4.5T 118.6T", None, 4.5, "ambiguous"),  # T is no letter of a latitude here: the side nearer a coast
        ("8 20.202 S 115 55.074 T", None, -8.3367, "ok"),
        ("4 35.2U 118 40.9B", None, 4.58667, "ok"),  # B after a longitude in the box is no Barat
    ],
)
def test_letters_mean_what_axis_language_and_box_say(text, language, lat, status):
    reading = read(text, language=language)
    assert reading.position[1] == pytest.approx(lat, abs=1e-4)
    assert reading.position_status == status


def test_letters_for_digits_are_repaired_and_flagged():
    reading = read("bot bocor 4.5O N 118.6l E")
    assert reading.position == (118.61, 4.5)
    assert "digits_repaired" in reading.flags
    assert "digits_repaired" not in read("4.5N 118.6E 20l diesel").flags


def test_two_digits_over_59_are_a_fraction_of_minutes_on_both_axes_and_flagged():
    reading = read("04 35 61 N 118 40 12 E")
    assert reading.position == pytest.approx((118.66867, 4.5935), abs=1e-4)
    assert "minutes_assumed" in reading.flags
    assert "minutes_assumed" not in read("04 35 51 N 118 40 12 E").flags


def test_second_position_elsewhere_makes_it_ambiguous():
    reading = read("dari 4.5N 118.6E ke 5.5N 119.6E")
    assert reading.position == (118.6, 4.5)
    assert reading.position_status == "ambiguous"
    assert (119.6, 5.5) in notes(reading)


def test_position_far_inland_is_kept_and_flagged():
    reading = read("3.5N 102.0E")
    assert reading.position == (102.0, 3.5)
    assert "on_land" in reading.flags


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("10 derajat LS 111 derajat BT", 55_560),  # whole degrees: 30 NM
        ("4-35.21N 118-40.91E", 18),  # D M.mm
        ("4.5868 118.6818", 16),
        ("4.6N 118.7E", 5_556),
        ("geo:1.2345,103.8765;u=50", 50),
    ],
)
def test_error_follows_from_the_digits_typed(text, error):
    assert read(text).position_error_m == pytest.approx(error, rel=0.03)


def test_error_is_never_less_than_what_a_set_is_worth():
    assert error_m(1e-9) == pytest.approx(15)
