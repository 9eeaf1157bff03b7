"""The word of two officers that a report of an urgent matter is nothing to act on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class Dismissal(models.Model):
    """One officer's proposal to dismiss a report of a P1 or P2 matter, until a second one has answered it."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed by a second officer")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="dismissals")
    proposed_by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    settled_by = models.ForeignKey(
        "communities.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True, help_text=_("empty: it waits"))

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            # a report waits for one second word at a time
            models.UniqueConstraint(
                fields=["report"], condition=models.Q(outcome=""), name="dismissal_waits_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", settled_by__isnull=True, settled_at__isnull=True)
                | models.Q(
                    outcome__in=["confirmed", "withdrawn"], settled_by__isnull=False, settled_at__isnull=False
                ),
                name="dismissal_names_who_settled_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="confirmed") | ~models.Q(settled_by=models.F("proposed_by")),
                name="dismissal_takes_two_officers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.get_outcome_display() or 'waits'}"
