"""Where each unit was, fix by fix, for the audit; kept for settings.UNIT_TRACK_DAYS."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from alerts.models.units import UnitPosition


class UnitTrack(models.Model):
    """One fix of one unit as it came in, also one that was doubted or came late.

    Partitioned by the month of `position_at` (alerts.tracks), so that retention drops a table and leaves
    no holes. A fix that comes twice is one row.
    """

    class Note(models.TextChoices):
        TOO_FAST = "too_fast", _("faster than the unit can go")
        WEEK_ROLLOVER = "week_rollover", _("date put right by 1024 weeks")

    pk = models.CompositePrimaryKey("unit_id", "position_at")
    # No constraint: units are never deleted, and a look at each row's unit would cost as much as the row.
    unit = models.ForeignKey(
        "alerts.PatrolUnit",
        on_delete=models.PROTECT,
        related_name="track",
        db_constraint=False,
        db_index=False,
    )
    position_at = models.DateTimeField()
    received_at = models.DateTimeField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    speed_kn = models.FloatField(null=True, blank=True)
    course_deg = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=UnitPosition.Source)
    note = models.CharField(max_length=14, choices=Note, blank=True)

    class Meta:
        ordering = ["unit", "position_at"]

    def __str__(self) -> str:
        return f"{self.unit_id} at {self.position_at:%Y-%m-%d %H%MZ}"
