"""The ways to spell a position in figures, brought to those that the tokens know. Takes folded text."""

import re

from .axes import COMMA

_COMMA_NUMBER = re.compile(r"(?<!\d)(?<!\d[.,])(\d{1,3}),(\d{1,8})(?:,(\d{1,3}),(\d{1,8}))?(?!\d|[.,]\d)")
_LOW_LINE = re.compile(r"(?<=[\dnsewutb])_+(?=[\dnsewutb])")  # 5_21.62_N
_ISO6709 = re.compile(
    r"(?<![\w.])([+-]\d\d)(\d\d)?(\d\d)?((?:\.\d+)?)([+-]\d{3})(\d\d)?(\d\d)?((?:\.\d+)?)(?=[/\s]|$)"
)
_QUOTED = re.compile(r"=\"(-?\d{1,3}(?:\.\d{1,15})?)\"")  # lat="4.5868"
# 5d12m30sN: letters as marks, where a hemisphere follows; else they are hours and minutes.
_LETTER_MARKS = re.compile(
    r"(?<![\d.,])(\d{1,3} ?)[dh]( ?\d{1,2}(?:\.\d+)? ?)m(?:( ?\d{1,2}(?:\.\d+)? ?)s)?"
    r"(?= ?(?:[nsewutb]|lu|ls|bt|bb)(?![a-z]))"
)
_X_OR_Y = re.compile(r"(?<![a-z0-9])[xy](?=\s?[:=]\s?-?\d)")
_LOOSE_POINT = re.compile(r"(?<=\d)(?<!\.\d)(?<!\.\d\d)(?<!\.\d{3})( \. ?|\.\.)(\d+)")  # 35 . 21, 4..5
_SPACE_AFTER_POINT = re.compile(r"(?<=\d)(\. )(\d{3,})")


def unify(text: str) -> str:
    """One spelling for what can mean one thing only: axes run together, letters as marks, x and y."""
    text = _LOW_LINE.sub(" ", text)
    text = _ISO6709.sub(_parted, text)
    text = _QUOTED.sub(r"= \1 ", text)
    text = _X_OR_Y.sub(lambda match: "λ" if match[0] == "x" else "φ", text)
    text = _LETTER_MARKS.sub(_marks_for_letters, text)
    return _LOOSE_POINT.sub(_closed_up, text)


def of(text: str) -> list[str]:
    """What `text` can stand for, likelier first: commas as points of decimals, as typed, points closed up."""
    spelled = [text]
    if _COMMA_NUMBER.search(text):
        spelled.insert(0, _COMMA_NUMBER.sub(_decimal_comma, text))
    if _SPACE_AFTER_POINT.search(text):
        spelled.append(_SPACE_AFTER_POINT.sub(_closed_up, text))
    return spelled


def _parted(match: re.Match) -> str:
    """+0435.2+11840.9/ is +04 35.2 +118 40.9."""
    axes = (match.groups("")[i : i + 4] for i in (0, 4))
    return " ".join(" ".join(filter(None, axis[:3])) + axis[3] for axis in axes)


def _marks_for_letters(match: re.Match) -> str:
    seconds = "" if match[3] is None else f'{match[3]}"'
    return f"{match[1]}°{match[2]}'{seconds}"


def _closed_up(match: re.Match) -> str:
    """The fraction goes up to the point; the text keeps its length."""
    return f".{match[2]}".ljust(len(match[0]))


def _decimal_comma(match: re.Match) -> str:
    if match[3]:
        return f"{match[1]}{COMMA}{match[2]} {match[3]}{COMMA}{match[4]}"
    return f"{match[1]}{COMMA}{match[2]}"
