"""Any spelling of a phone number → E.164."""

import phonenumbers
from django.conf import settings


class NotAPhoneNumber(ValueError):
    """The text cannot be dialled."""

    problem_status = 400


def normalise(text: str, country: str | None = None) -> str:
    """Return `text` as E.164 ("+60123456789").

    `country` (ISO 3166-1 alpha-2, default DEFAULT_COUNTRY) is used where the number
    has no international prefix. A number is taken when its length is possible; whether
    it is in service is the carrier's business. Raises NotAPhoneNumber.
    """
    try:
        number = phonenumbers.parse(text.strip(), country or settings.DEFAULT_COUNTRY)
    except phonenumbers.NumberParseException as exc:
        raise NotAPhoneNumber(f"{text!r} is not a phone number") from exc
    if not phonenumbers.is_possible_number(number):
        raise NotAPhoneNumber(f"{text!r} is not a possible phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def sender(text: str) -> str:
    """Return the sender of an inbound message as E.164 where possible, else as the carrier gave it.

    Short codes, alphanumeric senders and `whatsapp:+60…` addresses report too; nothing is refused.
    """
    text = text.strip().removeprefix("whatsapp:")
    try:
        return normalise(text)
    except NotAPhoneNumber:
        return text[:40]


def of_operations() -> str:
    """OPERATIONS_NUMBER as a carrier takes it: E.164, or a short code as it is; empty where none is set."""
    return sender(settings.OPERATIONS_NUMBER)


def country_of(e164: str) -> str:
    """ISO country of a number ("MY"), or "" where the prefix tells none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:
        return ""
