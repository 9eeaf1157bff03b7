"""Is this request Twilio's? Webhook signatures, checked over the configured origin, never the Host header.

The text that is signed: the URL, then each form parameter's name and value by name, repeated values sorted
and once. Legacy requests are signed with HMAC-SHA1 and the account's token; a request with header
`X-Twilio-Webhooks-Signature-Settings: key=...,algorithm=HMAC_SHA256` with HMAC-SHA256 and the key named
there.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    add_port,
    get_signature_algorithm,
    remove_port,
)

FORM = "application/x-www-form-urlencoded"
_DIGESTS = {HMAC_SHA1: "sha1", HMAC_SHA256: "sha256"}

Params = Mapping[str, str] | Iterable[tuple[str, str]]


def valid(
    token: str,
    signing_keys: Mapping[str, str],
    url: str,
    params_or_body: Params | bytes | str | None,
    headers: Mapping[str, str],
) -> bool:
    """Tell whether `headers` sign `url` and `params_or_body`. Never raises; without a key nothing is valid.

    Form parameters are a mapping (one with `getlist` too) or pairs, or the raw body when Content-Type says
    that it is a form. Any other body counts by its hash, which the URL must carry as bodySHA256. Signatures
    made with and without the port pass. In a form that is not UTF-8 one over the raw bytes passes, and one
    over U+FFFD in place of what cannot be read.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    signature = headers.get(SIGNATURE_HEADER.lower()) or ""
    signed_with = headers.get(SIGNATURE_SETTINGS_HEADER.lower()) or ""
    algorithm = get_signature_algorithm(signed_with).upper()
    # A key that we do not hold by name is tried as the account's token, which then signs with the newer hash.
    key = signing_keys.get(_key_name(signed_with)) or token
    if not key or not signature or algorithm not in _DIGESTS:
        return False
    try:
        urls = [remove_port(urlsplit(url)), add_port(urlsplit(url))]
        if isinstance(params_or_body, bytes | str) and FORM not in headers.get("content-type", "").lower():
            body = params_or_body.encode() if isinstance(params_or_body, str) else params_or_body
            if not _body_hash_fits(url, body):
                return False
            expected = _signatures(key, urls, [], algorithm)
        else:
            expected = _signatures(key, urls, _pairs(params_or_body), algorithm)
    except ValueError:  # a URL or text that cannot be
        return False
    given = signature.encode("utf-8", "surrogatepass")
    # No early way out: the time taken tells nothing.
    return sum(hmac.compare_digest(one.encode(), given) for one in expected) > 0


def sign(url: str, params: Params | bytes | None = None, *, token: str | None = None) -> str:
    """Return the X-Twilio-Signature that Twilio would send with `params` (or a raw form body) to `url`.

    For the demo, the simulated phones and tests. `token` is the account's unless given.
    """
    key = settings.TWILIO_AUTH_TOKEN if token is None else token
    return _signatures(key, [url], _pairs(params), HMAC_SHA1)[-1]


class TwilioSignature(BasePermission):
    """Let in only what Twilio signed, before any database work: give the view no authentication classes.

    The URL signed is `PUBLIC_ORIGIN` and the path and query asked for; who forges a Host header gains
    nothing.
    """

    message = "The request is not signed by the carrier."

    def has_permission(self, request: Request, view: object) -> bool:
        if not request.headers.get(SIGNATURE_HEADER):
            return False
        try:
            body = request.body
        except UnreadablePostError:  # the caller hung up
            return False
        return valid(
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_SIGNING_KEYS,
            settings.PUBLIC_ORIGIN.rstrip("/") + request.get_full_path(),
            body or None,
            request.headers,
        )


def _key_name(signed_with: str) -> str:
    """Read `key=` out of the settings header; "" if it has none."""
    for part in signed_with.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "key":
            return value.strip()
    return ""


def _body_hash_fits(url: str, body: bytes) -> bool:
    named = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(named.encode(), hashlib.sha256(body).hexdigest().encode())


def _pairs(params: Params | bytes | str | None) -> list[tuple[bytes, bytes]]:
    """Return form parameters as bytes, percent-decoding a raw body."""
    if params is None:
        return []
    if isinstance(params, str):
        params = params.encode()
    if isinstance(params, bytes):
        fields = (field.partition(b"=") for field in params.replace(b"+", b" ").split(b"&") if field)
        return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in fields]
    if hasattr(params, "getlist"):
        params = [(name, value) for name in params for value in params.getlist(name)]
    elif isinstance(params, Mapping):
        params = params.items()
    return [(name.encode(), value.encode()) for name, value in params]


def _signatures(key: str, urls: list[str], pairs: list[tuple[bytes, bytes]], algorithm: str) -> list[str]:
    """Return the signatures that count, over each URL; the last is the one over the raw bytes."""
    validator, text = RequestValidator(key), _Form()
    for name, value in pairs:
        text.setdefault(name.decode(errors="replace"), []).append(value.decode(errors="replace"))
    signatures = [validator.compute_signature(url, text, algorithm) for url in urls]
    try:
        b"\0".join(name + b"\0" + value for name, value in pairs).decode()
    except UnicodeDecodeError:
        raw = b"".join(name + value for name, value in sorted(set(pairs)))
        for url in urls:
            digest = hmac.digest(key.encode(), url.encode() + raw, _DIGESTS[algorithm])
            signatures.append(base64.b64encode(digest).decode())
    return signatures


class _Form(dict[str, list[str]]):
    """Parameters in the one of the vendor's three forms that costs it no exception for each name."""

    def getall(self, name: str) -> list[str]:
        return self[name]
