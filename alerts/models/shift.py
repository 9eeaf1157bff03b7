"""What the desk itself writes down: hand-over notes, and acts of officers that change no other row."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class Handover(models.Model):
    """One note from the officer who leaves the desk to whoever comes. Append-only by a database trigger.

    That it was read is a `DeskEntry` of kind READ_HANDOVER.
    """

    class To(models.TextChoices):
        DISPATCHER = "dispatcher", _("the dispatcher on watch")
        SUPERVISOR = "supervisor", _("the supervisor on watch")

    MOST_TEXT = 4000

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(
        "communities.Agency",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("of whoever wrote it; empty: every agency's desk reads it"),
    )
    to_role = models.CharField(max_length=10, choices=To, default=To.DISPATCHER)
    text = models.TextField(max_length=MOST_TEXT)
    open_references = ArrayField(
        models.CharField(max_length=5),
        default=list,
        help_text=_("the queue when it was written"),
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_role__in=["dispatcher", "supervisor"]), name="handover_to_a_known_role"
            ),
        ]
        indexes = [
            # the newest notes
            models.Index(fields=["-at", "-id"], name="handover_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.at:%d %b %H%MZ}"


class DeskEntry(models.Model):
    """What an officer did at the desk that no other row tells. Append-only by a database trigger.

    An acknowledgement is held by the role: it stays when the officer signs out, with role and name.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        SIGNED_OUT = "signed_out", _("signed out")
        TOOK_ALARM = "took_alarm", _("has the alarm")
        TOOK_CALL = "took_call", _("has what the desk was called for")
        READ_HANDOVER = "read_handover", _("has read the hand-over note")
        EXPORTED = "exported", _("exported")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=14, choices=Kind)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, help_text=_("in which it was done"))
    subject = models.UUIDField(null=True, blank=True, help_text=_("the alarm, or the hand-over note"))
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="desk_entries"
    )
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = _("desk entries")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "signed_in",
                        "signed_out",
                        "took_alarm",
                        "took_call",
                        "read_handover",
                        "exported",
                    ]
                ),
                name="desk_entry_kind_known",
            ),
        ]
        indexes = [
            # who has this alarm, who read this note?
            models.Index(
                fields=["subject", "at"], condition=models.Q(subject__isnull=False), name="desk_entry_subject"
            ),
            # what happened in these hours? Rows lie in the order of time.
            BrinIndex(fields=["at"], autosummarize=True, name="desk_entry_times"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()}"
