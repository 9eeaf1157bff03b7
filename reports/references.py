"""Five characters that a wet hand can type: references of reports and incidents.

Both come out of one namespace. A database sequence counts, and a keyed permutation
turns the count into a reference: no two are alike until the namespace is used up
(7,962,624 references), none can be guessed from another, and taking one never retries.
"""

import hmac

from django.conf import settings
from django.db import connection

ALPHABET = "23456789CFGHJKMNPQRTVWXZ"  # no look-alikes, no vowels
LENGTH = 5
NAMESPACE = len(ALPHABET) ** LENGTH
_HALF_BITS = 12  # two halves make 24 bits, the least that holds the namespace
_MASK = (1 << _HALF_BITS) - 1
_ROUNDS = 4


def next_reference() -> str:
    """Take the next reference; safe in any transaction, also one that rolls back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('reports_reference')")
        (count,) = cursor.fetchone()
    return encode(permute(count % NAMESPACE))


def permute(number: int) -> int:
    """Map 0..NAMESPACE-1 onto itself, one to one, by a Feistel cipher with cycle walking."""
    while True:
        left, right = number >> _HALF_BITS, number & _MASK
        for step in range(_ROUNDS):
            left, right = right, left ^ _round(step, right)
        number = (left << _HALF_BITS) | right
        if number < NAMESPACE:
            return number


def encode(number: int) -> str:
    """Write a number in the alphabet, padded to five characters."""
    characters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))


def _round(step: int, half: int) -> int:
    digest = hmac.digest(settings.IDENTITY_HASH_KEY.encode(), b"reference%d:%d" % (step, half), "sha256")
    return int.from_bytes(digest[:2]) & _MASK
