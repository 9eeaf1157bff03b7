"""Ladders that a sector's officers made their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class SectorLadder(models.Model):
    """One version of a sector's ladder for one priority; the newest counts, an empty one is "as shipped".

    Append-only: a database trigger refuses UPDATE and DELETE, so that a ladder that runs keeps the version it
    began with, and the versions are the history of who changed what. The sector is named, not linked: its
    outline may be drawn anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sector = models.CharField(max_length=120, help_text=_("name of a zone of kind sector"))
    priority = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(help_text=_("of the version"))
    calls = models.JSONField(default=list, help_text=_("[second, channel, whom]; empty: as shipped"))
    repeat = models.JSONField(default=list, help_text=_("[channel, whom], again and again at the end"))
    repeat_s = models.PositiveIntegerField(null=True, blank=True)
    last_s = models.PositiveIntegerField(null=True, blank=True, help_text=_("second of the last call"))
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["sector", "priority", "-number"]
        constraints = [
            # which version counts? Of two officers at once one is told
            models.UniqueConstraint(
                fields=["sector", "priority", "number"], name="sector_ladder_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__range=(1, 5)), name="sector_ladder_priority_1_to_5"
            ),
            models.CheckConstraint(
                condition=models.Q(calls=[], repeat_s__isnull=True, last_s__isnull=True)
                | models.Q(repeat_s__gte=30, repeat_s__lte=86_400, last_s__lte=86_400) & ~models.Q(repeat=[]),
                name="sector_ladder_never_ends",
            ),
            # A P1 is repeated from 600 s on each 120 s, or sooner; the rest of that rule is
            # alerts.sector_ladders.slower_than_shipped.
            models.CheckConstraint(
                condition=~models.Q(priority=1)
                | models.Q(repeat_s__isnull=True)
                | models.Q(repeat_s__lte=120, last_s__lte=600),
                name="sector_ladder_p1_no_slower",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sector} P{self.priority} version {self.number}"

    @property
    def is_shipped(self) -> bool:
        """Whether this version says: as shipped."""
        return not self.calls
