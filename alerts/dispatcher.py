"""The dispatcher process: carries out due rungs and sends due notifications, until told to stop.

Any number of copies may run. The rows in PostgreSQL are the truth; Redis only rings the bell.
Each channel has threads of its own, so that a carrier that hangs never slows another.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from alerts import delivery, escalation, pulses, searoutes, wakeup
from alerts.models import Notification
from alerts.transports.base import get_transport

log = logging.getLogger(__name__)

SWEEP_S = 1.0
AWAY_S = 1.0  # pause after the database did not answer


class Dispatcher:
    """One copy of the dispatcher. `run` blocks until `stop`. `clock` tells it what is due."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self.clock = clock
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}"
        self.due = threading.Event()
        self.stopping = threading.Event()
        self.channels = {
            channel: Channel(channel, settings.DISPATCHER_THREADS, self.due)
            for channel in Notification.Channel.values
        }
        self.listener = wakeup.Listener(self.due)
        self.swept_at = 0.0
        self.pulse = pulses.Writer("dispatcher")

    def stop(self) -> None:
        self.stopping.set()
        self.due.set()

    def run(self) -> None:
        """Work until stopped; then let what is in flight finish."""
        for channel in self.channels:
            get_transport(channel)  # client libraries load now, not at the first distress
        searoutes.warm()
        self.listener.start()
        log.info("dispatcher %s is at work, looking every %s s", self.name, settings.DISPATCHER_POLL_S)
        while not self.stopping.is_set():
            self.due.clear()
            try:
                busy = self.tick()
                self.pulse.beat("sending" if busy else "nothing is due")
            except DatabaseError:
                log.exception("the database did not answer; trying again in %s s", AWAY_S)
                connection.close()
                busy = False
                self.stopping.wait(AWAY_S)
            if not busy:
                self.due.wait(settings.DISPATCHER_POLL_S)
        self.listener.stopping = True
        for channel in self.channels.values():
            channel.close()
        self.pulse.end()
        log.info("dispatcher %s has stopped", self.name)

    def tick(self) -> bool:
        """Carry out what is due now; True if there may be more at once."""
        now = self.clock()
        if time.monotonic() - self.swept_at >= SWEEP_S:
            self.swept_at = time.monotonic()
            close_old_connections()
            delivery.return_leases(now)
            escalation.sweep(now)
        # A few rungs at a time: what the first one asks for leaves before the twentieth is carried out.
        climbed = escalation.carry_out_due(now)
        # One look for all channels: most of the time nothing is due at all.
        due = set(Notification.objects.due(now).order_by().values_list("channel", flat=True).distinct())
        sent = sum(self.channels[channel].fill(self.name, now) for channel in due)
        return bool(climbed or sent)

    def drain(self) -> None:
        """Carry out all that is due and wait for it: for tests and drills."""
        while self.tick() or any(channel.in_flight for channel in self.channels.values()):
            time.sleep(0.005)


class Channel:
    """The threads that send on one channel, and how many are free."""

    def __init__(self, name: str, threads: int, done: threading.Event) -> None:
        self.name = name
        self.threads = threads
        self.done = done
        self.in_flight: set[Future] = set()
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def fill(self, worker: str, now: datetime) -> int:
        """Claim as many due notifications as there are free threads, and send them."""
        claimed = delivery.claim(self.name, self.threads - len(self.in_flight), worker=worker, now=now)
        for notification in claimed:
            future = self.pool.submit(self._send, notification)
            self.in_flight.add(future)
            future.add_done_callback(self._landed)
        return len(claimed)

    def close(self) -> None:
        self.pool.shutdown(wait=True)

    def _send(self, notification: Notification) -> None:
        try:
            delivery.deliver(notification)
        finally:
            connection.close()  # back to the pool

    def _landed(self, future: Future) -> None:
        self.in_flight.discard(future)
        self.done.set()
