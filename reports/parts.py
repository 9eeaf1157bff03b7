"""A message that its phone sent in pieces: which texts belong together, and what they say. Pure functions.

Carriers join most long messages before we see them. What comes in pieces all the same is numbered ("1/2 …",
"… (2/2)"), or cut where an SMS is full. Each piece is a report of its own, read and acted on at once; the one
that comes last in time is read together with those before it, and tells what they say as one. A piece that
never comes holds up nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, permutations, product

from communities.sphere import great_circle_m
from reports.priority import PHASE
from reports.reading import Reading
from reports.taxonomy import IncidentType

NUMBERED_WITHIN = timedelta(minutes=5)
CUT_WITHIN = timedelta(seconds=60)  # a phone sends what it cut in one go
MOST_PARTS = 11  # 1,600 characters, the longest that carriers hand over, at 153 a part
MOST_ORDERS = 8  # ways to put the pieces together that are tried

# 3GPP TS 23.038: 160 characters in one SMS, 153 with a header; in UCS-2 70 and 67.
_FULL_GSM, _FULL_UCS2 = {160, 153}, {70, 67}
_WORD = "part|pt|bahagian|bagian|bhg|sms|msg|mesej|pesan"
_NUMBER = rf"(?:(?:{_WORD})\b\.?\s?)?(\d{{1,2}})\s?(?:/|of\b|dari\b)\s?(\d{{1,2}})"
# Half a mile is no first piece of two, nor are two of three people; 4/11N is a latitude.
_MEASURE = (
    "batu|nm|nmi|mil|miles?|mail|km|nautical|hai|jam|hours?|hrs?|oras|gio|hari|days?|tan[gk]|tong|lit|kg"
    "|orang|org|people|persons?|katao|tao|nguoi|crew|kru|abk|[nsewutbh](?![a-z])|l[us](?![a-z])"
)
_BARE = rf"{_NUMBER}(?![\w/°'’\"]|\.\d|\s(?:{_MEASURE})|\s?(?:ไมล์|ชั่วโมง|คน|மைல்|மணி|பேர்))"
_SLASHED = re.compile(r"\d\s?/\s?\d")
_MARK = rf"(?:\(\s?{_NUMBER}\s?\)|\[\s?{_NUMBER}\s?\]|{_BARE})"
_AT_START = re.compile(rf"\s*{_MARK}[:.)\-]?", re.IGNORECASE)
_AT_END = re.compile(rf"(?:(?<=\s)|(?=[(\[])){_MARK}\s*$", re.IGNORECASE)
_MEANING = ("type", "category", "emergency_phase", "response_phase", "severity", "priority_floor", "safe_now")
_WHERE = ("position", "position_error_m", "position_source", "position_status", "candidates", "place")


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered piece: `text` without its number; `full` if no more went into its SMS."""

    number: int
    total: int
    text: str
    full: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """What pieces may say as one: `texts`, the likeliest first.

    `with_earlier` are the places of the earlier texts used. `number_cut`: a number may go on across a seam.
    `cut_short`: a piece ends with a number, and the piece that may go on with it is not there.
    `of_either`: two messages came mixed and the piece may be of each; `texts` are what it makes with either.
    """

    texts: list[str]
    with_earlier: list[int]
    numbered: bool
    number_cut: bool
    cut_short: bool
    of_either: bool = False


def numbered(text: str) -> Part | None:
    """The piece that a text says it is ("2/3 …", "… (1/2)", "[1 of 2]"); None if it says no such thing."""
    for match in (_AT_START.match(text), _AT_END.search(text)):
        if match is None:
            continue
        number, total = (int(group) for group in match.groups() if group is not None)
        if 1 <= number <= total and 2 <= total <= MOST_PARTS:
            rest = text[match.end() :] if match.start() == 0 else text[: match.start()]
            if match[0].strip()[:1] not in "([" and _SLASHED.search(rest):
                continue  # degrees/minutes, or dates
            return Part(number, total, rest.strip(), _is_full(text, text.isascii()))
    return None


def whole(text: str, at: datetime, earlier: Sequence[tuple[str, datetime]]) -> Whole | None:
    """What `text` makes with the `earlier` texts of its phone, newest first; None if it is no piece."""
    mine = numbered(text)
    return _by_number(mine, at, earlier) if mine else _by_length(text, at, earlier)


def _by_number(mine: Part, at: datetime, earlier: Sequence[tuple[str, datetime]]) -> Whole:
    messages: list[dict[int, Part]] = []  # by the piece's number
    place_of: dict[Part, int] = {}
    for place, (text, sent) in reversed(list(enumerate(earlier))):
        part = numbered(text)
        if part is None or part.total != mine.total or at - sent > NUMBERED_WITHIN:
            continue
        place_of[part] = place
        fitting = _fitting(part, messages)
        if not fitting:
            messages.append({part.number: part})
        elif len(fitting) == 1:
            fitting[0][part.number] = part  # what fits two messages is of neither
    fitting = _fitting(mine, messages)
    tried = [_in_order({**one, mine.number: mine}, place_of) for one in fitting or [{}]]
    if len(tried) == 1:
        return tried[0]
    texts = [one.texts[0] for one in tried]
    return Whole(texts, [], numbered=True, number_cut=False, cut_short=False, of_either=True)


def _fitting(part: Part, messages: list[dict[int, Part]]) -> list[dict[int, Part]]:
    """The message that has this piece word for word: it came twice. Else those that still want it."""
    for one in messages:
        if part.number in one and one[part.number].text == part.text:
            return [one]
    return [one for one in messages if part.number not in one]


def _in_order(found: dict[int, Part], place_of: dict[Part, int]) -> Whole:
    parts = [found[number] for number in sorted(found)]
    seams = [_seams(left, right) for left, right in pairwise(parts)]
    orders = product(*seams) if len(seams) < 4 else zip(*(seam * 2 for seam in seams), strict=False)
    texts = [
        parts[0].text + "".join(seam + part.text for seam, part in zip(order, parts[1:], strict=True))
        for order in orders
    ]
    open_ended = [part for part in parts if part.number < part.total and part.number + 1 not in found]
    return Whole(
        texts[:MOST_ORDERS],
        [place_of[part] for part in parts if part in place_of],
        numbered=True,
        number_cut=any(_cuts_number(left.text, right.text) for left, right in pairwise(parts)),
        cut_short=any(part.text[-1:].isdigit() for part in open_ended),
    )


def _seams(left: Part, right: Part) -> tuple[str, ...]:
    """What may stand between two pieces, the likelier first.

    Where a phone cut goes no space, where a person did goes one. But what reads well with and without one is
    a number that was cut: between two whole numbers the text without a space makes no position, or the same.
    """
    if right.number - left.number > 1:
        return (" … ",)
    return ("", " ") if left.full or _cuts_number(left.text, right.text) else (" ", "")


def _by_length(text: str, at: datetime, earlier: Sequence[tuple[str, datetime]]) -> Whole | None:
    pieces, used = [text], []
    narrow = text.isascii()
    tail = not _is_full(text, narrow)
    for place, (other, sent_at) in enumerate(earlier):
        if at - sent_at > CUT_WITHIN or len(used) == MOST_PARTS:
            break
        if other in pieces:
            continue
        narrow = narrow and other.isascii()
        if not _is_full(other, narrow):
            if tail:
                break  # of two short texts neither is the rest of the other
            tail = True
        pieces.append(other)
        used.append(place)
    full = [piece for piece in reversed(pieces) if _is_full(piece, narrow)]
    rest = [piece for piece in pieces if not _is_full(piece, narrow)]
    if not full or len(rest) > 1:
        return None
    orders = permutations(full) if len(full) <= 3 else [full]
    texts = ["".join([*order, *rest]) for order in orders]
    return Whole(
        texts[:MOST_ORDERS],
        used,
        numbered=False,
        number_cut=any(_cuts_number(left, right) for left, right in pairwise([*full, *rest])),
        cut_short=not rest and full[-1][-1:].isdigit(),
    )


def read_in_parts(
    text: str, at: datetime, earlier: Sequence[tuple[str, datetime]], read: Callable[[str], Reading]
) -> tuple[Reading, list[int]]:
    """The reading of `text`, with its other pieces among the `earlier` texts of its phone, newest first.

    Returns the places of those pieces too. Where the whole says more than the text alone, the most urgent
    meaning stands, the surest position, the persons of the whole; flagged `joined_parts`. A position whose
    last number may go on in a piece that is not there is in doubt: `may_be_cut`.
    """
    part = numbered(text)
    own = read(part.text if part else text)
    found = whole(text, at, earlier)
    if found is None:
        return own, []
    if found.of_either:
        own = _undecided(own, [read(joined) for joined in found.texts])
    elif found.with_earlier:
        own = _together(own, found, [read(joined) for joined in found.texts])
    if found.cut_short and own.position_status == "ok":
        own = replace(own, position_status="ambiguous", flags=sorted({*own.flags, "may_be_cut"}))
    return own, found.with_earlier


def _undecided(own: Reading, joined: list[Reading]) -> Reading:
    """A piece of one of two messages: no position is made of it; what either would give, an officer sees."""
    places = list(dict.fromkeys((*one.position, "joined") for one in joined if one.position is not None))
    if own.position is not None or not places:
        return own
    flags = sorted({*own.flags, "joined_doubtful"})
    return replace(own, position_status="ambiguous", candidates=places, flags=flags)


def _together(own: Reading, found: Whole, joined: list[Reading]) -> Reading:
    best = max(joined, key=_certainty)
    if not found.numbered:  # in the right order the position has all its digits
        best = max(joined, key=lambda one: (_certainty(one), -(one.position_error_m or 0)))
    if _certainty(best) < _certainty(own) or (_certainty(best) == _certainty(own) and not found.number_cut):
        best = own
    meaning = max([*joined, own], key=_urgency)
    heads = (one.persons_on_board for one in [best, *joined, own])
    flags = {*own.flags, *meaning.flags, *best.flags}
    if best is not own and any(_elsewhere(best, other) for other in joined):
        flags.add("joined_doubtful")
    told = {
        **{name: getattr(meaning, name) for name in _MEANING},
        **{name: getattr(best, name) for name in _WHERE},
        "persons_on_board": next((persons for persons in heads if persons is not None), None),
        "language": own.language or joined[0].language,
        # A real distress must not become a drill because another text came before it.
        "drill": own.drill or (found.numbered and any(one.drill for one in joined)),
    }
    if all(getattr(own, name) == value for name, value in told.items()):
        return own
    return replace(own, **told, flags=sorted({*flags, "joined_parts"}))


def _is_full(text: str, narrow: bool) -> bool:
    """Whether no more went into the SMS; `narrow` where the whole message is ASCII, which is never UCS-2."""
    units = len(text.encode("utf-16-le", "replace")) // 2
    return units in (_FULL_GSM if narrow else _FULL_GSM | _FULL_UCS2)


def _cuts_number(left: str, right: str) -> bool:
    return left[-1:].isdigit() and (right[:1].isdigit() or right[:1] in (".", ","))


def _certainty(reading: Reading) -> int:
    if reading.position is None:
        return 0
    return 2 if reading.position_status == "ok" and "on_land" not in reading.flags else 1


def _urgency(reading: Reading) -> tuple[int, bool]:
    phase = max(PHASE[reading.emergency_phase], PHASE[reading.response_phase])
    return phase, reading.type != IncidentType.UNCLASSIFIED


def _elsewhere(one: Reading, other: Reading) -> bool:
    if None in (one.position, other.position) or _certainty(other) < _certainty(one):
        return False
    apart_m = great_circle_m(one.position, other.position)
    return apart_m > (one.position_error_m or 0) + (other.position_error_m or 0)
