"""One spelling for all: what every other part of the reading works on.

`fold` maps the many ways phones write a digit, a quote, a degree sign or a dash to one,
lower-cases, and takes the accents off Latin letters (đ = d). Thai and Tamil keep their marks.
"""

import re
import unicodedata

MAX_CHARS = 8000  # five times the longest SMS a carrier accepts; the rest is kept in the report, not read


# A to Z in brackets, in a square, in a black circle, in a black square.
_FANCY_CAPITALS = (0x1F110, 0x1F130, 0x1F150, 0x1F170)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in range(0x80, 0x20000):  # no script has its digits beyond
        if (digit := unicodedata.decimal(chr(code), None)) is not None:
            table[code] = str(digit)
    for code in range(0xFF01, 0xFF5F):  # full-width forms of ASCII
        table.setdefault(code, chr(code - 0xFEE0).lower())
    for first in _FANCY_CAPITALS:
        table.update({first + i: chr(ord("a") + i) for i in range(26)})
    for code in (*range(0x24B6, 0x24EA), *range(0x1D400, 0x1D800)):  # in a circle; bold, script and others
        if len(plain := unicodedata.normalize("NFKC", chr(code)).lower()) == 1 and plain.isascii():
            table.setdefault(code, plain)
    groups = {
        "'": "’‘`´′ʼ‛ʹ‚՚",
        '"': "”“″„‟〃˝",
        "°": "º˚ᵒ∘⁰",
        "-": "–—−‐‑‒―﹣",
        ",": "،、",
        ".": "٫。·",
        " ": "\u00a0\u2007\u2009\u202f\u3000\t\r\n\x0b\x0c",
        "d": "đĐð",
    }
    for plain, others in groups.items():
        table.update({ord(char): plain for char in others})
    table.update({ord(char): None for char in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f"})
    table[0] = " "
    return table


_CHARS = _table()
_LATIN_ACCENT = re.compile("[\u0300-\u036f]+")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
# O, o for 0 and l, I for 1 inside a number; "20l" stays, it is litres, and so does the LU of "53.203LU"
_SLIP = re.compile(
    r"(?<![a-z0-9])(?=[oil]{0,3}\d)[\doil]{1,12}(?:\.[\doil]{1,12})?"
    r"(?=(?:[nsewutbhd]|lu|ls|bt|bb)?(?![a-z0-9]))(?!(?<=l)[us])"
)
_O_FOR_DEGREES = re.compile(r"(\d)o(?=\d{1,2}(?:\.\d+)?')")  # 04o35.21'N
_SLIP_LETTERS = str.maketrans("oil", "011")


def fold(text: str) -> str:
    """Bring `text` to the one spelling; newlines become spaces. Never raises on any str."""
    text = text[:MAX_CHARS]
    if text.isascii():
        text = text.translate(_ASCII)
    else:
        text = unicodedata.normalize("NFD", text.translate(_CHARS).lower())
        text = unicodedata.normalize("NFC", _LATIN_ACCENT.sub("", text)).translate(_CHARS)
    return _LONG_RUN.sub(r"\1", text).replace("''", '"')


_ASCII = {code: chr(code).lower() for code in range(128)} | dict.fromkeys(range(32), " ") | {ord("`"): "'"}


def repair_digits(text: str) -> str:
    """Put 0 and 1 where a thumb typed O, l or I inside a number ("4.5O", "118.6l"). Takes folded text."""

    def repaired(match: re.Match) -> str:
        number = match[0]
        digits = sum(char.isdigit() for char in number)
        litres = number.endswith("l") and number[:-1].isdigit()
        if digits == len(number.replace(".", "")) or litres or (digits < 2 and "." not in number):
            return number
        return number.translate(_SLIP_LETTERS)

    return _SLIP.sub(repaired, _O_FOR_DEGREES.sub(r"\1°", text))
