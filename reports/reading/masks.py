"""Numbers in a text that are no position: phones, dates, times, prices, boats' numbers, measures, counts."""

import re

from . import signs
from .axes import COMMA


def _words(words) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


# Numbers that are no position whatever stands beside them.
NEVER = re.compile(
    r"(?<![\w.])\+?\d{8,20}(?![\d.]*\s?(?:[nsewutbh]|lu|ls|bt|bb)\b)(?!\.\d)"  # phones, MMSI, accounts
    r"|(?<!\w)\+\d{1,4}(?:[ -]\d{2,5}){2,4}(?![\d.])"
    r"|(?<![\d.])(?=\d)(?:"
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[/-]\d\d[/-]\d\d)"
    r"(?:(?:t|,? )\d\d?:\d\d(?::\d\d)?z?(?![\d.]|[\s,;/]+\d+:))?(?![\d.])"  # a date, and the time behind it
    r"|\d{1,2}[:.]\d\d(?::\d\d)?\s?(?:am|pm|wib|wita|wit|lt|utc|gmt|hrs|pagi|petang|malam|siang|sore|z)\b"
    r"|\d{1,2}\s?h\s?\d{1,2}\s?m(?![a-z])(?:\s?\d{1,2}\s?s(?![a-z]))?"  # two hours ten minutes
    r"|\d{4}\s?(?:hrs|lt|utc|gmt|z)\b)"
    r"|\b\d{6}z\b"
    rf"|(?:\b(?:{_words(signs.PRICE_WORDS)})(?:\s[a-z]+){{0,2}}|[$₱฿])[ .:]{{0,2}}"
    r"\d[\d.,]*(?:(?: ?[/x@-] ?| (?:ke|dan|to|at|and) )\d[\d.,]*"
    r"| \d+(?:[.,]\d\d)?(?![\d.,]|\s?['°-]?\d"
    rf"|\s?(?:[nsewutbh]|lu|ls|bt|bb|north|south|utara|selatan|{_words(signs.DEGREE_WORDS)})(?![a-z])))?"
    r"(?!\d|[.,]\d|\s?[nsuhb][\s,;/-]{0,3}\d)"  # rm 500 4.5N 118.2E
    r"|(?<!\w)(?=[^\W\d])(?:"
    rf"(?:{_words(signs.PHONE_WORDS)})\b[ .:#-]{{0,3}}(?:sy|saya|no|ku|number|nombor|nomor)?"
    r"[ .:]{0,2}\+?(?:\d{6,15}(?![\d-])|\d{6}-\d\d-\d{4}|\d{1,4}[ -]?(?:\d{2,4}[ -]?)??\d{3,4}[ -]?\d{3,4})"
    r"(?!\d|[.,]\d)"
    r"|(?:jam|pukul|pkl|alas|luc|at|kul|masa)\s\d{1,2}(?::\d\d(?![\d.])(?!\s?[nsewutbh]\b|[\s,;/]+\d+:)"
    r"|\.\d\d(?![\d.])(?!\s?[nsewutbh]\b|[\s,;/]+\d))"
    r"|(?!lat|lon|lng|lu|ls|bt|bb|pos|north|south|east|west|utara|selatan|timur|barat)[a-z]{2,10}\d+[a-z]?\b"
    r"(?![.,]\d|-\d\d?(?:\.\d+)?'?\s?[nsewutbhd]\b|°"  # bot4.5N: a word glued to a position
    r"|[ :]\d\d?(?:[ :]\d\d?)?(?:\.\d+)?['\"]?\s?[nsuhb]\b[ ,;]{0,3}\d{1,3}[ :]\d)"  # bot4 35N 118 40E
    r"|[a-z]{1,4}[ -]?\d{2,6}/\d+(?:/[a-z]+)?\b"
    ")"
)
# Numbers that measure, and numbers that count, where no mark of hemisphere says otherwise.
MEASURES = re.compile(
    rf"(?<![\d.,{COMMA}])\d+(?:[.,{COMMA}]\d+)?\s?(?:{_words(signs.UNITS)})(?![a-z])|(?<!\d)\d+\s?%"
    r"|(?<=[ ,])\d{1,4}\s?(?:m|meter|metre|meters|metres)(?![a-z])(?!\s*\d)"
)
COUNTS = re.compile(
    rf"(?<![\d.,{COMMA}])\d{{1,3}}\s?(?:{_words(signs.PERSON_UNITS + signs.BOAT_UNITS)})(?![a-z])"
    rf"|(?<![\d.,{COMMA}])\d{{1,3}}\s?(?:คน|ไมล์|ลำ|บาท|กม|பேர்|மைல்)"
    r"|\b(?:pob|crew|krew|kru|abk|awak|penumpang|brg|bearing|hdg|heading|course|speed|kelajuan)"
    r"\s?[:=]?\s?\d{1,3}t?\b(?!\.\d)"
)
_TAIL = re.compile(rf"(?<=#)[.{COMMA}]\d[\d.]*")


def hide(text: str, numbers: re.Pattern) -> str:
    """Blank `numbers`, and the fraction of one that was cut: .5 of "4.5" alone would be read as 5 degrees."""
    return _TAIL.sub(blank, numbers.sub(blank, text))


def blank(match: re.Match) -> str:
    """What stands in for a masked number: no word, no digit, the same length."""
    return "#" * (match.end() - match.start())
