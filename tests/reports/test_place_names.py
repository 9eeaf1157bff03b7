"""What an officer writes down of a place, read as a report would be: any text, one answer or one sentence."""

import pytest
from hypothesis import given, strategies

from reports import place_names

TEXTS = strategies.text(max_size=200) | strategies.text("0123456789°'\".,-/ NSEWUTBLD", max_size=60)


def position_or_sentence(text):
    try:
        return place_names.read_position(text)
    except ValueError as refused:
        return str(refused)


@given(TEXTS)
def test_any_text_is_a_position_on_earth_or_a_sentence(text):
    found = position_or_sentence(text)
    if isinstance(found, str):
        assert found.startswith(("The position cannot be read.", "It could be "))
    else:
        lon, lat = found
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


@given(TEXTS)
def test_any_name_is_understood_or_not(name):
    assert place_names.is_understood(name) in (True, False)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        # What an officer's form takes is taken as it stands; the rest as a report would be read.
        ("4.2, 100.4", (100.4, 4.2)), ("10.5, 9.2", (9.2, 10.5)), ("100.4, 4.2", (100.4, 4.2)),
        ("4 12 N 100 24 E", (100.4, 4.2)), ("8 20.202 S 115 55.074 T", (115.9179, -8.3367)),
        ("6PPW4J7H+XJ", (118.6291, 4.1149)), ("9 43 900 99 15 900 ช่วยด้วย", (99.265, 9.7317)),
    ],
)  # fmt: skip
def test_position(text, position):
    assert place_names.read_position(text) == pytest.approx(position, abs=1e-4)
