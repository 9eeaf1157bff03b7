"""CSV files handed to an import command: read by line, and refused with all their faults at once."""

import csv
import gzip
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from communities.sphere import Position, is_position

T = TypeVar("T")

# Enough to see what is wrong with a file; the rest is likely the same mistake again.
SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line; line 0 is the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return (
            f"{self.file} line {self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"
        )


class FaultyFile(Exception):
    """A file that is not imported; `faults` says why, line by line."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        more = len(faults) - SHOWN_FAULTS
        lines = [str(fault) for fault in faults[:SHOWN_FAULTS]]
        super().__init__("\n".join(lines + [f"… and {more} more"] * (more > 0)))


@dataclass(slots=True)
class Changes:
    """What an import did, by the key that people know (code, call sign)."""

    created: list[str] = field(default_factory=list)
    updated: dict[str, dict[str, tuple]] = field(default_factory=dict)  # key -> field -> (old, new)
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{len(self.created):,} new, {len(self.updated):,} changed, {self.unchanged:,} as they were"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file. Every method raises ValueError with a sentence for whoever keeps the file."""

    line: int
    values: dict[str, str]

    def text(self, name: str, most: int, *, optional: bool = False) -> str:
        """The column's text, stripped, at most `most` characters; "" if optional and absent."""
        value = (self.values.get(name) or "").strip()
        if "\0" in value:
            raise ValueError(f"{name} holds a NUL character")
        if not value and not optional:
            raise ValueError(f"{name} is empty")
        if len(value) > most:
            raise ValueError(f"{name} is longer than {most} characters")
        return value

    def number(
        self, name: str, *, above: float = 0.0, most: float = 1e6, optional: bool = False
    ) -> float | None:
        """A finite number over `above` and up to `most`; None if optional and absent."""
        text = self.text(name, 40, optional=optional)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"{name} is no number: {text!r}") from None
        if not (math.isfinite(value) and above < value <= most):
            raise ValueError(f"{name} is {text}, not over {above:g} and up to {most:g}")
        return value

    def whole(self, name: str, *, most: int, optional: bool = False) -> int | None:
        """A whole number from 1 to `most`; None if optional and absent."""
        value = self.number(name, most=most, optional=optional)
        if value is not None and value != int(value):
            raise ValueError(f"{name} is not a whole number: {value:g}")
        return None if value is None else int(value)

    def one_of(self, name: str, words, *, default: str = "") -> str:
        """One of `words`; `default` where the column is absent or empty."""
        value = self.text(name, 40, optional=bool(default)) or default
        if value not in words:
            raise ValueError(f"{name} is {value!r}, not one of {', '.join(words)}")
        return value

    def position(self) -> Position:
        """`(lon, lat)` from the columns lon and lat, in degrees."""
        lon = self.number("lon", above=-180.0001, most=180)
        lat = self.number("lat", above=-90.0001, most=90)
        if not is_position((lon, lat)):
            raise ValueError(f"lat {lat:g}, lon {lon:g} is no position on earth")
        return lon, lat

    def country(self, name: str = "country", *, optional: bool = False) -> str:
        """Two capital letters (ISO 3166-1)."""
        value = self.text(name, 2, optional=optional)
        if value and not (len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()):
            raise ValueError(f"{name} is {value!r}, not two capital letters such as MY")
        return value


def read(path: Path, columns: tuple[str, ...], parse: Callable[[Row], T]) -> list[T]:
    """Read a whole CSV file (UTF-8; gzip where the name ends in .gz) through `parse`, one line at a time.

    `columns` must be in its header; others may be. `parse` refuses a line with ValueError.
    Raises FaultyFile with every fault found: a file is taken whole or not at all.
    """
    parsed: list[T] = []
    faults: list[Fault] = []
    try:
        for row in _rows(path, columns):
            if isinstance(row, Fault):
                faults.append(row)
                continue
            try:
                parsed.append(parse(row))
            except ValueError as error:
                faults.append(Fault(path.name, row.line, str(error)))
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 0, "is not UTF-8 text"))
    except FileNotFoundError:
        faults.append(Fault(path.name, 0, f"there is no such file in {path.parent}"))
    except (OSError, EOFError, zlib.error) as error:
        faults.append(Fault(path.name, 0, f"cannot be read: {error}"))
    except csv.Error as error:
        faults.append(Fault(path.name, 0, f"is not CSV: {error}"))
    if faults:
        raise FaultyFile(faults)
    return parsed


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row | Fault]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            yield Fault(path.name, 1, f"the header lacks {', '.join(missing)}")
            return
        for values in reader:
            if None in values or None in values.values():
                count = "more" if None in values else "fewer"
                yield Fault(path.name, reader.line_num, f"has {count} fields than the header")
            else:
                yield Row(reader.line_num, values)
