"""Warnings to whole communities."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.languages import Language


class Advisory(models.Model):
    """A warning (weather, hazard, closure) drafted by an officer for one or more communities."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=480)
    language = models.CharField(max_length=3, choices=Language, default=Language.MALAY)
    communities = models.ManyToManyField("communities.Community", related_name="advisories")
    channels = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    valid_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="advisories")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = _("advisories")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "approved", "withdrawn"]),
                name="advisory_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title
