"""JSON lines in, JSON lines out: the frame of the commands that need no database."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from communities.sphere import Position, is_position


def answer_lines(lines: Iterable[bytes | str], answer: Callable[[dict], dict]) -> Iterator[str]:
    """Give one JSON line for each line read, in order; blank lines are skipped.

    What cannot be read, and what `answer` refuses with ValueError, becomes `{"id", "error"}`; nothing raises.
    """
    for line in lines:
        if isinstance(line, bytes):
            line = line.decode("utf-8", "replace")
        if not line.strip():
            continue
        id = None
        try:
            # NaN and Infinity, which some writers leave in, are no numbers: not known.
            row = json.loads(line, parse_constant=lambda _: None)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
            id = row.get("id")
            out = json.dumps({"id": id, **answer(row)}, allow_nan=False)
        # RecursionError: a line of ten thousand brackets. OverflowError: a number beyond any float.
        except (ValueError, OverflowError, RecursionError) as error:
            out = json.dumps({"id": _plain(id), "error": str(error)[:200]})
        yield out


def read_position(value, what: str = "position") -> Position | None:
    """Read `[lon, lat]`; None stays None; raise ValueError on anything else."""
    if value is None:
        return None
    if not is_position(value):
        raise ValueError(f"{what} is not [longitude, latitude] in degrees")
    return float(value[0]), float(value[1])


def read_time(value) -> datetime:
    """Read an ISO 8601 time, without zone as UTC; raise ValueError on anything else."""
    if not isinstance(value, str):
        raise ValueError("a time is an ISO 8601 string")
    at = datetime.fromisoformat(value.strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _plain(id):
    """Give back an id that JSON can carry; 1e999 is a float no JSON has."""
    return id if isinstance(id, (str, int, type(None))) else str(id)[:80]
