"""A second opinion where no rule speaks: whether a text looks like others that told of danger.

A linear model over hashed pieces of words (`tests.bench.fit_likeness` fits it, on invented texts). It is a
guess: a human looks at what it raises, no boat is sent by it. Pure and deterministic.
"""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reports.taxonomy import Category

PATH = Path(__file__).parent / "data" / "likeness.bin"
FIRST_CHARS = 600
PIECES = range(2, 6)  # characters of a piece; a word's edges count as one each
BUCKETS_LOG2 = 15
RAISED = (
    Category.EMERGENCY,
    Category.SUSPICIOUS,
)  # the rows of weights; `other` is the zero they differ from
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+|[^\w\s]")  # marks of Thai and Tamil part words too: held-out rates are better so
_SPREAD, _STEP, _MIX = (np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0x100000001B3, 0xBF58476D1CE4E5B9))
_SPACE = ord(" ")


@dataclass(frozen=True, slots=True)
class Model:
    """`weights` are int8, a row for each of RAISED, worth `scale`; `texts`: the hash of what fitted it."""

    weights: np.ndarray
    scale: float
    intercepts: tuple[float, float]
    threshold: float
    texts: str


@functools.cache
def model() -> Model:
    """The shipped model: a line of JSON, then the weights."""
    head, _, body = PATH.read_bytes().partition(b"\n")
    facts = json.loads(head)
    weights = np.frombuffer(body, np.int8).reshape(len(RAISED), 1 << BUCKETS_LOG2)
    return Model(weights, facts["scale"], tuple(facts["intercepts"]), facts["threshold"], facts["texts"])


def buckets(folded: str) -> np.ndarray:
    """Which of the 2**15 buckets the pieces of a folded text fall into, each once, in order.

    Pieces are two to five characters of one word with a space at either end; a digit is any digit.
    """
    words = _WORD.findall(_DIGIT.sub("0", folded[:FIRST_CHARS]))
    if not words:
        return np.empty(0, np.int64)
    line = f" {' '.join(words)} ".encode("utf-32-le", "replace")
    chars = np.frombuffer(line, np.uint32).astype(np.uint64)
    spread, inner = chars * _SPREAD, chars == _SPACE
    hashed, crosses = spread, np.zeros(len(chars), bool)
    found = []
    for size in PIECES:
        if len(chars) < size:
            break
        hashed = (hashed[:-1] * _STEP) ^ spread[size - 1 :]
        crosses = crosses[:-1] | inner[size - 2 : -1] if size > 2 else crosses[:-1]
        mixed = (hashed ^ (hashed >> np.uint64(29))) * _MIX
        found.append(mixed[~crosses] >> np.uint64(64 - BUCKETS_LOG2))
    return np.unique(np.concatenate(found)).astype(np.int64) if found else np.empty(0, np.int64)


def shares(folded: str) -> dict[str, float]:
    """How much of emergency and of suspicious is in a folded text: 0..1 each, the rest is other."""
    fitted, at = model(), buckets(folded)
    if not len(at):
        return dict.fromkeys(map(str, RAISED), 0.0)
    sums = fitted.weights[:, at].sum(axis=1, dtype=np.int64) * (fitted.scale / len(at) ** 0.5)
    odds = np.exp(np.clip(sums + fitted.intercepts, -50, 50))
    return {str(category): float(odd / (1 + odds.sum())) for category, odd in zip(RAISED, odds, strict=True)}


def liken(folded: str) -> Category | None:
    """The category that a folded text is surely of, if it is not an ordinary one; None where not sure."""
    found = shares(folded)
    if sum(found.values()) < model().threshold:
        return None
    return max(RAISED, key=lambda category: found[category])
