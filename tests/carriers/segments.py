"""How many parts an SMS goes out in, counted apart from the service's own count."""

import math

# https://en.wikipedia.org/wiki/GSM_03.38, basic set without its control characters, and the extension table.
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = set("^{}\\[~]|€\f")


def segments(text: str) -> int:
    """Count the parts an SMS goes out in: 160 or 153 each in GSM-7, else 70 or 67 UTF-16 units."""
    if all(letter in GSM7 or letter in GSM7_EXTENSION for letter in text):
        length, single, part = sum(2 if letter in GSM7_EXTENSION else 1 for letter in text), 160, 153
    else:
        length, single, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else math.ceil(length / part)
