"""From tokens to one axis: the numbers of a latitude or a longitude, and what they can mean."""

import re
from dataclasses import dataclass, field

from .signs import (
    DEGREE_WORDS,
    HEMISPHERES,
    JOINERS,
    LATITUDE_WORDS,
    LONGITUDE_WORDS,
    MINUTE_WORDS,
    SECOND_WORDS,
)

COMMA = "·"  # stands for a decimal comma once it is taken for one
_THAI = "|".join(
    sorted(
        (
            w
            for words in (
                HEMISPHERES,
                LATITUDE_WORDS,
                LONGITUDE_WORDS,
                DEGREE_WORDS,
                MINUTE_WORDS,
                SECOND_WORDS,
                JOINERS,
            )
            for w in words
            if "\u0e00" <= w[0] <= "\u0e7f"
        ),
        key=len,
        reverse=True,
    )
)
_TOKEN = re.compile(rf"(\d+(?:[.{COMMA}]\d+)*)|[a-z]+|{_THAI}|[\u0b80-\u0bff]+|\S")
_POINTS = re.compile(rf"[.{COMMA}]")


@dataclass(slots=True)
class Token:
    """`kind`: n number, h hemisphere, a/o latitude/longitude word, d/m/s degree/minute/second mark,
    g sign, - , ; / : . separators, j joiner, w anything else (no position runs across it)."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool  # no space before it


def tokens(text: str) -> list[Token]:
    """Cut folded text into tokens."""
    out: list[Token] = []
    last_end, kinds = 0, _KINDS
    for match in _TOKEN.finditer(text):
        word, (start, end) = match[0], match.span()
        glued = start == last_end > 0
        last_end = end
        if match.lastindex is None:
            kind = kinds.get(word, "w")
            kinds = _KINDS_AFTER_NUMBER if kind in "dms" else _KINDS
            out.append(Token(kind, word, start, end, glued))
            continue
        kinds = _KINDS_AFTER_NUMBER
        if word.isdigit():
            out.append(Token("n", word, start, end, glued))
            continue
        parts = _POINTS.split(word)
        if len(parts) == 4:  # 27.15.45.2 is D.M.S.s
            parts[2:] = [".".join(parts[2:])]
        if len(parts) < 3:
            out.append(Token("n", word, start, end, glued))
        elif len(parts) == 3:  # 05.58.200 is D.M.mmm
            out.extend(Token("n", part, start, end, glued or i > 0) for i, part in enumerate(parts))
        else:
            kinds = _KINDS
            out.append(Token("w", word, start, end, glued))
    _settle(out)
    return out


_MARKS = {
    **dict.fromkeys("°*^", "d"),
    "'": "m",
    '"': "s",
    **dict.fromkeys(",()[]", ","),
    **dict.fromkeys(";/|", ";"),
    **dict.fromkeys(":=", ":"),
    **dict.fromkeys(".~", "."),
    "&": "j",
    "+": "g",
    "-": "-",
}
_KINDS = {
    **dict.fromkeys(JOINERS, "j"),
    **dict.fromkeys(LONGITUDE_WORDS, "o"),
    **dict.fromkeys(LATITUDE_WORDS, "a"),
    **dict.fromkeys(HEMISPHERES, "h"),
    **_MARKS,
    "do": "d",
}
_KINDS_AFTER_NUMBER = {
    **_KINDS,
    **dict.fromkeys(SECOND_WORDS, "s"),
    **dict.fromkeys(MINUTE_WORDS, "m"),
    **dict.fromkeys(DEGREE_WORDS, "d"),
    **{word: kind for word, kind in _KINDS.items() if kind in "hao"},
    **{letter: letter.upper() for letter in "dhms"},  # settled once the next token is known
}


def _settle(out: list[Token]) -> None:
    """Decide what needs the next token: signs or dashes, d/h as degree or hemisphere, m/s as marks."""
    for i, token in enumerate(out):
        if token.kind not in "-gDHMS":
            continue
        after = out[i + 1] if i + 1 < len(out) else None
        number_next = after is not None and after.kind == "n"
        if token.kind == "-":
            if number_next and _opens_axis(out, i) and (after.glued or not _dash_between(out, i)):
                token.kind = "g"
        elif token.kind == "g":
            token.kind = "g" if number_next else "w"
        elif token.kind in ("D", "H"):
            whole = out[i - 1].kind == "n" and out[i - 1].text.isdigit() and len(out[i - 1].text) <= 3
            tight = token.glued and after is not None and after.glued and number_next
            minutes_next = number_next and i + 2 < len(out) and out[i + 2].kind == "m"
            dash_next = after is not None and after.kind == "-"
            token.kind = "d" if whole and (tight or dash_next or minutes_next) else "h"
        elif token.kind == "M":
            token.kind = "m"
        elif token.kind == "S":
            seconds = (
                after is not None and after.kind == "h" and any(t.kind == "m" for t in out[max(0, i - 3) : i])
            )
            token.kind = "s" if seconds else "h"


def _opens_axis(out: list[Token], i: int) -> bool:
    """Whether a dash at `i` can be a minus: first, or after a gap, a separator or a word."""
    if i == 0:
        return True
    before = out[i - 1]
    if before.kind in "dms":
        return not out[i].glued and before.kind != "d"
    return before.kind in ".,;:gahowj" or not out[i].glued


def _dash_between(out: list[Token], i: int) -> bool:
    """Whether the dash at `i` joins two axes, as in 04:07N - 118:55E."""
    return i > 0 and out[i - 1].kind in "nhdms"


@dataclass(slots=True)
class Axis:
    """One axis as written: up to three number tokens, a sign, a hemisphere mark, an axis word."""

    numbers: list[Token]
    sign: int = 0
    hemisphere: str = ""
    word: str = ""  # a latitude, o longitude, "" not said
    marked: bool = False  # a degree mark stands after the first number
    marks: list[str] = field(default_factory=list)  # what follows each number: d, m, s or ""


def readings(
    numbers: list[Token], marks: list[str], longitude: bool, said: bool = True, fraction: bool = False
) -> list[tuple[float, float, str]]:
    """What the numbers can mean: (degrees without sign, last digit in degrees, form), likelier first.

    Empty when they mean nothing: minutes or seconds from 60, fractions before the last number, out of range.
    `marks` holds what follows each number; `said`: a mark of hemisphere stands with them; `fraction`: the
    third number is the fraction of the minutes.
    Forms: decimal, compact, dm, dms.
    """
    texts = [number.text.replace(COMMA, ".") for number in numbers]
    if "." in "".join(texts[:-1]) or len(max(texts, key=len)) > 18:
        return []
    limit = 180.0 if longitude else 90.0
    found = []
    if len(texts) == 1:
        if marks[0] in "ms" and marks[0]:
            return []
        found.append(_decimal(texts[0]) if len(texts[0].split(".")[0]) <= 3 else None)
        if said or len(texts[0].split(".")[0]) > 3:  # bare, 118.6 is a longitude and never 1 18.6
            found.append(_compact(texts[0], longitude))
        if COMMA in numbers[0].text and found[0]:
            whole, part = texts[0].split(".")
            if len(part) <= 2 and int(part) < 60:
                found.append(_minutes(whole, part))
    elif len(texts) == 2:
        if marks == ["", "s"]:  # 48,0": the end of something longer
            return []
        found.append(_minutes(*texts))
    else:
        seconds_said = marks[2] == "s" or "." in texts[2]
        plain = texts[2].isdigit() and not seconds_said
        if plain and (fraction or len(texts[2]) >= 3 or int(texts[2]) >= 60):
            found.append(_minutes(texts[0], f"{texts[1]}.{texts[2]}"))
        else:
            found.append(_seconds(*texts))
    return [reading for reading in found if reading and reading[0] <= limit]


def _unit(text: str) -> float:
    return 10.0 ** -(len(text.split(".")[1]) if "." in text else 0)


def _decimal(text: str):
    return float(text), _unit(text), "decimal"


def _minutes(degrees: str, minutes: str):
    if len(degrees) > 3:
        return None
    if minutes.isdigit() and 4 <= len(minutes) <= 5:  # 4 35210: the point was left out
        minutes = f"{minutes[:2]}.{minutes[2:]}"
    value = float(minutes)
    if value >= 60:
        return None
    return int(degrees) + value / 60, _unit(minutes) / 60, "dm"


def _seconds(degrees: str, minutes: str, seconds: str):
    if len(degrees) > 3 or len(minutes) > 2 or int(minutes) >= 60 or float(seconds) >= 60:
        return None
    return int(degrees) + int(minutes) / 60 + float(seconds) / 3600, _unit(seconds) / 3600, "dms"


def _compact(text: str, longitude: bool):
    """DDMM.m, DDMMSS.s and, without a point, DDMMmmm; None for anything else."""
    whole, _, part = text.partition(".")
    tail = f".{part}" if part else ""
    digits = len(whole)
    form = None
    if 4 <= digits <= 5 or (digits == 3 and int(whole) > (180 if longitude else 90)):
        form = _minutes(whole[:-2], whole[-2:] + tail)
    elif digits == 6 or (digits == 7 and longitude):
        form = _seconds(whole[:-4], whole[-4:-2], whole[-2:] + tail)
        if form is None and not part and digits == 6:
            form = _minutes(whole[:2], f"{whole[2:4]}.{whole[4:]}")
    elif not part and (digits == 7 or (digits == 8 and longitude)):
        form = _minutes(whole[: digits - 5], f"{whole[-5:-3]}.{whole[-3:]}")
    return form and (form[0], form[1], "compact")
