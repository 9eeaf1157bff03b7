"""What is believed of an incident: priority, type, phases, position, persons, weather."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import candidates, weather
from alerts.console.acts.base import Act
from alerts.console.forms import CorrectForm, PriorityForm, WeatherForm
from reports import decisions


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
