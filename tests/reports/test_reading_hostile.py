"""Whatever comes in, a reading comes out, in time, and fit for JSON."""

import io
import json
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text):
    json.dumps(read(text).as_dict())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,-+°'\"/: NSEWUTBLHDKnsewlO\n", max_size=80))
def test_any_jumble_of_numbers_and_marks_is_read_and_stays_on_earth(text):
    reading = read(text)
    if reading.position is not None:
        lon, lat = reading.position
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90
        assert reading.position_error_m > 0


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
