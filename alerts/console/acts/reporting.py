"""What is done about a report and the phone it came from."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import asking
from alerts.console.acts.base import Act, Done, unchanged
from alerts.console.forms import DismissalForm, QuestionForm, ReasonForm, ReportForm
from reports import decisions, dismissals, triage
from reports.models import Dismissal, Report


class AskReporter(Act):
    """One of the service's own questions, in each reporter's language."""

    name, label, form, key = "question", gettext_lazy("Ask the reporter"), QuestionForm, "q"

    def offered(self, incident, user):
        return incident.is_open

    def preview(self, incident):
        if why := asking.refusal(incident):
            yield why
            return
        for kind, label in QuestionForm.KINDS.items():
            heard = asking.would_hear(incident, kind)
            if heard:
                yield _("%(question)s Phones: %(count)d. %(text)s") % {
                    "question": label,
                    "count": len(heard),
                    "text": " · ".join(dict.fromkeys(one.text for one in heard)),
                }
        yield _("An answer is waited for, for three minutes; then the queue says that none came.")

    def do(self, incident, form, user):
        count = asking.ask(incident.pk, form.cleaned_data["kind"], by=user)
        return Done(_("Asked. Phones: %d.") % count)


class DismissReport(Act):
    name, label, form, danger = "dismiss-report", gettext_lazy("Dismiss a report"), ReportForm, True
    quick = (
        gettext_lazy("test or play"),
        gettext_lazy("a known hoax"),
        gettext_lazy("nothing to do with the sea"),
    )

    def offered(self, incident, user):
        return incident.is_open and incident.reports.filter(status=Report.Status.RECEIVED).exists()

    def preview(self, incident):
        yield _(
            "The report stays stored, marked as nothing to act on. The incident stays as it "
            "is; nobody is told."
        )
        if dismissals.needs_two(incident):
            yield _(
                "In a P1 or P2 matter it takes two officers: this is the proposal, and another "
                "supervisor has to confirm it. Until then either can take it back."
            )
        else:
            yield _("It cannot be undone.")

    def do(self, incident, form, user):
        report, reason = form.cleaned_data["report"], form.cleaned_data["reason"]
        if dismissals.needs_two(incident):
            row = dismissals.propose(report.pk, by=user, reason=reason)
            said = _("Proposed: dismiss report %s. A second officer has to confirm.") % report.reference
            return Done(said, before={"dismissal": str(row.pk)})
        dismissals.dismiss(report.pk, by=user, reason=reason)
        return Done(_("Report %s is dismissed.") % report.reference)

    def undo(self, incident, before, user):
        row = dismissals.withdraw(before["dismissal"], by=user)
        return _("The proposal to dismiss report %s is taken back.") % row.report.reference


class ConfirmDismissal(Act):
    name, label, form, danger = "confirm-dismissal", gettext_lazy("Confirm a dismissal"), DismissalForm, True

    def offered(self, incident, user):
        return any(dismissals.may_confirm(row, user) for row in waiting_dismissals(incident))

    def preview(self, incident):
        for row in waiting_dismissals(incident):
            yield _("%(name)s proposes to dismiss report %(reference)s: %(reason)s") % {
                "name": row.proposed_by,
                "reference": row.report.reference,
                "reason": row.reason,
            }
        yield _("You are the second officer. The report stays stored; it cannot be undone; nobody is told.")

    def do(self, incident, form, user):
        report = dismissals.confirm(form.cleaned_data["dismissal"].pk, by=user)
        return Done(_("Report %s is dismissed.") % report.reference)


class WithdrawDismissal(Act):
    name, label, form = "withdraw-dismissal", gettext_lazy("Take a proposed dismissal back"), DismissalForm

    def offered(self, incident, user):
        return waiting_dismissals(incident).exists()

    def preview(self, incident):
        yield _("The report counts as before. Whoever proposed it sees that in the story.")

    def do(self, incident, form, user):
        row = dismissals.withdraw(form.cleaned_data["dismissal"].pk, by=user)
        return Done(_("The proposal to dismiss report %s is taken back.") % row.report.reference)


class Silence(Act):
    name, label, form = "silence", gettext_lazy("Silence the reporter's phone, or answer it"), ReasonForm
    quick = (
        gettext_lazy("the phone may be in wrong hands"),
        gettext_lazy("the reporter asked for it"),
        gettext_lazy("the danger to the reporter is over"),
    )

    def preview(self, incident):
        if triage.SILENT in incident.flags:
            yield _("The phones of this matter are answered again.")
        else:
            yield _("No text of ours goes to the phones of this matter any more, not even a receipt.")
        yield _("What they send is taken in as before; nothing is sent now.")

    def do(self, incident, form, user):
        silent = triage.SILENT not in incident.flags
        return Done(_set_silent(incident, silent, user, form.cleaned_data["reason"]), before={"set": silent})

    def undo(self, incident, before, user):
        unchanged(triage.SILENT in incident.flags, before["set"])
        return _set_silent(incident, not before["set"], user, _("undone"))


def waiting_dismissals(incident):
    """Proposals to dismiss a report of this incident that wait for a second officer."""
    rows = Dismissal.objects.filter(report__incident=incident, outcome="")
    return rows.select_related("report", "proposed_by")


def _set_silent(incident, silent: bool, user, reason: str) -> str:
    decisions.silence(incident.pk, by=user, reason=reason, silent=silent)
    return _("The reporter hears nothing more.") if silent else _("The reporter is answered again.")
