"""The short way of one fix: the same answers as the long way, one statement for many, and no way past a rule."""

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from knox.models import AuthToken

from alerts import positions, single_fixes
from alerts.fixes import Fix
from alerts.models import UnitPosition, UnitTrack
from alerts.single_fixes import ShortWay, Together
from communities import authentication
from communities.models import User
from config.buffering import Buffered
from config.wsgi import application
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/patrol-units/MY-LUMUT-04/positions/"


def row(minutes_ago=1.0, **more) -> dict:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return {"latitude": 4.2, "longitude": 100.45, "position_at": at.isoformat()} | more


@pytest.fixture
def token(patrol, crew) -> str:
    return AuthToken.objects.create(user=crew)[1]


@pytest.fixture
def short() -> list:
    """What the short way answered; None where the long way did."""
    return []


@pytest.fixture
def send(transactional_db, token, short):
    """Post to the web application as the server runs it."""
    django = Buffered(application, threads=2)
    went_long = []

    async def long(scope, receive, send) -> None:
        went_long.append(scope["path"])
        await django(scope, receive, send)

    way = ShortWay(long)

    def send(body, *, url=URL, shown=token, chunks=1, **headers):
        went_long.clear()
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"host": "127.0.0.1", "content-type": "application/json", "authorization": f"Token {shown}"}
        answer = asyncio.run(ask(way, url, body, told | headers, chunks))
        short.append(None if went_long else answer.content)
        return answer

    yield send
    django.threads.shutdown()
    way.together["avl"].thread.submit(lambda: connection.close()).result()


async def ask(app, url, body, headers, chunks) -> SimpleNamespace:
    size = max(1, -(-len(body) // chunks))
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)} for n, part in enumerate(parts, 1)
    ]
    sent = []

    async def receive():
        return messages.pop(0) if messages else await asyncio.Event().wait()

    async def hear(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": unquote(url), "query_string": b"", "http_version": "1.1",
        "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 5000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, hear)
    content = b"".join(message.get("body", b"") for message in sent)
    return SimpleNamespace(
        status_code=sent[0]["status"],
        headers=dict(sent[0]["headers"]),
        content=content,
        json=lambda: json.loads(content),
    )


def test_the_first_goes_the_long_way_and_the_next_the_short_one_with_the_same_words(send, short, patrol):
    first = send(row(3)).json()
    second = send(row(2, latitude=4.21)).json()
    assert short[0] is None
    assert json.loads(short[1]) == second == first
    assert UnitPosition.objects.get().latitude == 4.21
    assert UnitTrack.objects.count() == 2


def test_an_older_fix_and_a_rolled_over_date_are_told_alike(send, short):
    send(row(1))
    assert send(row(2)).json() == {"accepted": 0, "ignored": 1, "repaired": 0, "refused": {}, "errors": []}
    assert send(row(0.5 + 1024 * 7 * 24 * 60)).json()["repaired"] == 1
    assert None not in short[1:]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 200),
        (b"7", 400),
        (b"[" * 1500, 400),
        (b"\xff\xfe", 400),
        (json.dumps({"latitude": 0, "longitude": 0, "position_at": "2026-03-01T12:00:00Z"}).encode(), 400),
        (json.dumps(row(latitude=91)).encode(), 400),
        (json.dumps([row(1)]).encode(), 200),
        (json.dumps(row(1) | {"note": "x" * 3000}).encode(), 200),
    ],
    ids=[
        "nothing",
        "cut off",
        "none",
        "a number",
        "deep",
        "no text",
        "null island",
        "no latitude",
        "one in a list",
        "too long",
    ],
)
def test_all_else_goes_the_long_way(send, short, body, status):
    send(row(30))
    assert send(body).status_code == status
    assert short[1] is None


def test_a_jump_is_refused_by_the_long_way_and_doubted_once(send, short):
    send(row(3))
    answer = send(row(2, latitude=9.0))
    assert answer.status_code == 400
    assert short[1] is None
    assert UnitPosition.objects.get().doubts == 1


def test_another_unit_is_refused_as_ever(send, short, second_patrol):
    send(row(3))
    assert send(row(2), url=f"/api/v1/patrol-units/{second_patrol.call_sign}/positions/").status_code == 403
    assert send(row(2), url="/api/v1/patrol-units/%00/positions/").status_code == 403
    assert short[1:] == [None, None]


def test_a_strange_token_and_a_dispatchers_are_refused_as_ever(send):
    send(row(3))
    assert send(row(2), shown="f" * 64).status_code == 401
    desk = AuthToken.objects.create(user=factories.User(role="dispatcher"))[1]
    assert [send(row(2), shown=desk).status_code for _ in range(2)] == [403, 403]


def test_a_revoked_token_is_believed_no_longer_than_it_is_remembered(send, crew, monkeypatch):
    send(row(3))
    AuthToken.objects.all().delete()
    assert send(row(2)).status_code == 200
    later = time.monotonic() + authentication.REMEMBERED_S + 1
    monkeypatch.setattr(authentication.time, "monotonic", lambda: later)
    assert send(row(1)).status_code == 401


def test_whoever_left_the_crew_is_refused_at_once(send, crew, patrol):
    send(row(3))
    patrol.crew.remove(crew)
    assert send(row(2)).status_code == 403


def test_a_body_in_parts_is_one_fix(send, short):
    send(row(3))
    assert send(row(2), chunks=5).json()["accepted"] == 1
    assert short[1] is not None


def test_what_came_by_plain_http_where_https_is_wanted_is_djangos_to_refuse(send, short, settings):
    send(row(3))
    settings.SECURE_SSL_REDIRECT = True
    send(row(2))
    assert send(row(1), x_forwarded_proto="https").json()["accepted"] == 1
    assert [answer is None for answer in short[1:]] == [True, False]


def test_without_the_database_the_long_way_answers(send, short, monkeypatch):
    send(row(3))

    def away(*args, **kwargs):
        raise DatabaseError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(positions, "units_of_crews", away)
        assert send(row(2)).status_code >= 500
    assert short[1] is None
    assert send(row(1)).status_code == 200  # and nobody waits for one that failed


def fix(minutes: float, latitude=4.2) -> Fix:
    return Fix(latitude, 100.45, datetime.now(UTC) - timedelta(minutes=minutes))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_few_statements_and_each_hears_its_own(monkeypatch):
    crew = factories.User(role=User.Role.CREW)
    units = [factories.PatrolUnit() for _ in range(40)]
    for unit in units:
        unit.crew.add(crew)
    sizes, record = [], positions.record

    def slowly(known, said, **more):
        said = list(said)
        sizes.append(len(said))
        time.sleep(0.05)
        return record(known, said, **more)

    monkeypatch.setattr(positions, "record", slowly)
    with ThreadPoolExecutor(1) as thread:
        together = Together("avl", thread)

        async def all_of_them():
            names = [units[number % 40].call_sign if number < 60 else "NOBODY" for number in range(80)]
            taking = []
            for number, name in enumerate(names):
                taking.append(asyncio.ensure_future(together.take(crew.pk, name, fix(80 - number))))
                await asyncio.sleep(0.002)
            return await asyncio.gather(*taking)

        answers = asyncio.run(all_of_them())
        thread.submit(lambda: connection.close()).result()
    assert all(answer is None for answer in answers[60:])
    told = [json.loads(answer) for answer in answers[:60]]
    assert all(one["accepted"] + one["ignored"] == 1 for one in told)
    assert sum(sizes) == 60
    assert 1 < len(sizes) < 20
    assert UnitTrack.objects.count() == 60
    assert together.waiting == []


@pytest.mark.parametrize("fault", ["slow", "broken"])
def test_one_whom_nobody_comes_to_gives_up_and_blocks_nobody(monkeypatch, fault):
    monkeypatch.setattr(single_fixes, "WAIT_S", 0.05)
    released = threading.Event()

    def write(batch):
        if fault == "broken":
            raise RuntimeError("a fault of ours")
        released.wait(10)
        return {}

    with ThreadPoolExecutor(1) as thread:
        together = Together("avl", thread)
        monkeypatch.setattr(together, "_write", write)

        async def two():
            try:
                return await asyncio.gather(together.take(1, "A", fix(2)), together.take(1, "B", fix(1)))
            finally:
                released.set()

        assert asyncio.run(two()) == [None, None]
    assert together.waiting == []
