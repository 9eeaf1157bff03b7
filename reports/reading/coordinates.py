"""Positions typed in numbers: decimal degrees, degrees and minutes, degrees minutes seconds.

Marks of hemisphere decide most; without them two numbers must stand alone together and make a position at sea
where the service works. What is doubtful is said in flags and candidates: a wrong position that nobody
doubts is worse than none.
"""

import math
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from communities import coast
from communities.sphere import great_circle_m

from . import masks, signs, spellings
from .axes import COMMA, Axis, Token, tokens
from .pairs import OTHER_SIDE, Pair, error_m, in_service_box, join, plausible

ON_LAND_TOLERANCE_M = 1852
SAME_PLACE_M = 1852
MARK_KINDS = "dms"
MOST_RUNS = 60  # of numbers in one text
MOST_MARKS = 40  # of hemisphere in one stretch: no sender means more than twenty positions at once


@dataclass(slots=True)
class Found:
    """What a text says in numbers. `position` is (lon, lat) in degrees; `spans`: the parts used."""

    position: tuple[float, float] | None = None
    error_m: float | None = None
    status: str = "none"
    candidates: list[tuple[float, float, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    tried: bool = False  # the sender meant to give a position, whether or not it could be read


_SIZES = {1: (1, 2, 3), 2: (2, 1, 3), 3: (3, 2, 1)}  # how many numbers the other axis may have
_TWO_NUMBERS = re.compile(r"\d[^\d]+\d")
THREE_WORDS = re.compile(r"/{3}[a-z]+\.[a-z]+\.[a-z]+")


def find(
    text: str, *, language: str = "", south: bool = False, near: tuple[float, float] | None = None
) -> Found:
    """Find the position that folded `text` spells in numbers. Links must be blanked before."""
    out = Found()
    if THREE_WORDS.search(text):
        out.flags.add("unsupported_address")
        out.tried = True
        text = THREE_WORDS.sub(masks.blank, text)
    if not _TWO_NUMBERS.search(text):
        return out
    text = masks.hide(spellings.unify(text), masks.NEVER)
    pairs, invalid = _every_pair(text, language, south)
    if pairs:
        _choose(pairs, near, out)
    elif invalid:
        out.flags.add("invalid_position")
        out.tried = True
    return out


def position(text: str, *, language: str = "") -> tuple[float, float] | None:
    """The position that `find` would give, and nothing of what it doubts: sooner found."""
    text = masks.hide(spellings.unify(THREE_WORDS.sub(masks.blank, text)), masks.NEVER)
    pairs, _ = _every_pair(text, language, False, first=True)
    if not pairs:
        return None
    lon, lat = _likeliest(pairs, None)[1]
    return round(lon, 6), round(lat, 6)


def _every_pair(text: str, language: str, south: bool, first: bool = False) -> tuple[list[Pair], bool]:
    """Read commas as decimal points, then as separators; marks of hemisphere first, bare numbers last.

    `first`: none of those that stand behind the likeliest.
    """
    invalid = False
    cut = cache(tokens)
    for spelling in spellings.of(text):
        pairs, bad = _marked_pairs(cut(spelling), language, south, first)
        invalid |= bad
        if pairs:
            return pairs, False
    if invalid:
        return [], True
    for spelling in spellings.of(text):
        measured = masks.hide(spelling, masks.MEASURES)
        counted = masks.hide(measured, masks.COUNTS)
        pairs, bad = _bare_pairs(cut(counted), language, south)
        invalid |= bad
        if not pairs and counted != measured:  # "4 35 118 40 bot karam": forty is minutes, not boats
            pairs, bad = _bare_pairs(cut(measured), language, south)
            pairs = [pair for pair in pairs if pair.grouped]
        if pairs:
            return pairs, False
    return [], invalid


def _runs(all_tokens: list[Token]) -> list[list[Token]]:
    """Stretches without a word that hold at least two numbers."""
    runs: list[list[Token]] = []
    start = numbers = 0
    for i, token in enumerate(all_tokens):
        if token.kind == "n":
            numbers += 1
        elif token.kind == "w":
            if numbers >= 2:
                runs.append(all_tokens[start:i])
                if len(runs) == MOST_RUNS:
                    return runs
            start, numbers = i + 1, 0
    return [*runs, all_tokens[start:]] if numbers >= 2 else runs


def _axes(segment: list[Token]) -> Axis | None:
    """Gather the numbers of one stretch of tokens; None where they cannot be one axis or there are none."""
    axis = Axis([])
    for token in segment:
        if token.kind == "n":
            axis.numbers.append(token)
            axis.marks.append("")
        elif token.kind == "g":
            if axis.numbers:
                return None
            axis.sign = -1 if token.text == "-" else 1
        elif token.kind in "ao":
            axis.word = token.kind
        elif token.kind in MARK_KINDS and axis.numbers and not axis.marks[-1]:
            axis.marks[-1] = token.kind
            if token.kind == "d" and len(axis.numbers) > 1:
                return None
            axis.marked |= token.kind == "d" and token.text not in "*^"
    return axis if 1 <= len(axis.numbers) <= 3 else None


def _tails(segment: list[Token], size: int) -> list[Token] | None:
    """The end of a stretch that holds exactly its last `size` numbers, with a sign just before them."""
    seen = 0
    for i in range(len(segment) - 1, -1, -1):
        if segment[i].kind == "n":
            seen += 1
            if seen == size:
                if i and segment[i - 1].end == segment[i].end:  # 4.35.2 was one number: no tail of it
                    return None
                start = i - 1 if i and segment[i - 1].kind == "g" else i
                words = [token for token in segment[:start] if token.kind in "ao"]
                return words + segment[start:]
    return None


def _heads(segment: list[Token], size: int) -> list[Token] | None:
    """The beginning of a stretch that holds exactly its first `size` numbers and the marks after them."""
    seen = 0
    for i, token in enumerate(segment):
        if token.kind == "n":
            seen += 1
            if seen > size:
                return None if segment[i - 1].end == token.end else segment[:i]
    return segment if seen == size else None


def _marked_pairs(
    all_tokens: list[Token], language: str, south: bool, first_only: bool
) -> tuple[list[Pair], bool]:
    pairs: list[Pair] = []
    invalid = False
    for run in _runs(all_tokens):
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
                    outer = _tails(before, size) if suffix else _heads(after, size)
                    if outer is None:
                        continue
                    inner = _axes(middle if suffix else _without_last_words(middle))
                    first, second = (_axes(outer), inner) if suffix else (inner, _axes(outer))
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
        axes = [_axes(_until_extra([t for t in part if t.kind != "h"])) for part in parts]
    elif len(marks) == 1:
        head, tail = run[: marks[0]], run[marks[0] + 1 :]
        n_head, n_tail = (sum(t.kind == "n" for t in part) for part in (head, tail))
        if n_head and n_head == n_tail:
            parts, hemispheres = [head, tail], [[run[marks[0]].text], []]
        elif n_head == 0 and n_tail in (2, 4, 6):
            parts, hemispheres = _halves(tail), [[run[marks[0]].text], []]
        elif n_tail == 0 and n_head in (2, 4, 6):
            parts, hemispheres = _halves(head), [[], [run[marks[0]].text]]
        else:
            return [], False
        axes = [_axes(part) for part in parts]
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


def _halves(run: list[Token]) -> list[list[Token]]:
    numbers = [i for i, token in enumerate(run) if token.kind == "n"]
    cut = numbers[len(numbers) // 2]
    if cut and run[cut - 1].kind == "g":
        cut -= 1
    return [run[:cut], run[cut:]]


def _bare_pairs(all_tokens: list[Token], language: str, south: bool) -> tuple[list[Pair], bool]:
    pairs, invalid = [], False
    for run in _runs(all_tokens):
        for piece in _split_at_marks(run):
            pair, bad = _bare_pair(piece, language, south)
            invalid |= bad
            if pair:
                pairs.append(pair)
    return pairs, invalid


def _split_at_marks(run: list[Token]) -> list[list[Token]]:
    """A lone letter beside bare numbers is a word, not a mark: cut there."""
    pieces: list[list[Token]] = [[]]
    for token in run:
        if token.kind == "h":
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [piece for piece in pieces if piece]


def _bare_pair(run: list[Token], language: str, south: bool) -> tuple[Pair | None, bool]:
    numbers = [token for token in run if token.kind == "n"]
    precise = [token for token in numbers if len(token.text.replace(COMMA, ".").partition(".")[2]) >= 3]
    if len(numbers) in (3, 5) and len(numbers) != len(precise):
        run = _without_stray(run, numbers)
        numbers = [token for token in run if token.kind == "n"]
    if len(numbers) not in (2, 4, 6):
        return None, False
    halves = _halves(run)
    first, second = (_axes(part) for part in halves)
    if first is None or second is None or any(_is_score(part) for part in halves):
        return None, False
    pair = join(first, second, 1, language, south)
    meant = len(precise) >= 2 or (first.marked and second.marked)
    if pair is None:
        return None, meant
    whole_by_comma = len(numbers) == 2 and pair.inside and any(t.kind == "," and t.glued for t in run)
    between = [token for token in run if numbers[0].start < token.start < numbers[-1].start]
    order_number = len(numbers) == 2 and second.numbers[0].text.isdigit() and second.numbers[0].glued
    if len(precise) < 2 and any(
        token.kind == "j" or (token.kind == "-" and order_number) for token in between
    ):
        return None, False
    pair.grouped = len(first.numbers) > 1
    if not (plausible(pair, (first, second)) or (whole_by_comma and second.numbers[0].glued)):
        return None, False
    pair.start, pair.end = numbers[0].start, numbers[-1].end
    return pair, False


def _is_score(part: list[Token]) -> bool:
    """4/5 is a mark or a date and 118:1 a verse: no axis without a letter or a degree sign is written so."""
    numbers = [i for i, token in enumerate(part) if token.kind == "n"]
    inner = part[numbers[0] : numbers[-1] + 1]
    if any(token.kind == "d" for token in inner):
        return False
    last = part[numbers[-1]].text
    slash = "." not in last and any(token.text == "/" for token in inner)
    return slash or any(token.kind == ":" and len(last) == 1 for token in inner)


def _without_stray(run: list[Token], numbers: list[Token]) -> list[Token]:
    """Leave out a short whole number before or after a complete pair: a count whose word was not known."""
    for stray in (numbers[-1], numbers[0]):
        rest = [token for token in numbers if token is not stray]
        ends = [rest[len(rest) // 2 - 1], rest[-1]]
        if stray.text.isdigit() and all(
            len(end.text.replace(COMMA, ".").partition(".")[2]) >= (1 if len(stray.text) <= 2 else 3)
            for end in ends
        ):
            return [token for token in run if token is not stray]
    return run


def _likeliest(pairs: list[Pair], near: tuple[float, float] | None) -> tuple[Pair, tuple[float, float]]:
    """The pair that is meant, and where it is: of two sides of the equator the likelier."""
    best = max(pairs, key=lambda pair: (pair.inside, pair.strength, -pair.start))
    here, flipped = (best.lon, best.lat), (best.lon, -best.lat)
    if best.doubtful and best.others[0][2] == OTHER_SIDE and in_service_box(*flipped):
        return best, flipped if _likelier(flipped, here, near) else here
    return best, here


def _choose(pairs: list[Pair], near: tuple[float, float] | None, out: Found) -> None:
    best, here = _likeliest(pairs, near)
    out.tried = True
    out.flags |= best.flags
    out.spans = [(pair.start, pair.end) for pair in pairs]
    others = [(round(lon, 6), round(lat, 6), note) for lon, lat, note in best.others]
    if here != (best.lon, best.lat):
        others[0] = (round(best.lon, 6), round(best.lat, 6), OTHER_SIDE)
    for pair in pairs:
        if pair is not best and great_circle_m(here, (pair.lon, pair.lat)) > SAME_PLACE_M:
            others.append((round(pair.lon, 6), round(pair.lat, 6), "also in the text"))
            best.doubtful |= pair.inside
            out.flags.add("several_positions")
    out.position = (round(here[0], 6), round(here[1], 6))
    out.error_m = round(best.error_m, 1)
    if not in_service_box(*here):
        out.status = "out_of_area"
    else:
        out.status = "ambiguous" if best.doubtful else "ok"
        if _far_inland(*here):
            out.flags.add("on_land")
    out.candidates = [(*out.position, "read"), *others] if others else []


def from_decimals(lat: str, lon: str, stated_error_m: float | None = None) -> Pair | None:
    """A position out of a link; None where the numbers cannot be one. 0,0 is a phone without a fix."""
    latitude, longitude = float(lat), float(lon)
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None
    digits = min(len(number.partition(".")[2]) for number in (lat, lon))
    return Pair(longitude, latitude, stated_error_m or error_m(10.0**-digits), 3)


def put_first(found: Found, pairs: list[Pair], note: str) -> None:
    """Make the position of a link or a code the one; what was typed elsewhere stays as a candidate."""
    typed, found.candidates = found.position, []
    found.flags -= {"order_assumed", "hemisphere_assumed", "on_land", "invalid_position"}
    spans = found.spans
    _choose(pairs, None, found)
    found.spans = spans
    if typed and great_circle_m(typed, found.position) > SAME_PLACE_M:
        found.flags.add("several_positions")
        found.candidates = [*(found.candidates or [(*found.position, note)]), (*typed, "typed")]
        found.status = "ambiguous" if found.status == "ok" else found.status


def _likelier(a: tuple[float, float], b: tuple[float, float], near: tuple[float, float] | None) -> bool:
    """Whether `a` is likelier than `b`: at sea, near where the phone was last, else nearer to a coast."""
    if _far_inland(*a) != _far_inland(*b):
        return _far_inland(*b)
    if near and all(map(math.isfinite, near)):
        return great_circle_m(a, near) < great_circle_m(b, near)
    return coast.distance_to_coast_m(*a) < coast.distance_to_coast_m(*b)


def _far_inland(lon: float, lat: float) -> bool:
    return coast.is_land(lon, lat) and coast.distance_to_coast_m(lon, lat) > ON_LAND_TOLERANCE_M
