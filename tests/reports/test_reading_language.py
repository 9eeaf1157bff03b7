"""Which language a text is in."""

import pytest

from reports.reading import read
from reports.reading.places import Place

TOLD = [
    ("bot saya rosak, enjin tak boleh hidup", {}, "ms"),
    ("kapal kami mati mesin pak, butuh bantuan", {}, "id"),
    ("nasiraan po kami ng makina sa dagat", {}, "fil"),
    ("our boat is taking water please help", {}, "en"),
    ("tau ca hong may cua ngu dan", {}, "vi"),
    ("cháy tàu", {}, "vi"),
    ("เรือจม", {}, "th"),
    ("படகு", {}, "ta"),
    ("udhavi engine pazhudhu", {}, "ta"),
    ("SOS", {}, ""),
    ("SOS", {"sender_country": "+639171234567"}, "fil"),
    ("SOS", {"sender_country": "65"}, "en"),
    ("SOS", {"sender_country": "MY"}, "ms"),
    ("SOS", {"sender_country": "+4912345"}, ""),
    ("tolong", {}, "ms"),
    ("tolong", {"sender_country": "+628123"}, "id"),
    ("115.7033 -8.4521 tolong", {}, "id"),  # Malay from south of the line
    ("our boat is taking water", {"sender_country": "+60123"}, "en"),
    ("our boat is taking water", {"language": "vi"}, "vi"),
    ("our boat is taking water", {"language": "xx"}, "en"),
]


@pytest.mark.parametrize(("text", "options", "language"), TOLD)
def test_language_is_setting_then_script_then_words_then_country(text, options, language):
    assert read(text, **options).language == language


class TwoPlaces:
    """An index as `read` wants it."""

    def find(self, text, near):
        return [Place("Pulau Aur", 104.51, 2.45, 5556.0)] if "pulau aur" in text else []


def test_place_is_told_without_an_index_and_placed_with_one():
    assert read("bot bocor di pulau aur").place == "Pulau Aur"
    assert read("bot bocor di pulau aur").position is None
    placed = read("bot bocor di pulau aur", places=TwoPlaces())
    assert (placed.position, placed.position_source, placed.position_error_m) == (
        (104.51, 2.45),
        "named_place",
        5556.0,
    )


def test_boat_some_miles_off_a_place_is_not_put_on_it():
    reading = read("hanyut 5 nm utara pulau aur", places=TwoPlaces())
    assert (reading.position, reading.place) == (None, "Pulau Aur")


def test_typed_position_wins_over_a_place():
    reading = read("4.5N 104.6E pulau aur", places=TwoPlaces())
    assert (reading.position, reading.position_source) == ((104.6, 4.5), "typed")
