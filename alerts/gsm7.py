"""How many SMS segments a text costs: the GSM 03.38 alphabet (3GPP TS 23.038) and UCS-2."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # each goes out as an escape and a character

GSM7, UCS2 = "GSM-7", "UCS-2"
ONE_SEGMENT = {GSM7: 160, UCS2: 70}
A_PART = {GSM7: 153, UCS2: 67}  # a split text gives up 6 octets a part to the header that joins it


def segments(text: str) -> tuple[str, int, int]:
    """Return (encoding, characters, segments) of `text` as a phone network counts them.

    `characters` are septets in "GSM-7" (extension table: two each) and 16-bit units in "UCS-2"
    (outside the basic plane, as emoji: two each). An escape and its character, or the two halves of
    a surrogate pair, are never parted. 160 / 70 in one segment, else 153 / 67 a part; 0 for "".
    """
    if all(char in BASIC or char in EXTENSION for char in text):
        encoding, costs = GSM7, [2 if char in EXTENSION else 1 for char in text]
    else:
        encoding, costs = UCS2, [2 if ord(char) > 0xFFFF else 1 for char in text]
    total = sum(costs)
    if total <= ONE_SEGMENT[encoding]:
        return encoding, total, min(total, 1)
    parts, room = 1, A_PART[encoding]
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, A_PART[encoding]
        room -= cost
    return encoding, total, parts


def fits(text: str) -> bool:
    """Whether `text` goes out as one SMS."""
    return segments(text)[2] <= 1
