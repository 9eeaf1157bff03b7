"""What an officer writes down: notes, and ticks on the checklist. Sent to nobody."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import checklists
from alerts.console.acts.base import Act, Done, unchanged
from alerts.console.forms import NoteForm, TickForm
from alerts.models import ChecklistTick, Note
from reports.models import Incident


class WriteNote(Act):
    name, label, form, key = "note", gettext_lazy("Write a note"), NoteForm, "n"

    def offered(self, incident, user):
        return True

    def preview(self, incident):
        yield _("It stands in the story for every desk, with your name, and cannot be changed.")
        yield _("Nothing is sent.")

    def do(self, incident, form, user):
        Note.objects.create(incident=incident, text=form.cleaned_data["text"], by=user, at=timezone.now())
        return Done(_("Noted."))


class Tick(Act):
    """Tick one item of the checklist, or take its tick off."""

    name, label, form, instant = "tick", gettext_lazy("Tick the checklist"), TickForm, True

    def offered(self, incident, user):
        return incident.status in Incident.QUEUE_STATUSES or incident.status == Incident.Status.STOOD_DOWN

    def preview(self, incident):
        yield _("Your name and the time stand beside it. Nothing is sent.")

    def do(self, incident, form, user):
        item, done = form.cleaned_data["item"], form.cleaned_data["done"] == "yes"
        return Done(_ticked(incident, item, done, user), before={"item": item, "set": done})

    def undo(self, incident, before, user):
        tick = incident.ticks.filter(item=before["item"]).last()
        unchanged(tick is not None and tick.done, before["set"])
        return _ticked(incident, before["item"], not before["set"], user)


def _ticked(incident: Incident, item: str, done: bool, user) -> str:
    ChecklistTick.objects.create(incident=incident, item=item, done=done, by=user, at=timezone.now())
    said = _("Done: %s") if done else _("Open again: %s")
    return said % checklists.ITEMS[item]
