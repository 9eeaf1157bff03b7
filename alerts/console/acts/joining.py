"""Which reports are of the same matter."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import dispatch
from alerts.console.acts.base import Act
from alerts.console.forms import JoinForm, ReportForm
from reports import decisions


class Join(Act):
    name, label, form = "join", gettext_lazy("Join to another incident"), JoinForm

    def preview(self, incident):
        if incident.proposed_same_as:
            yield _("Proposed: %(reference)s, because %(why)s.") % {
                "reference": incident.proposed_same_as.reference,
                "why": incident.proposed_why or _("place and time agree"),
            }
        yield (
            _(
                "All reports of %s move to the other incident, which takes over what they add. "
                "“Part a report” undoes it."
            )
            % incident.reference
        )
        called = [row.unit.call_sign for row in incident.dispatches.answerable().select_related("unit")]
        if called:
            yield _(
                "%s: called for the other incident instead, under its reference; where a unit leads there "
                "already they are told to stop."
            ) % ", ".join(called)

    def do(self, incident, form, user):
        survivor = dispatch.merge(
            incident.pk, form.cleaned_data["into"].pk, by=user, reason=form.cleaned_data["reason"]
        )
        return _("%(one)s is now part of %(other)s.") % {
            "one": incident.reference,
            "other": survivor.reference,
        }


class DismissProposal(Act):
    name, label = "dismiss-proposal", gettext_lazy("Not the same matter")

    def offered(self, incident, user):
        return incident.is_open and incident.proposed_same_as_id is not None

    def preview(self, incident):
        yield (
            _("The proposal to join %s is taken off; nothing else changes.")
            % incident.proposed_same_as.reference
        )

    def do(self, incident, form, user):
        decisions.dismiss_proposal(incident.pk, user)
        return _("The proposal is taken off.")


class Part(Act):
    name, label, form = "part", gettext_lazy("Part a report"), ReportForm

    def offered(self, incident, user):
        return incident.is_open and incident.reports.count() > 1

    def preview(self, incident):
        yield _(
            "The report gets an incident of its own, scored by itself; if that is P1 a unit "
            "is asked for at once."
        )

    def do(self, incident, form, user):
        new = decisions.part(form.cleaned_data["report"].pk, by=user, reason=form.cleaned_data["reason"])
        return _("The report is now incident %s.") % new.reference
