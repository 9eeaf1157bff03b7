"""A bell that tells the dispatchers to look now instead of in half a second.

Only a hint: the rows are the truth, and the dispatcher polls them besides. Nothing
here may raise or wait long, with Redis or without.
"""

import logging
import threading
import time

import redis
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)

CHANNEL = "suar:due"
TIMEOUT_S = 0.2
RING_S = 1.0  # whoever rings waits no longer for a Redis that has stopped answering
LISTEN_S = 5.0
# After a failure nobody tries again for so long: a web request must not wait for a dead Redis each time.
SILENCE_S = 5.0

_lock = threading.Lock()
_client: redis.Redis | None = None
_silent_until = 0.0


def ring_on_commit() -> None:
    """Ring once this transaction is in the database; not at all if it rolls back."""
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Tell whichever dispatcher listens that a row is due."""
    global _client, _silent_until
    if not settings.REDIS_URL or time.monotonic() < _silent_until:
        return
    try:
        with _lock:
            if _client is None:
                _client = _connect(RING_S)
        _client.publish(CHANNEL, b"")
    except redis.RedisError:
        _silent_until = time.monotonic() + SILENCE_S
        log.warning("redis is away: the dispatcher finds rows by polling")


class Listener(threading.Thread):
    """Sets `event` at each ring; goes on trying while Redis is away."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__(name="wakeup", daemon=True)
        self.event = event
        self.stopping = False

    def run(self) -> None:
        while settings.REDIS_URL and not self.stopping:
            try:
                with _connect(LISTEN_S) as client, client.pubsub(ignore_subscribe_messages=True) as bell:
                    bell.subscribe(CHANNEL)
                    self.event.set()  # something may have been rung while nobody listened
                    while not self.stopping:
                        if bell.get_message(timeout=1.0):
                            self.event.set()
            except redis.RedisError:
                time.sleep(SILENCE_S / 5)


def _connect(answer_s: float) -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=TIMEOUT_S, socket_timeout=answer_s)
