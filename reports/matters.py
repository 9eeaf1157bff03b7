"""Which of one phone's open matters a text belongs to, and what its answer brings along."""

import re
from collections.abc import Iterable
from datetime import datetime

from communities.models import Reporter
from communities.sphere import great_circle_m
from reports import questions, triage, workflow
from reports.models import Incident, Question, Report
from reports.taxonomy import TAXONOMY, IncidentType

NEAR_M = 5 * 1852  # besides what both positions may be wrong by
_SAYS_NOTHING = (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS)
_REFERENCE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{5}(?![0-9A-Z])")


def find(
    report: Report,
    reporter: Reporter | None,
    facts: dict,
    answered: Question | None,
    pieces: list[Report],
    now: datetime,
) -> tuple[Incident | None, list[Incident]]:
    """The phone's open matter of the last two hours that an unsaved report belongs to, locked; None if none.

    Pieces of one message (`pieces`: the others) stay together. Where a text may belong to several matters it
    goes to the most urgent, and they are returned too. A crew's or a desk's goes to its newest: it cannot be
    asked.
    """
    if reporter is None:
        return None, []
    mine = Incident.objects.of_reporter(reporter, now).filter(drill=report.drill)
    ids = list(mine.values_list("pk", flat=True))
    doubt = []
    if answered is not None:
        ids = [_lock_answered(answered)]
    elif pieces and pieces[0].incident.drill == report.drill:
        ids = [pieces[0].incident_id]
    elif len(ids) > 1 and not questions.digits_are_steps(report):
        found = list(Incident.objects.filter(pk__in=ids).order_by("priority", "-last_report_at"))
        chosen = plainly(report, found)
        if chosen is None and facts.get("priority_floor") != 1 and questions.may_ask_which(report, found):
            doubt = found[: questions.MOST_MATTERS]
        ids = [(chosen or found[0]).pk]
    if ids:
        incident = workflow.lock(ids[0])
        if incident.is_open:
            return incident, doubt
    return None, []


def answered_by(report: Report, reporter: Reporter | None, now: datetime) -> Question | None:
    """What a bare number of this phone answers; fills the unsaved `report` with what it says."""
    askable = reporter is not None and not questions.digits_are_steps(report)
    asked = questions.answered_by(report.text, reporter, now) if askable else None
    if asked is not None:
        report.drill = asked.incident.drill
        if asked.kind == Question.Kind.HOW_MANY:
            report.persons_on_board = questions.number_in(report.text)
    return asked


def bring_doubtful(incident: Incident, answer: Report, *, now: datetime) -> None:
    """Bring the texts that this phone was asked about to the matter that it named."""
    asked = Question.objects.filter(
        kind=Question.Kind.WHICH,
        answered_by__isnull=True,
        incident=incident,
        report__reporter=answer.reporter,
    ).select_related("report")
    for doubt in [row.report for row in asked]:
        rows = questions.choices(doubt)
        Question.objects.filter(pk__in=[row.pk for row in rows]).update(answered_by=answer)
        if doubt.incident_id in {row.incident_id for row in rows} - {incident.pk}:
            triage.move(doubt, incident, reason=f"the reporter answered {answer.text[:20]}", now=now)


def plainly(report: Report, matters: list[Incident]) -> Incident | None:
    """The one of `matters` that an unsaved report names, tells the kind of, or lies near; None if in doubt.

    A phone knows a matter by the references of its own reports.
    """
    said = _REFERENCE.findall(report.text.upper())
    if said:
        named = set(
            Report.objects.filter(
                reporter=report.reporter, incident__in=matters, reference__in=said[:20]
            ).values_list("incident", flat=True)
        )
        if found := _only(one for one in matters if one.pk in named):
            return found
    if report.type not in _SAYS_NOTHING:
        if found := _only(one for one in matters if one.type == report.type):
            return found
        category = TAXONOMY[report.type].category
        if found := _only(one for one in matters if TAXONOMY[one.type].category == category):
            return found
    if report.position is not None:
        return _only(one for one in matters if _near(report, one))
    return None


def _lock_answered(asked: Question):
    """The id of the matter that an answer is about; of several all are locked, in the order of joins."""
    if asked.kind == Question.Kind.WHICH:
        for incident_id in sorted(row.incident_id for row in questions.choices(asked.report)):
            workflow.lock(incident_id)
    return asked.incident_id


def _near(report: Report, incident: Incident) -> bool:
    if incident.position is None:
        return False
    doubt_m = (report.position_error_m or 0) + (incident.position_error_m or 0)
    return great_circle_m(report.lon_lat, incident.lon_lat) <= NEAR_M + doubt_m


def _only(found: Iterable[Incident]) -> Incident | None:
    found = list(found)
    return found[0] if len(found) == 1 else None
