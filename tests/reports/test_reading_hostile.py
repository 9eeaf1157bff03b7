"""Whatever comes in, a reading comes out, in time, and fit for JSON."""

import io
import json
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from communities.sphere import great_circle_m
from reports.reading import read

NAUGHTY = json.loads(
    (Path(__file__).parents[1] / "data" / "reading" / "naughty.json").read_text(encoding="utf-8")
)


def test_naughty_strings_are_read_and_give_no_position():
    readings = [read(text) for text in NAUGHTY]
    json.dumps([reading.as_dict() for reading in readings])
    assert [reading.position for reading in readings if reading.position] == []


@pytest.mark.parametrize(
    "text", [None, 5, b"SOS", "", " ", "\x00", "\ud800", "🆘" * 9, "²³ ¹¹⁸", "٤.٥ N ١١٨.٦ E", "1e400 1e400"]
)
def test_odd_values_are_read(text):
    assert read(text).reading_version


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    json.dumps(read(text).as_dict())


@given(st.text(alphabet="0123456789.,-+°'\"/: NSEWUTBLHDKnsewlO\n", max_size=80))
def test_any_jumble_of_numbers_and_marks_is_read_and_stays_on_earth(text):
    reading = read(text)
    if reading.position is not None:
        lon, lat = reading.position
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90
        assert reading.position_error_m > 0


def _parts(degrees):
    whole = int(degrees)
    return whole, (degrees - whole) * 60


def _minutes(template, digits):
    def written(value, letter):
        whole, minutes = _parts(value)
        minutes = f"{minutes:0{digits + 3 if digits else 2}.{digits}f}"
        return None if minutes.startswith("60") else template.format(d=whole, m=minutes, h=letter)

    return written


def _seconds(template):
    def written(value, letter):
        total = round(value * 3600)
        return template.format(d=total // 3600, m=total // 60 % 60, s=total % 60, h=letter)

    return written


def _decimals(template, digits):
    return lambda value, letter: template.format(v=f"{value:.{digits}f}", h=letter)


# How fishers write one axis; each position is written in one of them, with letters of one language.
NOTATIONS = [
    _decimals("{v}{h}", 4),
    _decimals("{h} {v}", 5),
    _decimals("{v} {h}", 3),
    _minutes("{d} {m}{h}", 2),
    _minutes("{d}-{m}{h}", 3),
    _minutes("{d}°{m}'{h}", 3),
    _minutes("{h}{d} {m}", 2),
    _minutes("{d}.{m}{h}".replace(".", "'"), 3),
    _minutes("{d:02d}{m}{h}", 2),
    _minutes("{d} darjah {m} minit {h}", 1),
    _minutes("{d}-{m} {h}", 0),
    _seconds("{d}-{m:02d}-{s:02d}{h}"),
    _seconds("{d}°{m:02d}'{s:02d}\"{h}"),
    _seconds("{h} {d} {m:02d} {s:02d}"),
]
LETTERS = [("N", "S", "E"), ("U", "S", "T"), ("LU", "LS", "BT"), ("n", "s", "e"), ("north", "south", "east")]
NOISE = [
    "bot rosak",
    "SOS",
    "tolong",
    "5 orang",
    "tel 0123456789",
    "jam 10:30",
    "12/11/2025",
    "SBF1234",
    "rm 50",
    "",
]


@given(
    st.floats(-12, 24),
    st.floats(91, 141),
    st.sampled_from(NOTATIONS),
    st.sampled_from(LETTERS),
    st.sampled_from([" ", ", ", " / ", " - "]),
    st.sampled_from(NOISE),
    st.sampled_from(NOISE),
)
def test_true_point_written_in_any_notation_lies_inside_the_stated_error(
    lat, lon, notation, letters, gap, before, after
):
    north, south, east = letters
    axes = notation(abs(lat), north if lat >= 0 else south), notation(lon, east)
    if None in axes or any(axis.startswith(("S ", "s ")) for axis in axes):
        return
    reading = read(f"{before} {gap.join(axes)} {after}")
    assert reading.position is not None
    off_m = great_circle_m(reading.position, (lon, lat))
    doubted = reading.position_status != "ok" or reading.flags
    # The last digit cuts off up to half of itself on each axis, and the set is off by its own worth.
    assert off_m <= 1.5 * reading.position_error_m or doubted


@given(st.text(max_size=200))
def test_the_same_text_gives_the_same_reading(text):
    assert read(text) == read(text)


@given(
    st.integers(10**8, 10**11),
    st.integers(1, 28),
    st.integers(1, 12),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(1, 60),
    st.integers(2, 900),
    st.permutations(range(6)),
)
def test_phones_dates_times_counts_and_prices_make_no_position(
    phone, day, month, hour, minute, people, price, order
):
    parts = [
        f"tel 0{phone}",
        f"{day:02d}/{month:02d}/2025",
        f"jam {hour:02d}:{minute:02d}",
        f"{people} orang",
        f"rm {price}",
        f"PKFB {price} A",
    ]
    assert read(" ".join(parts[i] for i in order)).position is None


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("10.00000S 10.000000E", [(-10, 10)]),
        ("12.12323, 123", [(12.12323, 123)]),
        ("-23.3245° S / 28.2344° E", [(-23.3245, 28.2344), (23.3245, 28.2344)]),
        ("18.24S 22.45E", [(-18.24, 22.45), (-18.4, 22.75)]),
        ("40.1° E 60.1° S", [(-60.1, 40.1)]),
        ("-66, -32", [(-66, -32), (-32, -66)]),
        ("-4.5S 118.5E", [(-4.5, 118.5), (4.5, 118.5)]),
        ("4.35N 118.40E", [(4.35, 118.4), (4.58333, 118.66667)]),
        ("4,35N 118,40E", [(4.35, 118.4), (4.58333, 118.66667)]),
        ("118E 4S", [(-4, 118)]),
    ],
)
def test_what_is_disputed_is_read_one_way_or_not_at_all_but_never_a_third(text, answers):
    reading = read(text)
    if reading.position is not None:
        near = [great_circle_m(reading.position, (lon, lat)) < 20 for lat, lon in answers]
        assert any(near)


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "4.5N ",
        "1,1",
        "a",
        "tolong ",
        "ச",
        "เรือจม",
        "http://a",
        "/place/",
        "+1 ",
        "4'",
        "-",
        "1.",
        "o1",
        "\ud800",
        "geo:1,",
        "n4 e5 ",
        "tel 1 ",
        " ",
        "lat 4 lon 5 ",
        "5 orang ",
        "rm 1 ",
        "🆘",
        "1",
        "enjin ",
        "bot mati ",
        "5d1m",
    ],
)
def test_a_hundred_thousand_characters_take_no_time(unit):
    text = (unit * 100_000)[:100_000]
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 2


def run_command(monkeypatch, data: bytes) -> list[dict]:
    stdin = io.TextIOWrapper(io.BytesIO(data))
    monkeypatch.setattr("sys.stdin", stdin)
    out = io.StringIO()
    call_command("read_messages", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_command_answers_each_line_in_order(monkeypatch):
    lines = [
        b'{"id": 1, "text": "SOS 4.5868 118.6818"}',
        b"not json",
        b'{"id": 3}',
        b"[]",
        b'{"id": 5, "text": "tolong \xff\xfe karam"}',
        b'{"id": 6, "text": "a\\u0000b\\ud800"}',
        b'{"id": 7, "text": "SOS", "from": "+6281234567", "language": 4}',
        json.dumps({"id": 8, "text": "x" * 100_000}).encode(),
        b"[" * 5000,
    ]
    out = run_command(monkeypatch, b"\n".join(lines) + b"\n")
    assert [row["id"] for row in out] == [1, None, 3, None, 5, 6, 7, 8, None]
    assert ["error" in row for row in out] == [False, True, True, True, False, False, False, False, True]
    assert (out[0]["latitude"], out[0]["longitude"]) == (4.5868, 118.6818)
    assert out[4]["type"] == "sinking"
    assert out[6]["language"] == "id"
