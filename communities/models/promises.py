"""What was said to a community, and whether it was kept."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class Meeting(models.Model):
    """A visit to a community."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey("communities.Community", on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField()
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="meetings")
    attendance = models.PositiveSmallIntegerField(null=True, blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return f"{self.community}, {self.held_on}"


class Promise(models.Model):
    """Something we said we would do."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="promises")
    text = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    kept_on = models.DateField(null=True, blank=True, help_text=_("empty while it is open"))
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["due_on"]

    def __str__(self) -> str:
        return self.text
