"""Strangers' text in files: shown as it was written, and able to do nothing."""

import csv
import io
import json
from pathlib import Path

import pytest

from alerts.console import inert

BLNS = json.loads((Path(__file__).parents[2] / "data" / "hostile" / "blns.json").read_text())


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+60 12", "'+60 12"),
        ("-6.5 S", "'-6.5 S"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("tolong 4 12.0N", "tolong 4 12.0N"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\u2066=1", "⟨U+2066⟩=1"),
        ("a\x00\x07b", "a⟨U+0000⟩⟨U+0007⟩b"),
        ("ழ்\u200cநாடு", "ழ்\u200cநாடு"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_cell_is_no_formula_and_hides_nothing(text, cell):
    assert inert.cell(text) == cell


def test_no_naughty_string_begins_a_formula_or_breaks_the_rows():
    raw = "".join(inert.csv_lines([text, 7] for text in BLNS))
    rows = list(csv.reader(io.StringIO(raw[1:], newline="")))
    assert len(rows) == len(BLNS)
    assert {row[1] for row in rows} == {"7"}
    assert [row[0] for row in rows if row[0].lstrip().startswith(("=", "+", "-", "@"))] == []
