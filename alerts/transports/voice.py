"""Voice calls through Twilio."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from alerts.transports import twilio_api
from alerts.transports.base import Message

# Shorter than most networks wait before voicemail, and than the 60 s to the ladder's next rung.
RING_S = 30
# Enough to hear an alert three times and press a key; a call left lying open must not block the next one.
LONGEST_CALL_S = 180


class TwilioVoice:
    """Calls from `TWILIO_FROM`, which must be a number here.

    Answering machine detection stays off: it holds back the first word by seconds, and only a key pressed
    by a human counts as an acknowledgement anyway.
    """

    def __init__(self) -> None:
        self.client = twilio_api.make_client()

    def send(self, message: Message) -> str:
        """Start a call that says what `message.voice_url` answers; return its SID. Raises TransportError."""
        return twilio_api.send(
            self.client.calls.create,
            to=message.to,
            from_=settings.TWILIO_FROM,
            url=message.voice_url,
            method="POST",
            status_callback=message.status_url,
            status_callback_event=["ringing", "answered", "completed"] if message.status_url else None,
            status_callback_method="POST" if message.status_url else "",
            timeout=RING_S,
            time_limit=LONGEST_CALL_S,
        )

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """Return the SID of the oldest call to this number since then, not in `known`.

        Twilio does not tell what a call was for: without `known` it may be another one's.
        """
        return twilio_api.find(self.client.calls, message.to, since, known, fits=lambda listed: True)
