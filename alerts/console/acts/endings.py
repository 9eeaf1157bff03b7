"""How an incident ends, and how it is opened again."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import dispatch
from alerts.console.acts.base import Act, who_is_told_to_stop
from alerts.console.forms import CloseForm, ReasonForm
from reports import workflow
from reports.models import Incident


class StandDown(Act):
    name, label, form, danger = "stand-down", gettext_lazy("Stand down"), ReasonForm, True

    def offered(self, incident, user):
        return Incident.Status.STOOD_DOWN in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("The incident ends as false alarm or safe.")
        yield from who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        dispatch.stand_down(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return _("%s is stood down.") % incident.reference


class Close(Act):
    name, label, form, danger = "close", gettext_lazy("Close"), CloseForm, True

    def offered(self, incident, user):
        # An open distress is stood down by name and reason first.
        open_distress = incident.status == Incident.Status.OPEN and incident.is_distress
        return Incident.Status.CLOSED in workflow.ALLOWED[incident.status] and not open_distress

    def preview(self, incident):
        yield _("It leaves the queue with this outcome. It can be opened again within 30 days.")
        yield from who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        data = form.cleaned_data
        dispatch.close(incident.pk, by=user, outcome=data["outcome"], reason=data["reason"])
        return _("%s is closed.") % incident.reference


class HandOver(Act):
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
        return _("%s is handed over.") % incident.reference


class Reopen(Act):
    name, label, form = "reopen", gettext_lazy("Open again"), ReasonForm

    def offered(self, incident, user):
        ended = incident.transitions.filter(field="status", new=incident.status).order_by("at").last()
        recent = ended is not None and timezone.now() - ended.at <= workflow.REOPENED_WITHIN
        return recent and Incident.Status.OPEN in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("It returns to the queue as open. No unit is told: ask for one afterwards if it is needed.")

    def do(self, incident, form, user):
        workflow.advance(incident.pk, Incident.Status.OPEN, by=user, reason=form.cleaned_data["reason"])
        return _("%s is open again.") % incident.reference
