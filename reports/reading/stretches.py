"""Stretches of tokens that may hold a position, and the axis that the numbers of one make."""

from .axes import Axis, Token

MARK_KINDS = "dms"
MOST_RUNS = 60  # of numbers in one text


def runs_of(all_tokens: list[Token]) -> list[list[Token]]:
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


def axis_of(segment: list[Token]) -> Axis | None:
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


def tail_of(segment: list[Token], size: int) -> list[Token] | None:
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


def head_of(segment: list[Token], size: int) -> list[Token] | None:
    """The beginning of a stretch that holds exactly its first `size` numbers and the marks after them."""
    seen = 0
    for i, token in enumerate(segment):
        if token.kind == "n":
            seen += 1
            if seen > size:
                return None if segment[i - 1].end == token.end else segment[:i]
    return segment if seen == size else None


def halves_of(run: list[Token]) -> list[list[Token]]:
    numbers = [i for i, token in enumerate(run) if token.kind == "n"]
    cut = numbers[len(numbers) // 2]
    if cut and run[cut - 1].kind == "g":
        cut -= 1
    return [run[:cut], run[cut:]]
