"""The outside watch: an address that is asked for after each clean round, and alarms when it is not."""

import logging

import requests
from django.conf import settings

from alerts.transports import wire
from alerts.transports.base import TransportError

log = logging.getLogger(__name__)

TOTAL_S = 5.0


def ping() -> str:
    """GET HEARTBEAT_URL, following no redirect; return "" or what was wrong. Never raises."""
    try:
        return wire.within(TOTAL_S, _get)
    except TransportError as error:
        return error.code or "refused"
    except Exception as exc:  # an address that the library cannot read, say
        return type(exc).__name__


def _get() -> str:
    with (
        wire.mount(requests.Session(), carries_message=False) as session,
        session.get(settings.HEARTBEAT_URL, allow_redirects=False, stream=True) as answer,
    ):
        status = answer.status_code
    return "" if 200 <= status < 300 else f"HTTP status {status}"
