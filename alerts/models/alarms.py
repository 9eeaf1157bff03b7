"""What is wrong with the service itself, and who was told of it."""

from django.contrib.gis.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class Alarm(models.Model):
    """One thing that should have happened and did not: one row for as long as it lasts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=30, help_text=_("a word of alerts.alarms.KINDS"))
    subject = models.CharField(max_length=120, help_text=_("what it is about"))
    text = models.CharField(max_length=300, help_text=_("in words, without a name, a number or a position"))
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="alarms"
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    lasts_until = models.DateTimeField(
        null=True, blank=True, help_text=_("of what no round looks for: it stands until then")
    )
    cleared_at = models.DateTimeField(null=True, blank=True)
    texts = models.PositiveSmallIntegerField(default=0, help_text=_("how often it was texted"))
    text_due_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        "communities.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(
        null=True, blank=True, help_text=_("not texted again before; it is shown all the same")
    )

    class Meta:
        ordering = ["-first_seen_at", "id"]
        constraints = [
            # one row a fact
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(cleared_at__isnull=True), name="alarm_once"
            ),
        ]
        indexes = [
            # did this fact stand a moment ago?
            models.Index(fields=["kind", "subject", "cleared_at"], name="alarm_of_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class AlarmText(models.Model):
    """One text about alarms to one number of ours, as it was tried."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    station = models.ForeignKey(
        "alerts.Station",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("empty: the operations number"),
    )
    text = models.CharField(max_length=160)
    at = models.DateTimeField(db_default=Now())
    carrier_id = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return self.text
