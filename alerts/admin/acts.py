"""What an officer does to an incident: one class an act, each with a form and a preview of what it will do.

An act calls one function of `reports.decisions`, `reports.workflow` or `alerts.dispatch`; rules live there.
"""

from collections.abc import Callable, Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import candidates, dispatch, weather
from alerts.admin.forms import (
    ActForm,
    AnswerForm,
    CloseForm,
    CorrectForm,
    JoinForm,
    PriorityForm,
    ReasonForm,
    ReportForm,
    RequestUnitForm,
    UnitForm,
    WeatherForm,
    escalation_of,
    is_held,
    ranking_now,
    span,
)
from alerts.models import Notification
from reports import decisions, triage, workflow
from reports.models import Incident


class Act:
    """One thing an officer does.

    `offered` says whether it makes sense now (the rule itself is asked again when it is done);
    `preview` yields sentences on what will happen and who is told; `do` does it and returns what to say.
    """

    name: str
    label = ""
    form: type[ActForm] = ActForm
    danger = False

    def offered(self, incident: Incident, user) -> bool:
        return incident.is_open

    def preview(self, incident: Incident) -> Iterator[str]:
        yield ""

    def do(self, incident: Incident, form: ActForm, user) -> str:
        raise NotImplementedError


class Take(Act):
    name, label = "take", gettext_lazy("Take")

    def offered(self, incident, user):
        return incident.is_open and not (incident.held_by_id == user.pk and is_held(incident))

    def preview(self, incident):
        seconds = (
            decisions.LEASE_OF_UNTOUCHED_DISTRESS
            if incident.taken_at is None and incident.is_distress
            else decisions.LEASE
        )
        yield _("You hold it for %(time)s; the others at the desk see your name on it.") % {
            "time": span(seconds.total_seconds())
        }
        yield _("Nothing is sent.")

    def do(self, incident, form, user):
        decisions.take(incident.pk, user)
        return _("You hold %s.") % incident.reference


class Release(Act):
    name, label = "release", gettext_lazy("Give back")

    def offered(self, incident, user):
        return incident.is_open and incident.held_by_id == user.pk

    def preview(self, incident):
        yield _("It goes back to the queue; nothing is sent.")

    def do(self, incident, form, user):
        decisions.release(incident.pk, user)
        return _("%s is back in the queue.") % incident.reference


class RequestUnit(Act):
    name, label, form = "request-unit", gettext_lazy("Ask for a unit"), RequestUnitForm

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        running = (
            ladder is not None
            and ladder.is_live
            and ladder.purpose == ladder.Purpose.UNIT
            and ladder.climbing != "held"
        )
        return incident.status in {Incident.Status.OPEN, Incident.Status.DISPATCHING} and not running

    def preview(self, incident):
        ranking = ranking_now(incident)
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
        return _("A unit is asked for.")


class Task(Act):
    name, label, form = "task", gettext_lazy("Task a unit"), UnitForm

    def preview(self, incident):
        yield _(
            "The unit you name is alerted at once by push, SMS or both, whatever its place in the ranking."
        )
        yield _("If its crew does not answer, the ladder calls the next unit.")

    def do(self, incident, form, user):
        row = dispatch.task(incident.pk, form.cleaned_data["unit"].pk, by=user)
        return _("%s is being alerted.") % row.unit.call_sign


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
        return _("%(unit)s is recorded as %(status)s.") % {
            "unit": row.unit.call_sign,
            "status": row.get_status_display(),
        }


class ChangePriority(Act):
    name, label, form = "priority", gettext_lazy("Change the priority"), PriorityForm

    def preview(self, incident):
        yield _(
            "The rule says P%(rule)d (%(score)d points); your word wins and the rule's own "
            "value stays stored."
        ) % {
            "rule": incident.rule_priority,
            "score": incident.score,
        }
        yield _("P1 asks for a unit at once; any other priority tells nobody.")

    def do(self, incident, form, user):
        row = decisions.override_priority(
            incident.pk, form.cleaned_data["priority"], by=user, reason=form.cleaned_data["reason"]
        )
        return _("%(reference)s is now P%(priority)d.") % {
            "reference": row.reference,
            "priority": row.priority,
        }


class Correct(Act):
    name, label, form = "correct", gettext_lazy("Correct"), CorrectForm

    def preview(self, incident):
        yield _(
            "The reports keep their own words and reading; only the incident changes, and "
            "the priority is summed anew."
        )
        yield _(
            "If that makes it P1 a unit is asked for at once. A new position is ranked at "
            "once where a unit is wanted."
        )

    def do(self, incident, form, user):
        facts = form.facts()
        if not facts:
            return _("Nothing was changed.")
        decisions.correct(incident.pk, by=user, reason=form.cleaned_data["reason"], **facts)
        return _("Corrected: %s.") % ", ".join(str(form.fields[name].label).lower() for name in facts)


class EnterWeather(Act):
    name, label, form = "weather", gettext_lazy("Enter the weather"), WeatherForm

    def preview(self, incident):
        yield _(
            "Units are ranked by what wind, current and sea cost them, and towards where the boat drifts. "
            "Crews that were called hear it if they should steer elsewhere."
        )

    def do(self, incident, form, user):
        row, is_new = weather.enter(incident.pk, by=user, **form.cleaned_data)
        return (_("Weather at the scene: %s.") if is_new else _("Nothing changed: %s.")) % row


class TakeBackWeather(Act):
    name, label = "take-back-weather", gettext_lazy("Take the last weather back")

    def offered(self, incident, user):
        return incident.is_open and candidates.scene_weather(incident) is not None

    def preview(self, incident):
        rows = list(incident.weather.all()[:2])
        before = rows[1] if len(rows) > 1 else _("nothing known")
        yield _("%(entry)s is taken back; what counts is again: %(before)s.") % {
            "entry": rows[0] if rows else _("nothing known"),
            "before": before,
        }

    def do(self, incident, form, user):
        row, _is_new = weather.take_back(incident.pk, by=user)
        return _("Weather at the scene: %s.") % row


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
        yield from _who_is_told_to_stop(incident)

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


class StopLadder(Act):
    name, label, form, danger = "stop-ladder", gettext_lazy("Stop the ladder"), ReasonForm, True

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        return incident.is_open and ladder is not None and ladder.is_live

    def preview(self, incident):
        yield _(
            "No further unit or duty officer is called for %(reference)s, under your name. "
            "Nobody has said yet that he goes."
        ) % {"reference": incident.reference}
        yield _("Units already alerted may still answer.")

    def do(self, incident, form, user):
        dispatch.stop_ladder(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return _("The ladder of %s is stopped.") % incident.reference


class StandDown(Act):
    name, label, form, danger = "stand-down", gettext_lazy("Stand down"), ReasonForm, True

    def offered(self, incident, user):
        return Incident.Status.STOOD_DOWN in workflow.ALLOWED[incident.status]

    def preview(self, incident):
        yield _("The incident ends as false alarm or safe.")
        yield from _who_is_told_to_stop(incident)

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
        yield from _who_is_told_to_stop(incident)

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
        yield from _who_is_told_to_stop(incident)

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


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Take(),
        Release(),
        RequestUnit(),
        Task(),
        Answer(),
        ChangePriority(),
        Correct(),
        EnterWeather(),
        TakeBackWeather(),
        Join(),
        DismissProposal(),
        Part(),
        DismissReport(),
        Silence(),
        StopLadder(),
        StandDown(),
        Close(),
        HandOver(),
        Reopen(),
    )
}


def _who_is_told_to_stop(incident: Incident) -> Iterator[str]:
    told = [row.unit.call_sign for row in incident.dispatches.answerable().select_related("unit")]
    if told:
        yield _("Told to stop: %s.") % ", ".join(told)
    ladder = escalation_of(incident)
    if ladder is not None and ladder.is_live:
        yield _("The ladder stops.")
    waiting = incident.notifications.waiting().filter(Q(purpose__in=Notification.CALLS_FOR_A_UNIT)).count()
    if waiting:
        yield _("Calls still waiting to be sent are cancelled: %d.") % waiting
    if not told and not waiting:
        yield _("No unit has been told, so nothing is sent to any.")
