"""The forms of the acts, and the figures that they and the pages print."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import asked_rankings, candidates, checklists, drift, ways
from alerts.console.access import incidents_for, units_for
from alerts.dispatch import RANKING_LIFE
from alerts.models import Dispatch, PatrolUnit
from communities.charts import PositionField
from reports.models import Dismissal, Incident, Report
from reports.taxonomy import Capability, EmergencyPhase, IncidentType, ResponsePhase

WHY = ("quick", "reason")  # the fields of a reason, which come last


class ActForm(forms.Form):
    """The form of an act on one incident; empty where only a yes is wanted."""

    #: (name, value) of fields as the officer was shown them, sent along so that only what was changed counts.
    at_first: tuple = ()

    def __init__(self, *args, incident: Incident, user=None, quick=(), **kwargs):
        self.incident, self.user = incident, user
        super().__init__(*args, **kwargs)


class ReasonForm(ActForm):
    """A reason, chosen from a few (`quick`), typed, or both."""

    quick = forms.ChoiceField(
        label=gettext_lazy("Reason"), required=False, choices=[], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("In your own words"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the incident's story."),
    )

    def __init__(self, *args, incident: Incident, quick=(), **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        if quick:
            self.fields["quick"].choices = [(str(n), reason) for n, reason in enumerate(quick, 1)]
        else:
            del self.fields["quick"]
            self.fields["reason"].label = _("Reason")
        own = [name for name in self.fields if name not in WHY]
        self.order_fields([*own, *WHY])

    def clean(self):
        data = super().clean()
        chosen = dict(self.fields["quick"].choices).get(data.get("quick")) if "quick" in self.fields else None
        reason = "; ".join(filter(None, (str(chosen or ""), data.get("reason", "").strip())))[:300]
        if not reason and "reason" not in self.errors:
            self.add_error("reason", _("Choose a reason or write one."))
        data["reason"] = reason
        return data


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
        ranking = ranking_for(incident)
        units = PatrolUnit.objects.exclude(pk__in=told).select_related("station")
        if self.user is not None:  # another agency's too, where the ranking proposes it
            ranked = [row["call_sign"] for row in ranking["ranked"]]
            ranked += [row["unit"]["call_sign"] for row in ranking["support"] if row["unit"]]
            seen = units_for(self.user).values("pk")
            units = units.filter(Q(pk__in=seen) | Q(call_sign__in=ranked))
        supporting: dict[str, list[str]] = {}
        for row in ranking["support"]:
            if row["unit"]:
                supporting.setdefault(row["unit"]["call_sign"], []).append(
                    Capability(row["capability"]).label
                )
        best = {row["unit"]["call_sign"]: row["unit"] for row in ranking["support"] if row["unit"]}
        best |= {row["call_sign"]: row for row in ranking["ranked"]}
        self.fields["unit"].queryset = units
        # Who is proposed for support alone comes behind those who can lead, until one leads.
        led = incident.dispatches.leading().exists()
        leads = {row["call_sign"] for row in ranking["ranked"]}
        order = sorted(
            units,
            key=lambda unit: (
                not led and unit.call_sign not in leads,
                best.get(unit.call_sign, {}).get("eta_s", float("inf")),
                unit.call_sign,
            ),
        )
        if best and order:
            self.fields["unit"].initial = order[0].pk  # the recommended one
        self.fields["unit"].choices = [
            ("", "–"),
            *(
                (unit.pk, _unit_label(unit, best.get(unit.call_sign), supporting.get(unit.call_sign)))
                for unit in order
            ),
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
        shown = {name: getattr(incident, name) for name in self.base_fields if name not in WHY}
        super().__init__(*args, incident=incident, initial=shown, **kwargs)
        printed = {name: self.fields[name].prepare_value(value) for name, value in shown.items()}
        self.now = {name: "" if value is None else str(value) for name, value in printed.items()}
        self.at_first = [(name, self.data.get(f"initial-{name}", now)) for name, now in self.now.items()]

    def clean(self):
        """Refuse once what was changed here and, since the form was opened, elsewhere to another value."""
        data, at_first = super().clean(), dict(self.at_first)
        for name, now in self.now.items():
            sent = self.data.get(name)
            if sent is None or at_first[name] in (sent, now) or sent == now:
                continue
            said = dict(getattr(self.fields[name], "choices", ())).get(now, now) or _("not known")
            text = _("It was set to “%(value)s” since you opened this. Send it again to replace that.")
            self.add_error(name, text % {"value": said})
            at_first[name] = now
        self.at_first = list(at_first.items())
        return data

    def facts(self) -> dict:
        """Only what the officer changed: the default phases of a new type stay the rule's.

        Nor is put back what another officer corrected while this form was open.
        """
        untouched = {
            name for name, _v in self.at_first if self.data.get(f"initial-{name}") == self.data.get(name)
        }
        names = [name for name in self.changed_data if name not in WHY and name not in untouched]
        return {name: self.cleaned_data[name] for name in names}


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
        seen = incidents_for(self.user) if self.user else Incident.objects.all()
        found = seen.called(self.cleaned_data["into"]).open().first()
        if found is None:
            raise forms.ValidationError(_("No open incident has this reference."))
        return found


class ReportForm(ReasonForm):
    report = forms.ModelChoiceField(Report.objects.none(), label=gettext_lazy("Report"), empty_label=None)
    field_order = ["report", "reason"]

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        self.fields["report"].queryset = incident.reports.order_by("-received_at")


class DismissalForm(ActForm):
    dismissal = forms.ModelChoiceField(
        Dismissal.objects.none(), label=gettext_lazy("Report"), empty_label=None
    )

    def __init__(self, *args, incident: Incident, **kwargs):
        super().__init__(*args, incident=incident, **kwargs)
        waiting = Dismissal.objects.filter(report__incident=incident, outcome="")
        self.fields["dismissal"].queryset = waiting.select_related("report", "proposed_by")
        self.fields["dismissal"].label_from_instance = lambda row: (
            f"{row.report.reference}: {row.reason} ({row.proposed_by})"
        )


class QuestionForm(ActForm):
    """Which of the service's own questions."""

    KINDS = {
        "where": gettext_lazy("Where are you?"),
        "how_many": gettext_lazy("How many people?"),
        "both": gettext_lazy("Where, and how many people?"),
        "what": gettext_lazy("What is wrong?"),
    }
    kind = forms.ChoiceField(
        label=gettext_lazy("Question"), choices=list(KINDS.items()), widget=forms.RadioSelect
    )


class NoteForm(ActForm):
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class TickForm(ActForm):
    item = forms.ChoiceField(label=gettext_lazy("Item"), choices=list(checklists.ITEMS.items()))
    done = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("yes", gettext_lazy("done")), ("no", gettext_lazy("open"))]
    )


class WeatherForm(ActForm):
    """What is known of wind and sea at the scene, all of it; an empty field is not known."""

    wind_kn = forms.FloatField(
        label=gettext_lazy("Wind, knots"), required=False, min_value=0, max_value=drift.MOST_WIND_KN
    )
    wind_from_deg = forms.FloatField(
        label=gettext_lazy("Wind from, degrees true"), required=False, min_value=0, max_value=360
    )
    current_kn = forms.FloatField(
        label=gettext_lazy("Current, knots"), required=False, min_value=0, max_value=drift.MOST_CURRENT_KN
    )
    current_to_deg = forms.FloatField(
        label=gettext_lazy("Current sets to, degrees true"), required=False, min_value=0, max_value=360
    )
    sea_state = forms.IntegerField(
        label=gettext_lazy("Sea state, Douglas scale"), required=False, min_value=0, max_value=9
    )

    def __init__(self, *args, incident: Incident, **kwargs):
        newest = candidates.scene_weather(incident)
        shown = {name: getattr(newest, name) for name in self.base_fields} if newest else {}
        super().__init__(*args, incident=incident, initial=shown, **kwargs)


class CloseForm(ReasonForm):
    # None stands there by itself: “people assisted” would be what a tired officer leaves.
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=[("", "–"), *Incident.Outcome.choices])
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


def escalation_of(incident: Incident):
    """The incident's ladder, or None; costs no query where it was selected with the incident."""
    return getattr(incident, "escalation", None)


def ranking_of(incident: Incident) -> dict:
    ladder = escalation_of(incident)
    return (ladder.ranking or {}) if ladder is not None else {}


def ranking_for(incident: Incident) -> dict:
    """The ranking by which an act would go: the dispatcher's own while it is fresh.

    Without one, in straight lines, without writing anything: the charts of the sea are the dispatcher's.
    """
    now = timezone.now()
    ranking, at = asked_rankings.newest(incident)
    if at is not None and ranking and now - at <= RANKING_LIFE:
        return {"ranked": [], "passed_over": [], "support": [], "waters": {}} | ranking
    where = candidates.datum(incident, now)
    if where is None:
        return {"ranked": [], "passed_over": [], "support": [], "waters": {}}
    return candidates.rank_for(incident, where, now, distances=ways.straight)


def is_held(incident: Incident, now=None) -> bool:
    return bool(incident.held_by_id and incident.held_until and incident.held_until > (now or timezone.now()))


def span(seconds: float) -> str:
    """A time as a dispatcher says it: 40 s, 5 min, 3 h 20 min, 2 d 14 h."""
    seconds = int(seconds)
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 100 * 60:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


def _unit_label(unit: PatrolUnit, best: dict | None, supporting: list[str] | None = None) -> str:
    said = [unit.call_sign, unit.get_status_display(), unit.station.name]
    if best and best.get("eta_s") is not None:
        said.insert(1, span(best["eta_s"]))
    if supporting:
        said.append(_("proposed for %s") % ", ".join(map(str, supporting)))
    return " · ".join(said)
