"""Any spelling of a number."""

import pytest
from hypothesis import given, strategies

from communities.phones import NotAPhoneNumber, country_of, normalise, sender


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("+60123456789", None, "+60123456789"),
        ("012-345 6789", None, "+60123456789"),
        ("012-3456789", "MY", "+60123456789"),
        ("0060 12 345 6789", None, "+60123456789"),
        (" (012) 345.6789 ", None, "+60123456789"),
        ("0812-3456-7890", "ID", "+6281234567890"),
        ("0917 123 4567", "PH", "+639171234567"),
        ("091 234 56 78", "VN", "+84912345678"),
        ("081 234 5678", "TH", "+66812345678"),
        ("+447700900201", "MY", "+447700900201"),
        ("٠١٢٣٤٥٦٧٨٩", None, "+60123456789"),
    ],
)
def test_spellings(text, country, e164):
    assert normalise(text, country) == e164
    assert normalise(e164) == e164


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "12", "+", "+999999999999999999", "MAXIS", "\x00", "+60" + "1" * 30]
)
def test_what_cannot_be_dialled(text):
    with pytest.raises(NotAPhoneNumber):
        normalise(text)
    assert sender(text) == text.strip()[:40]


@pytest.mark.parametrize(
    ("text", "known_as"),
    [
        ("whatsapp:+60123456789", "+60123456789"),
        ("+60123456789", "+60123456789"),
        ("32665", "32665"),
        ("MMEA", "MMEA"),
        ("x" * 100, "x" * 40),
    ],
)
def test_senders_are_never_refused(text, known_as):
    assert sender(text).lstrip("+60") == known_as.lstrip("+60")


@pytest.mark.parametrize(
    ("e164", "country"),
    [
        ("+60123456789", "MY"),
        ("+6281234567890", "ID"),
        ("+639171234567", "PH"),
        ("32665", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_country(e164, country):
    assert country_of(e164) == country


@given(strategies.text(max_size=60))
def test_no_text_raises(text):
    assert len(sender(text)) <= 40
    assert len(country_of(sender(text))) in (0, 2, 3)
