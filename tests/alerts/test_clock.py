"""The clock that deadlines go by: the database's time, and no jump of any clock fires them early or late."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.clock import SteadyClock, database_time

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clocks:
    """The database's clock and the machine's monotonic one, both moved by hand."""

    def __init__(self) -> None:
        self.database, self.seconds = NOON, 1000.0
        self.steady = SteadyClock(lambda: self.database, lambda: self.seconds)

    def pass_(self, seconds: int) -> timedelta:
        """Time goes by, with a look at the database each second; how far the steady clock went."""
        began = self.steady()
        for _ in range(seconds):
            self.seconds += 1
            self.database += timedelta(seconds=1)
            self.steady.check()
        return self.steady() - began


@pytest.fixture
def clocks():
    clocks = Clocks()
    assert clocks.steady() == NOON
    return clocks


def test_it_runs_with_the_databases(clocks):
    assert clocks.pass_(600) == timedelta(seconds=600)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, timedelta(seconds=30), timedelta(days=-3000)])
def test_a_jump_makes_a_minute_neither_shorter_nor_longer_than_the_guard(clocks, jump):
    clocks.database += jump
    assert abs(clocks.pass_(60) - timedelta(seconds=60)) <= timedelta(seconds=6)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_in_the_end_it_follows(clocks, jump):
    clocks.database += jump
    clocks.pass_(11 * 3600)
    assert clocks.steady() == clocks.database


def test_a_small_difference_is_soon_gone(clocks):
    clocks.database += timedelta(seconds=0.5)
    clocks.pass_(6)
    assert clocks.steady() == clocks.database


def test_it_never_goes_back(clocks):
    clocks.database -= 24 * HOUR
    last = clocks.steady()
    for _ in range(100):
        clocks.pass_(1)
        assert clocks.steady() > last
        last = clocks.steady()


def test_without_the_database_it_runs_on(clocks):
    def away():
        raise OSError("gone")

    clocks.steady.read = away
    clocks.seconds += 90
    with pytest.raises(OSError, match="gone"):
        clocks.steady.check()
    assert clocks.steady() == NOON + timedelta(seconds=90)


def test_a_jump_is_said_once(clocks, caplog):
    clocks.database += HOUR
    clocks.pass_(5)
    assert len(caplog.records) == 1
    assert "3600 s off" in caplog.text


@pytest.mark.django_db
def test_the_databases_time_has_a_zone_and_is_now():
    assert abs(database_time() - datetime.now(UTC)) < timedelta(seconds=5)
