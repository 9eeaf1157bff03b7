"""What the reporter was asked, until it is answered: rows with a timer, one of a kind at a time."""

from datetime import datetime, timedelta

from reports.models import Incident, Question, Report
from reports.taxonomy import ReplyMode

ANSWER_WITHIN = timedelta(minutes=3)


def settle(incident: Incident, report: Report, *, now: datetime) -> None:
    """Mark what `report` answers, and write down what its reply asks.

    Never a question in QUIET or NONE: there a missing position is a task for the officer.
    """
    answered = [Question.Kind.WHERE] if report.position is not None else []
    if report.persons_on_board is not None:
        answered.append(Question.Kind.HOW_MANY)
    open_questions = incident.questions.filter(answered_by__isnull=True)
    open_questions.filter(kind__in=answered).update(answered_by=report)
    asks_where = report.reply_mode in (ReplyMode.FULL, ReplyMode.RECEIVED) and incident.position is None
    if asks_where and not open_questions.filter(kind=Question.Kind.WHERE).exists():
        Question.objects.create(
            incident=incident, kind=Question.Kind.WHERE, asked_at=now, due_at=now + ANSWER_WITHIN
        )
