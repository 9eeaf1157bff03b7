"""What moves units: asking, tasking, what a crew said by radio, stopping the ladder."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import asked_rankings, dispatch
from alerts.console.acts.base import Act, Done
from alerts.console.forms import (
    AnswerForm,
    ReasonForm,
    RequestUnitForm,
    UnitForm,
    escalation_of,
    ranking_for,
    span,
)
from reports.models import Incident


def who_goes(incident: Incident) -> str:
    """A sentence on the crew that said it goes as the lead; "" where none has."""
    lead = incident.dispatches.leading().select_related("unit").first()
    if lead is None:
        return ""
    return _("%(unit)s said that it goes (%(status)s).") % {
        "unit": lead.unit.call_sign,
        "status": lead.get_status_display(),
    }


class RequestUnit(Act):
    name, label, form, key = "request-unit", gettext_lazy("Ask for a unit"), RequestUnitForm, "u"

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        running = (
            ladder is not None
            and ladder.is_live
            and ladder.purpose == ladder.Purpose.UNIT
            and ladder.climbing != "held"
        )
        wanting = {Incident.Status.OPEN, Incident.Status.DISPATCHING, Incident.Status.SUSPENDED}
        return incident.status in wanting and not running

    def preview(self, incident):
        ranking = ranking_for(incident)
        ranked = ranking["ranked"]
        if held := ranking["waters"].get("held"):
            yield (
                _("The place lies in %s: nobody is called there without an officer. Your word sends.") % held
            )
        if unsure := ranking["waters"].get("may_lie_in"):
            yield _("The position is not sure enough: the place may lie in %s.") % unsure
        if ranked:
            yield _(
                "%(unit)s, %(eta)s away, is alerted first; then %(others)s, until a crew answers "
                "or an officer stops the ladder."
            ) % {
                "unit": ranked[0]["call_sign"],
                "eta": span(ranked[0]["eta_s"]),
                "others": ", ".join(row["call_sign"] for row in ranked[1:4]) or _("the duty officer"),
            }
        elif incident.position is None:
            yield _(
                "There is no position to rank from: the duty officer and the rescue "
                "co-ordination centre are called."
            )
        else:
            yield _("No unit can go: the duty officer and the rescue co-ordination centre are called.")
        yield (
            _("How they are told follows from P%d: push and SMS first, then voice, step by step.")
            % incident.priority
        )

    def do(self, incident, form, user):
        dispatch.request_unit(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return Done(_("A unit is asked for."))


class Task(Act):
    name, label, form, key = "task", gettext_lazy("Task a unit"), UnitForm, "t"

    def preview(self, incident):
        yield _(
            "The unit you name is alerted at once by push, SMS or both, whatever its place in the ranking."
        )
        if goes := who_goes(incident):
            yield _("%s It is tasked as support: if its crew does not answer, nobody else is called.") % goes
        else:
            yield _("If its crew does not answer, the ladder calls the next unit.")

    def do(self, incident, form, user):
        row = dispatch.task(incident.pk, form.cleaned_data["unit"].pk, by=user)
        return Done(_("%s is being alerted.") % row.unit.call_sign)


class Answer(Act):
    name, label, form = "answer", gettext_lazy("A crew answered by radio"), AnswerForm

    def offered(self, incident, user):
        return incident.is_open and incident.dispatches.answerable().exists()

    def preview(self, incident):
        yield _(
            "It counts like the crew's own answer: “goes” stops the ladder, the reporter of "
            "a distress hears that help is coming."
        )
        yield _("Only record what a human told you.")

    def do(self, incident, form, user):
        data = form.cleaned_data
        verb: Callable = getattr(dispatch, data["verb"])
        row = verb(data["dispatch"].pk, via="officer", by=user, reason=data["reason"])
        said = {"unit": row.unit.call_sign, "status": row.get_status_display()}
        return Done(_("%(unit)s is recorded as %(status)s.") % said)


class StopLadder(Act):
    name, label, form, danger = "stop-ladder", gettext_lazy("Stop the ladder"), ReasonForm, True
    quick = (
        gettext_lazy("a unit said by radio that it goes"),
        gettext_lazy("another agency goes"),
        gettext_lazy("the caller is safe"),
    )

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        return incident.is_open and ladder is not None and ladder.is_live

    def preview(self, incident):
        yield _("No further unit or duty officer is called for %(reference)s, under your name.") % {
            "reference": incident.reference
        }
        yield who_goes(incident) or _("Nobody has said yet that he goes.")
        yield _("Units already alerted may still answer.")

    def do(self, incident, form, user):
        dispatch.stop_ladder(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return Done(_("The ladder of %s is stopped.") % incident.reference)


class AskRanking(Act):
    """Have the dispatcher rank the fleet by water as it stands now."""

    name, label, instant, key = "fresh-ranking", gettext_lazy("Rank afresh"), True, "r"

    def preview(self, incident):
        yield _("The fleet is ranked by water as it stands now. Nobody is called.")

    def do(self, incident, form, user):
        asked_rankings.ask(incident.pk, by=user)
        return Done(_("A fresh ranking is asked for."))
