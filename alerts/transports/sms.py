"""Text messages through Twilio."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from alerts.transports import twilio_api
from alerts.transports.base import Message

# Twilio keeps a message queued for 1 to 36,000 seconds.
LONGEST_VALIDITY_S = 36_000


class TwilioSms:
    """Sends from `TWILIO_FROM`: a number, a sender name, or a messaging service (MG and 32 hex digits)."""

    def __init__(self) -> None:
        self.client = twilio_api.make_client()

    def send(self, message: Message) -> str:
        """Hand `message` to Twilio; return its SID. Raises TransportError."""
        by_service = settings.TWILIO_FROM.startswith("MG") and len(settings.TWILIO_FROM) == 34
        validity_s = message.valid_for_s
        if validity_s is not None:
            validity_s = min(max(int(validity_s), 1), LONGEST_VALIDITY_S)
        return twilio_api.send(
            self.client.messages.create,
            to=message.to,
            from_="" if by_service else settings.TWILIO_FROM,
            messaging_service_sid=settings.TWILIO_FROM if by_service else "",
            body=message.text,
            validity_period=validity_s,
            status_callback=message.status_url,
        )

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """Return the SID of the oldest text with these words to this number since then, not in `known`."""
        return twilio_api.find(
            self.client.messages,
            message.to,
            since,
            known,
            fits=lambda listed: (listed.body or "").strip() == message.text.strip(),
        )
