"""HTTP to a carrier with an end: our own time-outs, no retries, and an account of what may have left us.

The client libraries bound each read, not the whole exchange, so that a server which trickles holds them for
ever.
"""

import contextvars
import math
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from alerts.transports.base import TransportError

LONGEST_WAIT_S = 3600.0  # a carrier that names a longer wait is asked again after this


class _Attempt:
    """How far one send has come."""

    def __init__(self) -> None:
        self.carries_message = True
        self.left_us = False
        self.socket: socket.socket | None = None

    def sending(self, sock: socket.socket | None) -> None:
        self.socket = sock
        self.left_us = self.left_us or self.carries_message

    def cut(self) -> None:
        try:
            if self.socket is not None:
                self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # already closed


_attempt: contextvars.ContextVar[_Attempt | None] = contextvars.ContextVar("carrier attempt", default=None)


def within(total_s: float, call: Callable[[], str]) -> str:
    """Return what `call` returns, or raise TransportError, at the latest after `total_s` seconds.

    `call` runs in a thread of its own, since neither a name look-up nor a trickling answer can be bounded
    from inside; when time is up its connection is cut, which ends the thread. Errors that `call` did not name
    itself become temporary ones, ambiguous as soon as a byte of the message was handed to a connection.
    """
    attempt = _Attempt()
    returned: list[str] = []
    raised: list[BaseException] = []

    def work() -> None:
        _attempt.set(attempt)
        try:
            returned.append(call())
        except BaseException as exc:  # carried over to the caller's thread
            raised.append(exc)

    thread = threading.Thread(
        target=contextvars.copy_context().run, args=(work,), name="carrier", daemon=True
    )
    thread.start()
    thread.join(total_s)
    if returned:
        return returned[0]
    if not raised:
        attempt.cut()
        raise TransportError(
            f"no answer within {total_s:g} s", permanent=False, code="timeout", ambiguous=attempt.left_us
        )
    if isinstance(raised[0], TransportError) or not isinstance(raised[0], Exception):
        raise raised[0]
    # A value that the client library itself refused, before anything left us, will be refused again.
    unusable = isinstance(raised[0], ValueError) and not attempt.left_us
    raise TransportError(
        f"{type(raised[0]).__name__} while talking to the carrier",
        permanent=unusable,
        code="unusable" if unusable else "connection",
        ambiguous=attempt.left_us,
    ) from raised[0]


def retry_after_s(value: str | None) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date, at most an hour.

    None when missing or not to be read.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        seconds = (at - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_WAIT_S) if math.isfinite(seconds) else None


def mount(session: requests.Session, *, carries_message: bool = True) -> requests.Session:
    """Give `session` our time-outs, no retries and the watch that `within` relies on; return it.

    `carries_message` is False for what only prepares a send, such as fetching an access token.
    """
    session.adapters.clear()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(carries_message))
    return session


class _Watched:
    """A connection that tells the current attempt when it is about to send."""

    _opening = False

    def connect(self) -> None:
        self._opening = True
        try:
            super().connect()
        finally:
            self._opening = False

    def send(self, data: object) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        attempt = _attempt.get()
        if attempt is not None and not self._opening:  # a proxy's CONNECT is not the message
            attempt.sending(self.sock)
        super().send(data)


class _Connection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    def __init__(self, carries_message: bool) -> None:
        self._carries_message = carries_message
        # The second bounds one read, well after `within` has cut the connection: it only ends a thread that
        # the cut could not reach.
        self._timeout = (settings.CARRIER_CONNECT_TIMEOUT_S, 2 * settings.CARRIER_TOTAL_TIMEOUT_S)
        super().__init__(pool_maxsize=32, max_retries=0)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: object, **kwargs: object) -> object:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, **kwargs: object) -> requests.Response:
        attempt = _attempt.get()
        if attempt is not None:
            attempt.carries_message = self._carries_message
        return super().send(request, **kwargs | {"timeout": self._timeout})
