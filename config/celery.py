"""The Celery application: carries what may wait, and wake-ups."""

import atexit
import logging
import os
from functools import cache

from celery import Celery, signals
from celery.contrib.django.task import DjangoTask
from django.db import DatabaseError, connection, transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
logger = logging.getLogger(__name__)


class Task(DjangoTask):
    """A task whose publishing can fail without harm: the rows are there, and a sweep finds them."""

    def delay_on_commit(self, *args, **kwargs) -> None:
        """Publish after the commit; without a broker log it and go on: no request fails for it."""

        def publish() -> None:
            try:
                self.delay(*args, **kwargs)
            except Exception as exc:  # the broker client raises many kinds, and none may reach the request
                logger.warning("%s was not published: %s", self.name, type(exc).__name__)

        transaction.on_commit(publish)


app = Celery("suar", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**kwargs) -> None:
    """Listening here keeps Celery from its own logging, which would not mask numbers."""


@signals.after_task_publish.connect(sender="alerts.tasks.pulse")
def beat_is_heard(**kwargs) -> None:
    """The broker took what only beat puts in: a sign of life of beat."""
    from alerts import pulses  # models, which the application is too early for

    _end_beat_at_exit()
    try:
        pulses.write("beat", "the broker took a task")
    except DatabaseError as exc:
        logger.warning("no pulse was written: %s", type(exc).__name__)
    finally:
        if not connection.in_atomic_block:
            connection.close()


@cache
def _end_beat_at_exit() -> None:
    """Beat has no signal for its end; SIGTERM lets it exit as any program. Once a process."""
    atexit.register(_end_pulse, "beat", os.getpid())


@signals.worker_process_shutdown.connect
def worker_is_told_to_stop(**kwargs) -> None:
    """A process of the pool, which is the one that writes the pulse, was told to stop."""
    _end_pulse("worker", os.getpid())


def _end_pulse(kind: str, pid: int) -> None:
    if os.getpid() != pid:  # a fork inherits what is done at exit
        return
    from alerts import pulses

    pulses.end(kind)
    connection.close()
