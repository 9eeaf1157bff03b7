"""What a crew or a duty officer texts back: "1 7K3Q9" -> which verb, which dispatch. Pure functions.

Only a digit decides the verb. Anything that is not plainly such an answer has no verb, and the caller
takes it for a report: "1 orang jatuh laut" is a person overboard, not an acknowledgement.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "23456789CFGHJKMNPQRTVWXZ"  # of references: no look-alikes, no vowels

_LONGEST = 1600  # characters of an inbound text that are looked at; the longest SMS Twilio hands over


class Verb(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    UNDER_WAY = "under_way"
    ON_SCENE = "on_scene"
    COMPLETE = "complete"
    CANNOT_CONTINUE = "cannot_continue"
    IN_DISTRESS = "in_distress"
    KEYS = "keys"
    OK = "ok"
    STOP = "stop"


VERB_OF_DIGIT = {
    1: Verb.ACKNOWLEDGE,
    2: Verb.DECLINE,
    3: Verb.UNDER_WAY,
    4: Verb.ON_SCENE,
    5: Verb.COMPLETE,
    6: Verb.CANNOT_CONTINUE,
    7: Verb.KEYS,
    8: Verb.KEYS,
    9: Verb.IN_DISTRESS,
}
DIGIT_OF_VERB = {verb: digit for digit, verb in reversed(VERB_OF_DIGIT.items())} | {Verb.OK: 0}

# States of a Dispatch in which a verb says something new. Whoever skips a digit is understood: a crew that
# texts "done" has been on scene. What may become of the row is for alerts.workflow to say.
TAKEN_IN = {
    Verb.ACKNOWLEDGE: {"alerting", "no_answer"},
    Verb.DECLINE: {"alerting", "no_answer"},
    Verb.UNDER_WAY: {"acknowledged"},
    Verb.ON_SCENE: {"acknowledged", "en_route"},
    Verb.COMPLETE: {"acknowledged", "en_route", "on_scene"},
    Verb.CANNOT_CONTINUE: {"acknowledged", "en_route", "on_scene"},
}

# "0" and these words say that a stand-down was read, that a late unit comes later, that all is well. They
# count only where such a word is owed.
OK_WORDS = frozenset(
    word.strip()
    for word in (
        "0, ok, okay, read, all well, baca, sudah baca, dah baca, dibaca, semua selamat, selamat, nabasa,"
        "ligtas, safe, da doc, an toan, รับทราบ, நலம், படித்தேன்"
    ).split(",")
)

# What carriers take as an opt-out when it is the whole message.
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}

# Slips that can mean only one character of the alphabet, which lacks the one typed.
# I, L and 1 could be 7, J or T: not read.
_SLIPS = {"S": "5", "B": "8", "O": "Q", "0": "Q", "U": "V"}

# Words of our own templates that may follow a bare digit, as typed back by a crew: "1 going", "2=CANNOT".
_ECHOES = {
    Verb.ACKNOWLEDGE: "ok okay yes ya oo opo going go pergi siap berangkat pupunta di ไป ஆம் 👍 ✅",
    Verb.DECLINE: "no not cannot cant tak tidak boleh bisa di kaya hindi khong duoc ไม่ได้ இல்லை 👎",
    Verb.UNDER_WAY: "under way bertolak berlayar papunta da xuat phat ออก ออกแล้ว பயணம்",
    Verb.ON_SCENE: "on scene di lokasi nasa lugar toi noi ถึง ถึงแล้ว அங்கே",
    Verb.COMPLETE: "done selesai tapos xong เสร็จ เสร็จแล้ว முடிந்தது",
    Verb.CANNOT_CONTINUE: (
        "cannot continue tak boleh terus bisa lanjut di na kaya khong tiep tuc duoc ไปต่อไม่ได้ தடை"
    ),
    Verb.IN_DISTRESS: "need help sos perlu bantuan kailangan ng tulong can cuu ช่วย உதவி",
    Verb.KEYS: "",
}
NEGATIONS = frozenset("no not cannot cant tak tidak hindi khong ไม่ ไม่ได้ இல்லை 👎".split())
ECHO_WORDS = {verb: frozenset(words.split()) for verb, words in _ECHOES.items()}

_START = r"^[^\w+-]*(?:(?:ok|okay|ya|reply|balas|nhan|ref|ruj)\b[\s:,.]*)?[#(]*"
_LINK = r"(?:[\s#.,:;)(=/*_-]*|[\s.:]*\b(?:ref|ruj)[\s.:#]*)"
_DIGIT_FIRST = re.compile(_START + r"([1-9])(" + _LINK + r")([0-9A-Z]{5})(?![^\W_])(.*)", re.I | re.S)
_REFERENCE_FIRST = re.compile(_START + r"([0-9A-Z]{5})(" + _LINK + r")([1-9])(?![^\W_])(.*)", re.I | re.S)
_BARE_DIGIT = re.compile(r"^[^\w+-]*([1-9])(?![0-9])(.*)", re.S)
_PAIR = re.compile(r"(?<![^\W_])([1-9])[\s#.=-]*([0-9A-Z]{5})(?![^\W_])", re.I)
# The whole message: "0", "0 M4XK2", "M4XK2 ok".
_OK = re.compile(
    r"^\W*(?:([0-9A-Z]{5})[\s#.,:;=-]+)?(0|[^\d\s][^\d]{0,20}?)(?:[\s#.,:;=-]+([0-9A-Z]{5}))?(?:=\w+)?[\s.!]*$",
    re.I,
)
_KEY = re.compile(r"(?<![^\W_])([1-9])\s*=")


@dataclass(frozen=True, slots=True)
class Reply:
    """`verb` None: not an answer to an alert. `reference` "" where none was given; `rest` is free text.

    `reference` without a verb: the text is about that matter, but which digit is meant is unclear; a ladder
    goes on. The caller answers with the keys.
    """

    verb: Verb | None
    reference: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several dispatches could be meant; the sender is asked which."""

    candidates: tuple


def parse(text: str) -> Reply:
    """Read what a crew or a duty officer texted; never raises.

    Digits of any script, full width or in a circle count; `1 M4XK2`, `1m4xk2`, `M4XK2 1`, `#1 M4XK2.`,
    `1 M4XK2=GOING`, a bare `1`. A text that says two things at once ("1 M4XK2 cannot", the alert typed back
    whole) has no verb: a false acknowledgement would stop the ladder.
    """
    plain = one_form(text)
    if plain.strip(" .,!?'\"").upper() in STOP_WORDS:
        return Reply(Verb.STOP)
    if " ".join(words_of(plain)) in OK_WORDS:  # "sudah" alone could be a reference
        return Reply(Verb.OK)
    if match := _OK.match(plain):
        first, word, last = match.groups()
        reference = mended(first or last or "")
        sound = not (first and last) and bool(reference) == bool(first or last)
        if sound and " ".join(words_of(word)) in OK_WORDS:
            return Reply(Verb.OK, reference)
    if match := _DIGIT_FIRST.match(plain):
        digit, link, typed, rest = match.groups()
        reference = mended(typed)
        if reference and not _is_number(link, typed, rest):
            return _reply(digit, reference, rest, plain)
    if match := _REFERENCE_FIRST.match(plain):
        typed, link, digit, rest = match.groups()
        reference = mended(typed)
        if reference and not _is_number(link, typed, rest) and not re.match(r"[.,:]\d", rest):
            return _reply(digit, reference, rest, plain)
    if (match := _BARE_DIGIT.match(plain)) and _only_echo(VERB_OF_DIGIT[int(match[1])], match[2]):
        return Reply(VERB_OF_DIGIT[int(match[1])], "", _trimmed(match[2]))
    return Reply(None, mended(re.sub(r"[\W_]", "", plain)), plain)


def resolve(reply: Reply, candidates: Iterable[tuple]):
    """Choose the dispatch that `reply` is about: a candidate, `Ambiguous`, or None.

    `candidates` are the dispatches of the sender's phone as tuples (reference, status, ...); the tuple chosen
    is returned as it came. With a reference only that one can be meant, and None says that it is unknown or
    that its state does not take the verb; a bare digit counts if exactly one dispatch can take it.
    Keys, stop, distress (which needs no dispatch) and no verb: None.
    """
    takes = [
        candidate
        for candidate in candidates
        if candidate[1] in TAKEN_IN.get(reply.verb, ()) and reply.reference in ("", candidate[0])
    ]
    if len(takes) > 1:
        return Ambiguous(tuple(takes))
    return takes[0] if takes else None


def one_form(text: str) -> str:
    """One form for every digit, width and space; invisible characters gone."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST])
    kept = []
    for char in folded:
        category = unicodedata.category(char)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(char)))
        elif category in ("Cf", "Me") or char == "\ufe0f":  # joiners, marks of direction, keycaps
            continue
        else:
            kept.append(" " if category in ("Cc", "Cs") else char)
    return " ".join("".join(kept).split())


def mended(typed: str) -> str:
    """`typed` as a reference, slips mended; "" if it is none."""
    upper = typed.upper()
    if len(upper) != 5 or not upper.isascii():
        return ""
    mended = "".join(_SLIPS.get(char, char) for char in upper)
    if any(char not in ALPHABET for char in mended):
        return ""
    # A word of look-alikes ("robot") is no reference: a mended one must show a digit.
    return mended if mended == upper or any(char.isdigit() for char in upper) else ""


def _is_number(link: str, typed: str, rest: str) -> bool:
    """Whether digits alone are rather a position or a count: `4.58688`, `4 34567 118 40`, `6 34567 kg`."""
    said = any(char in link for char in ".,:") or any(char.isalnum() for char in rest)
    return typed.isdigit() and said and not rest.startswith("=")  # "=GOING" is the alert typed back


def _reply(digit: str, reference: str, rest: str, plain: str) -> Reply:
    verb = VERB_OF_DIGIT[int(digit)]
    digits = [other for other, typed in _PAIR.findall(plain) if mended(typed)] + _KEY.findall(plain)
    verbs = {VERB_OF_DIGIT[int(other)] for other in digits}
    denied = verb is Verb.ACKNOWLEDGE and not NEGATIONS.isdisjoint(words_of(rest)[:1])
    if len(verbs | {verb}) > 1 or denied:
        return Reply(None, reference, plain)
    return Reply(verb, reference, _trimmed(rest))


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\s.,!;:=/()*#'\"-]+", text.lower())


def _only_echo(verb: Verb, rest: str) -> bool:
    return ECHO_WORDS[verb].issuperset(words_of(rest))


def _trimmed(rest: str) -> str:
    return rest.strip(" .,:;=-#)(/*_!")
