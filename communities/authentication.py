"""Who is calling: a fisher's app by its device token, crews, AVL boxes and staff by theirs.

`Authorization: Device <token>` is an app; `Authorization: Token <token>` is a crew, an AVL box or staff;
`Authorization: Bearer <token>` may be either and is looked up as a device first: settings name
DeviceAuthentication before StaffTokenAuthentication.
"""

import hashlib
import time
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from communities.models import Device

#: `last_seen_at` is written no more often than this, so that reading costs no write.
SEEN_EVERY = timedelta(hours=1)
#: How long RecentAuthentication believes a token without asking, in seconds, and how many it remembers.
REMEMBERED_S = 30
MOST_REMEMBERED = 10_000
#: SHA-256 of the header shown, to (until when, who): never the token itself.
remembered: dict[bytes, tuple[float, tuple]] = {}


class DeviceAuthentication(BaseAuthentication):
    """The device becomes `request.auth`; `request.user` is its crew member, or nobody for a reporter."""

    def authenticate(self, request: Request):
        scheme, token = _credentials(request)
        if scheme not in {"device", "bearer"}:
            return None
        device = device_of(token)
        if device is None:
            if scheme == "bearer":
                return None  # may be a crew's or staff's
            raise AuthenticationFailed("No device has this token, or it was revoked.")
        return (device.user if device.user_id and device.user.is_active else AnonymousUser(), device)

    def authenticate_header(self, request: Request) -> str:
        return "Device"


class ReportingAuthentication(DeviceAuthentication):
    """For intake, which no bad token may stop: whom we do not know is nobody, and `request.auth` says so."""

    UNKNOWN = "unknown_token"

    def authenticate(self, request: Request):
        scheme, token = _credentials(request)
        if not scheme:
            return None
        return (AnonymousUser(), device_of(token) or self.UNKNOWN)


class StaffTokenAuthentication(TokenAuthentication):
    """Knox tokens of crews, AVL boxes and staff, under `Token` or `Bearer`."""

    def authenticate(self, request: Request):
        scheme, token = _credentials(request)
        if scheme not in {"token", "bearer"}:
            return None
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        return self.authenticate_credentials(token.encode())


def recall(shown: bytes | str) -> tuple | None:
    """User and device or token of whoever showed this header lately; None for all others."""
    shown = shown if isinstance(shown, bytes) else shown.encode("latin-1", "replace")
    until, found = remembered.get(hashlib.sha256(shown).digest(), (0.0, None))
    return found if time.monotonic() < until else None


class RecentAuthentication(BaseAuthentication):
    """As the two above, but who showed a token is remembered for REMEMBERED_S in this process.

    For what is sent every few seconds and harms nobody half a minute after a token was revoked: positions.
    """

    ways = (DeviceAuthentication(), StaffTokenAuthentication())

    def authenticate(self, request: Request):
        shown = get_authorization_header(request)
        if (known := recall(shown)) is not None:
            return known
        for way in self.ways:
            if (found := way.authenticate(request)) is not None:
                if len(remembered) >= MOST_REMEMBERED:
                    remembered.clear()
                remembered[hashlib.sha256(shown).digest()] = time.monotonic() + REMEMBERED_S, found
                return found
        return None

    def authenticate_header(self, request: Request) -> str:
        return self.ways[0].authenticate_header(request)


def device_of(token: str) -> Device | None:
    """The device that holds `token`, unless revoked. Notes, once an hour, that it was seen."""
    if not token:
        return None
    device = (
        Device.objects.select_related("user", "reporter")
        .filter(token_hash=Device.hash_token(token), revoked_at__isnull=True)
        .first()
    )
    if device is not None:
        now = timezone.now()
        if device.last_seen_at is None or device.last_seen_at < now - SEEN_EVERY:
            Device.objects.filter(pk=device.pk).update(last_seen_at=now)
    return device


def _credentials(request: Request) -> tuple[str, str]:
    """Scheme in lower case and token; two empty strings without a usable header."""
    scheme, _, token = get_authorization_header(request).decode("latin-1").strip().partition(" ")
    return scheme.lower(), token.strip()


class DeviceScheme(OpenApiAuthenticationExtension):
    target_class = DeviceAuthentication
    name = "device"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "An app: `Device <token>` or `Bearer <token>`, as POST /api/v1/devices/ gave it.",
        }


class ReportingScheme(DeviceScheme):
    target_class = ReportingAuthentication


class RecentScheme(OpenApiAuthenticationExtension):
    target_class = RecentAuthentication
    name = "deviceOrToken"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Device`, `Token` or `Bearer`, as elsewhere; a revoked one may work "
            f"{REMEMBERED_S} seconds longer.",
        }


class StaffTokenScheme(OpenApiAuthenticationExtension):
    target_class = StaffTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Crew, AVL box, staff: `Token <token>` or `Bearer <token>`; see `issue_token`.",
        }
