"""Who works on an incident."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.console.acts.base import Act, Done
from alerts.console.forms import is_held, span
from reports import decisions
from reports.models import Incident


class Take(Act):
    name, label, instant, key = "take", gettext_lazy("Take"), True, "a"

    def offered(self, incident, user):
        return incident.is_open and not (incident.held_by_id == user.pk and is_held(incident))

    def preview(self, incident):
        seconds = (
            decisions.LEASE_OF_UNTOUCHED_DISTRESS
            if incident.is_distress and decisions.is_untouched(incident, timezone.now())
            else decisions.LEASE
        )
        yield _("You hold it for %(time)s; the others at the desk see your name on it.") % {
            "time": span(seconds.total_seconds())
        }
        yield _("Nothing is sent.")

    def do(self, incident, form, user):
        decisions.take(incident.pk, user)
        return Done(_("You hold %s.") % incident.reference, before={})

    def undo(self, incident, before, user):
        decisions.release(incident.pk, user)
        return _given_back(incident)


class Release(Act):
    name, label, instant = "release", gettext_lazy("Give back"), True

    def offered(self, incident, user):
        return incident.is_open and incident.held_by_id == user.pk

    def preview(self, incident):
        yield _("It goes back to the queue; nothing is sent.")

    def do(self, incident, form, user):
        decisions.release(incident.pk, user)
        return Done(_given_back(incident), before={})

    def undo(self, incident, before, user):
        decisions.take(incident.pk, user)
        return _("You hold %s.") % incident.reference


def _given_back(incident: Incident) -> str:
    return _("%s is back in the queue.") % incident.reference
