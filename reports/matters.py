"""Which of one phone's open matters a text belongs to, and what its answer brings along."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from communities.models import Reporter
from communities.sphere import great_circle_m
from reports import questions, triage, workflow
from reports.models import Incident, Question, Report
from reports.reading import BY_LIKENESS
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, ResponsePhase

NEAR_M = 5 * 1852  # besides what both positions may be wrong by
_SAYS_NOTHING = (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS)
_REFERENCE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{5}(?![0-9A-Z])")


@dataclass(frozen=True, slots=True)
class Found:
    """The matter that a report belongs to, locked; None: one of its own.

    `doubt`: the matters that it may belong to as well. `beside`: an open matter of the phone that the report
    is kept apart from. `silent`: the phone is not to be answered in a matter of it.
    """

    incident: Incident | None = None
    doubt: Sequence[Incident] = ()
    beside: Incident | None = None
    silent: bool = False


def find(
    report: Report,
    reporter: Reporter | None,
    facts: dict,
    answered: Question | None,
    pieces: list[Report],
    now: datetime,
) -> Found:
    """Which of the phone's open matters of the last two hours an unsaved report belongs to.

    Pieces of one message (`pieces`: the others) stay together. Where a text may belong to several matters it
    goes to the most urgent. A crew's or a desk's goes to its newest: it cannot be asked.
    """
    if reporter is None:
        return Found()
    of_phone = Incident.objects.of_reporter(reporter, now).filter(drill=report.drill)
    matters = list(
        Incident.objects.filter(pk__in=of_phone.values("pk")).order_by("priority", "-last_report_at")
    )
    mine = _may_join(report, facts, matters)
    chosen, doubt = (mine[0].pk if mine else None), []
    if answered is not None:
        chosen = _lock_answered(answered)
    elif pieces and pieces[0].incident.drill == report.drill:
        chosen = pieces[0].incident_id
    elif len(mine) > 1 and questions.digits_are_steps(report):
        chosen = max(mine, key=lambda one: one.last_report_at).pk
    elif len(mine) > 1:
        plain = plainly(report, mine)
        if plain is None and facts.get("priority_floor") != 1:
            doubt = questions.may_ask_which(report, mine, now)
        chosen = (plain or mine[0]).pk
    if chosen is not None:
        incident = workflow.lock(chosen)
        if incident.is_open:
            return Found(incident, doubt)
    silent = any(triage.SILENT in one.flags for one in matters)
    return Found(beside=matters[0] if matters else None, silent=silent)


def is_secret(incident: Incident) -> bool:
    """Whether the phone only told of others' crime. Under attack the matter is the phone's own distress."""
    quiet = TAXONOMY[incident.type].reply == ReplyMode.QUIET
    return quiet and incident.response_phase != ResponsePhase.ATTACK


def _may_join(report: Report, facts: dict, matters: list[Incident]) -> list[Incident]:
    """Those of a phone's matters that an unsaved report may join: never a secret one with an open one.

    The suspect's place is not the phone's, and whoever holds the phone now must not learn from an answer what
    was told before. What says nothing by itself goes to what was told openly; with no such matter, or naming
    the report, to the secret one, and is answered as that is.
    """
    secret = [one for one in matters if is_secret(one)]
    openly = [one for one in matters if not is_secret(one)]
    guessed_tip = BY_LIKENESS in report.flags and report.type == IncidentType.TIP
    if report.type == IncidentType.UNCLASSIFIED or guessed_tip:
        named = _named(report, secret) if openly else None
        return [named] if named else openly or secret
    row = TAXONOMY[report.type]
    if row.reply != ReplyMode.QUIET:
        return openly
    if (facts.get("response_phase") or row.response_phase) == ResponsePhase.ATTACK:
        return matters
    return secret or [one for one in openly if one.response_phase == ResponsePhase.ATTACK]


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
    if found := _named(report, matters):
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


def _named(report: Report, matters: list[Incident]) -> Incident | None:
    """The one of `matters` of which the text names a report of the same phone."""
    said = _REFERENCE.findall(report.text.upper())
    if not said or not matters:
        return None
    own = Report.objects.filter(reporter=report.reporter, incident__in=matters, reference__in=said[:20])
    named = set(own.values_list("incident", flat=True))
    return _only(one for one in matters if one.pk in named)


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
