"""Rankings that a desk asked for, beside those that a ladder makes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AskedRanking(models.Model):
    """The newest ranking of one incident that an officer asked for; a dispatcher fills it in."""

    incident = models.OneToOneField(
        "reports.Incident", on_delete=models.PROTECT, primary_key=True, related_name="asked_ranking"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    claimed_until = models.DateTimeField(
        null=True, blank=True, help_text=_("a dispatcher is at it; empty: wanted or done")
    )
    ranking = models.JSONField(default=dict, blank=True, help_text=_("as of a ladder; empty: no position"))
    ranked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # what is asked for and not there yet?
            models.Index(
                fields=["asked_at"],
                condition=models.Q(ranked_at__isnull=True) | models.Q(ranked_at__lt=models.F("asked_at")),
                name="asked_ranking_wanted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.asked_at:%H:%MZ}"

    @property
    def is_wanted(self) -> bool:
        """Whether the dispatcher still owes it."""
        return self.ranked_at is None or self.ranked_at < self.asked_at
