"""What changed, asked of the database once for all desks of a web process, and handed to each of them.

There is one `Board` a process, and it asks only while somebody listens. Its questions run in one thread with
one connection; what a listener gets is rendered once for all who see the same in the same language.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from alerts.console import changes, rows, units
from alerts.console.access import Scope
from alerts.console.changes import Look, Mark
from alerts.models import PatrolUnit
from reports.models import Incident

log = logging.getLogger(__name__)

#: Seconds between two looks at the queue; more where a look takes long, so that it never fills a core.
PAUSE_S = 0.4
#: A look may take this part of the time, but is not put off for longer than this.
SHARE, LONGEST_PAUSE_S = 0.2, 2.0
#: Seconds between two looks at the units, at what was sent, and at who sees what.
UNITS_S, STORIES_S, SCOPES_S = 3.0, 2.0, 60.0
#: Messages that wait for one slow listener before it is dropped; it comes back and catches up.
MOST_WAITING = 100
#: More rows than this are not sent to one who was away long: the page asks for its list anew.
MOST_ROWS = 600
AWAY = (OperationalError, InterfaceError)


@dataclass(eq=False)
class Listener:
    """One desk's ear. `waiting` holds encoded events; None ends it."""

    scope: Scope
    language: str
    since: Mark | None
    caught_up: bool = False
    waiting: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    dropped: bool = False

    def give(self, event: bytes) -> None:
        """Let it have an event; one that does not keep up is dropped, and never waited for."""
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped = True


class Board:
    """The queue as it is now, told to all who listen."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self.pause_s = pause_s
        self.listeners: set[Listener] = set()
        self.ending = False
        self._task: asyncio.Task | None = None
        self._new = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "board")
        self._news = News()

    def join(self, listener: Listener) -> None:
        """Begin to tell this listener; its first events say what it missed. Call within the running loop."""
        self.listeners.add(listener)
        self._new.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        self._new.set()

    def end(self) -> None:
        """The process is about to stop: every listener is let go, to come back elsewhere."""
        self.ending = True
        for listener in self.listeners:
            listener.dropped = True
            with contextlib.suppress(asyncio.QueueFull):
                listener.waiting.put_nowait(b"")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        away = False
        try:
            while self.listeners and not self.ending:
                self._new.clear()
                listening = list(self.listeners)
                try:
                    told = await loop.run_in_executor(self._thread, self._news.gather, listening)
                except AWAY as exc:
                    if not away:
                        log.warning("the queue cannot be read: %s", type(exc).__name__)
                    away = True
                    for listener in listening:
                        listener.give(encode("away", {}))
                    await asyncio.sleep(1)
                    continue
                away = False
                for listener, events in told:
                    listener.caught_up = True
                    for event in events:
                        listener.give(event)
                pause_s = max(self.pause_s, min(self._news.look_s / SHARE, LONGEST_PAUSE_S))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), pause_s)
                if self._new.is_set():  # many come at once after a restart: they share one look
                    await asyncio.sleep(0.05)
        except Exception:
            log.exception("the board stopped")
            for listener in self.listeners:
                listener.dropped = True
                listener.give(b"")
        finally:
            await loop.run_in_executor(self._thread, self._news.forget)


class News:
    """What the board's thread remembers between two looks."""

    def __init__(self) -> None:
        self.look: Look | None = None
        self.look_s = 0.0  # how long it took
        self.untaken: list[UUID] = []
        self.rendered: dict[tuple[UUID, str], tuple[str, bytes]] = {}
        self.seen_by: dict[Scope, set[UUID]] = {}
        self.scopes_at = self.units_at = self.stories_at = 0.0
        self.stories: dict[UUID, int] = {}
        self.units: dict[str, tuple[dict, datetime]] = {}  # facts by call sign, and since when they are so
        self.units_since: datetime | None = None

    def forget(self) -> None:
        """Nobody listens any more."""
        self.__init__()
        with contextlib.suppress(Exception):
            connection.close()

    def gather(self, listening: list[Listener]) -> list[tuple[Listener, list[bytes]]]:
        """Look once, and return what each listener is to be told."""
        try:
            return self._gather(listening)
        except AWAY:
            connection.close()  # the next look asks for a fresh one
            raise

    def _gather(self, listening: list[Listener]) -> list[tuple[Listener, list[bytes]]]:
        started = time.monotonic()
        now = changes.look()
        self.look_s = time.monotonic() - started
        before = self.look.rows if self.look else {}
        changed = {pk for pk, seen in now.rows.items() if self.look and before.get(pk) != seen}
        gone = before.keys() - now.rows.keys()
        moved = self._see(now, changed, {listener.scope for listener in listening})
        alarm = now.untaken() != self.untaken or bool(changed & set(now.untaken()))
        heard = self._heard()
        units_changed, units_gone = self._units()
        told: dict[tuple, list[bytes]] = {}
        found = []
        for listener in listening:
            known = listener.scope, listener.language
            if not listener.caught_up:
                found.append((listener, self._catch_up(now, listener)))
                continue
            if known not in told:
                told[known] = self._tell(
                    now, known, changed, gone, moved[listener.scope], alarm, heard, units_changed, units_gone
                )
            if told[known]:
                found.append((listener, told[known]))
        self.look, self.untaken = now, now.untaken()
        for key in [key for key in self.rendered if key[0] not in now.rows]:
            del self.rendered[key]
        return found

    def _tell(self, now, known, changed, gone, moved, alarm, heard, units_changed, units_gone) -> list[bytes]:
        """The events for all who see the same in the same language."""
        scope, language = known
        seen, (came, went) = self.seen_by[scope], moved
        events = []
        shown = ((changed & seen) | came) - went
        lost = [*gone, *went]
        if shown or lost:
            events.append(self._rows_event(now, shown, lost, language))
        if alarm or (came | went) & set(now.untaken()):
            events.append(encode("alarm", alarm_of(now.untaken(), seen, language)))
        if told := [str(pk) for pk in heard & seen]:
            events.append(encode("heard", {"ids": told}))
        if units_changed or units_gone:
            events += self._units_event(scope, language, units_changed, units_gone)
        return events

    def _catch_up(self, now: Look, listener: Listener) -> list[bytes]:
        """What one who comes, or comes back, has missed since its mark."""
        seen, since = self.seen_by[listener.scope], listener.since
        missed = {pk for pk in seen if since and now.rows[pk].is_news_to(since)}
        stale = len(missed) > MOST_ROWS
        events = [
            self._rows_event(
                now, set() if stale else missed, [], listener.language, present=seen, stale=stale
            ),
            encode("alarm", alarm_of(now.untaken(), seen, listener.language)),
        ]
        remembers = self.units_since and since and self.units_since <= since.at
        missed_units = [
            call_sign
            for call_sign, (_facts, at) in self.units.items()
            if since and (not remembers or at >= since.at - changes.SLACK)
        ]
        return events + self._units_event(listener.scope, listener.language, missed_units, [])

    # --- Rows ---

    def _rows_event(self, now: Look, shown: set[UUID], lost: Iterable[UUID], language: str, **more) -> bytes:
        wanted = {pk for pk in shown if self._kept(now, pk, language) is None}
        if wanted:
            versions = {pk: now.rows[pk].version for pk in wanted}
            for pk, row in rows.render(Incident.objects.in_queue(), wanted, versions, language).items():
                self.rendered[pk, language] = row["version"], dumps(row)
        parts = [text for pk in shown if (text := self._kept(now, pk, language))]
        head = {"at": now.mark.at.isoformat(), "gone": [str(pk) for pk in lost]}
        if "present" in more:
            head |= {"present": [str(pk) for pk in more["present"]], "stale": more["stale"]}
        body = dumps(head)[:-1] + b',"rows":[' + b",".join(parts) + b"]}"
        return frame("rows", body, str(now.mark))

    def _kept(self, now: Look, pk: UUID, language: str) -> bytes | None:
        version, text = self.rendered.get((pk, language), ("", b""))
        return text if version == now.rows[pk].version else None

    def _see(self, now: Look, changed: set[UUID], scopes: set[Scope]) -> dict[Scope, tuple[set, set]]:
        """Keep who sees what; return for each scope which incidents came into its sight and which left it."""
        if time.monotonic() - self.scopes_at > SCOPES_S or not self.look:
            self.scopes_at = time.monotonic()
            asked = set(now.rows)
        else:
            asked = changed
        found = {}
        for scope in scopes:
            known = self.seen_by.get(scope)
            ask = asked if known is not None else set(now.rows)
            visible = set(scope.incidents().filter(pk__in=ask).values_list("pk", flat=True)) if ask else set()
            before = (known or set()) & now.rows.keys()
            self.seen_by[scope] = (before - ask) | visible
            came = visible - before if known is not None else set()
            found[scope] = came, before & (ask - visible)
        for scope in self.seen_by.keys() - scopes:
            del self.seen_by[scope]
        return found

    # --- What was sent, and units ---

    def _heard(self) -> set[UUID]:
        if time.monotonic() - self.stories_at < STORIES_S:
            return set()
        first = not self.stories_at
        self.stories_at, before, self.stories = time.monotonic(), self.stories, changes.stories()
        return set() if first else {pk for pk, marks in self.stories.items() if before.get(pk) != marks}

    def _units(self) -> tuple[list[str], list[str]]:
        """Call signs of the units that changed, and of those that are no more."""
        if time.monotonic() - self.units_at < UNITS_S:
            return [], []
        self.units_at, now = time.monotonic(), timezone.now()
        self.boarded = {unit.call_sign: unit for unit in units.boarded(PatrolUnit.objects.all())}
        first, self.units_since = self.units_since is None, self.units_since or now
        with override("en"):
            facts = {name: units.facts_of(unit, now) for name, unit in self.boarded.items()}
        changed = [name for name, row in facts.items() if self.units.get(name, (None,))[0] != row]
        gone = [name for name in self.units if name not in facts]
        self.units = {
            name: (row, now if name in changed else self.units[name][1]) for name, row in facts.items()
        }
        return ([], []) if first else (changed, gone)

    def _units_event(self, scope: Scope, language: str, changed: list[str], gone: list[str]) -> list[bytes]:
        if not changed and not gone:
            return []
        seen = set(scope.units().filter(call_sign__in=changed).values_list("call_sign", flat=True))
        now = timezone.now()
        with override(language):
            found = units.as_seen([self.boarded[name] for name in changed if name in seen], scope.incidents())
            shown = [units.unit_json(unit, now) for unit in found]
        lost = [*gone, *(name for name in changed if name not in seen)]
        return [encode("units", {"at": now.isoformat(), "units": shown, "gone": lost})]


def alarm_of(untaken: list[UUID], seen: set[UUID], language: str) -> dict:
    """Distress that nobody has taken, oldest first, for those who see it."""
    wanted = [pk for pk in untaken if pk in seen]
    if not wanted:
        return {"untaken": []}
    with override(language):
        return {
            "untaken": [
                {
                    "id": str(row.pk),
                    "reference": row.reference,
                    "type": str(row.get_type_display()),
                    "received_at": row.received_at.isoformat(),
                    "drill": row.drill,
                    "where": rows.where_text(row) or _("no position"),
                    "position": list(row.lon_lat) if row.lon_lat else None,
                }
                for row in Incident.objects.filter(pk__in=wanted).order_by("drill", "received_at")
            ]
        }


def catch_up(since: Mark | None, scope: Scope, language: str) -> dict:
    """What the stream would tell one who comes with this mark, for one who cannot have a stream."""
    now = changes.look()
    seen = set(scope.incidents().filter(pk__in=now.rows.keys()).values_list("pk", flat=True))
    missed = {pk for pk in seen if since and now.rows[pk].is_news_to(since)}
    stale, open_ones = len(missed) > MOST_ROWS, Incident.objects.in_queue()
    versions = {pk: now.rows[pk].version for pk in missed}
    return {
        "id": str(now.mark),
        "at": now.mark.at.isoformat(),
        "rows": [] if stale else list(rows.render(open_ones, missed, versions, language).values()),
        "gone": [],
        "present": [str(pk) for pk in seen],
        "stale": stale,
        "alarm": alarm_of(now.untaken(), seen, language),
    }


def dumps(data) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def encode(kind: str, data: dict, mark: str = "") -> bytes:
    return frame(kind, dumps(data), mark)


def frame(kind: str, body: bytes, mark: str = "") -> bytes:
    """One server-sent event; JSON holds no line break."""
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {kind}\ndata: ".encode() + body + b"\n\n"
