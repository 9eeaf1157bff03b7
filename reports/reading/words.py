"""Find the keywords of a text: which concepts it names, in which language, and whether they are denied.

Whole words after folding; Thai and Chinese by substring, Tamil by the beginning of a word; one typo is
forgiven from eight letters. A shorter match inside a longer one does not count ("orang mati" is no engine).
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from .stems import known_form
from .tables import (
    ALL,
    CONTEXT,
    EVERYDAY,
    FILLERS,
    NEEDS_COMPANY,
    NOT_YET,
    REAL_WORDS,
    SPELLINGS,
    TALK,
    VOCABULARY,
    Table,
)

__all__ = ["BREAKS", "VOCABULARY", "Hit", "Words", "find", "split"]

_WORD = re.compile(r"[a-z]+|\d+|[.,;:!?|#🆘🔥]|[\u0e00-\u0e7f]+|[\u0b80-\u0bff]+")
_APOSTROPHE = re.compile(r"(?<=[a-z])'(?=[a-z])")
_TWICE = re.compile(r"(?<![a-z0-9])([a-z]{3,20})2(?![a-z0-9])")
_NOT_GLUED = re.compile(r"(?<![a-z0-9])x(?=[b-df-hj-np-tv-z][aeiou][a-z]{2})")
NEAR = 5  # words that may stand between the two sides of an entry with a plus
BREAKS = frozenset(".,;:!?|#")
_WEAK = frozenset(("maritime", "ashore", "negation", "past", "grave", "thanks")) | (
    TALK.keys() - {"unsafe", "nothing"}
)
TYPO_FROM = 8
_THAI, _TAMIL, _CHINESE = "th", "ta", "zh"
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Hit:
    """One keyword found: concept, languages that have it, its place among the words, whether it is denied."""

    concept: str
    languages: frozenset[str]
    start: int
    end: int
    text: str
    negated: bool = False
    doubtful: bool = False
    typo: bool = False
    near: bool = False  # two words, and what stands between them has nothing to do with it


@dataclass(frozen=True, slots=True)
class Words:
    """A text in words. `everyday`: how many everyday words of each language it has."""

    tokens: list[str]
    hits: list[Hit]
    everyday: dict[str, int]

    @property
    def count(self) -> int:
        return len(self.tokens) - sum(map(self.tokens.count, BREAKS))

    def names(self, concept: str) -> bool:
        return any(hit.concept == concept and not hit.negated for hit in self.hits)


def split(text: str) -> list[str]:
    """Words, numbers and clause marks of folded text, in order; `muntah2` is said twice, `xhidup` denied."""
    text = _APOSTROPHE.sub("", text)
    return _WORD.findall(_NOT_GLUED.sub("x ", _TWICE.sub(r"\1 \1", text)))


def _script(entry: str) -> str:
    if any("\u0e00" <= char <= "\u0e7f" for char in entry):
        return _THAI
    if _HAN.search(entry):
        return _CHINESE
    return _TAMIL if any("\u0b80" <= char <= "\u0bff" for char in entry) else ""


class _Index:
    """The keyword tables turned round: from a word to what begins with it."""

    def __init__(self, table: Table):
        languages: dict[tuple[str, str], set[str]] = defaultdict(set)
        for concept, rows in table.items():
            for language, entries in rows.items():
                for entry in entries:
                    languages[concept, entry].add(language)
        # first word → (words, open end, concept, languages)
        self.phrases: dict[str, list] = defaultdict(list)
        # first two words → the same, of longer ones: hundreds begin with "tak"
        self.phrases_by_two: dict[tuple[str, ...], list] = defaultdict(list)
        # first three letters → (prefix, concept, languages)
        self.prefixes: dict[str, list] = defaultdict(list)
        # word → what stands near it, by word and by beginning → (denied, concept, languages)
        self.near: dict[str, tuple[dict[str, list], list]] = defaultdict(lambda: (defaultdict(list), []))
        # word → (concept, languages) where it is denied
        self.denied: dict[str, list] = defaultdict(list)
        self.thai: list = []
        self.tamil: list = []
        self.chinese: list = []
        singles: dict[str, str] = {}
        for (concept, entry), named in languages.items():
            named, script = frozenset(named), _script(entry)
            if script:
                rows = {_THAI: self.thai, _TAMIL: self.tamil, _CHINESE: self.chinese}[script]
                rows.append((entry, concept, named))
                continue
            if "/" in entry or entry.startswith("!"):
                self._add_sides(entry, concept, named)
                continue
            words, open_end = tuple(split(entry.rstrip("*"))), entry.endswith("*")
            if not words:
                continue
            if open_end and len(words) == 1:
                self.prefixes[words[0][:3]].append((words[0], concept, named))
                continue
            whole = len(words) > 2 or (len(words) == 2 and not open_end)
            rows = self.phrases_by_two[words[:2]] if whole else self.phrases[words[0]]
            rows.append((words, open_end, concept, named))
            if len(words) == 1 and len(words[0]) >= TYPO_FROM:
                singles[words[0]] = words[0]
        self.typos: dict[str, set[str]] = defaultdict(set)
        for word in singles:
            for shorter in _without_one(word):
                self.typos[shorter].add(word)
        self.known = {*self.phrases, *(first for first, _ in self.phrases_by_two)}

    def _add_sides(self, entry: str, concept: str, named: frozenset[str]) -> None:
        ones, _, others = entry.rpartition(" + ")
        denied = others.startswith("!")
        others = others.removeprefix("!").split("/")
        for other in others if not ones else ():
            self.denied[other].append((concept, named))
        for one in ones.split("/") if ones else ():
            by_word, by_beginning = self.near[one]
            for other in others:
                if other.endswith("*"):
                    by_beginning.append((other.rstrip("*"), (denied, concept, named)))
                else:
                    by_word[other].append((denied, concept, named))

    def corrected(self, word: str) -> str | None:
        """The keyword of eight letters or more that `word` misses by one letter."""
        if len(word) < TYPO_FROM - 1 or word in self.known or word in REAL_WORDS:
            return None
        candidates = set(self.typos.get(word, ()))
        for shorter in _without_one(word):
            if shorter in self.known and len(shorter) >= TYPO_FROM:
                candidates.add(shorter)
            candidates |= self.typos.get(shorter, set())
        near = sorted(c for c in candidates if c[0] == word[0] and _one_apart(c, word))
        return near[0] if near else None


def _without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _one_apart(a: str, b: str) -> bool:
    """One letter changed, missing, added, or two neighbours swapped."""
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return len(longer) - len(shorter) == 1 and shorter in _without_one(longer)
    differ = [i for i in range(len(a)) if a[i] != b[i]]
    return len(differ) == 1 or (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and a[differ[0]] == b[differ[1]]
        and a[differ[1]] == b[differ[0]]
    )


_INDEX = _Index(ALL | TALK)
_EVERYDAY: dict[str, list[str]] = defaultdict(list)
for _language, _entries in EVERYDAY.items():
    for _entry in _entries:
        _EVERYDAY[_entry].append(_language)
_NEGATIONS = {language: frozenset(entries) for language, entries in CONTEXT["negation"].items()}


def find(text: str) -> Words:
    """Find every keyword of folded `text`."""
    tokens = _spelled(split(text))
    everyday = _count_everyday(tokens)
    hits = _latin_hits(tokens, everyday)
    if any("\u0e00" <= char <= "\u0e7f" for char in text):
        hits += _thai_hits(text)
    if any("\u0b80" <= char <= "\u0bff" for char in text):
        hits += _tamil_hits(text)
    if _HAN.search(text):
        hits += _chinese_hits(text)
    return Words(tokens, _outermost(hits), everyday)


def _spelled(tokens: list[str]) -> list[str]:
    """The tokens as the tables spell them; x before a word is Malay for not."""
    known = {token: SPELLINGS.get(token) or known_form(token) for token in set(tokens)}
    right = [known[token] for token in tokens]
    for i, (token, after) in enumerate(pairwise(tokens)):
        if token == "x" and len(after) > 2 and after.isalpha():  # noqa: S105
            right[i] = "tak"
    return right


def _count_everyday(tokens: list[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    seen = set(tokens)
    seen.update(map(" ".join, pairwise(tokens)))
    for word in seen & _EVERYDAY.keys():
        for language in _EVERYDAY[word]:
            counts[language] += 1
    return counts


def _latin_hits(tokens: list[str], everyday: dict[str, int]) -> list[Hit]:
    hits = []
    for i, token in enumerate(tokens):
        if token[0].isdigit() or token in BREAKS:
            continue
        typo = False
        entries = _INDEX.phrases.get(token)
        if entries is None and token.isascii() and (right := _INDEX.corrected(token)):
            entries = [entry for entry in _INDEX.phrases[right] if len(entry[0]) == 1]
            typo = True
        longer = _INDEX.phrases_by_two.get(tuple(tokens[i : i + 2]), ())
        for words, open_end, concept, languages in (*(entries or ()), *longer):
            end = i + len(words)
            if len(words) > 1 and not _follows(tokens, i, words, open_end):
                continue
            hits.append(_hit(tokens, everyday, concept, languages, i, end, typo))
        for prefix, concept, languages in _INDEX.prefixes.get(token[:3], ()):
            if token.startswith(prefix):
                hits.append(_hit(tokens, everyday, concept, languages, i, i + 1, False))
        for concept, languages in _INDEX.denied.get(token, ()):
            if _denied(tokens, everyday, i, i + 1)[0] or not NOT_YET.isdisjoint(tokens[max(0, i - 1) : i]):
                hits.append(Hit(concept, languages, i, i + 1, token))
    return [hit for hit in hits if hit] + _near_hits(tokens, everyday)


def _near_hits(tokens: list[str], everyday: dict[str, int]) -> list[Hit]:
    """Two words near one another in a clause. One that stands nearer to a third belongs to that."""
    pairs = []
    said = set(tokens)
    met = {
        one for one in said & _INDEX.near.keys() if _INDEX.near[one][1] or said & _INDEX.near[one][0].keys()
    }
    for i, token in enumerate(tokens):
        if token not in met:
            continue
        by_word, by_beginning = _INDEX.near[token]
        for step in (1, -1):
            at, between = i, 0
            while between <= NEAR and abs(at - i) < 2 * NEAR:
                at += step
                if not 0 <= at < len(tokens) or tokens[at] in BREAKS:
                    break
                between += tokens[at] not in FILLERS
                found = by_word.get(tokens[at], ())
                if by_beginning:
                    found = [*found, *(row for begin, row in by_beginning if tokens[at].startswith(begin))]
                pairs += [(min(i, at), max(i, at), i, at, row) for row in found]
    nearest: dict[int, tuple[float, str]] = {}
    for start, end, one, other, (_, concept, _) in pairs:
        for at in (start, end):
            nearest[at] = min(nearest.get(at, (NEAR + 2, "")), (_apart(one, other), concept))
    hits = []
    for start, end, one, other, row in pairs:
        least = nearest[start], nearest[end]
        mine = all(_apart(one, other) == distance or row[1] == whose for distance, whose in least)
        if mine and (hit := _near(tokens, everyday, one, other, *row)):
            hits.append(hit)
    return hits


def _apart(one: int, other: int) -> float:
    """Words from `one` to `other`; of two alike the thing said first counts: gearbox pecah, bot hanyut."""
    return abs(one - other) + (one > other) / 2


def _near(tokens, everyday, one, other, denied, concept, languages) -> Hit | None:
    start, end = min(one, other), max(one, other) + 1
    said_no = _denied(tokens, everyday, other, other + 1)
    if denied:
        if not any(said_no) and NOT_YET.isdisjoint(tokens[max(0, other - 2) : other]):
            return None
        said_no = False, False
    else:
        said_no = _denied(tokens, everyday, start, start + 1)
        if not said_no[0] and not _is_negation(tokens[start], everyday):
            said_no = _denied(tokens, everyday, end - 1, end, start + 1)
    return Hit(concept, languages, start, end, " ".join(tokens[start:end]), *said_no, near=True)


def _follows(tokens: list[str], i: int, words: tuple[str, ...], open_end: bool) -> bool:
    there = tokens[i : i + len(words)]
    if len(there) < len(words):
        return False
    if open_end:
        return there[:-1] == list(words[:-1]) and there[-1].startswith(words[-1])
    return there == list(words)


def _hit(tokens, everyday, concept, languages, start, end, typo) -> Hit | None:
    text = " ".join(tokens[start:end])
    if end - start == 1 and text in NEEDS_COMPANY:
        language, needed = NEEDS_COMPANY[text]
        others = everyday.get(language, 0) - (language in _EVERYDAY.get(text, ()))
        if language in languages and others < needed:
            languages = languages - {language}
            if not languages:
                return None
    negated, doubtful = _denied(tokens, everyday, start, end)
    return Hit(concept, languages, start, end, text, negated, doubtful, typo)


def _is_negation(token: str, everyday: dict[str, int]) -> bool:
    for language, words in _NEGATIONS.items():
        if token in words:
            gate = NEEDS_COMPANY.get(token)
            if gate is None or gate[0] != language or everyday.get(language, 0) >= gate[1]:
                return True
    return False


def _denied(
    tokens: list[str], everyday: dict[str, int], start: int, end: int, first: int = 0
) -> tuple[bool, bool]:
    """(denied by the word before, perhaps denied by the one before that); filler words are stepped over.

    Looks no further back than `first`.
    """
    steps, i = 0, start - 1
    while i >= first and steps < 2 and tokens[i] not in BREAKS:
        if _is_negation(tokens[i], everyday):
            return steps == 0, steps == 1
        if tokens[i] not in FILLERS:
            steps += 1
        i -= 1
    if end < len(tokens) and tokens[end] in ("illai", "illa"):
        return True, False
    return False, False


def _thai_hits(text: str) -> list[Hit]:
    hits = []
    for entry, concept, languages in _INDEX.thai:
        at = text.find(entry)
        if at >= 0:
            before = text[max(0, at - 8) : at].rstrip()
            negated = concept not in CONTEXT and before.endswith(("ไม่", "ไม่มี", "ไม่ได้"))
            # Thai has no word breaks here: places are counted in characters, beyond those of Latin words
            hits.append(Hit(concept, languages, 100_000 + at, 100_000 + at + len(entry), entry, negated))
    return hits


def _tamil_hits(text: str) -> list[Hit]:
    hits = []
    for entry, concept, languages in _INDEX.tamil:
        at = text.find(entry)
        while at > 0 and "\u0b80" <= text[at - 1] <= "\u0bff":
            at = text.find(entry, at + 1)
        if at >= 0:
            after = text[at + len(entry) : at + len(entry) + 30].split()
            negated = "இல்லை" in after[:2]
            hits.append(Hit(concept, languages, 200_000 + at, 200_000 + at + len(entry), entry, negated))
    return hits


def _chinese_hits(text: str) -> list[Hit]:
    hits = []
    for entry, concept, languages in _INDEX.chinese:
        at = text.find(entry)
        if at >= 0:
            negated = text[max(0, at - 2) : at].endswith(("没有", "沒有", "没", "沒", "不", "未", "无", "無"))
            hits.append(Hit(concept, languages, 300_000 + at, 300_000 + at + len(entry), entry, negated))
    return hits


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Drop what lies inside a longer match, unless that only tells of time, sea or manner.

    Of two words that stand near one another the match is those two, not what is between them.
    """
    kept = [hit for hit in hits if hit.concept in _WEAK]
    taken = {at for hit in hits if hit.near for at in (hit.start, hit.end - 1)}
    outer = (-1, -1)
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        span = hit.start, hit.end
        if hit.concept in _WEAK or (hit.end <= outer[1] and span != outer):
            continue
        if not hit.near:
            if hit.end - hit.start == 1 and hit.start in taken:
                continue
            outer = max(outer, span, key=lambda span: span[1])
        kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.concept))
