"""The threads that send: for each channel a lane for P1 and P2 and a lane for all else.

A carrier that hangs fills the lanes of its own channel and no other, and what can wait never takes the
threads that an alert needs.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import connection

from alerts import delivery
from alerts.models import Notification
from reports.models import Incident

log = logging.getLogger(__name__)


class Lane:
    """Threads that send the urgent, or the other, notifications of one channel, and how many are free."""

    def __init__(
        self, channel: str, urgent: bool, clock: Callable[[], datetime], done: threading.Event
    ) -> None:
        self.channel, self.urgent, self.clock, self.done = channel, urgent, clock, done
        self.threads = self.free = settings.DISPATCHER_THREADS
        self.lock = threading.Lock()
        self.pool = ThreadPoolExecutor(
            self.threads, thread_name_prefix=f"{channel}-{'urgent' if urgent else 'other'}"
        )

    @property
    def in_flight(self) -> int:
        return self.threads - self.free

    def book(self, most: int) -> int:
        """Take up to `most` free places for rows yet to be claimed; return how many there were."""
        with self.lock:
            places = min(most, self.free)
            self.free -= places
        return places

    def release(self, places: int) -> bool:
        """Give places back; True if there was none before, so that something may wait for one."""
        with self.lock:
            self.free += places
            return self.free == places

    def fill(self, worker: str, now: datetime, at_work: int) -> int:
        """Claim due notifications and send them, as long as no more than `at_work` threads are."""
        places, claimed = self.book(max(0, at_work - self.in_flight)), []
        if not places:
            return 0
        try:
            claimed = delivery.claim(self.channel, places, worker=worker, now=now, urgent=self.urgent)
        finally:
            self.release(places - len(claimed))
        for notification in claimed:
            self.send(notification)
        return len(claimed)

    def send(self, notification: Notification, seen: delivery.Seen | None = None) -> None:
        """Have a notification sent for which a place is booked; `seen` goes to `delivery.deliver`."""
        self.pool.submit(self._send, notification, seen)

    def _send(self, notification: Notification, seen: delivery.Seen | None) -> None:
        try:
            delivery.deliver(notification, now=self.clock(), seen=seen)
        except Exception:  # the lease runs out, and it is sent again
            log.exception("notification %s: no outcome recorded", notification.pk)
        finally:
            connection.close()  # back to the pool
            if self.release(1):
                self.done.set()


class Lanes:
    """All lanes; `done` is set when a thread is free again that something due may wait for."""

    channels = tuple(Notification.Channel.values)

    def __init__(self, clock: Callable[[], datetime], done: threading.Event) -> None:
        self.lanes = {
            (channel, urgent): Lane(channel, urgent, clock, done)
            for urgent in (True, False)  # in this order they are filled
            for channel in self.channels
        }

    @property
    def in_flight(self) -> int:
        return sum(lane.in_flight for lane in self.lanes.values())

    def of(self, notification: Notification) -> Lane:
        return self.lanes[notification.channel, notification.priority <= delivery.URGENT]

    def fill(self, worker: str, now: datetime, *, hurried: bool = False) -> int:
        """Send what is due as far as threads are free; return how many rows.

        `hurried`: rungs are being carried out, so of what can wait one thread a channel goes on.
        """
        due = [self.lanes[key] for key in delivery.lanes_due(now)]
        return sum(lane.fill(worker, now, 1 if hurried and not lane.urgent else lane.threads) for lane in due)

    def booking(self, places: int) -> "Booking":
        return Booking(self, places)

    def close(self) -> None:
        for lane in self.lanes.values():
            lane.pool.shutdown(wait=True)


class Booking:
    """Rows of one incident, leased in the transaction that writes them and sent right after its commit."""

    def __init__(self, lanes: Lanes, places: int) -> None:
        self.lanes, self.places = lanes, places
        self.booked: dict[Lane, int] = {}
        self.claimed: list[tuple[Notification, delivery.Seen]] = []
        self.took_all = True  # nothing of the incident that is due is left to others

    def claim_of(self, incident: Incident, *, worker: str, now: datetime) -> None:
        """Lease what is due of the incident, as far as its lanes have free threads."""
        urgent = incident.priority <= delivery.URGENT
        for channel in self.lanes.channels:
            lane = self.lanes.lanes[channel, urgent]
            self.booked[lane] = lane.book(self.places)
        free = {lane.channel: places for lane, places in self.booked.items() if places}
        most = min(free.values(), default=0)
        self.claimed = delivery.claim_of(incident.pk, list(free), most, urgent=urgent, worker=worker, now=now)
        self.took_all = len(free) == len(self.booked) and len(self.claimed) < most

    def send(self) -> None:
        """Send what was leased; the transaction is in the database."""
        for notification, seen in self.claimed:
            lane = self.lanes.of(notification)
            self.booked[lane] -= 1
            lane.send(notification, seen)
        self.claimed = []

    def end(self) -> None:
        """Give back the places that were not needed; meanwhile something may have found none."""
        for lane, places in self.booked.items():
            if lane.release(places):
                self.took_all = False
        self.booked = {}
