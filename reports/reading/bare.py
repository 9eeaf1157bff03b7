"""Positions in bare numbers: two that stand alone together, without a mark of hemisphere."""

from .axes import COMMA, Token
from .pairs import Pair, join, plausible
from .stretches import axis_of, halves_of, runs_of


def bare_pairs(all_tokens: list[Token], language: str, south: bool) -> tuple[list[Pair], bool]:
    """The positions, and whether one was meant that cannot be."""
    pairs, invalid = [], False
    for run in runs_of(all_tokens):
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
    halves = halves_of(run)
    first, second = (axis_of(part) for part in halves)
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
