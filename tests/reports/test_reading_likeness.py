"""The second opinion: what no rule reads, and what it is like."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from reports.reading import likeness, read
from reports.reading.folding import fold

WRITTEN = Path(__file__).parents[1] / "data" / "reading" / "written"


def test_the_shipped_model_is_fitted_on_the_texts_that_stand_beside_the_tests():
    texts = b"".join(path.read_bytes() for path in sorted(WRITTEN.glob("*.jsonl")))
    assert likeness.model().texts == hashlib.sha256(texts).hexdigest(), "python -m tests.bench.fit_likeness"


def test_the_model_is_small():
    assert likeness.PATH.stat().st_size < 100_000
    assert likeness.model().weights.dtype == np.int8


def test_pieces_are_of_one_word_and_any_digit_is_a_digit():
    assert list(likeness.buckets("bot 12")) == list(likeness.buckets("bot  98"))
    both, one, other = (set(likeness.buckets(text)) for text in ("bot kita", "bot", "kita"))
    assert both == one | other
    assert len(one) == 4 + 3 + 2 + 1


@pytest.mark.parametrize(
    "text", ["", " ", "a", "?", "🔥" * 300, "\ud800", "\x00\u0300", "9" * 8000, "船" * 700]
)
def test_anything_that_is_text_is_compared(text):
    assert 0 <= sum(likeness.shares(fold(text)).values()) <= 1


def test_only_the_first_of_a_long_text_counts():
    text = "boat is on the rocks " * 200
    assert likeness.shares(text) == likeness.shares(text[: likeness.FIRST_CHARS])


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("bot karam tolong cepat 4 orang", "emergency"),
        ("tau chim roi cuu voi 5 nguoi", "emergency"),
        ("nampak bot asing pukat tunda dekat pulau tadi malam", "suspicious"),
        ("selamat pagi tuan, bila mesyuarat", None),
        ("masakannya enak, pelayannya ramah", None),
    ],
)
def test_what_is_like_what_others_wrote(text, category):
    assert likeness.liken(fold(text)) == category


@pytest.mark.parametrize(
    "text",
    ["selamat pagi tuan", "harga ikan berapa sekilo", "kopi susu satu ya bang", "happy birthday uncle"],
)
def test_small_talk_is_not_raised(text):
    reading = read(text)
    assert (reading.type, reading.flags) == ("unclassified", [])


@pytest.mark.parametrize(
    ("found", "type", "category", "phase", "floor"),
    [
        ("emergency", "undesignated_distress", "emergency", "ALERT", 2),
        ("suspicious", "tip", "suspicious", "NONE", None),
    ],
)
def test_what_a_guess_makes_of_a_text(monkeypatch, found, type, category, phase, floor):
    monkeypatch.setattr(likeness, "liken", lambda folded: found)
    reading = read("qwrt zxcv plmk")
    assert (reading.type, reading.category, reading.flags) == (type, category, ["by_likeness"])
    assert (reading.emergency_phase, reading.response_phase) == (phase, "NONE")
    assert reading.priority_floor == floor


@pytest.mark.parametrize(
    "text",
    [
        "bot karam",
        "nampak bot seludup",
        "latihan sahaja ini",
        "kami dah selamat",
        "terima kasih tuan",
        "filem titanic tu best, kapal karam",
    ],
)
def test_where_a_rule_has_understood_nobody_guesses(monkeypatch, text):
    monkeypatch.setattr(likeness, "liken", lambda folded: pytest.fail("asked"))
    read(text)
