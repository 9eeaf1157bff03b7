"""The Twilio client as SMS and voice use it: bounded, unretried, its refusals turned into TransportError."""

import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import requests
from django.conf import settings

from alerts.transports import wire
from alerts.transports.base import TransportError
from alerts.transports.outcomes import TWILIO_BY_STATUS, outcome

if TYPE_CHECKING:
    from twilio.rest import Client

API = "https://api.twilio.com"
# Behind these the request may have been carried out all the same; 429 and 503 say that it was not begun.
MAYBE_TAKEN = {500, 502, 504}
# What of one number's newest traffic is looked through, and how far Twilio's clock may lie behind ours.
MOST_LOOKED_THROUGH = 200
CLOCKS_APART = timedelta(seconds=10)
NOT_UNDER_WAY = ("failed", "undelivered", "canceled")


def make_client() -> "Client":
    """Return a Twilio client for the configured account, safe to share between threads."""
    from twilio.http import HttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    class Http(HttpClient):
        """Keeps nothing between requests, logs no body, and swaps the host when told to.

        The library's own keeps its last answer on itself and returns it from there, so that two threads can
        get each other's.
        """

        def __init__(self) -> None:
            super().__init__(logger=None, is_async=False)
            self.session = wire.mount(requests.Session())

        def request(
            self,
            method,
            uri,
            params=None,
            data=None,
            headers=None,
            auth=None,
            timeout=None,
            allow_redirects=False,
        ):
            if settings.TWILIO_API_BASE and uri.startswith(API):
                uri = settings.TWILIO_API_BASE.rstrip("/") + uri.removeprefix(API)
            answer = self.session.request(
                method,
                uri,
                params=params,
                data=data,
                headers=headers,
                auth=auth,
                allow_redirects=allow_redirects,
            )
            if not 200 <= answer.status_code < 300:
                raise refusal(answer)
            return Response(answer.status_code, answer.text, answer.headers)

    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=Http())
    # The library loads its resources when they are first named: 1.8 s that no alert should wait for.
    _ = client.messages, client.calls
    return client


def refusal(answer: requests.Response) -> TransportError:
    """Turn an answer that is no 2xx into what it means for us: by Twilio's code, else by the HTTP status.

    The carrier's own words are left out: they quote the number.
    """
    status = answer.status_code
    try:
        code = json.loads(answer.content).get("code")
    except (ValueError, AttributeError):
        code = None
    known = outcome(code) or TWILIO_BY_STATUS.get(status)
    permanent = known.permanent if known else status < 500 and status not in (408, 429)
    return TransportError(
        known.meaning if known else f"refused with HTTP status {status}",
        # A server that is down or overrun answers so whatever code it adds.
        permanent=permanent and status < 500 and status != 429,
        code=str(code or status)[:20],
        retry_after_s=wire.retry_after_s(answer.headers.get("Retry-After")),
        ambiguous=status in MAYBE_TAKEN,
        retires_address=bool(known and known.retires_address and status < 500),
        ours=bool(known and known.ours),
    )


def send(create, **fields: object) -> str:
    """Call `create` of a Twilio resource with the fields that are set; return the new SID.

    Raises TransportError.
    """
    given = {name: value for name, value in fields.items() if value not in ("", None)}

    def call() -> str:
        sid = create(**given).sid
        if not sid:
            raise TransportError("taken, but without an id", permanent=False, code="no_sid", ambiguous=True)
        return sid

    return wire.within(settings.CARRIER_TOTAL_TIMEOUT_S, call)


def find(
    resource, to: str, since: datetime, known: Collection[str], *, fits: Callable[[object], bool]
) -> str | None:
    """Return the SID of the oldest outbound entry to `to` made since then that `fits`; None if there is none.

    Twilio's filter by date counts only what has left its queue, so the time is looked at here. Raises
    TransportError.
    """

    def call() -> str | None:
        found = None
        for listed in resource.stream(to=to, limit=MOST_LOOKED_THROUGH, page_size=MOST_LOOKED_THROUGH):
            if listed.date_created is not None and listed.date_created < since - CLOCKS_APART:
                break  # the list is newest first
            outbound = str(listed.direction or "").startswith("outbound")
            if outbound and listed.sid not in known and listed.status not in NOT_UNDER_WAY and fits(listed):
                found = listed.sid
        return found

    try:
        return wire.within(settings.CARRIER_TOTAL_TIMEOUT_S, call)
    except TransportError as error:
        error.ambiguous = False  # nothing was asked to be sent
        raise
