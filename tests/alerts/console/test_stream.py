"""The stream through its ASGI face: who may listen, what is told, and that nothing is left behind."""

import asyncio
import json
import os
import socket
import time
from http.cookies import SimpleCookie

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from alerts.console import board, changes, stream
from alerts.console.board import Board
from communities.models import User
from reports import decisions
from reports.models import Incident
from tests import factories
from tests.alerts.console.quiet import quiet_mark
from tests.bench.stage import Server, request, web_command

pytestmark = pytest.mark.django_db(transaction=True)


async def elsewhere(scope, receive, send):
    await stream.answer(send, 204)


def session_of(user) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


class Desk:
    """One desk that listens: `await desk.event("rows")`."""

    def __init__(
        self, application, key: str, since: str = "", path: str = stream.PATH, slow: bool = False
    ) -> None:
        cookie = SimpleCookie({"sessionid": key}).output(header="").strip()
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": f"since={since}&language=en".encode(),
            "headers": [(b"cookie", cookie.encode())],
        }
        self.left = asyncio.Event()
        self.events: asyncio.Queue = asyncio.Queue()
        self.status, self.headers, self.slow = 0, {}, slow
        self.task = asyncio.ensure_future(application(self.scope, self.receive, self.send))
        self.asked = False

    async def receive(self):
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            if self.slow:
                await asyncio.sleep(3600)
            for part in message["body"].decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in part.splitlines() if not line.startswith(":"))
                if lines:
                    self.events.put_nowait((lines["event"], json.loads(lines["data"]), lines.get("id")))

    async def event(self, kind: str, within_s: float = 5):
        async with asyncio.timeout(within_s):
            while True:
                found = await self.events.get()
                if found[0] == kind:
                    return found[1]

    async def leave(self):
        self.left.set()
        await asyncio.wait_for(self.task, 5)


async def db(work, *args, **kwargs):
    """Database work in a thread of its own, its connection closed afterwards."""

    def run():
        from django.db import connection

        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def play(scene) -> None:
    """Run a scene with a fresh application; afterwards nobody is listened for."""

    async def run():
        own = Board(pause_s=0.05)
        await scene(stream.Streamed(elsewhere, own))
        async with asyncio.timeout(5):
            while own.listeners or (own._task and not own._task.done()):
                await asyncio.sleep(0.02)

    asyncio.run(run())


def test_who_is_not_at_the_desk_hears_nothing(crew, dispatcher):
    keys = {"": 401, "nonsense": 401, session_of(crew): 401, session_of(dispatcher): 200}

    async def scene(application):
        for key, status in keys.items():
            desk = Desk(application, key)
            if status == 200:
                await desk.event("rows")
            await desk.leave()
            assert desk.status == status, key

    play(scene)


def test_other_addresses_are_handed_on(dispatcher):
    async def scene(application):
        desk = Desk(application, "", path="/console/")
        await desk.leave()
        assert desk.status == 204

    play(scene)


def test_a_change_is_told_to_all_who_listen_with_the_row_as_the_page_has_it(dispatcher, supervisor):
    key, other = session_of(dispatcher), session_of(supervisor)
    incident = factories.Incident(type="sinking", place="Pangkor")

    async def scene(application):
        since = str(await db(changes.mark))
        desks = [Desk(application, key, since), Desk(application, other, since)]
        for desk in desks:
            assert (await desk.event("rows"))["present"] == [str(incident.pk)]
        assert desks[0].headers[b"x-accel-buffering"] == b"no"
        await db(decisions.take, incident.pk, dispatcher)
        for desk in desks:
            (row,) = (await desk.event("rows"))["rows"]
            assert row["facets"]["held_by"] == dispatcher.pk
            assert row["reference"] == incident.reference
            assert "held by dispatcher" in " ".join(row["html"].split())
        for desk in desks:
            await desk.leave()

    play(scene)


def test_who_comes_back_is_told_what_happened_meanwhile_and_only_that(dispatcher):
    key = session_of(dispatcher)
    old, ended = factories.Incident(), factories.Incident()

    async def scene(application):
        since = str(await db(quiet_mark))
        new = await db(factories.Incident)
        await db(factories.force, Incident.objects.filter(pk=ended.pk), status="closed")
        desk = Desk(application, key, since)
        told = await desk.event("rows")
        assert [row["id"] for row in told["rows"]] == [str(new.pk)]
        assert set(told["present"]) == {str(old.pk), str(new.pk)}
        await desk.leave()

    play(scene)


def test_what_leaves_the_queue_is_gone(dispatcher):
    key = session_of(dispatcher)
    incident = factories.Incident()

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("rows")
        await db(factories.force, Incident.objects.filter(pk=incident.pk), status="closed")
        assert (await desk.event("rows"))["gone"] == [str(incident.pk)]
        await desk.leave()

    play(scene)


def test_distress_sounds_until_somebody_takes_it(dispatcher):
    key = session_of(dispatcher)

    async def scene(application):
        desk = Desk(application, key)
        assert await desk.event("alarm") == {"untaken": []}
        incident = await db(factories.Incident, emergency_phase="DISTRESS", drill=True)
        (row,) = (await desk.event("alarm"))["untaken"]
        assert (row["id"], row["drill"]) == (str(incident.pk), True)
        await db(decisions.take, incident.pk, dispatcher)
        assert await desk.event("alarm") == {"untaken": []}
        await desk.leave()

    play(scene)


def test_a_desk_hears_only_of_what_it_sees(agency):
    from tests.alerts.console.test_scope import HOME, THEIRS, at, desk, sector

    other = factories.Agency(name="Royal Thai Navy", country="TH")
    sector(agency, 98.5, 100.5)
    sector(other, 100.5, 102.5)
    key, foreign = session_of(desk("ours", agency)), session_of(desk("theirs", other))

    async def scene(application):
        ours, theirs = Desk(application, key), Desk(application, foreign)
        for one in (ours, theirs):
            await one.event("rows")
        here = await db(at, HOME)
        there = await db(at, THEIRS)
        assert [row["id"] for row in (await ours.event("rows"))["rows"]] == [str(here.pk)]
        assert [row["id"] for row in (await theirs.event("rows"))["rows"]] == [str(there.pk)]
        # Its position corrected, it is the others'.
        await db(Incident.objects.filter(pk=here.pk).update, position=factories.point(THEIRS))
        assert (await ours.event("rows"))["gone"] == [str(here.pk)]
        assert [row["id"] for row in (await theirs.event("rows"))["rows"]] == [str(here.pk)]
        for one in (ours, theirs):
            await one.leave()

    play(scene)


def test_distress_that_comes_into_sight_sounds_though_nothing_of_it_changed(agency, monkeypatch):
    from tests.alerts.console.test_scope import THEIRS, at, desk, sector

    monkeypatch.setattr(board, "SCOPES_S", 0.1)
    other = factories.Agency(name="Royal Thai Navy", country="TH")
    sector(agency, 98.5, 100.5)
    sector(other, 100.5, 102.5)
    key, last = session_of(desk("ours", agency)), desk("theirs", other)
    incident = at(THEIRS, emergency_phase="DISTRESS", drill=True)

    async def scene(application):
        ours = Desk(application, key)
        assert await ours.event("alarm") == {"untaken": []}
        await db(User.objects.filter(pk=last.pk).update, is_active=False)  # nobody is at that desk any more
        assert [row["id"] for row in (await ours.event("alarm"))["untaken"]] == [str(incident.pk)]
        await ours.leave()

    play(scene)


@pytest.mark.parametrize("act", ["logout", "role"])
def test_a_logout_or_a_lost_role_ends_the_stream(dispatcher, monkeypatch, act):
    monkeypatch.setattr(stream, "RECHECK_S", 0.1)
    monkeypatch.setattr(stream, "TICK_S", 0.1)
    key = session_of(dispatcher)

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("rows")
        if act == "logout":
            await db(SessionStore(key).delete)
        else:
            await db(User.objects.filter(pk=dispatcher.pk).update, role="crew")
        await desk.event("signed-out")
        await asyncio.wait_for(desk.task, 5)

    play(scene)


def test_silence_is_broken(dispatcher, monkeypatch):
    monkeypatch.setattr(stream, "TICK_S", 0.1)
    key = session_of(dispatcher)

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("tick")
        await desk.leave()

    play(scene)


def test_a_desk_that_does_not_read_is_dropped_and_nobody_waits_for_it(dispatcher, monkeypatch):
    monkeypatch.setattr(board, "MOST_WAITING", 3)
    key = session_of(dispatcher)
    incident = factories.Incident()

    async def scene(application):
        slow, good = Desk(application, key, slow=True), Desk(application, key)
        await good.event("rows")
        for n in range(8):
            await db(Incident.objects.filter(pk=incident.pk).update, place=str(n))
            await good.event("rows")
        ears = {listener.dropped for listener in application.board.listeners}
        assert ears == {True, False}
        slow.task.cancel()
        await good.leave()

    play(scene)


def test_the_database_away_is_told_and_what_happened_meanwhile_is_caught_up(dispatcher, monkeypatch):
    from django.db import OperationalError

    key = session_of(dispatcher)
    look = changes.look

    def away():
        raise OperationalError

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("rows")
        monkeypatch.setattr(changes, "look", away)
        await desk.event("away")
        incident = await db(factories.Incident)
        monkeypatch.setattr(changes, "look", look)
        assert [row["id"] for row in (await desk.event("rows"))["rows"]] == [str(incident.pk)]
        await desk.leave()

    play(scene)


def test_the_end_of_the_process_lets_everybody_go(dispatcher):
    key = session_of(dispatcher)

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("rows")
        application.board.end()
        await asyncio.wait_for(desk.task, 2)
        late = Desk(application, key)
        await late.leave()
        assert late.status == 503

    play(scene)


def test_units_that_change_are_told(dispatcher, patrol, monkeypatch):
    monkeypatch.setattr(board, "UNITS_S", 0.05)
    key = session_of(dispatcher)

    async def scene(application):
        desk = Desk(application, key)
        await desk.event("rows")
        await asyncio.sleep(0.3)
        await db(type(patrol).objects.filter(pk=patrol.pk).update, status="off_watch")
        (row,) = (await desk.event("units"))["units"]
        assert (row["call_sign"], row["status"]) == (patrol.call_sign, "off_watch")
        await desk.leave()

    play(scene)


@pytest.mark.parametrize(
    ("language", "place", "where"),
    [("en", "", "no position"), ("en", "Pangkor", "Pangkor"), ("ms", "", "tiada kedudukan")],
)
def test_the_alarm_says_that_a_distress_has_no_position(client, dispatcher, language, place, where):
    client.force_login(dispatcher)
    factories.Incident(
        emergency_phase="DISTRESS",
        received_at=timezone.now(),
        position=None,
        position_error_m=None,
        place=place,
    )
    said = client.get("/console/changes/", {"language": language}).json()
    assert said["alarm"]["untaken"][0]["where"] == where


def test_without_a_stream_the_same_is_had_by_asking(client, dispatcher):
    client.force_login(dispatcher)
    since = quiet_mark()
    incident = factories.Incident(emergency_phase="DISTRESS", received_at=timezone.now())
    said = client.get("/console/changes/", {"since": str(since), "language": "en"}).json()
    assert [row["id"] for row in said["rows"]] == [str(incident.pk)]
    assert said["alarm"]["untaken"][0]["reference"] == incident.reference
    again = client.get("/console/changes/", {"since": str(quiet_mark())}).json()
    assert again["rows"] == []
    assert again["present"] == [str(incident.pk)]


@pytest.mark.parametrize("query", ["since=%00", "since=-1--1", "language=xx", "since=9" * 99, "language=%ff"])
def test_nonsense_is_no_fault(client, dispatcher, query):
    client.force_login(dispatcher)
    assert client.get(f"/console/changes/?{query}").status_code == 200


def test_the_web_server_streams_and_a_stop_does_not_wait_for_who_listens(dispatcher):
    """On the Procfile's own command: the server alone would wait ten seconds for the streams."""
    address, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    command = web_command().replace("--workers 2", "--workers 1")  # one that still starts hears no signal
    server = Server(command, {"DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}"}).wait()
    try:
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(request("GET", "/console/stream", Cookie=f"sessionid={session_of(dispatcher)}"))
            heard = b""
            while b"event: alarm" not in heard:
                heard += line.recv(65536)
            started = time.monotonic()
            server.process.terminate()
            while line.recv(65536):
                pass
        server.process.wait(9)
        assert time.monotonic() - started < 9
    finally:
        server.stop()
