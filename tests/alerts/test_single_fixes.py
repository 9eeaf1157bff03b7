"""The short way of one fix: the same answers as the long way, one statement for many, and no way past a rule."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from knox.models import AuthToken

from alerts import positions, single_fixes
from alerts.fixes import Fix
from alerts.models import UnitPosition, UnitTrack
from alerts.single_fixes import Together
from communities import authentication
from communities.models import User
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
def send(client, token):
    def send(body, *, url=URL, shown=token):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post(
            url, body, content_type="application/json", headers={"Authorization": f"Token {shown}"}
        )

    return send


@pytest.fixture
def short(monkeypatch) -> list:
    """What the short way answered."""
    answers = []
    answer = single_fixes._answer

    def spy(request):
        answers.append(answer(request))
        return answers[-1]

    monkeypatch.setattr(single_fixes, "_answer", spy)
    return answers


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


def test_a_strange_token_and_a_dispatchers_are_refused_as_ever(send, client):
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


def test_without_the_database_the_long_way_answers(send, short, monkeypatch):
    send(row(3))

    def away(*args, **kwargs):
        raise DatabaseError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(positions, "units_of_crews", away)
        with pytest.raises(DatabaseError):  # the test client lets it through; the service answers 500 or 503
            send(row(2))
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
    together = Together("avl")

    def one(number):
        try:
            name = units[number % 40].call_sign if number < 60 else "NOBODY"
            return together.take(crew.pk, name, fix(80 - number))
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(one, range(80)))
    assert all(answer is None for answer in answers[60:])
    told = [json.loads(answer) for answer in answers[:60]]
    assert all(one["accepted"] + one["ignored"] == 1 for one in told)
    assert sum(sizes) == 60
    assert len(sizes) < 20
    assert UnitTrack.objects.count() == 60
    assert not together.busy
    assert together.waiting == []


def test_one_whom_nobody_comes_to_gives_up_and_blocks_nobody(monkeypatch):
    monkeypatch.setattr(single_fixes, "WAIT_S", 0.05)
    together = Together("avl")
    released = threading.Event()
    monkeypatch.setattr(together, "_write", lambda batch: released.wait(10))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(together.take, 1, "A", fix(2))
        while not together.busy:
            time.sleep(0.001)
        assert pool.submit(together.take, 1, "B", fix(1)).result(timeout=5) is None
        released.set()
        assert first.result(timeout=5) is None
    assert (together.busy, together.waiting) == (False, [])
