"""What a clock starts: looking for what lies with the carrier, and forgetting old positions."""

from datetime import timedelta

from celery import shared_task

from alerts import inbound_sync, photos, pulses, tracks


@shared_task
def pulse() -> None:
    """Show that this worker hears; beat puts it in."""
    pulses.write("worker", "took a task from the broker")


@shared_task
def import_missed_messages(hours: float) -> None:
    """Take in the messages of the last `hours` that no webhook brought; a second run does nothing."""
    inbound_sync.import_missed(back=timedelta(hours=hours))


@shared_task
def fetch_photos(hours: float) -> None:
    """Fetch the photos that texts of the last `hours` told of; a second run does nothing."""
    photos.fetch_waiting(back=timedelta(hours=hours))


@shared_task
def keep_tracks() -> None:
    """Make next month's partition and forget what is past its time; a second run does nothing."""
    tracks.prepare_months()
    tracks.forget()
