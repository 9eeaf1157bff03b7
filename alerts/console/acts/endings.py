"""How an incident ends, and how it is opened again."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import checklists, dispatch
from alerts.console.acts.base import Act, Done, who_is_told_to_stop
from alerts.console.forms import CloseForm, ReasonForm
from reports import workflow
from reports.models import Incident
from reports.taxonomy import TAXONOMY, Category


class StandDown(Act):
    binding = True
    name, label, form, danger, key = "stand-down", gettext_lazy("Stand down"), ReasonForm, True, "d"
    quick = (
        gettext_lazy("all safe, spoken with them"),
        gettext_lazy("false alarm, an honest mistake"),
        gettext_lazy("another agency has helped"),
        gettext_lazy("device set off by accident, owner confirms"),
    )

    def offered(self, incident, user):
        return Incident.Status.STOOD_DOWN in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("The incident ends as false alarm or safe.")
        yield from who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        dispatch.stand_down(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return Done(_("%s is stood down.") % incident.reference, before={})

    def undo(self, incident, before, user):
        return _open_again(incident, user, _("undone"))


class Close(Act):
    binding = True
    name, label, form, danger, key = "close", gettext_lazy("Close"), CloseForm, True, "c"
    quick = (
        gettext_lazy("recorded, nobody needed"),
        gettext_lazy("all persons accounted for"),
        gettext_lazy("nothing found on scene"),
        gettext_lazy("handled by another agency"),
    )

    def offered(self, incident, user):
        # An open distress is stood down by name and reason first.
        open_distress = incident.status == Incident.Status.OPEN and incident.is_distress
        return Incident.Status.CLOSED in workflow.ALLOWED[incident.status] and not open_distress

    def preview(self, incident):
        yield _("It leaves the queue with this outcome. It can be opened again within 30 days.")
        if left := checklists.still_open(incident):
            yield _("Not ticked on the checklist: %s.") % "; ".join(str(item.text) for item in left)
        yield from who_is_told_to_stop(incident, desks=False)

    def do(self, incident, form, user):
        data = form.cleaned_data
        dispatch.close(incident.pk, by=user, outcome=data["outcome"], reason=data["reason"])
        return Done(_("%s is closed.") % incident.reference, before={})

    def undo(self, incident, before, user):
        return _open_again(incident, user, _("undone"))


class HandOver(Act):
    binding = True
    name, label, form, danger = "hand-over", gettext_lazy("Hand over"), ReasonForm, True

    def offered(self, incident, user):
        return Incident.Status.HANDED_OVER in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _(
            "Only when the other centre has taken it in writing: name the centre and its "
            "answer in the reason."
        )
        yield from who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        dispatch.hand_over(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return Done(_("%s is handed over.") % incident.reference)


class Reopen(Act):
    name, label, form = "reopen", gettext_lazy("Open again"), ReasonForm

    def offered(self, incident, user):
        ended = incident.transitions.filter(field="status", new=incident.status).order_by("at").last()
        recent = ended is not None and timezone.now() - ended.at <= workflow.REOPENED_WITHIN
        return recent and Incident.Status.OPEN in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("It returns to the queue as open. No unit is told: ask for one afterwards if it is needed.")

    def do(self, incident, form, user):
        return Done(_open_again(incident, user, form.cleaned_data["reason"]))


class Suspend(Act):
    binding = True
    name, label, form, danger = "suspend", gettext_lazy("Suspend the search"), ReasonForm, True
    quick = (
        gettext_lazy("the whole area searched, no hope of survivors"),
        gettext_lazy("weather stops the search until it is over"),
    )

    def offered(self, incident, user):
        searched = TAXONOMY[incident.type].category == Category.EMERGENCY
        return searched and Incident.Status.SUSPENDED in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("The active search ends for now; the incident stays open and in the queue.")
        yield _("A new report about it begins the search again; so does asking for a unit.")
        yield from who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        dispatch.suspend(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return Done(_("The search for %s is suspended.") % incident.reference)


def _open_again(incident: Incident, user, reason: str) -> str:
    workflow.advance(incident.pk, Incident.Status.OPEN, by=user, reason=reason)
    return _("%s is open again. No unit is called by it.") % incident.reference
