"""Bring a word that the tables do not have to one that they have: affixes off, left-out vowels put back.

Malay and Indonesian hang before and after ("enjinnya", "ditenggelamkan", "nyerang"), Filipino also inside
("lumulubog" of lubog), and thumbs leave out vowels ("tnggelam"). A word that means something itself stays.
"""

import re
from collections import defaultdict
from functools import lru_cache

from .ordinary import ORDINARY
from .tables import (
    CLASSES,
    CONTEXT,
    EVERYDAY,
    FILLERS,
    REAL_WORDS,
    RESCUE,
    ROOTS,
    SECURITY,
    SPELLINGS,
    TALK,
    TRADE,
    words_of,
)

_SUFFIXES = ("nya", "lah", "kah", "kan", "pun", "la", "ku", "an", "ng", "s")
# What a prefix leaves of the first letter: "menyerang" is serang, "mengapung" apung, "ngirim" kirim.
_PREFIXES = (
    *((prefix, ("s", "c")) for prefix in ("meny", "peny", "ny")),
    *((prefix, ("", "k")) for prefix in ("meng", "peng", "ng")),
    *((prefix, ("", "p")) for prefix in ("mem", "pem")),
    *((prefix, ("", "t")) for prefix in ("men", "pen")),
    *(
        (prefix, ("",))
        for prefix in ("menge", "nge", "ter", "ber", "per", "me", "pe", "di", "ke", "se", "te")
    ),
    ("m", ("p",)),
    ("n", ("t",)),
)
_SHORTEST_STEM = 4
_SHORTEST_WORD = 6  # that may hide a stem behind a prefix
_LONGEST = 24
_VOWELS = re.compile("[aeiou]")


def _tagalog_forms(root: str) -> set[str]:
    """The common verbs of a root: -um-, -in-, na-, nag-, pa- and their doublings, with and without -an."""
    first = re.match("[^aeiou]*[aeiou]", root)[0]
    doubled = first + root
    onset = len(first) - 1
    forms = {
        infixed
        for base in (root, doubled)
        for infix in ("um", "in")
        for infixed in (base[:onset] + infix + base[onset:],)
    }
    heads = ("na", "ma", "nag", "mag", "naka", "pa", "nang", "napa", "i", "nai", "ini")
    forms |= {head + base for head in heads for base in (root, doubled)} | {doubled}
    ends = ("han", "hin") if root[-1] in "aeiou" else ("an", "in")
    return forms | {form + end for form in (*forms, root) for end in ends}


_STEMS = frozenset(
    word
    for table in (RESCUE, SECURITY, TRADE)
    for words in words_of(table)
    for word in words
    if word.isascii() and len(word) > 2
)
_KNOWN = frozenset(
    (
        *_STEMS,
        *ORDINARY,
        *(word for entries in EVERYDAY.values() for entry in entries for word in entry.split()),
        *(word for entries in CLASSES.values() for word in entries),
        *FILLERS,
        *REAL_WORDS,
        *SPELLINGS,
        *(word for words in words_of(TALK) for word in words),
    )
)
_TAGALOG = {
    form: word
    for word, roots in ROOTS.items()
    for root in roots
    for form in _tagalog_forms(root)
    if form not in _KNOWN
}
# Root → the keyword made of it, where the root alone is no word of ours: seruduk of "diseruduk".
_ROOTED: dict[str, str] = {}
for _word in sorted(_STEMS):
    for _prefix in ("diper", "ter", "ber", "di", "ke"):
        _root = _word.removeprefix(_prefix)
        if _root != _word and len(_root) > _SHORTEST_STEM and _root not in _KNOWN:
            _ROOTED.setdefault(_root, _word)
# Consonants and a first letter → the words that have them.
_SKELETONS: dict[str, list[str]] = defaultdict(list)


def _skeleton(word: str) -> str:
    return word[0] + _VOWELS.sub("", word[1:])


_CALLS = words_of({concept: CONTEXT[concept] for concept in ("distress", "plea")})[0]
for _word in sorted(_STEMS | {word for word in _CALLS if word.isascii()}):
    if len(_word) > _SHORTEST_STEM and len(_skeleton(_word)) > 2:
        _SKELETONS[_skeleton(_word)].append(_word)


@lru_cache(maxsize=8192)
def known_form(word: str) -> str:
    """`word` as the tables have it; itself where it is known, too short, or nothing fits."""
    if word in _KNOWN or not _SHORTEST_STEM <= len(word) <= _LONGEST or not word.isascii():
        return word
    return _TAGALOG.get(word) or _without_affixes(word) or _with_vowels(word) or word


def _without_affixes(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and _is_stem(word[: -len(suffix)], suffix):
            return word[: -len(suffix)]
    if len(word) < _SHORTEST_WORD:
        return ""
    for prefix, firsts in _PREFIXES:
        if not word.startswith(prefix):
            continue
        for first in firsts:
            rest = first + word[len(prefix) :]
            if _is_stem(rest):
                return rest
            for root in (rest, rest.removesuffix("in"), rest.removesuffix("kan")):
                if root in _ROOTED:
                    return _ROOTED[root]
            for suffix in _SUFFIXES[:-2]:
                if rest.endswith(suffix) and _is_stem(rest[: -len(suffix)]):
                    return rest[: -len(suffix)]
    return ""


def _is_stem(word: str, suffix: str = "") -> bool:
    shortest = 3 if suffix == "nya" else _SHORTEST_STEM
    if suffix == "ng" and (len(word) < _SHORTEST_STEM + 1 or word[-1] not in "aeiou"):
        return False
    return len(word) >= shortest and word in _STEMS


def _with_vowels(word: str) -> str:
    """The keyword that `word` is when vowels are left out; three bare consonants could be many."""
    skeleton = _skeleton(word)
    if len(skeleton) == 3 and len(word) == 3:
        return ""
    for full in _SKELETONS.get(skeleton, ()):
        letters = iter(full)
        if len(full) > len(word) and all(letter in letters for letter in word):
            return full
    return ""
