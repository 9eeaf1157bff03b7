"""Request bodies that cannot hurt: bounded, and free of characters that no column can hold."""

import json
import math
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.utils import json as strict_json


class JSONParser(BaseParser):
    """JSON (RFC 8259) of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

    A byte-order mark is forgiven. NUL and lone surrogates, which only an escape can bring in, become U+FFFD.
    Raises ParseError (400) and RequestDataTooBig (413); nesting too deep raises RecursionError (400).
    """

    media_type = "application/json"

    def parse(self, stream, media_type: str | None = None, parser_context: dict | None = None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            value = json.loads(
                body.decode("utf-8-sig"), parse_constant=strict_json.strict_constant, parse_float=_finite
            )
        except ValueError as exc:  # bad UTF-8, bad JSON, a number of thousands of digits
            raise ParseError(f"This is not JSON: {_first_line(exc)}") from exc
        return storable(value) if b"\\u" in body else value


def storable(value: Any) -> Any:
    """Copy a JSON value with NUL and lone surrogates in its strings and keys replaced by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _finite(text: str) -> float | str:
    """A number as float; one too large for that stays text, because no column holds infinity."""
    value = float(text)
    return value if math.isfinite(value) else text


def _first_line(exc: Exception) -> str:
    return str(exc).splitlines()[0][:200]
