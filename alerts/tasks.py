"""What a clock starts: looking for what the carrier could not hand over."""

from datetime import timedelta

from celery import shared_task

from alerts import inbound_sync


@shared_task
def import_missed_messages(hours: float) -> None:
    """Take in the messages of the last `hours` that no webhook brought; a second run does nothing."""
    inbound_sync.import_missed(back=timedelta(hours=hours))
