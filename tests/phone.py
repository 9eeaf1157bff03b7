"""Telephones and a clock: the product in sentences.

    fisher.texts("TOLONG bot karam 4 12.0N 100 27.0E"); patrol.hears("KARAM"); patrol.replies("1 {ref}")

Texts travel as the carrier's signed webhooks over real HTTP, answers as TwiML; what the
service sends leaves through the real client libraries and lands at the fake carriers.
"""

import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from alerts.dispatcher import Dispatcher
from alerts.models import Escalation, Watch
from alerts.signatures import sign
from tests.carriers.twilio import FORM, FakeTwilio, post_over_http


class Sea:
    """The service at work: real HTTP in front, the dispatcher behind, and a clock that tests move."""

    def __init__(self, origin: str, twilio: FakeTwilio, fcm=None) -> None:
        self.origin = origin
        self.twilio = twilio
        self.fcm = fcm
        self.ahead = timedelta()
        self.real_now = timezone.now
        self.dispatcher = Dispatcher(clock=self.now)

    def now(self) -> datetime:
        return self.real_now() + self.ahead

    def settles(self) -> None:
        """Everything that is due now is carried out and sent."""
        self.dispatcher.swept_at = 0.0
        self.dispatcher.drain()

    def passes(self, seconds: float) -> None:
        """Time goes by without a word from anybody; every rung on the way is carried out in its own second."""
        until = self.ahead + timedelta(seconds=seconds)
        while (due := self._next_rung()) is not None and due - self.real_now() <= until:
            self.ahead = max(self.ahead, due - self.real_now() + timedelta(milliseconds=50))
            self.settles()
        self.ahead = max(self.ahead, until)
        self.settles()

    def sleeps(self, seconds: float) -> None:
        """The dispatcher is away for so long, then comes back."""
        self.ahead += timedelta(seconds=seconds)
        self.settles()

    def _next_rung(self) -> datetime | None:
        rungs = Escalation.objects.live().order_by("due_at").values_list("due_at", flat=True)
        words = Watch.objects.open().exclude(due_at=None).order_by("due_at").values_list("due_at", flat=True)
        return min(filter(None, (rungs.first(), words.first())), default=None)

    def phone(self, number: str) -> "Phone":
        return Phone(self, number)


class Phone:
    """One telephone: what it texts, what it hears, what it answers."""

    def __init__(self, sea: Sea, number: str) -> None:
        self.sea = sea
        self.number = number
        self.heard = 0

    def texts(self, body: str, *, sid: str = "", **fields: str) -> str:
        """Send a text; return the answer that comes back at once ("" for silence)."""
        status, twiml = self.sea.twilio.text(
            f"{self.sea.origin}/webhooks/twilio/sms/", self.number, body, sid=sid, **fields
        )
        assert status == 200, twiml
        answer = "".join(message.text or "" for message in ET.fromstring(twiml).iter("Message"))
        self.sea.settles()
        return answer

    replies = texts

    @property
    def messages(self) -> list[str]:
        """Every SMS that reached this phone, oldest first."""
        return [m["body"] for m in self.sea.twilio.messages.values() if m["to"] == self.number]

    @property
    def calls(self) -> list[str]:
        """The SIDs of calls that rang here, oldest first."""
        return [sid for sid, call in self.sea.twilio.calls.items() if call["to"] == self.number]

    def hears(self, *words: str) -> str:
        """The next SMS not yet heard that holds all `words`; fails the test if there is none."""
        for place, text in enumerate(self.messages[self.heard :], self.heard):
            if all(word in text for word in words):
                self.heard = place + 1
                return text
        raise AssertionError(f"{self.number} did not hear {words}; it heard {self.messages[self.heard :]}")

    def hears_nothing(self) -> None:
        assert self.messages[self.heard :] == []

    def picks_up_and_presses(self, key: str) -> str:
        """Answer the newest call, hear what it says, press a key; return what is said then."""
        sid = self.calls[-1]
        _, twiml = self.sea.twilio.answer(sid)
        gather = ET.fromstring(twiml).find("Gather")
        assert gather is not None, twiml
        _, twiml = self.sea.twilio.press(sid, gather.attrib["action"], key)
        self.sea.settles()
        return "".join(ET.fromstring(twiml).find("Say").itertext())


def raw_webhook(sea: Sea, body: bytes) -> tuple[int, bytes]:
    """POST a form body as it is, signed over its bytes."""
    url = f"{sea.origin}/webhooks/twilio/sms/"
    return post_over_http(url, body, {"Content-Type": FORM, "X-Twilio-Signature": sign(url, body)})


def unsigned_webhook(sea: Sea, **fields: str) -> int:
    """POST a form without a signature; return the status."""
    url = f"{sea.origin}/webhooks/twilio/sms/"
    return post_over_http(url, urlencode(fields).encode(), {"Content-Type": FORM})[0]


def together(*calls):
    """Make all calls in the same moment, each in a thread of its own; return what they returned, in order."""
    start = threading.Barrier(len(calls))

    def one(call):
        try:
            start.wait(timeout=10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(one, call) for call in calls]]
