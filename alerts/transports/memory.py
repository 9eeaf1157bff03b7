"""Transports that reach no carrier: one for tests, one for simulated phones."""

from collections import deque
from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from alerts.transports.base import Message, TransportError


class Outbox:
    """Keep in `sent` what is sent; first raise, one a send, what waits in `refusals`. For tests."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.refusals: deque[TransportError] = deque()

    def send(self, message: Message) -> str:
        if self.refusals:
            raise self.refusals.popleft()
        self.sent.append(message)
        return f"MEM{len(self.sent)}"

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        for number, sent in enumerate(self.sent, 1):
            if (sent.to, sent.text) == (message.to, message.text) and f"MEM{number}" not in known:
                return f"MEM{number}"
        return None


class Recorder:
    """The simulated carrier: take every message and give it an id.

    It stores nothing: the Notification row that is being sent is itself the record, which the simulated
    phones show.
    """

    def send(self, message: Message) -> str:
        return f"SIM{uuid4().hex}"

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """It never fails, so there is nothing to look for."""
        return None
