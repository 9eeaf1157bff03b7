"""What every transport takes, returns and raises, and which one serves a channel."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Literal, Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One notification, ready to hand to a carrier.

    `id` is the notification's. `to` is a number in E.164, or a push target of the kind that `to_kind` names.
    `valid_for_s`: seconds after which nobody should hear it any more; None leaves that to the carrier.
    `status_url` hears what becomes of it; `voice_url` answers a call with TwiML. A later message with the
    same `collapse_key` replaces this one on the phone. Addresses and words stay out of the repr, hence out of
    logs.
    """

    id: str
    to: str = field(repr=False)
    to_kind: Literal["phone", "fid", "token"] = "phone"
    text: str = field(repr=False)
    title: str = field(default="", repr=False)
    priority: int = 5
    language: str = "en"
    reference: str = ""
    valid_for_s: int | None = None
    status_url: str = ""
    voice_url: str = ""
    collapse_key: str = ""


class TransportError(Exception):
    """The carrier did not take the message, or did not say so.

    `permanent`: asking again cannot help. `code`: the carrier's own, or a word of ours. `retry_after_s`: what
    the carrier asked for. `ambiguous`: the message left us and no answer came, so the carrier may have it all
    the same. `retires_address`: this address is dead on this channel. `ours`: a fault of our account or
    set-up, which every message meets until somebody mends it; it never retires an address. The text never
    holds an address.
    """

    def __init__(
        self,
        text: str = "",
        *,
        permanent: bool,
        code: str = "",
        retry_after_s: float | None = None,
        ambiguous: bool = False,
        retires_address: bool = False,
        ours: bool = False,
    ) -> None:
        super().__init__(text or code)
        self.permanent = permanent
        self.code = code
        self.retry_after_s = retry_after_s
        self.ambiguous = ambiguous
        self.retires_address = retires_address and not ours
        self.ours = ours


class Transport(Protocol):
    """A carrier on one channel. Safe to use from many threads at once."""

    def send(self, message: Message) -> str:
        """Hand `message` to the carrier, once; return the carrier's id for it. Raises TransportError."""
        ...

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """Return the carrier's id of `message` if it was taken since then; None if not or not known.

        For after an ambiguous failure. `known`: carrier ids that belong to other messages. Raises
        TransportError.
        """
        ...


@cache
def get_transport(channel: str) -> Transport:
    """Return the one transport of `channel`: "push", "sms" or "voice".

    The first call for a real carrier imports its client library: up to 2.4 s, so make it before the first
    alert.
    """
    return import_string(settings.TRANSPORTS[channel])()


def _forget_transports(*, setting: str, **kwargs: object) -> None:
    if setting == "TRANSPORTS" or setting.startswith(("TWILIO_", "FIREBASE_", "FCM_", "CARRIER_")):
        get_transport.cache_clear()


# A transport reads its settings when it is made; tests that change one get a new transport.
setting_changed.connect(_forget_transports)
