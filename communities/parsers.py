"""Request bodies that cannot hurt: bounded, and free of characters that no column can hold."""

import json
import math
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.utils import json as strict_json

#: Arrays and objects within one another; what goes deeper would exhaust the stack here or in what stores it.
DEEPEST = 100
# A string, even one never closed, so that each character is looked at once; or a bracket.
_NESTING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


class JSONParser(BaseParser):
    """JSON (RFC 8259) of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

    A byte-order mark is forgiven. NUL and lone surrogates, which only an escape can bring in, become U+FFFD.
    Raises ParseError (400) and RequestDataTooBig (413); nesting too deep raises RecursionError (400).
    """

    media_type = "application/json"

    def parse(self, stream, media_type: str | None = None, parser_context: dict | None = None) -> Any:
        body = _read(stream)
        try:
            value = json.loads(
                body.decode("utf-8-sig"), parse_constant=strict_json.strict_constant, parse_float=_finite
            )
        except ValueError as exc:  # bad UTF-8, bad JSON, a number of thousands of digits
            raise ParseError(f"This is not JSON: {_first_line(exc)}") from exc
        return storable(value) if b"\\u" in body else value


def forgiving_json(stream) -> tuple[Any, bool]:
    """Read JSON from which nothing may be lost, in whatever encoding, and whether characters were replaced.

    UTF-8, -16 or -32; a byte that is none of it becomes U+FFFD, as NUL and lone surrogates do. NaN,
    infinities and numbers of thousands of digits become text, what lies deeper than DEEPEST becomes null.
    Raises ParseError (400) for what is not JSON all the same, RequestDataTooBig (413).
    """
    body = _read(stream)
    encoding = json.detect_encoding(body)
    try:
        text, replaced = body.decode(encoding), False
    except UnicodeDecodeError:
        text, replaced = body.decode(encoding, "replace"), True
    if text.count("[") + text.count("{") > DEEPEST:
        text = _cut(text)
    try:
        value = json.loads(text, parse_constant=str, parse_float=_finite, parse_int=_integer, strict=False)
    except ValueError as exc:
        hint = 'Send a JSON object, such as {"text": "SOS"}.'
        raise ParseError(f"This is not JSON: {_first_line(exc)}. {hint}") from exc
    if "\\u" in text:
        before, value = value, storable(value)
        replaced = replaced or value != before
    return value, replaced


def _read(stream) -> bytes:
    body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    return body


def _cut(text: str) -> str:
    """JSON with null for each array and object that is nested deeper than DEEPEST."""
    pieces, depth, begin = [], 0, 0
    for token in _NESTING.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                pieces += text[begin : token.start()], "null"
        elif token[0] in ("]", "}"):
            if depth == DEEPEST + 1:
                begin = token.end()
            depth -= 1
    if depth <= DEEPEST:  # else it was never closed
        pieces.append(text[begin:])
    return "".join(pieces)


def storable(value: Any) -> Any:
    """Copy a JSON value with NUL and lone surrogates in its strings and keys replaced by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _integer(text: str) -> int | str:
    """A number as int; one of thousands of digits stays text."""
    try:
        return int(text)
    except ValueError:
        return text


def _finite(text: str) -> float | str:
    """A number as float; one too large for that stays text, because no column holds infinity."""
    value = float(text)
    return value if math.isfinite(value) else text


def _first_line(exc: Exception) -> str:
    return str(exc).splitlines()[0][:200]
