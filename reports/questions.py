"""What the reporter was asked, until it is answered: rows with a timer, the most urgent question first."""

import re
from datetime import datetime, timedelta

from communities.models import Reporter
from reports.models import Incident, Question, Report
from reports.querysets import ONE_MATTER
from reports.reading.folding import fold
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, ResponsePhase

ANSWER_WITHIN = timedelta(minutes=3)
# Later than this a bare number is no answer any more. Longer than what is due: texts from sea arrive late.
NUMBER_LIFE = ONE_MATTER

Kind = Question.Kind
UNKNOWN_TYPES = (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS)
_ASKING = (ReplyMode.FULL, ReplyMode.RECEIVED)
# A bare digit of a crew or a desk is a step of a task.
_DIGITS_ARE_STEPS = {"from_patrol_unit", "from_duty_phone"}
# Up to 99: three digits alone are an emergency number far more often than a head count.
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")


def number_in(text: str) -> int | None:
    """The number that is all of a text ("5", "2.", "๕"); None for any other text."""
    match = _NUMBER.fullmatch(fold(text))
    return int(match[1]) if match else None


def digits_are_steps(report: Report) -> bool:
    """Whether a bare digit of this phone means something else already, so that it cannot be asked for one."""
    return not _DIGITS_ARE_STEPS.isdisjoint(report.flags)


def answered_by_number(number: int, reporter: Reporter, now: datetime) -> Question | None:
    """The newest open question of this phone that a bare number answers, if this number can."""
    asked = (
        Question.objects.filter(
            kind__in=[Kind.HOW_MANY, Kind.WHICH],
            answered_by__isnull=True,
            report__reporter=reporter,
            asked_at__gte=now - NUMBER_LIFE,
            incident__status__in=Incident.OPEN_STATUSES,
        )
        .select_related("incident", "other", "report")
        .order_by("-asked_at", "-id")
        .first()
    )
    if asked is None or number < 1:
        return None
    if asked.kind == Kind.WHICH and (number > 2 or not matter(asked, number).is_open):
        return None
    return asked


def matter(asked: Question, number: int) -> Incident:
    """What "1" or "2" names."""
    return asked.incident if number == 1 else asked.other


def settle(incident: Incident, report: Report, *, now: datetime, other: Incident | None = None) -> None:
    """Mark what `report` answers, and write down what its reply asks: one question, the most urgent.

    `other` is the matter that the text may belong to as well. Never a question in QUIET or NONE: there a
    missing position is a task for the officer. A question asked before and not answered is not asked again.
    """
    waiting = [one for one in incident.questions.filter(answered_by__isnull=True) if one.kind != Kind.WHICH]
    answers = _answers(report)
    if answered := [one.pk for one in waiting if one.kind in answers]:
        Question.objects.filter(pk__in=answered).update(answered_by=report)
    if report.reply_mode not in _ASKING:
        return
    if other is not None:
        # 1 is what was told first.
        first, second = sorted((incident, other), key=lambda one: (one.received_at, one.pk))
        _ask(Kind.WHICH, first, report, now, other=second)
        return
    open_kinds = {one.kind for one in waiting if one.pk not in answered}
    for kind in _wanted(incident, report):
        if kind not in open_kinds:
            _ask(kind, incident, report, now)


def _answers(report: Report) -> list[str]:
    answers = [Kind.WHERE] if report.position is not None else []
    if report.persons_on_board is not None:
        answers.append(Kind.HOW_MANY)
    if report.type not in UNKNOWN_TYPES:
        answers.append(Kind.WHAT)
    return answers


def _wanted(incident: Incident, report: Report) -> list[str]:
    """Where? then how many? then what? Only the first answer to a distress has room for two of them."""
    distress = report.reply_mode == ReplyMode.FULL and incident.priority == 1
    how_many = [Kind.HOW_MANY] if distress and incident.persons_on_board is None else []
    if incident.position is None:
        return [Kind.WHERE, *how_many]
    if {"safe_now", "stop_word"} & set(report.flags) or digits_are_steps(report):
        return []
    if how_many:
        return how_many
    return [Kind.WHAT] if incident.type in UNKNOWN_TYPES else []


def _ask(kind: str, incident: Incident, report: Report, now: datetime, **fields) -> None:
    Question.objects.create(
        kind=kind, incident=incident, report=report, asked_at=now, due_at=now + ANSWER_WITHIN, **fields
    )


def may_ask_which(report: Report, one: Incident, other: Incident) -> bool:
    """Whether "1 or 2?" may be said: never where a matter is quiet, nor before a distress is confirmed."""
    asking = all(
        matter.reply_mode in _ASKING and matter.response_phase != ResponsePhase.ATTACK
        for matter in (one, other)
    )
    quiet = report.quiet or TAXONOMY[report.type].reply not in _ASKING
    return asking and not quiet and "stop_word" not in report.flags
