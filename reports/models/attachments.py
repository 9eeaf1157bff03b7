"""Photos."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


def original_path(attachment: "Attachment", filename: str) -> str:
    """Where the file as sent is kept; its name comes from us, never from the phone."""
    return f"originals/{attachment.id}"


def shared_path(attachment: "Attachment", filename: str) -> str:
    """Where the stripped copy that crews may see is kept."""
    return f"shared/{attachment.id}.webp"


class Attachment(models.Model):
    """One photo of a report: the original for officers, a stripped copy for everybody else."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        SHRINKING = "shrinking", _("shrinking")
        READY = "ready", _("ready")
        REJECTED = "rejected", _("not a picture we can open")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="attachments")
    external_id = models.CharField(max_length=120)
    original = models.FileField(upload_to=original_path, max_length=200)
    shared = models.FileField(upload_to=shared_path, max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["received_at"]
        constraints = [
            # an upload that is sent again is the same photo
            models.UniqueConstraint(fields=["report", "external_id"], name="attachment_key_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=["received", "shrinking", "ready", "rejected"]),
                name="attachment_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"photo {str(self.id)[-6:]}"
