"""Log lines that carry ids, never a phone number."""

import json
import logging
import re
import time

# A number with its +, plain or as it stands in a URL, digits apart or together (E.164: 15 at most).
PHONE_NUMBER = re.compile(r"(?:\+|%2B)[0-9](?:[ -]?[0-9]){7,14}", re.IGNORECASE)


def mask(text: str) -> str:
    """Put +… in place of every phone number in international form."""
    return PHONE_NUMBER.sub("+…", text)


class LineFormatter(logging.Formatter):
    """One readable line a record; numbers masked in the message and in the traceback."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a record: at (UTC), level, logger, message, and exception where there is one."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask(json.dumps(line, ensure_ascii=False))
