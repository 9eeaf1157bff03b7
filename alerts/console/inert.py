"""Text of strangers made harmless for files: no formula for a spreadsheet, no sign that hides others."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator

#: A cell that begins so is taken for a formula by spreadsheets (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
#: Joins letters of Tamil, Malayalam and Arabic: a sign of the script, not a trick.
_JOINERS = {"\u200c", "\u200d"}
#: Of a spreadsheet's cell.
_MOST = 32_000


class _Line:
    """Takes what the CSV writer writes, and hands it on."""

    def write(self, text: str) -> str:
        return text


def visible(text: str) -> str:
    """`text` with each control, bidi or other invisible sign written out, as in ⟨U+202E⟩; line ends stay."""
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in "\n\t" or sign in _JOINERS:
        return sign
    if sign == "\r":
        return ""
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return f"⟨U+{ord(sign):04X}⟩"
    return sign


def cell(value) -> str:
    """One cell of a CSV file: visible, and with an apostrophe before what a spreadsheet would reckon."""
    text = visible(str(value))[:_MOST]
    return (
        f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA) or text.startswith(_FORMULA) else text
    )


def csv_lines(rows: Iterable[Iterable]) -> Iterator[str]:
    """Lines of a CSV file (RFC 4180) with the mark by which spreadsheets know UTF-8; every cell is quoted."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
