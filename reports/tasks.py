"""What may wait: photos."""

from celery import shared_task

from reports import media


@shared_task(acks_late=True)
def shrink_photo(attachment_id: str) -> None:
    """Make the sharable copy of one photo; a second run of the same id does nothing."""
    media.shrink(attachment_id)


@shared_task
def shrink_waiting_photos() -> None:
    """Make the copies whose task was lost: the broker was away, or a worker died."""
    for attachment_id in media.waiting():
        media.shrink(attachment_id)
