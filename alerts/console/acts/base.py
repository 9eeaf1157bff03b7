"""What every act is made of."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from alerts.console.forms import ActForm, escalation_of
from alerts.models import Notification
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


def who_is_told_to_stop(incident: Incident) -> Iterator[str]:
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
