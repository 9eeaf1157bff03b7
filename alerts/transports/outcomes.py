"""What each carrier's error code means for us: ask again later, or take another channel now.

Twilio's codes as its published list names them, the meaning in our words; those that sending, or a receipt
for what was sent, can carry. A code about our account is permanent: asking again within minutes cannot help,
the next channel may. A number is retired only where the carrier is sure of it, never for a handset that is
merely out of reach.
"""

from typing import NamedTuple


class Outcome(NamedTuple):
    """`permanent`: asking again cannot help. `retires_address`: the address is dead on this channel."""

    permanent: bool
    meaning: str
    retires_address: bool = False


def _never(meaning: str) -> Outcome:
    return Outcome(True, meaning)


def _later(meaning: str) -> Outcome:
    return Outcome(False, meaning)


def _dead(meaning: str) -> Outcome:
    return Outcome(True, meaning, retires_address=True)


TWILIO = {
    # Limits
    14107: _later("too many text messages at once"),
    # The account and the request as such
    20001: _never("parameter unknown"),
    20003: _never("credentials refused or lacking the right"),
    20004: _never("HTTP method not allowed"),
    20005: _never("account not active"),
    20006: _never("access denied"),
    20008: _never("test credentials cannot do this"),
    20010: _never("action switched off for the account"),
    20011: _never("TLS version too old"),
    20012: _never("TLS cipher not accepted"),
    20023: _never("phone number missing or not of digits"),
    20403: _never("forbidden"),
    20404: _never("no such account or resource"),
    20409: _later("in conflict with another change"),
    20410: _never("resource is gone"),
    20413: _never("request too large"),
    20422: _never("parameter not valid"),
    20423: _never("SID not valid"),
    20426: _never("newer protocol wanted"),
    20429: _later("too many requests"),
    20500: _later("Twilio failed"),
    20503: _later("Twilio not available"),
    # Starting a call
    21201: _never("no number to call"),
    21202: _never("premium number, not called"),
    21203: _never("calls abroad not enabled"),
    21204: _never("call already started"),
    21205: _never("URL not valid"),
    21206: _never("digits to send not valid"),
    21207: _never("machine option not valid"),
    21208: _never("ring time not valid"),
    21209: _never("HTTP method not valid"),
    21210: _never("our number is not verified"),
    21211: _dead("number is not valid"),
    21212: _never("our number is not valid"),
    21213: _never("our number is missing"),
    21214: _never("number cannot be reached from here"),
    21215: _never("country not permitted for calls"),
    21216: _never("call on Twilio's block list"),
    21217: _dead("number does not look valid"),
    21218: _never("application not valid"),
    21219: _never("trial account may call verified numbers only"),
    21220: _never("call is in another state"),
    21234: _never("machine detection settings not valid"),
    # Accounts and senders
    21407: _never("our kind of number sends no text"),
    21408: _never("country not permitted for text"),
    21421: _never("phone number not valid"),
    21470: _never("account SID not valid"),
    21471: _never("account does not exist"),
    21472: _never("account not active"),
    # Sending a text
    21601: _never("our number takes no text"),
    21602: _never("text is empty"),
    21603: _never("no sender given"),
    21604: _never("no recipient given"),
    21605: _never("text over 160 characters"),
    21606: _never("our number cannot text this destination"),
    21607: _never("trial account must use the sandbox number"),
    21608: _never("trial account may text verified numbers only"),
    21609: _never("status URL not valid"),
    21610: _dead("recipient sent STOP"),
    21611: _later("our number has too many messages queued"),
    21612: _never("number cannot be reached by text from our number"),
    21613: _never("our number needs a certification"),
    21614: _dead("not a mobile number"),
    21616: _never("sender matches several of our numbers"),
    21617: _never("text over 1,600 characters"),
    21618: _never("text cannot be sent"),
    21619: _later("Twilio could not make the record"),
    21620: _never("media URL not valid"),
    21621: _never("our number sends no media"),
    21622: _never("account sends no media"),
    21623: _never("too many media files"),
    21624: _never("validity period not valid"),
    21626: _never("status events not valid"),
    21627: _never("highest price is no number"),
    21652: _never("subject too long"),
    21653: _never("too many recipients"),
    21654: _never("content template missing"),
    21655: _never("content template not valid"),
    21656: _never("content variables not valid"),
    21657: _never("sender id not valid"),
    21658: _never("parameter too long"),
    # Messaging services
    21701: _never("messaging service does not exist"),
    21702: _later("messaging service takes no new message"),
    21703: _never("messaging service has no fitting number"),
    21704: _never("messaging service has no number at all"),
    21705: _never("messaging service not valid"),
    21708: _never("sender name missing"),
    21709: _never("sender name not allowed"),
    21730: _later("Twilio under maintenance"),
    21900: _never("Indian sender registration not valid"),
    21901: _never("Indian template registration not valid"),
    21902: _never("invoice tag too long"),
    21910: _never("sender and recipient are of different channels"),
    # Delivery
    30001: _later("queue full"),
    30002: _never("account suspended"),
    30003: _later("handset off or out of reach"),
    30004: _never("blocked by the handset or its network"),
    30005: _never("handset unknown to its network"),
    30006: _never("landline, or network out of reach"),
    30007: _never("filtered as unwanted"),
    30008: _later("failed for no reason given"),
    30009: _later("a part went missing"),
    30010: _never("dearer than the highest price"),
    30011: _never("media not supported there"),
    30012: _never("validity too short"),
    30013: _never("validity too long"),
    30014: _never("recipient fields not valid"),
    30015: _never("channel not supported"),
    30016: _never("sender and recipient are of different channels"),
    30017: _later("network congested"),
    30018: _never("network wants the sender registered first"),
    30019: _never("larger than the network takes"),
    30020: _later("Twilio's scheduler failed"),
    30021: _later("Twilio's messaging service failed"),
    30022: _later("network's rate exceeded"),
    30023: _never("network's daily cap reached"),
    30024: _never("our number is not set up at that network"),
    30027: _never("network's daily limit reached"),
    30028: _never("API version not valid"),
    30029: _never("content retention not valid"),
    30030: _never("address retention not valid"),
    30031: _never("rate limit not valid"),
    30032: _never("toll-free number not verified"),
    30033: _never("registered campaign suspended"),
    30034: _never("our number is not registered"),
    30035: _later("our number is still being set up"),
    30036: _never("validity ran out before it could be sent"),
    30400: _never("parameters not valid"),
    30404: _never("not found"),
    30410: _later("network did not answer in time"),
    30450: _never("delivery blocked"),
}

FCM = {
    "UNREGISTERED": _dead("app removed, or target no longer valid"),
    "INVALID_ARGUMENT": _never("message or target not valid"),
    # Not the phone's fault if the wrong project's key was configured: every address would be retired at once.
    "SENDER_ID_MISMATCH": _never("target belongs to another project"),
    "QUOTA_EXCEEDED": _later("too many messages"),
    "RESOURCE_EXHAUSTED": _later("too many messages"),
    "UNAVAILABLE": _later("FCM not available"),
    "INTERNAL": _later("FCM failed"),
    "DEADLINE_EXCEEDED": _later("FCM too slow"),
    "THIRD_PARTY_AUTH_ERROR": _never("Apple or web push credentials refused"),
    "APNS_AUTH_ERROR": _never("Apple push credentials refused"),
    "UNAUTHENTICATED": _never("service account refused"),
    "PERMISSION_DENIED": _never("service account lacks the right"),
    "NOT_FOUND": _never("no such project"),
}

FCM_BY_STATUS = {
    400: FCM["INVALID_ARGUMENT"],
    401: FCM["UNAUTHENTICATED"],
    403: FCM["PERMISSION_DENIED"],
    404: FCM["NOT_FOUND"],
    408: FCM["DEADLINE_EXCEEDED"],
    429: FCM["QUOTA_EXCEEDED"],
    500: FCM["INTERNAL"],
    503: FCM["UNAVAILABLE"],
    504: FCM["DEADLINE_EXCEEDED"],
}


def outcome(code: object) -> Outcome | None:
    """Return what a Twilio error code means, given as a number or its digits; None if unknown."""
    text = str(code).strip()
    return TWILIO.get(int(text)) if text.isascii() and text.isdigit() and len(text) <= 9 else None
