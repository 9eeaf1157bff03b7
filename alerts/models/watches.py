"""The words that crews owe us, each with its time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from alerts.querysets import WatchQuerySet
from communities.ids import uuid7


class Watch(models.Model):
    """One word that a crew owes by a time: under way, on scene, all well, or that it read its stand-down.

    A deadline is this row's `due_at`; any dispatcher process may carry it out (`alerts.watches`).
    """

    class Kind(models.TextChoices):
        DEPARTURE = "departure", _("to be under way")
        ARRIVAL = "arrival", _("to be on scene")
        WELFARE = "welfare", _("that all is well aboard")
        RECEIPT = "receipt", _("that the stand-down was read")

    class State(models.TextChoices):
        OPEN = "open", _("awaited")
        ANSWERED = "answered", _("answered")
        ENDED = "ended", _("no longer wanted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispatch = models.ForeignKey("alerts.Dispatch", on_delete=models.PROTECT, related_name="watches")
    unit = models.ForeignKey("alerts.PatrolUnit", on_delete=models.PROTECT, related_name="watches")
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    started_at = models.DateTimeField(help_text=_("second 0 of its steps"))
    next_step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveIntegerField(default=0, help_text=_("how often it began anew"))
    due_at = models.DateTimeField(null=True, blank=True, help_text=_("empty: awaited, nobody is asked more"))
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when the crew was first asked this time")
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=40, blank=True, help_text=_("sms, voice, app, position …"))

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("watches")
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["departure", "arrival", "welfare", "receipt"]),
                name="watch_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "answered", "ended"]), name="watch_state_known"
            ),
            models.UniqueConstraint(fields=["dispatch", "kind"], name="watch_once_a_dispatch"),
            # a crew is asked whether all is well on behalf of one task
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(kind="welfare", state="open"),
                name="watch_one_welfare_a_unit",
            ),
        ]
        indexes = [
            # whose word is overdue?
            models.Index(fields=["due_at"], condition=models.Q(state="open"), name="watch_due"),
            # what does this crew owe?
            models.Index(fields=["unit"], condition=models.Q(state="open"), name="watch_open_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_kind_display()}: {self.get_state_display()}"
