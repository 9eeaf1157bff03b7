"""What is believed of an incident: priority, type, phases, position, persons, weather."""

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import candidates, weather
from alerts.console.acts.base import Act, Done, unchanged
from alerts.console.forms import CorrectForm, PriorityForm, WeatherForm
from alerts.models import Escalation
from reports import decisions
from reports.models import Incident


class ChangePriority(Act):
    name, label, form = "priority", gettext_lazy("Change the priority"), PriorityForm
    quick = (
        gettext_lazy("judged from the reporter's words"),
        gettext_lazy("spoke with the caller"),
        gettext_lazy("danger to life"),
        gettext_lazy("no danger now"),
        gettext_lazy("confirmed by another source"),
    )

    def preview(self, incident):
        yield _(
            "The rule says P%(rule)d (%(score)d points); your word wins and the rule's own "
            "value stays stored."
        ) % {
            "rule": incident.rule_priority,
            "score": incident.score,
        }
        yield _("P1 asks for a unit at once; any other priority tells nobody.")
        if calls_go_on(incident):
            yield _("The ladder is running and goes on, at the pace of the new priority: stop it by name.")

    def do(self, incident, form, user):
        old, new = incident.priority_override, form.cleaned_data["priority"]
        row = decisions.override_priority(incident.pk, new, by=user, reason=form.cleaned_data["reason"])
        return Done(_is_now(row), before={"was": old, "set": new})

    def undo(self, incident, before, user):
        unchanged(incident.priority_override, before["set"])
        return _is_now(decisions.override_priority(incident.pk, before["was"], by=user, reason=_("undone")))


class Correct(Act):
    name, label, form, key = "correct", gettext_lazy("Correct"), CorrectForm, "e"
    quick = (
        gettext_lazy("as the reporter's words say"),
        gettext_lazy("spoke with the caller"),
        gettext_lazy("confirmed by another source"),
    )

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
            return Done(_("Nothing was changed."))
        before = _facts_of(incident)
        row = decisions.correct(incident.pk, by=user, reason=form.cleaned_data["reason"], **facts)
        after = _facts_of(row)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        names = ", ".join(str(form.fields[name].label).lower() for name in facts)
        return Done(_("Corrected: %s.") % names, before=changed or None)

    def undo(self, incident, before, user):
        facts = _facts_of(incident)
        unchanged({name: facts[name] for name in before}, {name: new for name, (_old, new) in before.items()})
        old = {name: was for name, (was, _new) in before.items()}
        if old.get("position"):
            old["position"] = Point(*old["position"], srid=4326)
        decisions.correct(incident.pk, by=user, reason=_("undone"), **old)
        return _("%s is as it was before.") % incident.reference


class EnterWeather(Act):
    name, label, form = "weather", gettext_lazy("Enter the weather"), WeatherForm

    def preview(self, incident):
        yield _(
            "Units are ranked by what wind, current and sea cost them, and towards where the boat drifts. "
            "Crews that were called hear it if they should steer elsewhere."
        )

    def do(self, incident, form, user):
        row, is_new = weather.enter(incident.pk, by=user, **form.cleaned_data)
        said = (_("Weather at the scene: %s.") if is_new else _("Nothing changed: %s.")) % row
        return Done(said, before={"row": str(row.pk)} if is_new else None)

    def undo(self, incident, before, user):
        return _weather_taken_back(incident, before, user)


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
        return Done(_("Weather at the scene: %s.") % row, before={"row": str(row.pk)})

    def undo(self, incident, before, user):
        return _weather_taken_back(incident, before, user)


def _weather_taken_back(incident: Incident, before: dict, user) -> str:
    """Taking the last entry back undoes either: an entry, or one taken back."""
    newest = candidates.scene_weather(incident)
    unchanged(str(newest.pk) if newest else "", before["row"])
    row, _is_new = weather.take_back(incident.pk, by=user)
    return _("Weather at the scene: %s.") % row


def calls_go_on(incident: Incident) -> bool:
    """Whether a ladder runs, which no change of priority stops."""
    return Escalation.objects.live().filter(incident=incident).exists()


def _is_now(incident: Incident) -> str:
    said = _("%(reference)s is now P%(priority)d.") % {
        "reference": incident.reference,
        "priority": incident.priority,
    }
    if incident.priority > 1 and calls_go_on(incident):
        said += " " + _("Its ladder still runs: stop it if no unit is wanted.")
    return said


def _facts_of(incident: Incident) -> dict:
    """What an officer can correct, ready for JSON."""
    facts = {name: getattr(incident, name) for name in decisions.CORRECTABLE}
    return facts | {"position": list(incident.lon_lat) if incident.lon_lat else None}
