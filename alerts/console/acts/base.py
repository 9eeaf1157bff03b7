"""What every act is made of, how one is carried out, and how it is undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import desk_calls
from alerts.console.forms import ActForm, escalation_of, is_held
from alerts.models import DeskAct, Notification
from reports import decisions, workflow
from reports.decisions import DecisionRefused
from reports.models import Incident

UNDO_WITHIN = timedelta(hours=12)  # a watch; later the matter has moved on


@dataclass(frozen=True, slots=True)
class Done:
    """What an act tells the officer, what undoing it needs (None: no undo), and whose page is next."""

    said: str
    before: dict | None = None
    incident: Incident | None = None


class Act:
    """One thing an officer does.

    `offered` says whether it makes sense now (the rule itself is asked again when it is done);
    `preview` yields sentences on what will happen and who is told; `do` does it; `undo` puts back what `do`
    returned as `before`, or raises DecisionRefused.

    `key` is what is pressed at the desk. `instant`: done without a confirmation, for it sends nothing and can
    be taken back. `binding`: done only while the preview still says what the officer read. `quick` are
    reasons to choose from instead of typing.
    """

    name: str
    label = ""
    form: type[ActForm] = ActForm
    danger = False
    instant = False
    binding = False
    key = ""
    quick: tuple = ()

    def offered(self, incident: Incident, user) -> bool:
        return incident.is_open

    def preview(self, incident: Incident) -> Iterator[str]:
        yield ""

    def do(self, incident: Incident, form: ActForm, user) -> Done:
        raise NotImplementedError

    def undo(self, incident: Incident, before: dict, user) -> str:
        raise DecisionRefused(_("This cannot be undone."))

    def make_form(self, incident: Incident, data=None, initial: dict | None = None, user=None) -> ActForm:
        """The act's form; `initial` are values asked for in the address, nonsense among them ignored.

        `user` narrows what can be chosen to what that officer sees.
        """
        form = self.form(data, incident=incident, user=user, quick=self.quick)
        known = {name: value for name, value in (initial or {}).items() if name in form.fields}
        form.initial = form.initial | known
        return form


@transaction.atomic
def carry_out(
    act: Act, incident: Incident, form: ActForm, user, *, key: UUID | None = None, now: datetime | None = None
) -> tuple[Done, DeskAct]:
    """Do an act and write down that it was done. Raises what the domain refuses it with.

    `key` is that of the form; where it was sent already IntegrityError is raised and nothing is done.
    """
    done = act.do(incident, form, user)
    if act.name not in ("take", "release"):
        decisions.renew_by_act((done.incident or incident).pk, user, now=now)
    row = DeskAct.objects.create(
        incident=done.incident or incident,
        name=act.name,
        said=done.said[:300],
        before=done.before,
        key=key,
        by=user,
        at=now or timezone.now(),
    )
    return done, row


def done_before(key: UUID | None, user) -> DeskAct | None:
    """What was done when this officer sent this form before: a lost answer, the way back, two taps."""
    return key and DeskAct.objects.select_related("incident").filter(key=key, by=user).first()


@transaction.atomic
def undo(act: Act, row: DeskAct, user, *, now: datetime | None = None) -> DeskAct:
    """Undo one act, once. Raises DecisionRefused where it was undone already or the matter has moved on."""
    now = now or timezone.now()
    incident = workflow.lock(row.incident_id)
    if row.before is None or DeskAct.objects.filter(undoes=row).exists():
        raise DecisionRefused(_("This was undone already."))
    if now - row.at > UNDO_WITHIN:
        raise DecisionRefused(_("This was done too long ago to be undone."))
    said = act.undo(incident, row.before, user)
    return DeskAct.objects.create(
        incident=incident, name=row.name, said=said[:300], undoes=row, by=user, at=now
    )


def unchanged(now, expected) -> None:
    """Refuse an undo that would overwrite what somebody decided since."""
    if now != expected:
        raise DecisionRefused(_("It was changed again since: change it by hand."))


def held_by_another(incident: Incident, user) -> str:
    """A warning where another officer works on it; "" otherwise."""
    if not is_held(incident) or incident.held_by_id == user.pk:
        return ""
    return _("%(name)s holds this incident until %(time)sZ.") % {
        "name": incident.held_by,
        "time": f"{incident.held_until:%H%M}",
    }


def who_is_told_to_stop(incident: Incident, *, desks: bool = True) -> Iterator[str]:
    """Who hears that nobody is needed any more; `desks`: the duty officers who were called hear it, too."""
    told = [row.unit.call_sign for row in incident.dispatches.answerable().select_related("unit")]
    if told:
        yield _("Told to stop: %s.") % ", ".join(told)
    ladder = escalation_of(incident)
    if ladder is not None and ladder.is_live:
        yield _("The ladder stops.")
    waiting = incident.notifications.waiting().filter(Q(purpose__in=Notification.CALLS_FOR_A_UNIT)).count()
    if waiting:
        yield _("Calls still waiting to be sent are cancelled: %d.") % waiting
    if desks and (stations := desk_calls.called_desks(incident)):
        yield _("Duty officers told by SMS that nobody is needed any more: %s.") % ", ".join(
            map(str, stations)
        )
    if not told and not waiting:
        yield _("No unit has been told, so nothing is sent to any.")
