"""What officers write down at the desk. All append-only: a database trigger refuses UPDATE and DELETE."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class Note(models.Model):
    """What an officer wrote down about an incident, for whoever has it next. Sent to nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"


class ChecklistTick(models.Model):
    """One tick on an incident's checklist, or one taken off again; the newest of an item counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="ticks")
    item = models.CharField(max_length=40, help_text=_("its key in alerts.checklists"))
    done = models.BooleanField()
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{'✓' if self.done else '○'} {self.item}"


class DeskAct(models.Model):
    """One act of an officer at the desk, with what undoing it needs; an undo is a row too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="desk_acts")
    name = models.CharField(max_length=30, help_text=_("of the act in alerts.console.acts"))
    said = models.CharField(max_length=300, help_text=_("what the officer was told of it"))
    before = models.JSONField(null=True, blank=True, help_text=_("what undo needs; empty: no undo"))
    key = models.UUIDField(null=True, unique=True)  # of the form: sent twice it acts once
    # an act is undone once: of two officers who press at once, one is told
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by}: {self.said}"
