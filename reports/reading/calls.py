"""Calls for help as hurried thumbs type them, put into the spelling the keyword tables hold.

`S.O.S`, `M A Y D A Y`, `SO S`: letters typed one by one are joined. `S0S`, `5OS`: digits stand for letters.
So is `5O5`, and Morse. `SOSkaram`, `weresinking`, `karam4.5N`: words that run together are parted, and from
a number.
A lone S left of a spelled SOS would else be read as South.
"""

import re

from .tables import CONTEXT, EVERYDAY, RESCUE


def _singles(*rows: dict[str, list[str]], letters: int) -> frozenset[str]:
    """The entries that are one Latin word of at least so many letters."""
    entries = (entry for row in rows for listed in row.values() for entry in listed)
    return frozenset(
        entry for entry in entries if entry.isascii() and entry.isalpha() and len(entry) >= letters
    )


_CALLS = _singles(CONTEXT["distress"], CONTEXT["plea"], letters=3)
_DANGERS = _singles(*(RESCUE[concept] for concept in RESCUE if concept != "maritime"), letters=4)
_LONG_DANGERS = frozenset(word for word in _DANGERS if len(word) >= 5)
_URGENT = _CALLS | _DANGERS
_BOATS = _singles(RESCUE["maritime"], letters=3)
_HEADS = _CALLS | _BOATS | _singles(EVERYDAY, letters=2) | {"we", "were", "im", "am", "are"}
_LONGEST = max(map(len, _URGENT))

_NUMBER_OF_POLICE = re.compile(r"\W*(?:999|112|911)(?:\W+(?:999|112|911))*\W*")
_BETWEEN = r"[ .*/_-]{1,2}"
_LETTERS = re.compile(rf"(?<![a-z0-9])[a-z](?:{_BETWEEN}(?:[a-z]|0(?!\d|[.,]\d)))+(?![a-z])")
# Fives for S, where an O says that it is no number; Morse as it is typed.
_FIVES = re.compile(r"(?<![a-z0-9.])5o5(?![a-z0-9'°\"]|[ .,-]{0,2}(?:\d|[nsu](?![a-z])))")
_MORSE = re.compile(r"(?<![.-])(?:\.{3}|(?:\. ){3}) ?(?:-{3}|(?:- ){3}) ?(?:\.{3}|\. \. \.)(?![.-])")
_SPACED = re.compile(
    "|".join(rf"(?<![a-z0-9])(?:{f'(?:{_BETWEEN})?'.join(word)})(?![a-z])" for word in ("sos", "mayday"))
)
_NUMBER_NEXT = re.compile(r"[ .,-]{0,2}\d")
_MIXED = re.compile(r"(?<![a-z0-9])(?<!\d[.,])[a-z0-9]{2,12}[a-z](?![a-z])")
_AS_LETTERS = (str.maketrans("01345", "oieas"), str.maketrans("01345", "oleas"))
_WORD = re.compile(r"[a-z]{3,30}(?![a-z])")


def plain(text: str) -> str:
    """Folded `text` with its calls for help in plain spelling; what is no call stays as it is."""
    if _NUMBER_OF_POLICE.fullmatch(text):
        return "sos"
    text = _MORSE.sub("sos", _FIVES.sub("sos", text))
    text = _LETTERS.sub(_join_letters, text)
    text = _SPACED.sub(_close_up, text)
    text = _MIXED.sub(_without_digits, text)
    return _WORD.sub(_part, text)


def _join_letters(match: re.Match) -> str:
    """Join the letters that spell a call or a danger; the others stay: N E S O S is N E SOS."""
    run = match[0]
    places = [i for i, char in enumerate(run) if char.isalnum()]
    letters = "".join(run[i] for i in places).replace("0", "o")
    out, done, i = [], 0, 0
    while i < len(letters):
        sizes = range(min(_LONGEST, len(letters) - i), 2, -1)
        size = next((n for n in sizes if letters[i : i + n] in _URGENT), 0)
        if size:
            out += [run[done : places[i]], letters[i : i + size]]
            done = places[i + size - 1] + 1
        i += size or 1
    return "".join(out) + run[done:]


def _close_up(match: re.Match) -> str:
    """SO S is SOS, but in the middle of a text `so S 4` is Vietnamese for number S 4."""
    if match.start() and _NUMBER_NEXT.match(match.string, match.end()):
        return match[0]
    return "".join(filter(str.isalpha, match[0]))


def _without_digits(match: re.Match) -> str:
    """S0S and t0long, where letters outnumber digits: 50s is a latitude or a decade."""
    word = match[0]
    digits = sum(map(str.isdigit, word))
    if not 0 < digits < len(word) - digits:
        return word
    return next((right for table in _AS_LETTERS if (right := word.translate(table)) in _CALLS), word)


def _part(match: re.Match) -> str:
    word, after = match[0], match.string[match.end() : match.end() + 1]
    parts = [word] if word in _HEADS or word in _URGENT else _cut(word)
    if len(parts) == 1 and word[:-1] in _URGENT and word[-1] in "nsew" and after.isdigit():
        parts = [word[:-1], word[-1]]  # SOSN4.5
    gap = " " if after.isdigit() and parts[-1] in _URGENT else ""
    return " ".join(parts) + gap


def _cut(word: str) -> list[str]:
    """The words of a glued word: calls and dangers in any order, or an everyday word before a long danger."""
    for i in range(len(word) - 3, 1, -1):
        head, tail = word[:i], word[i:]
        if head in _HEADS and tail in _LONG_DANGERS:
            return [head, tail]
        if head in _BOATS and (rest := _cut(tail))[0] in _LONG_DANGERS:
            return [head, *rest]
        if head in _URGENT:
            rest = [tail] if tail in _URGENT or (head in _CALLS and tail in _BOATS) else _cut(tail)
            if len(rest) > 1 or rest[0] in _URGENT or rest[0] in _BOATS:
                return [head, *rest]
    return [word]
