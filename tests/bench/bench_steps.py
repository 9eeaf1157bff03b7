"""What the tables of states in PostgreSQL cost: `python -m tests.bench.bench_steps`.

10,000 notifications take the three steps of a message that arrives, in bulk and row by row, with the triggers
and without, in turns.
"""

import statistics
import sys
import time

from tests.bench.stage import Stage, show

ROWS, SINGLE, ROUNDS = 10_000, 2000, 7
STEPS = ("leased", "accepted", "delivered")


def fill(rows: int) -> None:
    from alerts.models import Notification
    from tests import factories

    Notification.objects.all().delete()
    first = factories.Notification()
    Notification.objects.bulk_create(
        factories.Notification.build(incident=first.incident, unit=first.unit) for _ in range(rows - 1)
    )


def switch(state: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE alerts_notification {state} TRIGGER notification_steps")
        cursor.execute("VACUUM FULL alerts_notification")
        cursor.execute("CHECKPOINT")


def bulk() -> float:
    """Microseconds a row of one UPDATE a step over all rows."""
    from alerts.models import Notification

    fill(ROWS)
    started = time.perf_counter()
    for step in STEPS:
        Notification.objects.update(status=step)
    return (time.perf_counter() - started) / ROWS / len(STEPS) * 1e6


def single() -> float:
    """Microseconds of an UPDATE of one row, as the sender writes it, all in one transaction."""
    from django.db import transaction

    from alerts.models import Notification

    fill(SINGLE)
    keys = list(Notification.objects.values_list("pk", flat=True))
    started = time.perf_counter()
    with transaction.atomic():
        for step in STEPS:
            for key in keys:
                Notification.objects.filter(pk=key).update(status=step)
    return (time.perf_counter() - started) / SINGLE / len(STEPS) * 1e6


def main() -> None:
    with Stage():
        rows = []
        for name, measure in (("10,000 rows in one UPDATE", bulk), ("one row an UPDATE", single)):
            found = {"ENABLE": [], "DISABLE": []}
            for _ in range(ROUNDS):
                for state, times in found.items():
                    switch(state)
                    times.append(measure())
            switch("ENABLE")
            checked, bare = (statistics.median(found[state]) for state in ("ENABLE", "DISABLE"))
            rows.append((name, f"{bare:.1f}", f"{checked:.1f}", f"{checked - bare:+.1f}"))
        show([("microseconds a row, median", "no table", "table", "difference"), *rows])


if __name__ == "__main__":
    sys.exit(main())
