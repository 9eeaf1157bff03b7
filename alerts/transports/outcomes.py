"""What each carrier's error code means for us: ask again later, take another channel, or mend our set-up.

Twilio's codes as its published list names them, the meaning in our words. A number is retired only where the
carrier is sure of it, never for a handset that is merely out of reach, and never for a fault of ours: with a
wrong key or an empty account every number would be retired at once.
"""

from typing import NamedTuple


class Outcome(NamedTuple):
    """`permanent`: asking again cannot help. `retires_address`: the address is dead on this channel.

    `ours`: a fault of our account or set-up, which every message meets until somebody mends it: an alarm.
    """

    permanent: bool
    meaning: str
    retires_address: bool = False
    ours: bool = False


def _never(meaning: str) -> Outcome:
    return Outcome(True, meaning)


def _later(meaning: str) -> Outcome:
    return Outcome(False, meaning)


def _dead(meaning: str) -> Outcome:
    return Outcome(True, meaning, retires_address=True)


def _ours(meaning: str) -> Outcome:
    return Outcome(True, meaning, ours=True)


def _ours_later(meaning: str) -> Outcome:
    return Outcome(False, meaning, ours=True)


TWILIO = {
    # The account
    10001: _ours("account not active: no funds, or suspended"),
    10002: _ours("trial account cannot do this"),
    # Twilio asking our webhooks
    12400: _later("Twilio failed while reading our answer"),
    # Limits
    14107: _ours_later("too many text messages at once"),
    14109: _ours_later("too many answers to one text"),
    # The request and the right to make it
    20001: _ours("parameter unknown"),
    20003: _ours("credentials refused or lacking the right"),
    20004: _ours("HTTP method not allowed"),
    20005: _ours("account not active: no funds, or suspended"),
    20006: _ours("access denied"),
    20008: _ours("test credentials cannot do this"),
    20010: _ours("action switched off for the account"),
    20011: _ours("TLS version too old"),
    20012: _ours("TLS cipher not accepted"),
    20023: _never("phone number missing or not of digits"),
    20162: _later("in conflict with another change"),
    20403: _ours("forbidden"),
    20404: _ours("no such account or resource"),
    20409: _later("in conflict with another change"),
    20410: _ours("resource is gone"),
    20413: _never("request too large"),
    20422: _never("parameter not valid"),
    20423: _ours("SID not valid"),
    20426: _ours("newer protocol wanted"),
    20429: _later("too many requests"),
    20500: _later("Twilio failed"),
    20503: _later("Twilio not available"),
    # Starting a call
    21201: _never("no number to call"),
    21202: _never("premium number, not called"),
    21203: _ours("calls abroad not enabled"),
    21204: _never("call already started"),
    21205: _ours("URL not valid"),
    21206: _ours("digits to send not valid"),
    21207: _ours("machine option not valid"),
    21208: _ours("ring time not valid"),
    21209: _ours("HTTP method not valid"),
    21210: _ours("our number is not verified"),
    21211: _dead("number is not valid"),
    21212: _ours("our number is not valid"),
    21213: _ours("our number is missing"),
    21214: _never("number cannot be reached from here"),
    21215: _ours("country not permitted for calls"),
    21216: _never("call on Twilio's block list"),
    21217: _dead("number does not look valid"),
    21218: _ours("application not valid"),
    21219: _ours("trial account may call verified numbers only"),
    21220: _never("call is in another state"),
    21421: _never("phone number not valid"),
    # Sending a text
    21407: _ours("our kind of number sends no text"),
    21408: _ours("country not permitted for text"),
    21601: _ours("our number takes no text"),
    21602: _never("text is empty"),
    21603: _ours("no sender given"),
    21604: _never("no recipient given"),
    21605: _never("text over 160 characters"),
    21606: _ours("our number cannot text this destination"),
    21607: _ours("trial account must use the sandbox number"),
    21608: _ours("trial account may text verified numbers only"),
    21609: _ours("status URL not valid"),
    21610: _dead("recipient sent STOP"),
    21611: _ours_later("our number has too many messages queued"),
    21612: _never("number cannot be reached by text from our number"),
    21613: _ours("our number needs a certification"),
    21614: _dead("not a mobile number"),
    21616: _ours("sender matches several of our numbers"),
    21617: _never("text over 1,600 characters"),
    21618: _never("text cannot be sent"),
    21619: _later("Twilio could not make the record"),
    21620: _never("media URL not valid"),
    21621: _ours("our number sends no media"),
    21622: _ours("account sends no media"),
    21623: _never("too many media files"),
    21624: _never("validity period not valid"),
    21626: _ours("status events not valid"),
    21627: _ours("highest price is no number"),
    21652: _never("subject too long"),
    21653: _never("too many recipients"),
    21654: _ours("content template missing"),
    21655: _ours("content template not valid"),
    21656: _never("content variables not valid"),
    21657: _ours("sender id not valid"),
    21658: _never("parameter too long"),
    # Messaging services
    21701: _ours("messaging service does not exist"),
    21702: _ours_later("messaging service takes no new message"),
    21703: _ours("messaging service has no fitting number"),
    21704: _ours("messaging service has no number at all"),
    21705: _ours("messaging service not valid"),
    21708: _ours("sender name missing"),
    21709: _ours("sender name not allowed"),
    21730: _later("Twilio under maintenance"),
    21900: _ours("Indian sender registration not valid"),
    21901: _ours("Indian template registration not valid"),
    21902: _ours("invoice tag too long"),
    21910: _ours("sender and recipient are of different channels"),
    # Delivery
    30001: _ours_later("queue full"),
    30002: _ours("account suspended"),
    30003: _later("handset off or out of reach"),
    30004: _never("blocked by the handset or its network"),
    30005: _never("handset unknown to its network"),
    30006: _never("landline, or network out of reach"),
    30007: _never("filtered as unwanted"),
    30008: _later("failed for no reason given"),
    30009: _later("a part went missing"),
    30010: _ours("dearer than the highest price"),
    30011: _never("media not supported there"),
    30012: _never("validity too short"),
    30013: _never("validity too long"),
    30014: _never("recipient fields not valid"),
    30015: _ours("channel not supported"),
    30016: _ours("sender and recipient are of different channels"),
    30017: _later("network congested"),
    30018: _ours("network wants the sender registered first"),
    30019: _never("larger than the network takes"),
    30020: _later("Twilio's scheduler failed"),
    30021: _later("Twilio's messaging service failed"),
    30022: _later("network's rate exceeded"),
    30023: _ours("network's daily cap reached"),
    30024: _ours("our number is not set up at that network"),
    30025: _ours_later("half of the network's daily limit used"),
    30026: _ours_later("most of the network's daily limit used"),
    30027: _ours("network's daily limit reached"),
    30028: _ours("API version not valid"),
    30029: _ours("content retention not valid"),
    30030: _ours("address retention not valid"),
    30031: _ours("rate limit not valid"),
    30032: _ours("toll-free number not verified"),
    30033: _ours("registered campaign suspended"),
    30034: _ours("our number is not registered"),
    30035: _ours_later("our number is still being set up"),
    30036: _never("validity ran out before it could be sent"),
    30400: _never("parameters not valid"),
    30404: _never("not found"),
    30409: _never("cannot be cancelled"),
    30410: _later("network did not answer in time"),
    30450: _never("delivery blocked"),
    # Other channels than SMS
    63001: _ours("channel refused our credentials"),
    63002: _ours("channel does not know our sender"),
    63003: _never("channel does not know the recipient"),
    63007: _ours("no channel with our sender"),
    63008: _ours("channel set up wrongly"),
    63009: _later("channel failed"),
    63010: _later("Twilio failed"),
    63012: _later("channel failed"),
    63013: _ours("against the channel's policy"),
    63015: _ours("sandbox sends only to those who joined it"),
    63017: _later("rate exceeded"),
    63018: _later("channel's rate exceeded"),
    63020: _ours("business account in error"),
    63022: _ours("name certificate not valid"),
    63023: _later("channel failed for no reason given"),
    63026: _ours("our content was flagged as spam"),
    63035: _ours("agent not launched"),
    63036: _later("recipient not reached at this time"),
    63037: _later("channel did not take the media"),
    63038: _ours("account's daily limit reached"),
    63039: _ours("sending slower was demanded"),
    63051: _ours("business account locked"),
}

# Codes that come in families, none of them about one number: first, last, outcome. What the table above names
# goes first.
FAMILIES = (
    (11000, 11999, _ours_later("Twilio could not fetch what our webhook says")),
    (12000, 12999, _ours("Twilio cannot read what our webhook says")),
    (14000, 14999, _ours("a verb in our webhook's answer is not valid")),
    (20002, 20021, _ours("request not valid")),
    (20101, 20161, _ours("access token refused")),
    (21100, 21102, _ours("account cannot do this")),
    (21200, 21302, _ours("calls are set up wrongly")),
    (21401, 21504, _ours("account or number set up wrongly")),
    (21615, 21651, _ours("our number lacks an address or a document")),
    (21710, 21729, _ours("messaging service set up wrongly")),
    (30100, 30133, _ours("link domain set up wrongly")),
    (30436, 30449, _ours("our toll-free number was not verified")),
    (30880, 30898, _ours("our campaign was not registered")),
    (63005, 63025, _never("channel refused the message")),
    (63027, 63031, _ours("content template not valid")),
    (63032, 63034, _never("channel refused the message")),
    (63040, 63046, _ours("content template not valid")),
    (63047, 63047, _never("channel refused the message")),
)

# An answer of Twilio's without a code that we could read.
TWILIO_BY_STATUS = {
    401: TWILIO[20003],
    402: TWILIO[20005],
    403: TWILIO[20403],
    404: TWILIO[20404],
    405: TWILIO[20004],
    429: TWILIO[20429],
}

FCM = {
    "UNREGISTERED": _dead("app removed, or target no longer valid"),
    "INVALID_ARGUMENT": _never("message or target not valid"),
    # Not the phone's fault if the wrong project's key was configured: every address would be retired at once.
    "SENDER_ID_MISMATCH": _ours("target belongs to another project"),
    "QUOTA_EXCEEDED": _later("too many messages"),
    "RESOURCE_EXHAUSTED": _later("too many messages"),
    "UNAVAILABLE": _later("FCM not available"),
    "INTERNAL": _later("FCM failed"),
    "DEADLINE_EXCEEDED": _later("FCM too slow"),
    "THIRD_PARTY_AUTH_ERROR": _ours("Apple or web push credentials refused"),
    "APNS_AUTH_ERROR": _ours("Apple push credentials refused"),
    "UNAUTHENTICATED": _ours("service account refused"),
    "PERMISSION_DENIED": _ours("service account lacks the right"),
    "NOT_FOUND": _ours("no such project"),
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
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    number = int(text)
    family = (known for first, last, known in FAMILIES if first <= number <= last)
    return TWILIO.get(number) or next(family, None)
