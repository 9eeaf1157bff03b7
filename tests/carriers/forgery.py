"""Requests that look like Twilio's and are not: mutants of one that is, each of which must be refused.

What the vendor's scheme cannot tell apart is no mutant: the order of parameters, a pair given twice, a standard
port, and a letter moved from a parameter's value to its name, since both are signed without a mark in between.
"""

import base64
import hashlib
import hmac
import string
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from twilio.request_validator import RequestValidator

FORM = "application/x-www-form-urlencoded"
SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
BASE64 = string.ascii_letters + string.digits + "+/"


class Request(NamedTuple):
    """One POST: the URL that it reaches, its fields, its headers."""

    url: str
    fields: list[tuple[str, str]]
    headers: dict[str, str]

    @property
    def body(self) -> bytes:
        return urlencode(self.fields).encode()


def genuine(url: str, fields: dict[str, str], token: str) -> Request:
    """The request as Twilio signs it."""
    signature = RequestValidator(token).compute_signature(url, fields)
    return Request(url, list(fields.items()), {"Content-Type": FORM, SIGNATURE: signature})


def mutants(
    true: Request, *, token: str, other: Request, count: int, seed: int
) -> Iterator[tuple[str, Request]]:
    """Yield `count` forgeries of `true` with the name of their kind; the same for the same seed.

    `other` is a genuine request about another row, of the same account.
    """
    chance = Random(seed)
    kinds = [kind for kind in KINDS if kind not in OF_A_MARK or "token=" in true.url]
    made = 0
    while made < count:
        kind = kinds[made % len(kinds)]
        forged = KINDS[kind](true, other, token, chance)
        if _meaning(forged) != _meaning(true):
            made += 1
            yield kind, forged


def _meaning(request: Request) -> tuple:
    """What the signature is over, and the signature: equal for requests that the scheme cannot tell apart."""
    signed = "".join(name + value for name, value in sorted(set(request.fields)))
    others = sorted((name, value) for name, value in request.headers.items())
    return request.url, signed, others


def _field(request: Request, chance: Random) -> tuple[int, str, str]:
    at = chance.randrange(len(request.fields))
    return at, *request.fields[at]


def _with_field(request: Request, at: int, *pairs: tuple[str, str]) -> Request:
    return request._replace(fields=[*request.fields[:at], *pairs, *request.fields[at + 1 :]])


def _with_signature(request: Request, signature: str, **more: str) -> Request:
    return request._replace(headers=request.headers | {SIGNATURE: signature} | more)


def _resigned(request: Request, url: str, token: str) -> Request:
    """Sent to `url`, and signed for it with the right key: only our own mark can give it away."""
    return genuine(url, dict(request.fields), token)


def _letter_changed(text: str, chance: Random, letters: str = string.ascii_letters + string.digits) -> str:
    if not text:
        return chance.choice(letters)
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(letters.replace(text[at], "")) + text[at + 1 :]


def _value_changed(true, other, token, chance) -> Request:
    at, name, value = _field(true, chance)
    return _with_field(true, at, (name, _letter_changed(value, chance)))


def _value_taken_from_another(true, other, token, chance) -> Request:
    at, name, _ = _field(true, chance)
    return _with_field(true, at, (name, dict(other.fields).get(name, "x") + chance.choice(["", " ", "\x00"])))


def _field_dropped(true, other, token, chance) -> Request:
    return _with_field(true, _field(true, chance)[0])


def _field_added(true, other, token, chance) -> Request:
    at, name, value = _field(true, chance)
    extra = chance.choice(["Digits", "ErrorCode", "AnsweredBy", "NumMedia", "x"])
    return _with_field(true, at, (name, value), (extra, chance.choice(["1", "2", "30005", "human"])))


def _field_repeated(true, other, token, chance) -> Request:
    at, name, value = _field(true, chance)
    pairs = [(name, value), (name, _letter_changed(value, chance))]
    chance.shuffle(pairs)
    return _with_field(true, at, *pairs)


def _field_renamed(true, other, token, chance) -> Request:
    at, name, value = _field(true, chance)
    return _with_field(
        true, at, (chance.choice([name.swapcase(), "_" + name, _letter_changed(name, chance)]), value)
    )


def _values_exchanged(true, other, token, chance) -> Request:
    (a, name, value), (b, second_name, second) = _field(true, chance), _field(true, chance)
    swapped = _with_field(true, a, (name, second))
    return _with_field(swapped, b, (second_name, value))


def _all_of_another(true, other, token, chance) -> Request:
    return true._replace(fields=other.fields[: chance.randrange(1, len(other.fields) + 1)])


def _path_changed(true, other, token, chance) -> Request:
    parts = urlsplit(true.url)
    paths = ["/webhooks/twilio/sms/", "/webhooks/twilio/status/", "/webhooks/twilio/voice/"]
    paths.remove(parts.path)
    return true._replace(url=parts._replace(path=chance.choice(paths)).geturl())


def _query_changed(true, other, token, chance) -> Request:
    parts = urlsplit(true.url)
    more = "".join(chance.choices(string.ascii_lowercase, k=chance.randrange(1, 9)))
    query = chance.choice([f"{parts.query}&{more}=1", f"{more}=1&{parts.query}", more, f"{parts.query}&"])
    return true._replace(url=parts._replace(query=query).geturl())


def _signature_changed(true, other, token, chance) -> Request:
    # The last letter before the padding holds two bits that count for nothing: left alone.
    given = true.headers[SIGNATURE]
    return _with_signature(true, _letter_changed(given[:-2], chance, BASE64) + given[-2:])


def _signature_cut(true, other, token, chance) -> Request:
    given = true.headers[SIGNATURE]
    return _with_signature(
        true, chance.choice([given[: chance.randrange(len(given))], given * 2, given.swapcase(), " "])
    )


def _signature_of_another(true, other, token, chance) -> Request:
    return _with_signature(true, other.headers[SIGNATURE])


def _signature_missing(true, other, token, chance) -> Request:
    kept = {name: value for name, value in true.headers.items() if name != SIGNATURE}
    return true._replace(headers=kept | {f"X-Was-{chance.randrange(10**9)}": true.headers[SIGNATURE]})


def _another_accounts_key(true, other, token, chance) -> Request:
    key = chance.choice(
        [
            _letter_changed(token, chance),
            token[:-1],
            token + "\n",
            "".join(chance.choices(string.hexdigits, k=32)),
        ]
    )
    return _with_signature(true, RequestValidator(key).compute_signature(true.url, dict(true.fields)))


def _another_hash(true, other, token, chance) -> Request:
    text = (true.url + "".join(name + value for name, value in sorted(true.fields))).encode()
    name = chance.choice(["md5", "sha256", "sha512", "sha384"])
    digest = hmac.digest(token.encode(), text + bytes([chance.randrange(256)]) * chance.randrange(2), name)
    return _with_signature(true, base64.b64encode(digest).decode())


def _hash_without_key(true, other, token, chance) -> Request:
    text = true.url + "".join(name + value for name, value in sorted(true.fields))
    salt = "" if chance.random() < 0.5 else token[: chance.randrange(1, 9)]
    return _with_signature(true, base64.b64encode(hashlib.sha1((salt + text).encode()).digest()).decode())


def _algorithm_named(true, other, token, chance) -> Request:
    named = chance.choice(
        ["HMAC_SHA256", "none", "HMAC_MD5", "HMAC_SHA1024", "hmac_sha256", "", "HMAC_SHA256,algorithm=none"]
    )
    key = chance.choice(["default", "", "x", str(chance.randrange(10**6))])
    signature = true.headers[SIGNATURE]
    if chance.random() < 0.5:
        forged = RequestValidator(_letter_changed(token, chance))
        signature = forged.compute_signature(true.url, dict(true.fields), "HMAC_SHA256")
    if not named and signature == true.headers[SIGNATURE]:
        named = "none"  # none named is the oldest, which this signature is
    return _with_signature(true, signature, **{SETTINGS: f"key={key},algorithm={named}"})


def _body_of_another_kind(true, other, token, chance) -> Request:
    kind = chance.choice(["application/json", "text/plain", "multipart/form-data; boundary=x"])
    return true._replace(
        headers=true.headers | {"Content-Type": kind, "X-Chance": str(chance.randrange(10**6))}
    )


def _mark_changed(true, other, token, chance) -> Request:
    query = dict(parse_qsl(urlsplit(true.url).query))
    mark = query["token"]
    query["token"] = chance.choice(
        [
            _letter_changed(mark, chance, "0123456789abcdef"),
            mark[: chance.randrange(32)],
            mark.upper() + "0",
            mark * 2,
        ]
    )
    return _resigned(true, _with_query(true, query), token)


def _mark_missing(true, other, token, chance) -> Request:
    query = dict(parse_qsl(urlsplit(true.url).query))
    del query[chance.choice(list(query))]
    return _resigned(true, _with_query(true, query | {f"x{chance.randrange(10**6)}": "1"}), token)


def _row_of_another(true, other, token, chance) -> Request:
    query, second = (dict(parse_qsl(urlsplit(one.url).query)) for one in (true, other))
    swapped = chance.choice(
        [query | {"notification": second["notification"]}, query | {"token": second["token"]}]
    )
    return _resigned(true, _with_query(true, swapped), token)


def _row_invented(true, other, token, chance) -> Request:
    query = dict(parse_qsl(urlsplit(true.url).query))
    known = UUID(query["notification"])
    invented = chance.choice(
        [UUID(int=chance.getrandbits(128)), UUID(int=known.int ^ (1 << chance.randrange(128))), "x", ""]
    )
    return _resigned(true, _with_query(true, query | {"notification": str(invented)}), token)


def _with_query(request: Request, query: dict[str, str]) -> str:
    return urlsplit(request.url)._replace(query=urlencode(query)).geturl()


Forge = Callable[[Request, Request, str, Random], Request]

OF_A_MARK: dict[str, Forge] = {
    "our mark changed": _mark_changed,
    "our mark missing": _mark_missing,
    "the mark or the row of another": _row_of_another,
    "a row invented": _row_invented,
}
KINDS: dict[str, Forge] = {
    "a value changed": _value_changed,
    "a value taken from another request": _value_taken_from_another,
    "a field dropped": _field_dropped,
    "a field added": _field_added,
    "a field repeated": _field_repeated,
    "a field renamed": _field_renamed,
    "two values exchanged": _values_exchanged,
    "the fields of another request": _all_of_another,
    "replayed on another path": _path_changed,
    "the query changed": _query_changed,
    "the signature changed": _signature_changed,
    "the signature cut or doubled": _signature_cut,
    "the signature of another request": _signature_of_another,
    "no signature": _signature_missing,
    "another account's key": _another_accounts_key,
    "another hash": _another_hash,
    "a hash without the key": _hash_without_key,
    "an algorithm named": _algorithm_named,
    "a body said to be no form": _body_of_another_kind,
} | OF_A_MARK
