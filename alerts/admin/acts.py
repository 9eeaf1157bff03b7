"""What an officer does to an incident: one class an act, each with a form and a preview of what it will do.

An act calls one function of `reports.triage`, `reports.workflow` or `alerts.dispatch`; rules live there.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import candidates, dispatch
from alerts.models import Dispatch, Notification, PatrolUnit
from communities.charts import PositionField
from reports import triage, workflow
from reports.models import Incident, Report
from reports.taxonomy import EmergencyPhase, IncidentType, ResponsePhase


class ActForm(forms.Form):
    """The form of an act on one incident; empty where only a yes is wanted."""

    def __init__(self, *args, incident: Incident, **kwargs):
        self.incident = incident
        super().__init__(*args, **kwargs)


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the incident's story."),
    )


class RequestUnitForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class UnitForm(ActForm):
    unit = forms.ModelChoiceField(PatrolUnit.objects.none(), label=gettext_lazy("Unit"))

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        # Those already told are left out, those who stand best in the ranking come first.
        told = Dispatch.objects.filter(incident=incident).answerable().values("unit")
        units = PatrolUnit.objects.exclude(pk__in=told).select_related("station")
        best = {row["call_sign"]: row for row in ranking_now(incident)["ranked"]}
        self.fields["unit"].queryset = units
        order = sorted(
            units, key=lambda unit: (best.get(unit.call_sign, {}).get("eta_s", float("inf")), unit.call_sign)
        )
        self.fields["unit"].choices = [
            ("", "–"),
            *((unit.pk, _unit_label(unit, best.get(unit.call_sign))) for unit in order),
        ]


class PriorityForm(ReasonForm):
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        coerce=lambda value: int(value) or None,
        empty_value=None,
        choices=[*((n, f"P{n}") for n in range(1, 6)), (0, gettext_lazy("the rule's own"))],
    )
    field_order = ["priority", "reason"]

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, initial={"priority": incident.priority}, **kwargs)


class CorrectForm(ReasonForm):
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=IncidentType.choices)
    emergency_phase = forms.ChoiceField(label=gettext_lazy("Emergency phase"), choices=EmergencyPhase.choices)
    response_phase = forms.ChoiceField(label=gettext_lazy("Response phase"), choices=ResponsePhase.choices)
    position = PositionField(label=gettext_lazy("Position"), required=False)
    position_error_m = forms.IntegerField(
        label=gettext_lazy("Position error, metres"), required=False, min_value=0, max_value=2_000_000_000
    )
    persons_on_board = forms.IntegerField(
        label=gettext_lazy("Persons on board"), required=False, min_value=0, max_value=32_767
    )
    field_order = [
        "type",
        "emergency_phase",
        "response_phase",
        "position",
        "position_error_m",
        "persons_on_board",
        "reason",
    ]

    def __init__(self, *args, incident: Incident, **kwargs):
        shown = {name: getattr(incident, name) for name in self.base_fields if name != "reason"}
        super().__init__(*args, incident=incident, initial=shown, **kwargs)

    def facts(self) -> dict:
        """Only what the officer changed: the default phases of a new type stay the rule's."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "reason"}


class JoinForm(ReasonForm):
    into = forms.CharField(
        label=gettext_lazy("Into incident"), max_length=5, help_text=gettext_lazy("Its reference")
    )
    field_order = ["into", "reason"]

    def __init__(self, *args, incident: Incident, **kwargs):
        proposed = incident.proposed_same_as
        super().__init__(
            *args, incident=incident, initial={"into": proposed.reference if proposed else ""}, **kwargs
        )

    def clean_into(self) -> Incident:
        found = Incident.objects.called(self.cleaned_data["into"]).open().first()
        if found is None:
            raise forms.ValidationError(_("No open incident has this reference."))
        return found


class ReportForm(ReasonForm):
    report = forms.ModelChoiceField(Report.objects.none(), label=gettext_lazy("Report"), empty_label=None)
    field_order = ["report", "reason"]

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        self.fields["report"].queryset = incident.reports.order_by("-received_at")


class CloseForm(ReasonForm):
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=Incident.Outcome.choices)
    field_order = ["outcome", "reason"]


class AnswerForm(ActForm):
    """What a crew said by radio or telephone."""

    VERBS = {
        "acknowledge": gettext_lazy("goes"),
        "decline": gettext_lazy("cannot go"),
        "under_way": gettext_lazy("is under way"),
        "on_scene": gettext_lazy("is on scene"),
        "complete": gettext_lazy("is done"),
        "cannot_continue": gettext_lazy("cannot continue"),
    }
    dispatch = forms.ModelChoiceField(Dispatch.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    verb = forms.ChoiceField(label=gettext_lazy("It says that it"), choices=list(VERBS.items()))
    reason = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        self.fields["dispatch"].queryset = incident.dispatches.answerable().select_related("unit")
        self.fields["dispatch"].label_from_instance = lambda row: (
            f"{row.unit.call_sign} ({row.get_status_display()})"
        )


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
            triage.LEASE_OF_UNTOUCHED_DISTRESS
            if incident.taken_at is None and incident.is_distress
            else triage.LEASE
        )
        yield _("You hold it for %(time)s; the others at the desk see your name on it.") % {
            "time": span(seconds.total_seconds())
        }
        yield _("Nothing is sent.")

    def do(self, incident, form, user):
        triage.take(incident.pk, user)
        return _("You hold %s.") % incident.reference


class Release(Act):
    name, label = "release", gettext_lazy("Give back")

    def offered(self, incident, user):
        return incident.is_open and incident.held_by_id == user.pk

    def preview(self, incident):
        yield _("It goes back to the queue; nothing is sent.")

    def do(self, incident, form, user):
        triage.release(incident.pk, user)
        return _("%s is back in the queue.") % incident.reference


class RequestUnit(Act):
    name, label, form = "request-unit", gettext_lazy("Ask for a unit"), RequestUnitForm

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        running = ladder is not None and ladder.is_live and ladder.purpose == ladder.Purpose.UNIT
        return incident.status in {Incident.Status.OPEN, Incident.Status.DISPATCHING} and not running

    def preview(self, incident):
        ranked = ranking_now(incident)["ranked"]
        if ranked:
            yield _(
                "%(unit)s, %(eta)s away, is alerted first; then %(others)s, until a crew answers or an officer stops the ladder."
            ) % {
                "unit": ranked[0]["call_sign"],
                "eta": span(ranked[0]["eta_s"]),
                "others": ", ".join(row["call_sign"] for row in ranked[1:4]) or _("the duty officer"),
            }
        elif incident.position is None:
            yield _(
                "There is no position to rank from: the duty officer and the rescue co-ordination centre are called."
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
            "It counts like the crew's own answer: “goes” stops the ladder, the reporter of a distress hears that help is coming."
        )
        yield _("Only record what a human told you.")

    def do(self, incident, form, user):
        data = form.cleaned_data
        verb: Callable = getattr(dispatch, data["verb"])
        note = {"reason": data["reason"]} if data["verb"] != "acknowledge" else {}
        row = verb(data["dispatch"].pk, via="officer", by=user, **note)
        return _("%(unit)s is recorded as %(status)s.") % {
            "unit": row.unit.call_sign,
            "status": row.get_status_display(),
        }


class ChangePriority(Act):
    name, label, form = "priority", gettext_lazy("Change the priority"), PriorityForm

    def preview(self, incident):
        yield _(
            "The rule says P%(rule)d (%(score)d points); your word wins and the rule's own value stays stored."
        ) % {
            "rule": incident.rule_priority,
            "score": incident.score,
        }
        yield _("P1 asks for a unit at once; any other priority tells nobody.")

    def do(self, incident, form, user):
        row = triage.override_priority(
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
            "The reports keep their own words and reading; only the incident changes, and the priority is summed anew."
        )
        yield _(
            "If that makes it P1 a unit is asked for at once. A new position is ranked at once where a unit is wanted."
        )

    def do(self, incident, form, user):
        facts = form.facts()
        if not facts:
            return _("Nothing was changed.")
        triage.correct(incident.pk, by=user, reason=form.cleaned_data["reason"], **facts)
        return _("Corrected: %s.") % ", ".join(str(form.fields[name].label).lower() for name in facts)


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
                "All reports of %s move to the other incident, which takes over what they add. “Part a report” undoes it."
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
        triage.dismiss_proposal(incident.pk, user)
        return _("The proposal is taken off.")


class Part(Act):
    name, label, form = "part", gettext_lazy("Part a report"), ReportForm

    def offered(self, incident, user):
        return incident.is_open and incident.reports.count() > 1

    def preview(self, incident):
        yield _(
            "The report gets an incident of its own, scored by itself; if that is P1 a unit is asked for at once."
        )

    def do(self, incident, form, user):
        new = triage.part(form.cleaned_data["report"].pk, by=user, reason=form.cleaned_data["reason"])
        return _("The report is now incident %s.") % new.reference


class DismissReport(Act):
    name, label, form, danger = "dismiss-report", gettext_lazy("Dismiss a report"), ReportForm, True

    def preview(self, incident):
        yield _(
            "The report stays stored, marked as nothing to act on. The incident stays as it is; nobody is told."
        )
        if incident.priority <= 2:
            yield _("In a P1 or P2 matter only a supervisor may do this.")

    def do(self, incident, form, user):
        report = triage.dismiss(form.cleaned_data["report"].pk, by=user, reason=form.cleaned_data["reason"])
        return _("Report %s is dismissed.") % report.reference


class StopLadder(Act):
    name, label, form, danger = "stop-ladder", gettext_lazy("Stop the ladder"), ReasonForm, True

    def offered(self, incident, user):
        ladder = escalation_of(incident)
        return incident.is_open and ladder is not None and ladder.is_live

    def preview(self, incident):
        yield _(
            "No further unit or duty officer is called for %(reference)s, under your name. Nobody has said yet that he goes."
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
            "Only when the other centre has taken it in writing: name the centre and its answer in the reason."
        )
        yield from _who_is_told_to_stop(incident)

    def do(self, incident, form, user):
        dispatch.hand_over(incident.pk, by=user, reason=form.cleaned_data["reason"])
        return _("%s is handed over.") % incident.reference


class Reopen(Act):
    name, label, form = "reopen", gettext_lazy("Open again"), ReasonForm
    LIMIT = timedelta(days=30)

    def offered(self, incident, user):
        ended = incident.transitions.filter(field="status", new=incident.status).order_by("at").last()
        recent = ended is not None and timezone.now() - ended.at <= self.LIMIT
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
        Join(),
        DismissProposal(),
        Part(),
        DismissReport(),
        StopLadder(),
        StandDown(),
        Close(),
        HandOver(),
        Reopen(),
    )
}


def escalation_of(incident: Incident):
    """The incident's ladder, or None; costs no query where it was selected with the incident."""
    return getattr(incident, "escalation", None)


def ranking_of(incident: Incident) -> dict:
    ladder = escalation_of(incident)
    return (ladder.ranking or {}) if ladder is not None else {}


def ranking_now(incident: Incident) -> dict:
    """Rank the fleet as it stands, without writing anything: what an act would do if it were done now."""
    now = timezone.now()
    where = candidates.datum(incident, now)
    return candidates.rank_for(incident, where, now) if where else {"ranked": [], "passed_over": []}


def is_held(incident: Incident, now=None) -> bool:
    return bool(incident.held_by_id and incident.held_until and incident.held_until > (now or timezone.now()))


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


def _unit_label(unit: PatrolUnit, best: dict | None) -> str:
    said = [unit.call_sign, unit.get_status_display(), unit.station.name]
    if best and best.get("eta_s") is not None:
        said.insert(1, span(best["eta_s"]))
    return " · ".join(said)


def span(seconds: float) -> str:
    """A time as a dispatcher says it: 40 s, 5 min, 3 h 20 min, 2 d."""
    seconds = int(seconds)
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 100 * 60:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d"
