"""What Twilio takes and refuses: the parameters it knows, and the error code of each refusal."""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

# Of the published API description and of the vendor's client; tests hold these lists against both.
MESSAGE_PARAMETERS = frozenset(
    "To StatusCallback ApplicationSid MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery ContentRetention "
    "AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls ScheduleType SendAt SendAsMms "
    "ContentVariables RiskCheck From MessagingServiceSid Body MediaUrl ContentSid FallbackFrom".split()
)
CALL_PARAMETERS = frozenset(
    "To From Method FallbackUrl FallbackMethod StatusCallback StatusCallbackEvent StatusCallbackMethod SendDigits "
    "Timeout Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackMethod RecordingConfigurationId "
    "SipAuthUsername SipAuthPassword MachineDetection MachineDetectionTimeout RecordingStatusCallbackEvent Trim "
    "CallerId MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout "
    "AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod Passports Byoc CallReason CallToken RecordingTrack "
    "TimeLimit ClientNotificationUrl Url Twiml ApplicationSid".split()
)
UPDATE_PARAMETERS = frozenset("Body Status".split())
CALL_UPDATE_PARAMETERS = frozenset(
    "Url Method Status FallbackUrl FallbackMethod StatusCallback Twiml TimeLimit".split()
)
LIST_PARAMETERS = frozenset("To From DateSent DateSent< DateSent> PageSize Page PageToken".split())
CALL_LIST_PARAMETERS = frozenset(
    "To From ParentCallSid Status StartTime StartTime< StartTime> EndTime EndTime< EndTime> PageSize Page "
    "PageToken".split()
)
CALL_EVENTS = {"initiated", "ringing", "answered", "completed"}
LONGEST_BODY = 1600


class Refusal(NamedTuple):
    status: int
    code: int
    text: str


def unknown(asked: Collection[str], parameters: frozenset[str]) -> Refusal | None:
    """Refuse a parameter that the resource does not have."""
    strange = sorted(set(asked) - parameters)
    return Refusal(400, 20001, f"Unknown parameters: {', '.join(strange)}") if strange else None


def fault_of_message(asked: dict[str, str], number: str) -> Refusal | None:
    """Tell why a text from `number` is not taken; None if it is."""
    to, sender, body = asked.get("To", ""), asked.get("From", ""), asked.get("Body", "")
    validity = asked.get("ValidityPeriod", "36000")
    if not to:
        return Refusal(400, 21604, "A 'To' phone number is required.")
    if not _is_number(to):
        return Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender and not asked.get("MessagingServiceSid"):
        return Refusal(400, 21603, "A 'From' phone number is required.")
    if sender and sender != number:
        return Refusal(
            400, 21606, f"The 'From' phone number provided ({sender}) is not a valid one of yours."
        )
    if not body:
        return Refusal(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        return Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if not _callable(asked.get("StatusCallback", "https://unset.example")):
        return Refusal(400, 21609, "The StatusCallback URL is not a valid URL.")
    if not validity.isdigit() or not 1 <= int(validity) <= 36000:
        return Refusal(400, 21624, "Invalid validity period value")
    return None


def fault_of_call(asked: dict[str, str], events: list[str], number: str) -> Refusal | None:
    """Tell why a call from `number` is not made; None if it is."""
    to, sender = asked.get("To", ""), asked.get("From", "")
    if not to:
        return Refusal(400, 21201, "No 'To' number is specified")
    if not _is_number(to):
        return Refusal(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not sender:
        return Refusal(400, 21213, "No 'From' number is specified")
    if sender != number:
        return Refusal(400, 21210, f"The source phone number provided, {sender}, is not yet verified.")
    if not _callable(asked.get("Url", "")) or not _callable(
        asked.get("StatusCallback", "https://unset.example")
    ):
        return Refusal(400, 21205, "Url is not a valid URL")
    if not asked.get("Timeout", "60").isdigit() or not 1 <= int(asked.get("Timeout", "60")) <= 600:
        return Refusal(400, 21208, "Timeout is not valid")
    if asked.get("Method", "POST") not in ("GET", "POST"):
        return Refusal(400, 21209, "Method is not valid")
    if not set(events) <= CALL_EVENTS:
        return Refusal(400, 21626, "StatusCallbackEvent is not valid")
    return None


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\+[1-9]\d{6,14}", text))


def _callable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in parts.hostname
