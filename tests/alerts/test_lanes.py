"""The lanes: what hangs on one channel, or can wait, takes no thread from what must leave now."""

import threading
import time

import pytest
from django.utils import timezone

from alerts import delivery
from alerts.lanes import Lanes
from alerts.models import Notification
from tests import factories

NOW = timezone.now()


@pytest.fixture
def lanes(transactional_db, settings):
    settings.DISPATCHER_THREADS = 2
    lanes = Lanes(lambda: NOW, threading.Event())
    yield lanes
    lanes.close()


@pytest.fixture
def carrier(monkeypatch):
    """Which rows are with the carrier; those in `hangs` stay there until `answers` is set."""

    class Carrier:
        hangs: set = set()
        answers = threading.Event()
        sent: list = []

        def deliver(self, notification, *, now, seen=None):
            if (notification.channel, notification.priority) in self.hangs:
                self.answers.wait(20)
            self.sent.append((notification.channel, notification.priority))

    carrier = Carrier()
    carrier.sent, carrier.answers = [], threading.Event()
    monkeypatch.setattr(delivery, "deliver", carrier.deliver)
    yield carrier
    carrier.answers.set()


def rows(count: int, channel: str, priority: int) -> None:
    for _ in range(count):
        factories.Notification(channel=channel, priority=priority, due_at=NOW, created_at=NOW)


def until(look) -> None:
    end = time.monotonic() + 10
    while not look():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("hanging", [("sms", 5), ("sms", 1), ("voice", 1), ("push", 1)])
def test_what_hangs_holds_up_its_own_lane_and_no_other(lanes, carrier, hanging):
    carrier.hangs = {hanging}
    rows(5, *hanging)
    assert lanes.fill("one", NOW) == 2
    others = {("sms", 1), ("voice", 1), ("push", 1), ("sms", 5)} - {hanging}
    for channel, priority in others:
        rows(1, channel, priority)
    assert lanes.fill("one", NOW) == len(others)
    until(lambda: set(carrier.sent) == others)
    assert Notification.objects.filter(status="pending").count() == 3


def test_a_lane_claims_no_more_than_it_has_threads_and_goes_on_when_one_is_free(lanes, carrier):
    carrier.hangs = {("sms", 1)}
    rows(3, "sms", 1)
    assert lanes.fill("one", NOW) == 2
    assert lanes.fill("one", NOW) == 0
    carrier.answers.set()
    until(lambda: not lanes.in_flight)
    assert lanes.fill("one", NOW) == 1


def test_a_thousand_low_ones_waiting_keep_no_alert_waiting(lanes, carrier):
    carrier.hangs = {("sms", 5)}
    incident, unit = factories.Incident(), factories.PatrolUnit()
    Notification.objects.bulk_create(
        Notification(
            incident=incident, unit=unit, purpose="answer", channel="sms", text="x", priority=5, key=f"low {n}",
            created_at=NOW, due_at=NOW,
        )
        for n in range(1000)
    )  # fmt: skip
    lanes.fill("one", NOW)
    rows(1, "sms", 1)
    assert lanes.fill("one", NOW) == 1
    until(lambda: carrier.sent == [("sms", 1)])


class TestBooking:
    def test_the_rows_of_one_incident_are_leased_at_once_and_sent(self, lanes, carrier):
        mine = factories.Notification(priority=1, due_at=NOW, created_at=NOW)
        Notification.objects.filter(pk=mine.pk).update(incident=factories.Incident(priority=1))
        mine.refresh_from_db()
        rows(1, "sms", 1)  # another's
        booking = lanes.booking(4)
        booking.claim_of(mine.incident, worker="one", now=NOW)
        assert [row.pk for row, _seen in booking.claimed] == [mine.pk]
        booking.send()
        booking.end()
        until(lambda: carrier.sent == [("sms", 1)] and not lanes.in_flight)

    def test_places_come_back_when_nothing_is_sent(self, lanes):
        booking = lanes.booking(4)
        booking.claim_of(factories.Incident(priority=1), worker="one", now=NOW)
        assert lanes.in_flight == 6
        booking.end()
        assert lanes.in_flight == 0

    def test_where_every_thread_is_taken_the_row_waits_for_whoever_is_free(self, lanes, carrier):
        carrier.hangs = {("sms", 1)}
        rows(2, "sms", 1)
        lanes.fill("one", NOW)
        mine = factories.Notification(priority=1, due_at=NOW, created_at=NOW)
        booking = lanes.booking(4)
        booking.claim_of(mine.incident, worker="one", now=NOW)
        booking.end()
        mine.refresh_from_db()
        assert (booking.claimed, mine.status) == ([], "pending")
