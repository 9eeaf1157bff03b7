"""What "safe now" takes back: danger that is over. Never anybody who is missing, hurt, dead or out there.

Where in doubt the danger stands, and the officer sees the flag beside it.
"""

from .people import NUMBER_WORDS
from .tables import CLASSES, FILLERS
from .words import BREAKS, Hit, Words

_PERSONS = frozenset(CLASSES["person"]) | {"seorang", "sorang", "siapa", "isa", "lain", "others", "other"}
_NUMBERS = NUMBER_WORDS | {"seorang", "sorang", "isa", "isang", "half", "separuh"}
_NEAR = 2  # words
# What "safe now" says of each, where it is said in time; the rest of the dangers it never takes back.
_CALLS = frozenset(("distress", "plea", "urgency"))
_BORNE_OUT_BY = {"overdue_missing": ("found", "returned"), "medical": ("cared_for",)}


def weigh(words: Words, present: set[str]) -> set[str]:
    """The concepts that stand of those `present` in a text that says "safe now", and what that leaves out."""
    talk = _Talk(words)
    standing = set(present)
    for concept in _CALLS | _BORNE_OUT_BY.keys():
        if concept in present and all(talk.takes_back(concept, hit) for hit in _named(words, concept)):
            standing.discard(concept)
    if talk.names("left_behind") or talk.leaves_out_somebody():
        standing.add("distress")
    if talk.names("not_found") and talk.speaks_of_somebody():
        standing.add("overdue_missing")
    return standing


def turns(words: Words) -> bool:
    """Whether something else stands behind "safe now, but"."""
    return _Talk(words).turn is not None


def _named(words: Words, concept: str) -> list[Hit]:
    concepts = (concept, "death") if concept == "medical" else (concept,)
    return [hit for hit in words.hits if hit.concept in concepts and not hit.negated]


class _Talk:
    """A text that says "safe now", and what it says round that."""

    def __init__(self, words: Words):
        self.words, self.tokens = words, words.tokens
        safe = [hit.start for hit in _named(words, "safe_now")]
        self.last = max(safe, default=-1)
        turns = [hit.start for hit in _named(words, "contrast") if hit.start > min(safe, default=0)]
        self.turn = min(turns, default=None)

    def names(self, concept: str) -> bool:
        return bool(_named(self.words, concept))

    def speaks_of_somebody(self) -> bool:
        """Fish and nets are not found either; of other scripts we have no words one by one."""
        latin = any(token.isascii() and token.isalpha() for token in self.tokens)
        return self.turn is not None or not latin or not (_PERSONS | _NUMBERS).isdisjoint(self.tokens)

    def leaves_out_somebody(self) -> bool:
        """All safe except my brother."""
        return any(
            not (_PERSONS | _NUMBERS).isdisjoint(self.tokens[hit.end :])
            or any(token.isdigit() for token in self.tokens[hit.end :])
            for hit in _named(self.words, "all_but")
        )

    def takes_back(self, concept: str, danger: Hit) -> bool:
        if self.turn is not None and danger.start > self.turn:
            return False
        if concept in _CALLS:
            return danger.start < self.last
        if danger.concept == "death" or self._goes_on(danger):
            return False
        return any(
            self._bears_out(good, danger)
            for kind in _BORNE_OUT_BY[concept]
            for good in _named(self.words, kind)
        )

    def _goes_on(self, danger: Hit) -> bool:
        """Whether it is still so, as the words at the danger say: masih hilang."""
        return any(
            still.end > danger.start - _NEAR and still.start < danger.end + _NEAR
            for still in _named(self.words, "still")
        )

    def _bears_out(self, good: Hit, danger: Hit) -> bool:
        """Whether `good` is of the one in danger, of all of them, and of nobody else."""
        if good.start < danger.start:  # found the missing man; but "he is back, my son is not" is of two
            between = self.tokens[good.end : danger.start]
            return good.concept == "found" and all(token in FILLERS for token in between)
        between = set(self.tokens[danger.end : good.start])
        if not _NUMBERS.isdisjoint(between) or any(token.isdigit() for token in between):
            return False
        one_clause = BREAKS.isdisjoint(between)
        return _PERSONS.isdisjoint(between) or (good.concept == "cared_for" and one_clause)
