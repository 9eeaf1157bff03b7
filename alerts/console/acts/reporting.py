"""What is done about a report and the phone it came from."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.console.acts.base import Act
from alerts.console.forms import ReasonForm, ReportForm
from reports import decisions, triage


class DismissReport(Act):
    name, label, form, danger = "dismiss-report", gettext_lazy("Dismiss a report"), ReportForm, True

    def preview(self, incident):
        yield _(
            "The report stays stored, marked as nothing to act on. The incident stays as it "
            "is; nobody is told."
        )
        if incident.priority <= 2:
            yield _("In a P1 or P2 matter only a supervisor may do this.")

    def do(self, incident, form, user):
        report = decisions.dismiss(
            form.cleaned_data["report"].pk, by=user, reason=form.cleaned_data["reason"]
        )
        return _("Report %s is dismissed.") % report.reference


class Silence(Act):
    name, label, form = "silence", gettext_lazy("Silence the reporter's phone, or answer it"), ReasonForm

    def preview(self, incident):
        if triage.SILENT in incident.flags:
            yield _("The phones of this matter are answered again.")
        else:
            yield _("No text of ours goes to the phones of this matter any more, not even a receipt.")
        yield _("What they send is taken in as before; nothing is sent now.")

    def do(self, incident, form, user):
        silent = triage.SILENT not in incident.flags
        decisions.silence(incident.pk, by=user, reason=form.cleaned_data["reason"], silent=silent)
        return _("The reporter hears nothing more.") if silent else _("The reporter is answered again.")
