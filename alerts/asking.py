"""An officer asks the reporters of an incident one of the service's own questions.

The words are the templates', in each reporter's language: free text by hand could promise what nobody keeps,
or name what a phone in wrong hands must not show.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import feedback, messages, outbox, wakeup
from communities.models import Identity
from reports import questions, workflow
from reports.decisions import DecisionRefused
from reports.models import Incident, Question, Report
from reports.taxonomy import TAXONOMY, ReplyMode, ResponsePhase

#: What can be asked, and the questions that it stands for.
KINDS = {
    "where": (Question.Kind.WHERE,),
    "how_many": (Question.Kind.HOW_MANY,),
    "both": (Question.Kind.WHERE, Question.Kind.HOW_MANY),
    "what": (Question.Kind.WHAT,),
}
_OPENLY = (ReplyMode.FULL, ReplyMode.RECEIVED)


@dataclass(frozen=True, slots=True)
class Asked:
    """One reporter who will be asked: by the newest of their reports, in these words."""

    report: Report
    text: str


def refusal(incident: Incident, now: datetime | None = None) -> str:
    """Why nobody may be asked anything about this incident now; "" if somebody may."""
    now = now or timezone.now()
    if not incident.is_open:
        return _("The incident is over.")
    if incident.reply_mode == ReplyMode.NONE:
        return _("The phones of this matter are not answered: an officer decided so, or the text says so.")
    quiet = TAXONOMY[incident.type].reply == ReplyMode.QUIET or incident.reply_mode == ReplyMode.QUIET
    if quiet or incident.response_phase == ResponsePhase.ATTACK:
        return _("This matter is quiet: a phone in the wrong hands must not show a question.")
    if not _askable(incident):
        return _("Nobody who told of it can be reached by text or app.")
    waiting = incident.questions.filter(report__isnull=True, answered_by__isnull=True, due_at__gt=now).first()
    if waiting is not None:
        return _("Asked already, “%(question)s”: an answer may take until %(time)sZ.") % {
            "question": waiting.get_kind_display(),
            "time": f"{waiting.due_at:%H%M}",
        }
    return ""


def would_hear(incident: Incident, kind: str) -> list[Asked]:
    """Who would be asked `kind`, and in which words; nobody where `refusal` says why."""
    found = []
    for report in _askable(incident):
        # A bare digit of a crew's or a desk's phone is a step of a task.
        if Question.Kind.HOW_MANY in KINDS[kind] and questions.digits_are_steps(report):
            continue
        language = report.reporter.language or report.language
        text = messages.reporter_question(
            kind, language=language, reference=report.reference, drill=incident.drill
        )
        found.append(Asked(report, text))
    return found


@transaction.atomic
def ask(incident_id, kind: str, *, by, now: datetime | None = None) -> int:
    """Ask the reporters of an incident; return how many will be. Raises DecisionRefused."""
    now = now or timezone.now()
    incident = workflow.lock(incident_id)
    if why := refusal(incident, now):
        raise DecisionRefused(why)
    heard = would_hear(incident, kind)
    if not heard:
        raise DecisionRefused(_("No phone of this matter can be asked that."))
    questions.asked_by_officer(KINDS[kind], incident, now=now)
    for one in heard:
        feedback.say(one.report, incident, one.text, key=f"asked:{now:%Y%m%d%H%M%S%f}", now=now)
    incident.taken_at = incident.taken_at or now
    incident.save(update_fields=["taken_at"])
    workflow.record(incident, "question", "", kind.replace("_", " "), by=by, now=now)
    wakeup.ring_on_commit()
    return len(heard)


def _askable(incident: Incident) -> list[Report]:
    """The newest report of each reporter whom we can reach and who never told of this matter quietly."""
    newest: dict = {}
    reports = incident.reports.filter(reporter__isnull=False).select_related("reporter")
    for report in reports.order_by("received_at", "id"):
        openly = report.reply_mode in _OPENLY and not report.quiet
        silenced = newest.get(report.reporter_id, report) is None
        newest[report.reporter_id] = None if silenced or not openly else report
    return [report for report in newest.values() if report and _reachable(report.reporter)]


def _reachable(reporter) -> bool:
    known = Identity.objects.filter(reporter=reporter).exists()
    return known or bool(outbox.push_devices(Q(reporter=reporter)))
