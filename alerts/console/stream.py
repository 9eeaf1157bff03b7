"""The stream of the desk, GET /console/stream as server-sent events, beside Django and not within it.

A desk listens all night. Held by Django each would take one of the few threads that answer requests; here a
desk that listens is a coroutine that waits.
"""

import asyncio
import contextlib
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest, parse_cookie

from alerts.console.access import Scope, scope_of
from alerts.console.board import AWAY, Board, Listener, encode
from alerts.console.changes import Mark
from alerts.console.desk import language_of
from communities.admin import DESK, role_of

PATH = "/console/stream"
#: Seconds between two signs of life: a cable that was pulled closes nothing, silence tells.
TICK_S = 5.0
#: Seconds between two looks whether the listener is still signed in and at the desk.
RECHECK_S = 60.0
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx hands each event on at once
    (b"x-content-type-options", b"nosniff"),
]
PADDING = b": \n\n"


class Streamed:
    """An ASGI application that answers the stream's address itself and hands on all else."""

    def __init__(self, application, board: Board | None = None) -> None:
        self.application = application
        self._board = board
        self._logins = ThreadPoolExecutor(2, "stream-login")

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self.application(scope, receive, send)
            return
        await self._listen(scope, receive, send)

    @property
    def board(self) -> Board:
        if self._board is None:
            self._board = Board()  # here: it belongs to the loop that runs
            _on_termination(self._board.end)
        return self._board

    async def _listen(self, scope, receive, send) -> None:
        key, since, language = asked(scope)
        try:
            eyes = await self._who(key)
        except AWAY:
            await answer(send, 503)
            return
        if eyes is None:
            await answer(send, 401)
            return
        board = self.board
        if board.ending:
            await answer(send, 503)
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        listener = Listener(eyes, language, since)
        left = asyncio.ensure_future(_until_gone(receive))
        try:
            board.join(listener)
            await self._hand_on(listener, key, left, send)
        finally:
            board.leave(listener)
            left.cancel()
        if not left.done() or left.cancelled():
            with contextlib.suppress(Exception):
                await send({"type": "http.response.body", "body": b""})

    async def _hand_on(self, listener: Listener, key: str, left: asyncio.Future, send) -> None:
        """Send events as they come, until the listener leaves, falls behind or is signed out."""
        loop = asyncio.get_running_loop()
        checked = loop.time()
        event = PADDING
        while True:
            if event:
                await send({"type": "http.response.body", "body": event, "more_body": True})
            if listener.dropped or left.done():
                return
            if loop.time() - checked > RECHECK_S:
                checked = loop.time()
                with contextlib.suppress(*AWAY):
                    eyes = await self._who(key)
                    if eyes is None:
                        event = encode("signed-out", {})
                        await send({"type": "http.response.body", "body": event, "more_body": True})
                        return
                    if eyes != listener.scope:
                        return  # it comes back and sees what it now may
            event = await _next(listener, left)

    async def _who(self, key: str) -> Scope | None:
        """How far whoever has this session sees; None for a stranger. Raises AWAY."""
        return await asyncio.get_running_loop().run_in_executor(self._logins, eyes_of, key)


def eyes_of(key: str) -> Scope | None:
    """How far whoever has this session sees; None where nobody at the desk has it."""
    if not key:
        return None
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(request)
        return scope_of(user) if user.is_authenticated and role_of(user) in DESK else None
    finally:
        connection.close()  # back into the pool


def asked(scope) -> tuple[str, Mark | None, str]:
    """Session key, mark and language of a request."""
    headers = [(name.lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    cookies = parse_cookie("; ".join(value for name, value in headers if name == b"cookie"))
    query = parse_qs(scope["query_string"].decode("latin-1"))
    last = next((value for name, value in headers if name == b"last-event-id"), "")
    since = Mark.read(last) or Mark.read(query.get("since", [""])[0])
    return cookies.get(settings.SESSION_COOKIE_NAME, ""), since, language_of(query.get("language", [""])[0])


async def answer(send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _next(listener: Listener, left: asyncio.Future) -> bytes:
    """The next event, or a sign of life; empty when the listener has left."""
    waiting = asyncio.ensure_future(listener.waiting.get())
    try:
        await asyncio.wait({waiting, left}, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        return b"" if left.done() else encode("tick", {})
    finally:
        waiting.cancel()


def _on_termination(end) -> None:
    """Call `end` in this loop when the process is asked to stop: the server would wait for the streams.

    The loop has handlers of its own, which the server set; they go on being called.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handler(caught, frame, before=before) -> None:
            loop.call_soon_threadsafe(end)
            if callable(before):
                before(caught, frame)

        signal.signal(number, handler)
        signal.siginterrupt(number, False)
