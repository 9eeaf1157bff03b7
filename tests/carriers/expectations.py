"""What a carrier may be asked to send; anything else fails the test."""

import re
from collections.abc import Callable, Collection

from tests.carriers.humans import REFERENCE
from tests.carriers.segments import segments
from tests.carriers.server import Carrier

MARK = re.compile(r"/webhooks/twilio/(status|voice)/\?notification=[0-9a-f-]{36}&token=[0-9a-f]{32}$")
TIME = re.compile(r"\b[0-2][0-9][0-5][0-9]Z\b")  # five characters as well
SHORTEST_NUMBER = 7  # digits in which a telephone number can be known again


class Expectations:
    """Looks at what a carrier took; `unexpected` says what should not have been sent, `verify` fails on it.

    `numbers`: who may be reached. `references`: which references a text may name, as a test of one. `secret`:
    numbers of reporters, which no text to anybody else may hold, however written. A text goes out in at most
    `most_segments` parts, and every message names where its receipt goes, with our mark.
    """

    def __init__(
        self,
        *,
        numbers: Collection[str] | None = None,
        references: Callable[[str], bool] | None = None,
        secret: Collection[str] = (),
        most_segments: int = 1,
    ) -> None:
        self.numbers = numbers
        self.references = references
        self.secret = secret
        self.most_segments = most_segments
        self.unexpected: list[str] = []

    def watch(self, carrier: Carrier) -> None:
        """Look at everything that `carrier` takes from now on."""
        carrier.taking.append(self.look)

    def look(self, entry: dict) -> None:
        """Look at one message or call that was taken."""
        if "message" in entry:
            notification = entry["message"].get("notification", {})
            self._read("push", f"{notification.get('title', '')} {notification.get('body', '')}", "")
            return
        to, asked = entry["to"], entry["request"]
        if self.numbers is not None and to not in self.numbers:
            self.unexpected.append(f"to a number that nobody has: {to}")
        for name in ("StatusCallback", "Url"):
            if name in asked and not MARK.search(asked[name]):
                self.unexpected.append(f"{name} without our mark: {asked[name]}")
        if "body" not in entry:
            return
        if "StatusCallback" not in asked:
            self.unexpected.append(f"no receipt was asked for: {entry['body']}")
        if segments(entry["body"]) > self.most_segments:
            self.unexpected.append(f"in {segments(entry['body'])} parts: {entry['body']}")
        self._read("SMS", entry["body"], to)

    def _read(self, channel: str, text: str, to: str) -> None:
        digits = re.sub(r"\D", "", text)
        for number in self.secret:
            tail = re.sub(r"\D", "", number)[-SHORTEST_NUMBER:]
            if number != to and len(tail) == SHORTEST_NUMBER and tail in digits:
                self.unexpected.append(f"{channel} with a reporter's number: {text}")
        if self.references is not None:
            for found in REFERENCE.findall(TIME.sub("", text)):
                if not self.references(found):
                    self.unexpected.append(f"{channel} with a reference that nobody has, {found}: {text}")

    def verify(self) -> None:
        """Fail if anything unexpected was sent."""
        assert not self.unexpected, self.unexpected
