"""The short way of one fix: many boxes send one each, and together they cost one statement.

A request that finds nobody writing writes; those that come meanwhile wait, and the first of them then
writes for all. So nobody waits for a timer, and a single fix alone is as fast as it can be.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
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
LONGEST_BODY = 2000
GATHER_S = 0.005  # only while fixes come faster than they are written
WAIT_S = 10.0  # whoever waits longer asks by itself


@dataclass(slots=True, eq=False)
class _Waiting:
    user_id: int
    call_sign: str
    fix: Fix
    turn: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    answer: bytes | None = None


class Together:
    """Writes what threads bring at the same time as one batch."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lock = threading.Lock()
        self.waiting: list[_Waiting] = []
        self.busy = False
        self.crowded = False

    def take(self, user_id: int, call_sign: str, fix: Fix) -> bytes | None:
        """The answer to one fix; None where the long way should answer: refused, not theirs, no database."""
        mine = _Waiting(user_id, call_sign, fix)
        with self.lock:
            self.waiting.append(mine)
            mine.leads, self.busy = not self.busy, True
        if not mine.leads:
            mine.turn.wait(WAIT_S)
            with self.lock:
                if not mine.leads:
                    if mine in self.waiting:  # nobody came to it in all that time
                        self.waiting.remove(mine)
                    return mine.answer
        if self.crowded:
            time.sleep(GATHER_S)  # while many send, a larger batch costs each of them less
        with self.lock:
            batch, self.waiting = self.waiting[: positions.MOST_ROWS], self.waiting[positions.MOST_ROWS :]
            self.crowded = len(batch) > 1
        try:
            self._write(batch)
        except DatabaseError as exc:
            log.warning("%d fixes go the long way: %s", len(batch), exc)
        finally:
            with self.lock:
                self.busy = bool(self.waiting)
                if self.busy:
                    self.waiting[0].leads = True
                    self.waiting[0].turn.set()
            for one in batch:
                one.turn.set()
        return mine.answer

    def _write(self, batch: list[_Waiting]) -> None:
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
        refused = {index for index, _, _ in outcome.errors}
        for index in allowed - refused:
            newer = index in outcome.newest
            batch[index].answer = _ANSWERS[newer, batch[index].fix.repaired]


_TOGETHER = {source: Together(source) for source in (UnitPosition.Source.APP, UnitPosition.Source.AVL)}


def short_way(get_response: Callable) -> Callable:
    """Middleware: answer a crew's single good fix here; all else goes the long way, to the same rules.

    Only who was let in by alerts.views.UnitPositions within the last half minute is known here.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        told = _answer(request) if request.method == "POST" else None
        if told is None:
            return get_response(request)
        return HttpResponse(told, content_type="application/json", headers={"Cache-Control": "no-store"})

    return answer


def _answer(request: HttpRequest) -> bytes | None:
    named = _PATH.fullmatch(request.path_info)
    known = authentication.recall(request.META.get("HTTP_AUTHORIZATION", "")) if named else None
    if known is None or request.content_type != "application/json":
        return None
    user, shown = known
    length = request.META.get("CONTENT_LENGTH") or ""
    if user.pk is None or user.role != User.Role.CREW or not length.isdecimal() or int(length) > LONGEST_BODY:
        return None
    try:
        fix = read_fix(json.loads(request.body), timezone.now())
    except (NotAFix, ValueError, RecursionError):
        return None  # the long way says what is wrong
    source = UnitPosition.Source.APP if isinstance(shown, Device) else UnitPosition.Source.AVL
    return _TOGETHER[source].take(user.pk, named[1], fix)
