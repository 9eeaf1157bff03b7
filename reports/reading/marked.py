"""Positions told by marks of hemisphere, or by the words latitude and longitude."""

from itertools import pairwise

from . import signs
from .axes import COMMA, Axis, Token
from .pairs import Pair, join, plausible
from .stretches import MARK_KINDS, axis_of, halves_of, head_of, runs_of, tail_of

MOST_MARKS = 40  # of hemisphere in one stretch: no sender means more than twenty positions at once
_SIZES = {1: (1, 2, 3), 2: (2, 1, 3), 3: (3, 2, 1)}  # how many numbers the other axis may have


def marked_pairs(
    all_tokens: list[Token], language: str, south: bool, first_only: bool
) -> tuple[list[Pair], bool]:
    """The positions, and whether one was meant that cannot be; `first_only`: none behind the likeliest."""
    pairs: list[Pair] = []
    invalid = False
    for run in runs_of(all_tokens):
        marks = [i for i, token in enumerate(run) if token.kind == "h"]
        if not marks and all(token.kind not in "ao" for token in run):
            continue
        found: list[Pair] = []
        bad = False
        edges = [-1, *marks, len(run)][: MOST_MARKS + 2]
        stretches = [run[one + 1 : two] for one, two in pairwise(edges)]
        counts = [sum(token.kind == "n" for token in stretch) for stretch in stretches]
        for at, (one, two) in enumerate(pairwise(marks[:MOST_MARKS])):
            before, middle, after = stretches[at : at + 3]
            n_before, n_middle, n_after = counts[at : at + 3]
            if not 1 <= n_middle <= 3:
                continue
            for suffix, available in ((True, n_before), (False, n_after)):
                for size in _SIZES[n_middle]:
                    if size > available:
                        continue
                    if size < min(n_middle, available):  # the end of something longer
                        bad = True
                        continue
                    outer = tail_of(before, size) if suffix else head_of(after, size)
                    if outer is None:
                        continue
                    inner = axis_of(middle if suffix else _without_last_words(middle))
                    first, second = (axis_of(outer), inner) if suffix else (inner, axis_of(outer))
                    if first is None or second is None:
                        bad |= size == n_middle
                        continue
                    first.hemisphere, second.hemisphere = run[one].text, run[two].text
                    pair = join(first, second, 3, language, south)
                    if pair is None:
                        bad |= size == n_middle and not _same_axis_letters(first, second)
                        continue
                    if size != n_middle and not pair.inside:
                        continue
                    if plausible(pair, (first, second)):
                        pair.start = min(first.numbers[0].start, run[one].start)
                        pair.end = max(second.numbers[-1].end, run[two].end if suffix else 0)
                        found.append(pair)
                        break
        if not found:
            one_mark, one_bad = _half_marked(run, marks, language, south)
            found.extend(one_mark)
            bad |= one_bad
        pairs.extend(_apart(found))
        invalid |= bad and not found
        if first_only and any(pair.inside and pair.strength == 3 for pair in found):
            break
    return pairs, invalid


def _without_last_words(segment: list[Token]) -> list[Token]:
    """Leave out "bujur" before "timur": it names the axis that follows."""
    end = len(segment)
    while end and segment[end - 1].kind in "ao,;.:":
        end -= 1
    return segment[:end]


def _same_axis_letters(first: Axis, second: Axis) -> bool:
    return signs.HEMISPHERES[first.hemisphere] == signs.HEMISPHERES[second.hemisphere]


def _apart(found: list[Pair]) -> list[Pair]:
    """Of readings that share numbers keep the best: inside the service box, then the earlier."""
    kept: list[Pair] = []
    for pair in sorted(found, key=lambda pair: (not pair.inside, pair.start)):
        if all(pair.end <= other.start or pair.start >= other.end for other in kept):
            kept.append(pair)
    return sorted(kept, key=lambda pair: pair.start)


def _half_marked(run: list[Token], marks: list[int], language: str, south: bool) -> tuple[list[Pair], bool]:
    """One mark of hemisphere, or the words latitude and longitude: 4.58N 118.68; lat 4.58 long 118.68."""
    words = [i for i, token in enumerate(run) if token.kind in "ao"]
    if len(words) == 2 and run[words[0]].kind != run[words[1]].kind and len(marks) <= 1:
        parts = [run[words[0] : words[1]], run[words[1] :]]
        hemispheres = [[t.text for t in part if t.kind == "h"] for part in parts]
        axes = [axis_of(_until_extra([t for t in part if t.kind != "h"])) for part in parts]
    elif len(marks) == 1:
        head, tail = run[: marks[0]], run[marks[0] + 1 :]
        n_head, n_tail = (sum(t.kind == "n" for t in part) for part in (head, tail))
        if n_head and n_head == n_tail:
            parts, hemispheres = [head, tail], [[run[marks[0]].text], []]
        elif n_head == 0 and n_tail in (2, 4, 6):
            parts, hemispheres = halves_of(tail), [[run[marks[0]].text], []]
        elif n_tail == 0 and n_head in (2, 4, 6):
            parts, hemispheres = halves_of(head), [[], [run[marks[0]].text]]
        else:
            return [], False
        axes = [axis_of(part) for part in parts]
        if any(h and h[0] in signs.LOOSE and h[0] not in "uh" for h in hemispheres):
            return [], False
    else:
        return [], False
    if any(axis is None for axis in axes) or any(
        axis.sign for axis, h in zip(axes, hemispheres, strict=True) if h
    ):
        return [], bool(words)
    for axis, hemisphere in zip(axes, hemispheres, strict=True):
        axis.hemisphere = hemisphere[0] if hemisphere else ""
    if len(axes[0].numbers) != len(axes[1].numbers):
        return [], bool(words)
    pair = join(axes[0], axes[1], 2, language, south)
    if pair is None or not plausible(pair, tuple(axes)):
        return [], bool(words) and pair is None
    pair.start, pair.end = run[0].start, axes[1].numbers[-1].end
    return [pair], False


def _until_extra(part: list[Token]) -> list[Token]:
    """Leave out a stray number after a fraction: nothing follows the fraction of an axis."""
    for i, token in enumerate(part):
        if token.kind == "n" and ("." in token.text or COMMA in token.text):
            return part[: i + 1 + (i + 1 < len(part) and part[i + 1].kind in MARK_KINDS)]
    return part
