"""The short way of one fix: many boxes send one each, and together they cost one statement and no thread.

It stands before Django. A fix that finds nobody writing is written; those that come meanwhile are written
together after it. So nobody waits for a timer, and a single fix alone is as fast as it can be.
"""

import asyncio
import contextlib
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from alerts import positions
from alerts.fixes import Fix, NotAFix, read_fix
from alerts.models import UnitPosition
from communities import authentication
from communities.models import Device, User

log = logging.getLogger(__name__)

_PATH = re.compile(r"/api/v1/patrol-units/([^/]{1,20})/positions/")
_ANSWERS = {
    (newer, repaired): json.dumps(
        {"accepted": newer, "ignored": 1 - newer, "repaired": repaired, "refused": {}, "errors": []}
    ).encode()
    for newer in (0, 1)
    for repaired in (0, 1)
}
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
LONGEST_BODY = 2000
GATHER_S = 0.001  # only while fixes come faster than they are written
WAIT_S = 10.0  # whoever waits longer goes the long way


@dataclass(slots=True, eq=False)
class _Waiting:
    user_id: int
    call_sign: str
    fix: Fix
    answer: asyncio.Future


class ShortWay:
    """An ASGI application that answers a crew's single good fix, and hands on all else, to the same rules.

    Only who was let in by alerts.views.UnitPositions within the last half minute is known here.
    """

    def __init__(self, application) -> None:
        self.application = application
        thread = ThreadPoolExecutor(1, "fixes")
        self.together = {source: Together(source, thread) for source in UnitPosition.Source.values}

    async def __call__(self, scope, receive, send) -> None:
        asked = _asked(scope)
        if asked is None:
            await self.application(scope, receive, send)
            return
        messages: list[dict] = []
        with contextlib.suppress(TimeoutError):  # a poor link: the long way waits for the rest
            async with asyncio.timeout(WAIT_S):
                await _small_body(receive, messages)
        whole = (
            bool(messages) and messages[-1]["type"] == "http.request" and not messages[-1].get("more_body")
        )
        body = b"".join(one.get("body", b"") for one in messages)
        told = await self._answer(*asked, body) if whole else None
        if told is None:
            await self.application(scope, _replayed(messages, receive), send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": told})

    async def _answer(self, user: User, source: str, call_sign: str, body: bytes) -> bytes | None:
        if len(body) > LONGEST_BODY:
            return None
        try:
            fix = read_fix(json.loads(body), timezone.now())
        except (NotAFix, ValueError, RecursionError):
            return None  # the long way says what is wrong
        return await self.together[source].take(user.pk, call_sign, fix)


class Together:
    """Writes what comes at the same time as one batch, in `thread`."""

    def __init__(self, source: str, thread: ThreadPoolExecutor) -> None:
        self.source, self.thread = source, thread
        self.waiting: list[_Waiting] = []
        self.writing: asyncio.Task | None = None
        self.crowded = False

    async def take(self, user_id: int, call_sign: str, fix: Fix) -> bytes | None:
        """The answer to one fix; None where the long way should answer: refused, not theirs, no database."""
        mine = _Waiting(user_id, call_sign, fix, asyncio.get_running_loop().create_future())
        self.waiting.append(mine)
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write_all())
        try:
            async with asyncio.timeout(WAIT_S):
                return await mine.answer
        except TimeoutError:
            if mine in self.waiting:
                self.waiting.remove(mine)
            return None

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            if self.crowded:
                await asyncio.sleep(GATHER_S)  # while many send, a larger batch costs each of them less
            batch, self.waiting = self.waiting[: positions.MOST_ROWS], self.waiting[positions.MOST_ROWS :]
            self.crowded = len(batch) > 1
            answers: dict[int, bytes] = {}
            try:
                answers = await loop.run_in_executor(self.thread, self._write, batch)
            except Error as exc:
                log.warning("%d fixes go the long way: %s", len(batch), exc)
            except Exception:
                log.exception("%d fixes go the long way", len(batch))
            for index, one in enumerate(batch):
                if not one.answer.done():
                    one.answer.set_result(answers.get(index))

    def _write(self, batch: list[_Waiting]) -> dict[int, bytes]:
        try:
            units = positions.units_of_crews(
                list({one.user_id for one in batch}), list({one.call_sign for one in batch})
            )
            known = {unit.call_sign: unit for unit in units.values()}
            allowed = {index for index, one in enumerate(batch) if (one.user_id, one.call_sign) in units}
            outcome = positions.record(
                known,
                [positions.Said(index, batch[index].call_sign, batch[index].fix) for index in allowed],
                source=self.source,
            )
        except Error:
            connection.close()  # kept otherwise: one from the pool for each batch costs a fifth more
            raise
        good = allowed - {index for index, _, _ in outcome.errors}
        return {index: _ANSWERS[index in outcome.newest, batch[index].fix.repaired] for index in good}


def _asked(scope: dict) -> tuple[User, str, str] | None:
    """Who sends, by what, of which unit; None for what goes the long way whatever its body."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    named = _PATH.fullmatch(scope["path"])
    if named is None:
        return None
    headers = dict(scope["headers"])
    if len(headers) < len(scope["headers"]):  # one said twice: Django knows what that means
        return None
    if settings.SECURE_SSL_REDIRECT and headers.get(b"x-forwarded-proto") != b"https":
        return None
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        return None
    user, shown = authentication.recall(headers.get(b"authorization", b"")) or (None, None)
    if user is None or user.pk is None or user.role != User.Role.CREW:
        return None
    source = UnitPosition.Source.APP if isinstance(shown, Device) else UnitPosition.Source.AVL
    return user, source, named[1]


async def _small_body(receive, messages: list[dict]) -> None:
    """Take the messages of a body up to its end, its breaking off, or more than LONGEST_BODY."""
    size = 0
    while not messages or (messages[-1].get("more_body") and size <= LONGEST_BODY):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))


def _is_whole(messages: list[dict]) -> bool:
    return bool(messages) and messages[-1]["type"] == "http.request" and not messages[-1].get("more_body")


def _replayed(messages: list[dict], receive):
    """`receive` as it was before these were taken from it."""

    async def again() -> dict:
        return messages.pop(0) if messages else await receive()

    return again
