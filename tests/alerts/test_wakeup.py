"""The bell is a hint: it rings after commit, and a dead Redis costs one short wait, never an error."""

import time

import pytest
from django.db import transaction

from alerts import wakeup


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(wakeup, "_client", None)
    monkeypatch.setattr(wakeup, "_silent_until", 0.0)


@pytest.fixture
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr(wakeup, "ring", lambda: heard.append(1))
    return heard


@pytest.mark.django_db(transaction=True)
def test_it_rings_after_the_commit_and_not_before(rings):
    with transaction.atomic():
        wakeup.ring_on_commit()
        assert rings == []
    assert rings == [1]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_rings_nobody(rings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        wakeup.ring_on_commit()
        raise ZeroDivisionError
    assert rings == []


@pytest.mark.parametrize("url", ["", "redis://127.0.0.1:1/0", "redis://no-such-host.invalid:6379/0"])
def test_without_redis_nothing_raises_and_the_second_ring_costs_nothing(settings, url):
    settings.REDIS_URL = url
    wakeup.ring()
    started = time.monotonic()
    for _ in range(100):
        wakeup.ring()
    assert time.monotonic() - started < 0.1


def test_it_tries_again_after_a_while(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wakeup.ring()
    assert 0 < wakeup._silent_until - time.monotonic() <= wakeup.SILENCE_S
