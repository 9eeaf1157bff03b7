"""Signs of life: who is silent, whom a later copy stands in for, and what a write costs."""

import pytest
from django.db import connection

from alerts import pulses
from alerts.models import Pulse
from alerts.pulses import Sign


def sign(name, age_s, started_s=1000.0, kind="dispatcher", ended=False):
    return Sign(kind, f"{kind}:{name}", age_s, started_s, 0, ended)


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ([sign("a", 1)], []),
        ([sign("a", 13)], ["a"]),
        ([sign("a", 12)], []),  # two pulses may be late
        ([sign("a", 13, ended=True)], []),  # told to stop
        ([sign("a", 13), sign("b", 1)], ["a"]),  # the other was there before: it stands in for nobody
        ([sign("a", 13), sign("b", 1, started_s=9)], []),  # restarted
        ([sign("a", 13), sign("b", 14), sign("c", 1, started_s=9)], ["b"]),  # one restart for two
        ([sign("h:1", 13), sign("h:2", 900), sign("h:3", 1, started_s=9)], []),  # all of that machine
        ([sign("h:1", 13), sign("h:2", 900), sign("i:3", 1, started_s=9)], ["h:2"]),  # of another: one
        ([sign("h:1", 13), sign("h:2", 1, started_s=14)], ["h:1"]),  # beside it before: a second copy
        ([sign("a", 40, kind="worker")], []),
        ([sign("a", 61, kind="worker"), sign("b", 1, started_s=5)], ["a"]),  # another kind is no successor
        ([sign("a", 31, kind="ais")], ["a"]),
    ],
)
def test_who_is_silent(found, names):
    assert [one.name.partition(":")[2] for one in pulses.silent(found)] == names


def test_a_pulse_is_one_row_a_process_written_every_few_seconds(db, settings, monkeypatch):
    writer = pulses.Writer("dispatcher")
    for _ in range(5):
        writer.beat("nothing is due")
    assert Pulse.objects.get().doing == "nothing is due"
    first = Pulse.objects.get().at
    writer.beat("later")
    assert Pulse.objects.get().at == first  # not yet
    settings.PULSE_S = 0
    writer.beat("sending")
    row = Pulse.objects.get()
    assert (row.kind, row.doing) == ("dispatcher", "sending")
    assert row.at >= first
    assert abs(row.ahead_ms) < 1000
    writer.end()
    (last,) = pulses.signs()
    assert last.ended
    assert not last.is_silent


def test_a_clock_that_is_wrong_shows(db, monkeypatch):
    now = pulses.time.time()
    monkeypatch.setattr("alerts.pulses.time.time", lambda: now + 7)
    pulses.write("worker")
    assert 6500 < pulses.signs()[0].ahead_ms < 7500
    monkeypatch.setattr("alerts.pulses.time.time", lambda: 0)
    pulses.write("worker")
    assert pulses.signs()[0].ahead_ms == -2_000_000_000  # as far as the column goes


def test_a_database_that_does_not_answer_stops_nobody(db, monkeypatch):
    def away(*args, **kwargs):
        raise pulses.DatabaseError

    monkeypatch.setattr(pulses, "write", away)
    pulses.Writer("dispatcher").beat()


def test_copies_long_gone_are_forgotten(db):
    pulses.write("dispatcher", name="dispatcher:old:1")
    pulses.write("dispatcher", name="dispatcher:new:2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerts_pulse SET at = at - interval '25 hours' WHERE name LIKE '%old%'")
    assert pulses.forget() == 1
    assert [one.name for one in pulses.signs()] == ["dispatcher:new:2"]


@pytest.mark.django_db(transaction=True)
def test_writing_pulses_does_not_grow_the_table():
    for n in range(300):
        pulses.write("dispatcher", f"{n}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('alerts_pulse')")
        assert cursor.fetchone()[0] <= 8192 * 2


def test_the_worker_and_the_broker_prove_themselves(db, monkeypatch):
    monkeypatch.setattr("config.celery._end_beat_at_exit", lambda: None)
    from alerts.tasks import pulse
    from config.celery import app

    pulse()
    assert [one.kind for one in pulses.signs()] == ["worker"]
    from celery.signals import after_task_publish

    after_task_publish.send(sender="alerts.tasks.fetch_photos")
    assert {one.kind for one in pulses.signs()} == {"worker"}
    after_task_publish.send(sender="alerts.tasks.pulse")
    assert {one.kind for one in pulses.signs()} == {"worker", "beat"}
    assert app.conf.beat_schedule["pulse"]["schedule"].total_seconds() < pulses.limit_s("worker") / 3


@pytest.mark.django_db(transaction=True)
def test_celery_s_processes_say_that_they_were_told_to_stop():
    from celery.signals import worker_process_shutdown

    from config.celery import _end_pulse

    for kind in ("worker", "beat"):
        pulses.write(kind)
    _end_pulse("beat", 1)  # a fork of it
    assert not any(one.ended for one in pulses.signs())
    worker_process_shutdown.send(sender=None)
    assert {one.kind: one.ended for one in pulses.signs()} == {"worker": True, "beat": False}
    _end_pulse("beat", pulses.os.getpid())
    assert all(one.ended for one in pulses.signs())
