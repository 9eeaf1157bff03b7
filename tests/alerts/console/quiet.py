"""A mark names the oldest transaction that is under way on the server, whosever it is."""

import time

from django.db import connection

from alerts.console import changes
from alerts.console.changes import Mark


def quiet_mark(within_s: float = 60) -> Mark:
    """A mark taken while no other test run on this server is in a transaction; what is older is no news to it."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            (following,) = cursor.fetchone()
        mark = changes.mark()
        if mark.xid >= following:
            return mark
        time.sleep(0.005)
    raise AssertionError("some other transaction never ended")
