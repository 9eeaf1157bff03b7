"""The last sign of life of each process."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """When one copy of a process last did its work; written by the work itself, never by a timer beside it.

    Plain columns without a further index: an update stays inside its page.
    """

    name = models.CharField(max_length=120, primary_key=True, help_text=_("kind:host:process"))
    kind = models.CharField(max_length=12)
    host = models.CharField(max_length=60)
    pid = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    at = models.DateTimeField(help_text=_("by the database's clock"))
    ahead_ms = models.IntegerField(default=0, help_text=_("its own clock before the database's"))
    doing = models.CharField(max_length=120, blank=True, help_text=_("what it did last"))
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("it was told to stop, and did"))

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name
