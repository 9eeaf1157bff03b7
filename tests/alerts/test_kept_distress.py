import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from alerts.gsm7 import segments
from alerts.kept_distress import inert, text_for, what_it_tells, without_numbers
from reports.spool import Kept

AT = datetime(2026, 3, 1, 14, 32, tzinfo=UTC)
PHONE = "+60123456789"


def sms(body: str, sender: str = PHONE) -> Kept:
    form = urlencode({"Body": body, "From": sender}, errors="surrogatepass").encode()
    return Kept(kind="sms", path="/", body=form, key="SM1", received_at=AT)


def app(**words) -> Kept:
    return Kept(kind="app", path="/", body=json.dumps(words).encode(), key="k", received_at=AT)


TOLD = [
    ("sinking", sms("tolong bot karam 4 12.0N 100 27.0E"), True),
    ("piracy", sms("lanun bersenjata naik kapal kami 4 12.0N 100 27.0E"), True),
    ("SOS alone", sms("SOS"), True),
    ("unreadable, later", sms("asdf qwer zxcv"), False),
    ("blank, later", sms(""), False),
    ("smuggling waits", sms("nampak bot seludup rokok 4 12.0N 100 27.0E"), None),
    ("oil waits", sms("tumpahan minyak di 4 12.0N 100 27.0E"), None),
    ("a crew's answer", sms("1 M4XK2"), None),
    ("app, by type alone", app(type="sinking", position={"latitude": 4.2, "longitude": 100.45}), True),
    ("app, by words", app(text="our boat is sinking"), True),
    ("a receipt", Kept(kind="status", path="/", body=b"", key="k", received_at=AT), None),
]


@pytest.mark.parametrize(("label", "kept", "at_once"), TOLD, ids=[row[0] for row in TOLD])
def test_which_calls_a_desk_hears_of(label, kept, at_once):
    told = what_it_tells(kept)
    assert (told and told.at_once) == at_once


def test_a_lone_nine_is_distress_only_of_whoever_is_known_as_a_crew():
    told = what_it_tells(sms("9"))
    assert (told.own_distress, told.at_once) == (True, False)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 0123456789 now", "call [...] now"),
        ("call 012-345 6789, +60 12 345 6789, 60123456789, 0060123456789", "call [...], [...], [...], [...]"),
        ("kawan 019-8765432 ada", "kawan [...] ada"),
        ("tel 0123456789 4 12.0N 100 27.0E 5 orang", "tel [...] 4 12.0N 100 27.0E 5 orang"),
        ("0412 10027", "0412 10027"),
        ("4.2000 100.4500", "4.2000 100.4500"),
        ("04 12 34.5N 100 27 12.3E", "04 12 34.5N 100 27 12.3E"),
    ],
)
def test_numbers_of_telephones_are_left_out_and_positions_stay(text, left):
    assert without_numbers(text, PHONE) == left


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SOS\r\nFrom: desk\x00\x1b[2J", "SOS From: desk [2J"),
        ("\u202eevil\u200b \u2066x", "evil x"),
        ("see https://x.y/z and www.bad.com now", "see [link] and [link] now"),
        ("evil.com/x 4.5N", "evil. com/x 4.5N"),
        ('"1 M4XK2" ok', "'1 M4XK2' ok"),
    ],
)
def test_hostile_text_is_one_line_that_does_nothing(text, plain):
    assert inert(text) == plain


@pytest.mark.parametrize("language", ["en", "ms", "id", "fil", "vi", "th", "ta", ""])
def test_words_are_clipped_and_the_position_never(language):
    told = what_it_tells(sms("SOS karam 4 12.0N 100 27.0E " + "tolong sekarang juga " * 70))
    text = text_for(told, language, "W" * 20)
    assert segments(text)[2] <= 3
    assert "04-12.00" in text
    assert "1432Z" in text
    assert "W" * 20 in text
    assert "6789" not in text


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[1]", b'{"position": 5, "text": {"a": []}}', b'{"text": "\\ud800"}']
)
@pytest.mark.parametrize("kind", ["sms", "app", "unknown"])
def test_hostile_bodies_are_told_or_refused_as_requests_are(kind, body):
    from rest_framework.exceptions import APIException

    try:
        told = what_it_tells(Kept(kind=kind, path="/", body=body, key="k", received_at=AT))
    except APIException:
        return
    assert told is None or segments(text_for(told, "en"))[2] <= 3
