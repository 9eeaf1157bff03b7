"""Which language a text is in."""

import pytest

from reports.reading import read

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
    ("kapal terbakar 4.5868 118.6818", {"sender_country": "+60123"}, "ms"),  # good in both: the country tells
    ("kapal tidak boleh jalan", {"sender_country": "+60123"}, "ms"),
    ("minyak tumpah", {"sender_country": "+60123"}, "ms"),
    ("lubuk pak mat", {"sender_country": "+60123"}, "ms"),
    ("bot karam dekat pulau", {"sender_country": "+628123"}, "id"),
    ("gimana pak, mesin rusak gak bisa jalan", {"sender_country": "+60123"}, "id"),  # clearly not Malay
    ("bot takde minyak, enjin rosak, nak balik tak leh", {"sender_country": "+628123"}, "ms"),
    ("MAYDAY DRILL", {"sender_country": "+12025550123"}, "en"),
    ("our boat is taking water", {"language": "vi"}, "vi"),
    ("our boat is taking water", {"language": "xx"}, "en"),
]


@pytest.mark.parametrize(("text", "options", "language"), TOLD)
def test_language_is_setting_then_script_then_words_then_country(text, options, language):
    assert read(text, **options).language == language


def test_malay_from_north_of_the_line_is_not_doubted_as_indonesian_would_be():
    reading = read("kapal terbakar 4.5868 118.6818", sender_country="+60123456789")
    assert (reading.position_status, reading.flags) == ("ok", [])


@pytest.mark.parametrize(
    ("text", "usual", "language"),
    [
        ("our boat is taking water, we are 4 people", "ms", "en"),
        ("saklolo lumulubog kami", "ms", "fil"),
        ("เรือจม", "ms", "th"),
        ("cháy tàu, cứu với", "en", "vi"),
        ("bot saya mati enjin tolong", "en", "ms"),
        ("SOS", "fil", "fil"),
        ("4.20 100.45", "vi", "vi"),
        ("ok thank you", "ms", "ms"),
        ("bot karam help", "ms", "ms"),
        ("tolong kapal tenggelam mesin mati", "ms", "ms"),  # half of it is Malay too
        ("our boat is taking water", "xx", "en"),
    ],
)
def test_the_usual_language_stands_until_a_text_is_clearly_in_another(text, usual, language):
    assert read(text, usual_language=usual, sender_country="+6012").language == language
    assert read(text, language="ta", usual_language=usual).language == "ta"
