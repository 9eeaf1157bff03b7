import time

import psycopg
import pytest
from django.db import OperationalError, connection

from communities import database_watch
from communities.database_watch import Away, PatientConnection, Watch


@pytest.fixture
def watch(monkeypatch):
    """A watch that counts as running and never looks."""
    watch = Watch()
    watch.running = True
    monkeypatch.setattr(database_watch, "watch", watch)
    monkeypatch.setattr("config.postgis.base.watch", watch)
    return watch


@pytest.fixture
def link(transactional_db):
    link = PatientConnection.connect(**connection.get_connection_params() | {"autocommit": True})
    yield link
    link.close()


def test_django_connects_with_patience(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert isinstance(connection.connection, PatientConnection)


def test_a_statement_that_waits_too_long_is_given_up(link, watch):
    link.longest_wait_s = 0.3
    began = time.monotonic()
    with pytest.raises(Away):
        link.execute("SELECT pg_sleep(2)")
    assert 0.3 <= time.monotonic() - began < 2


def test_while_the_database_is_away_nobody_waits_for_what_has_begun(link, watch, monkeypatch):
    monkeypatch.setattr(database_watch, "AWAY_PATIENCE_S", 0.3)
    watch.away = True
    with pytest.raises(Away):
        link.execute("SELECT pg_sleep(2)")
    watch.away = False


def test_a_statement_in_time_is_answered_as_ever(link, watch):
    assert link.execute("SELECT pg_sleep(0.3), 7").fetchone()[1] == 7
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.execute("SELECT 1/0")
    with link.transaction():
        link.execute("SELECT set_config('a.b', 'c', true)")
    assert link.execute("SELECT 8").fetchone() == (8,)


def test_without_a_watch_everybody_waits(link, monkeypatch):
    link.longest_wait_s = 0.1
    assert link.execute("SELECT pg_sleep(0.4), 7").fetchone()[1] == 7


def test_connections_are_refused_at_once_while_away(transactional_db, watch):
    connection.close()
    watch.away = True
    began = time.monotonic()
    with pytest.raises(OperationalError, match="away"):
        connection.ensure_connection()
    assert time.monotonic() - began < 0.5
    watch.away = False
    connection.ensure_connection()


def test_a_watch_sees_the_database_go_and_come(transactional_db):
    watch = Watch()
    good = connection.get_connection_params()
    assert watch._answers(good)
    watch._connection.close()  # as after a restart of the server
    assert watch._answers(good)
    watch._connection.close()
    assert not watch._answers(good | {"port": 1})
    assert watch._answers(good)
    watch._connection.close()


def test_a_doubt_counts_until_the_next_look(watch):
    watch.doubt()
    assert watch.away
    idle = Watch()
    idle.doubt()
    assert not idle.away, "without a watch nobody would ever hear that it is back"
