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

    def book(self, most: int) -> int:
        """Take up to `most` free places for rows yet to be claimed; return how many there were."""
        with self.lock:
            places = min(most, self.free)
            self.free -= places
        return places

    def release(self, places: int) -> None:
        with self.lock:
            self.free += places

    def fill(self, worker: str, now: datetime) -> int:
        """Claim as many due notifications as there are free threads, and send them."""
        places, claimed = self.book(self.threads), []
        if not places:
            return 0
        try:
            claimed = delivery.claim(self.channel, places, worker=worker, now=now, urgent=self.urgent)
        finally:
            self.release(places - len(claimed))
        for notification in claimed:
            self.send(notification)
        return len(claimed)

    def send(self, notification: Notification) -> None:
        """Have a notification sent for which a place is booked."""
        self.pool.submit(self._send, notification)

    def _send(self, notification: Notification) -> None:
        try:
            delivery.deliver(notification, now=self.clock())
        except Exception:  # the lease runs out, and it is sent again
            log.exception("notification %s: no outcome recorded", notification.pk)
        finally:
            connection.close()  # back to the pool
            self.release(1)
            self.done.set()


class Lanes:
    """All lanes; `done` is set whenever a thread is free again."""

    channels = tuple(Notification.Channel.values)

    def __init__(self, clock: Callable[[], datetime], done: threading.Event) -> None:
        self.lanes = {
            (channel, urgent): Lane(channel, urgent, clock, done)
            for urgent in (True, False)  # in this order they are filled
            for channel in self.channels
        }

    @property
    def in_flight(self) -> int:
        return sum(lane.threads - lane.free for lane in self.lanes.values())

    def of(self, notification: Notification) -> Lane:
        return self.lanes[notification.channel, notification.priority <= delivery.URGENT]

    def fill(self, worker: str, now: datetime) -> int:
        """Send what is due as far as threads are free; return how many rows."""
        return sum(self.lanes[key].fill(worker, now) for key in delivery.lanes_due(now))

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
        self.claimed: list[Notification] = []

    def claim_of(self, incident: Incident, *, worker: str, now: datetime) -> None:
        """Lease what is due of the incident, as far as its lanes have free threads."""
        urgent = incident.priority <= delivery.URGENT
        for channel in self.lanes.channels:
            lane = self.lanes.lanes[channel, urgent]
            self.booked[lane] = lane.book(self.places)
        free = {lane.channel: places for lane, places in self.booked.items() if places}
        most = min(free.values(), default=0)
        self.claimed = delivery.claim_of(incident.pk, list(free), most, urgent=urgent, worker=worker, now=now)

    def send(self) -> None:
        """Send what was leased; the transaction is in the database."""
        for notification in self.claimed:
            lane = self.lanes.of(notification)
            self.booked[lane] -= 1
            lane.send(notification)
        self.claimed = []

    def end(self) -> None:
        """Give back the places that were not needed."""
        for lane, places in self.booked.items():
            lane.release(places)
        self.booked = {}
