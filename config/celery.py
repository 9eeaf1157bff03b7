"""The Celery application: carries what may wait, and wake-ups."""

import logging
import os

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

    try:
        pulses.write("beat", "the broker took a task")
    except DatabaseError as exc:
        logger.warning("no pulse was written: %s", type(exc).__name__)
    finally:
        if not connection.in_atomic_block:
            connection.close()
