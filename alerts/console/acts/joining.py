"""Which reports are of the same matter."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import dispatch
from alerts.console.acts.base import Act, Done
from alerts.console.forms import JoinForm, ReportForm
from reports import decisions


class Join(Act):
    name, label, form, key = "join", gettext_lazy("Join to another incident"), JoinForm, "s"
    quick = (
        gettext_lazy("same place and time"),
        gettext_lazy("same boat named"),
        gettext_lazy("spoke with both callers"),
    )

    def preview(self, incident):
        if incident.proposed_same_as:
            yield _("Proposed: %(reference)s, because %(why)s.") % {
                "reference": incident.proposed_same_as.reference,
                "why": incident.proposed_why or _("place and time agree"),
            }
        yield (
            _(
                "All reports of %s move to the other incident, which takes over what they add. "
                "It can be undone."
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
        said = {"one": incident.reference, "other": survivor.reference}
        return Done(
            _("%(one)s is now part of %(other)s.") % said,
            before={"merged": str(incident.pk)},
            incident=survivor,
        )

    def undo(self, incident, before, user):
        new = decisions.unjoin(before["merged"], by=user, reason=_("undone"))
        return _("The reports that came along are now incident %s.") % new.reference


class DismissProposal(Act):
    name, label, instant, key = "dismiss-proposal", gettext_lazy("Not the same matter"), True, "x"

    def offered(self, incident, user):
        return incident.is_open and incident.proposed_same_as_id is not None

    def preview(self, incident):
        yield (
            _("The proposal to join %s is taken off; nothing else changes.")
            % incident.proposed_same_as.reference
        )

    def do(self, incident, form, user):
        other, why = incident.proposed_same_as_id, incident.proposed_why
        decisions.dismiss_proposal(incident.pk, user)
        return Done(_("The proposal is taken off."), before={"other": str(other), "why": why})

    def undo(self, incident, before, user):
        row = decisions.propose_again(incident.pk, before["other"], by=user, why=before["why"])
        return _("%s is proposed again.") % row.proposed_same_as.reference


class Part(Act):
    name, label, form = "part", gettext_lazy("Part a report"), ReportForm
    quick = (gettext_lazy("another boat"), gettext_lazy("another place"), gettext_lazy("another time"))

    def offered(self, incident, user):
        return incident.is_open and incident.reports.count() > 1

    def preview(self, incident):
        yield _(
            "The report gets an incident of its own, scored by itself; if that is P1 a unit "
            "is asked for at once."
        )

    def do(self, incident, form, user):
        new = decisions.part(form.cleaned_data["report"].pk, by=user, reason=form.cleaned_data["reason"])
        said = _("The report is now incident %s.") % new.reference
        return Done(said, before={"new": str(new.pk)})

    def undo(self, incident, before, user):
        dispatch.merge(UUID(before["new"]), incident.pk, by=user, reason=_("undone"))
        return _("The report is back in %s.") % incident.reference
