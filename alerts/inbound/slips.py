"""What a crew with open tasks meant by an answer with a slip in it. Pure functions.

A character of the reference is missing or wrong, a digit stands twice, a word stands for the digit. Where
the whole right reference stands, the task is known; else the crew is asked which one. Never a report of its
own, unless the words tell of one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.replies import (
    ALPHABET,
    DIGIT_OF_VERB,
    ECHO_WORDS,
    NEGATIONS,
    OK_WORDS,
    VERB_OF_DIGIT,
    Reply,
    Verb,
    mended,
    one_form,
    words_of,
)
from reports.reading import read
from reports.taxonomy import EmergencyPhase, IncidentType, ResponsePhase

SHORT = 40  # characters of an answer; a report may be as short, but has words that no answer has

_STEPS = {digit: verb for digit, verb in VERB_OF_DIGIT.items() if verb in DIGIT_OF_VERB and digit <= 6}
_GOING = frozenset("going go pergi berangkat pupunta ไป".split())
_FILLERS = frozenset(
    "kami kita saya aku ako we i us the to are am will ok okay ya oo opo yes nak akan pun tuan sir boss po na"
    " sekarang now roger copy rodger noted terima faham siap".split()
)
_ANSWERS = frozenset().union(*ECHO_WORDS.values(), OK_WORDS, _GOING, _FILLERS)
_COORDINATE = re.compile(r"\d+[NSEWUTB]")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """`reply` where the task is known (its verb None: only the task is); else the `digit` to ask for."""

    reply: Reply | None = None
    digit: int = 1


def meant_by(text: str, open_references: Iterable[str]) -> Meant | None:
    """What an answer that `replies.parse` could not read was for; None where it is rather a report."""
    references = list(open_references)
    plain = one_form(text)
    tokens = _TOKEN.findall(plain)
    if not references or not tokens:
        return None
    named = list(dict.fromkeys(one for one in map(mended, tokens) if one in references))
    rest = without_references(plain, references)
    slipped = rest != plain
    digit, glued = _key_at_head(tokens[0], references)
    answers = digit is not None and (glued or (len(tokens) > 1 and _is_near(tokens[1], references)))
    if _is_grave(rest) or (_is_report(rest) and not (answers and read(rest).position is None)):
        return None
    words = [word for word in words_of(rest) if not word.isdigit()]
    if named:
        verb = _verb(rest, words)
        return Meant(Reply(verb if len(named) == 1 else None, named[0], plain if verb is None else ""))
    if answers and digit == 9:
        return Meant(Reply(Verb.IN_DISTRESS))
    strange = [word for word in words if word not in _ANSWERS and len(word) > 2 and word.isalpha()]
    if answers or (len(plain) <= SHORT and not strange and (slipped or digit is not None or words)):
        asked = 1 if NEGATIONS.isdisjoint(words) else 2
        return Meant(digit=digit if digit in (0, *_STEPS) else asked)
    return None


def without_references(text: str, open_references: Iterable[str]) -> str:
    """`text` without what is, or was to be, a reference: no such thing is a position."""
    references = list(open_references)
    return _TOKEN.sub(lambda token: " " if _is_near(token[0], references) else token[0], text)


def _key_at_head(token: str, references: list[str]) -> tuple[int | None, bool]:
    """The key that the text begins with, and whether a reference is glued to it: `14W4N`."""
    if not token[0].isascii() or token[0] not in "01234569":
        return None, False
    return int(token[0]), len(token) > 3 and _is_near(token[1:], references)


def _is_near(token: str, references: list[str]) -> bool:
    """An open reference, one with a slip, a piece of one; or five characters that only a reference has."""
    typed = token.upper()
    if not typed.isascii() or len(typed) < 3:
        return False
    if any(_within_one_edit(typed, one) or mended(typed) == one for one in references):
        return True
    if typed[0] in "0123456789" and any(_within_one_edit(typed[1:], one) for one in references):
        return True
    if typed.isdigit() or _COORDINATE.fullmatch(typed):
        return False
    # Words have vowels, of which the alphabet has none; a number alone may be one of a position.
    is_like = len(typed) == 5 and all(char in ALPHABET for char in typed)
    return is_like or any(typed in one for one in references)


def _within_one_edit(typed: str, reference: str) -> bool:
    """One character missing, wrong or too many, or two that changed places."""
    if abs(len(typed) - len(reference)) > 1:
        return False
    while typed and reference and typed[0] == reference[0]:
        typed, reference = typed[1:], reference[1:]
    while typed and reference and typed[-1] == reference[-1]:
        typed, reference = typed[:-1], reference[:-1]
    return max(len(typed), len(reference)) <= 1 or (len(typed) == 2 and typed == reference[::-1])


def _verb(rest: str, words: list[str]) -> Verb | None:
    """The one step that the digits, or words of going alone, tell; a false "going" stops the ladder."""
    digits = set(re.findall(r"\d+", rest))
    if not NEGATIONS.isdisjoint(words) or any(word not in _ANSWERS for word in words):
        return None
    if digits:
        (digit,) = digits if len(digits) == 1 else ("",)
        return _STEPS.get(int(digit)) if len(digit) == 1 else None
    known = _GOING | _FILLERS
    return Verb.ACKNOWLEDGE if not _GOING.isdisjoint(words) and known.issuperset(words) else None


def _is_grave(rest: str) -> bool:
    found = read(rest)
    return found.emergency_phase == EmergencyPhase.DISTRESS or found.response_phase == ResponsePhase.ATTACK


def _is_report(rest: str) -> bool:
    found = read(rest)
    if found.type != IncidentType.UNCLASSIFIED or found.position is not None or found.priority_floor:
        return True
    return found.persons_on_board is not None and any(char.isalpha() for char in rest)
