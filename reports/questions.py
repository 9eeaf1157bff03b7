"""What the reporter was asked, until it is answered: rows with a timer, the most urgent question first."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from communities import names
from communities.models import Reporter
from communities.sphere import great_circle_m
from reports import triage
from reports.models import Incident, Question, Report
from reports.querysets import ONE_MATTER
from reports.reading.folding import fold
from reports.reading.people import number_alone
from reports.reading.places import SECRET
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, ResponsePhase

ANSWER_WITHIN = timedelta(minutes=3)
# Later than this a bare number is no answer any more. Longer than what is due: texts from sea arrive late.
NUMBER_LIFE = ONE_MATTER
MOST_MATTERS = 4  # that one SMS can list
MOST_WHERE = 2  # times that a distress is asked where, if the answer is too rough
MOST_WHICH = 2  # times that a phone is asked which of its matters it means, if it does not answer
ROUGH_M = 5 * 1852

Kind = Question.Kind
UNKNOWN_TYPES = (IncidentType.UNCLASSIFIED, IncidentType.UNDESIGNATED_DISTRESS)
_ASKING = (ReplyMode.FULL, ReplyMode.RECEIVED)
# A bare digit of a crew or a desk is a step of a task.
_DIGITS_ARE_STEPS = {"from_patrol_unit", "from_duty_phone"}
# The crew hears in its own answer what it is asked, and its desk is called.
CREW_DISTRESS = "patrol_unit_in_distress"
_REFERENCE = re.compile(r"\W*([0-9A-Z]{5})\W*")


def number_in(text: str) -> int | None:
    """The number that is all of a text ("5", "2.", "๕", "lima", "5+2"); None for any other text."""
    return number_alone(fold(text))


def digits_are_steps(report: Report) -> bool:
    """Whether a bare digit of this phone means something else already, so that it cannot be asked for one."""
    return not _DIGITS_ARE_STEPS.isdisjoint(report.flags)


def answered_by(text: str, reporter: Reporter, now: datetime) -> Question | None:
    """The newest open question of this phone that a bare number answers, if `text` is one and it can.

    Of "which matter?" the row of the matter that is named: by its number, or by the reference of its report.
    """
    number, named = number_in(text), _REFERENCE.fullmatch(text.upper())
    if number is None and named is None:
        return None
    own = Report.objects.filter(reporter=reporter, incident=OuterRef("incident"))
    asked = (
        Question.objects.filter(Q(report__reporter=reporter) | Q(report__isnull=True) & Exists(own))
        .filter(
            kind__in=[Kind.HOW_MANY, Kind.WHICH],
            answered_by__isnull=True,
            asked_at__gte=now - NUMBER_LIFE,
            incident__status__in=Incident.OPEN_STATUSES,
        )
        .select_related("incident", "report")
        .order_by("-asked_at", "-id")
        .first()
    )
    if asked is None:
        return None
    if asked.kind == Kind.HOW_MANY:
        return asked if number else None
    rows = choices(asked.report)
    if named:
        own = Report.objects.filter(
            reporter=reporter, reference=named[1], incident__in=[r.incident for r in rows]
        )
        incidents = set(own.values_list("incident", flat=True))
        chosen = next((row for row in rows if row.incident_id in incidents), None)
    else:
        chosen = rows[number - 1] if 0 < number <= len(rows) else None
    return chosen if chosen and chosen.incident.is_open else None


def choices(report: Report) -> list[Question]:
    """The rows of "which matter?" that were asked of `report`, as numbered: 1 is what was told first."""
    rows = report.questions.filter(kind=Kind.WHICH).select_related("incident")
    return sorted(rows, key=lambda row: (row.incident.received_at, row.incident_id))


def settle(incident: Incident, report: Report, *, now: datetime, doubt: Sequence[Incident] = ()) -> None:
    """Mark what `report` answers, and write down what its reply asks: one question, the most urgent.

    `doubt` are the matters that the text may belong to. Never a question in QUIET or NONE: there a missing
    position is a task for the officer. A question asked before and not answered is not asked again.
    """
    asked = [one for one in incident.questions.all() if one.kind != Kind.WHICH]
    answers = _answers(report)
    waiting = [one for one in asked if one.answered_by_id is None]
    if answered := [one.pk for one in waiting if one.kind in answers]:
        Question.objects.filter(pk__in=answered).update(answered_by=report)
    if report.reply_mode not in _ASKING or CREW_DISTRESS in report.flags:
        return
    if doubt:
        for matter in doubt:
            _ask(Kind.WHICH, matter, report, now)
        return
    open_kinds = {one.kind for one in waiting if one.pk not in answered}
    if triage.CORRECTED in report.flags:
        open_kinds.discard(Kind.WHERE)
    elif sum(one.kind == Kind.WHERE for one in asked) >= MOST_WHERE:
        open_kinds.add(Kind.WHERE)
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
    askable = not digits_are_steps(report)
    how_many = [Kind.HOW_MANY] if distress and askable and incident.persons_on_board is None else []
    if incident.position is None or SECRET in report.flags or (distress and _is_rough(incident, report)):
        return [Kind.WHERE, *how_many]
    if {"safe_now", "stop_word"} & set(report.flags) or not askable:
        return []
    if how_many:
        return how_many
    return [Kind.WHAT] if incident.type in UNKNOWN_TYPES else []


def _is_rough(incident: Incident, report: Report) -> bool:
    """Whether the known position is too vague to search, or this report's may be another one."""
    doubtful = report.position_status != Report.PositionStatus.OK or "joined_doubtful" in report.flags
    if doubtful and (report.lon_lat == incident.lon_lat or _elsewhere(incident, report)):
        return True
    return (incident.position_error_m or 0) > ROUGH_M


def _elsewhere(incident: Incident, report: Report) -> bool:
    """Whether the report tells of a place that the rescue does not use and that is not near by."""
    if report.position is None or incident.position_source == "officer":
        return False
    doubt_m = (report.position_error_m or 0) + (incident.position_error_m or 0)
    return great_circle_m(report.lon_lat, incident.lon_lat) > ROUGH_M + doubt_m


def position_to_read_back(report: Report) -> list[float] | None:
    """[lon, lat] that the answer to `report` reads back: what the rescue uses, if this phone said so openly.

    None where another phone or an officer gave it, where it was told quietly, where the phone calls it
    wrong, or where only another village's name says it: then the answer asks.
    """
    incident = report.incident
    here = incident.lon_lat
    if here is None or triage.DOUBTED in incident.flags or SECRET in report.flags:
        return None
    if report.lon_lat == here:
        return list(here)
    if report.reporter_id is None:
        return None
    own = (
        incident.reports.filter(reporter=report.reporter_id, reply_mode__in=_ASKING, position__isnull=False)
        .exclude(flags__contains=[SECRET])
        .order_by("-received_at")
    )
    said = any((one.x, one.y) == here for one in own.values_list("position", flat=True)[:50])
    return list(here) if said else None


def place_to_name(report: Report) -> str:
    """Another village's name as `report` wrote it, for its answer to repeat without a position; else ""."""
    place = report.reading.get("place") or ""
    return place if SECRET in report.flags and names.fold(place) in names.fold(report.text) else ""


def _ask(kind: str, incident: Incident, report: Report, now: datetime) -> None:
    Question.objects.create(
        kind=kind, incident=incident, report=report, asked_at=now, due_at=now + ANSWER_WITHIN
    )


def asked_by_officer(kinds: Iterable[str], incident: Incident, *, now: datetime) -> None:
    """Write down what an officer asks of every phone of a matter: no report's answer asked it."""
    for kind in kinds:
        Question.objects.create(kind=kind, incident=incident, asked_at=now, due_at=now + ANSWER_WITHIN)


def may_ask_which(report: Report, matters: Iterable[Incident], now: datetime) -> list[Incident]:
    """Of which of a phone's matters "1 or 2?" may be said; empty where it may not.

    Never where a matter is quiet, nor of one that says nothing, nor to a phone that does not answer it.
    """
    asking = all(
        matter.reply_mode in _ASKING and matter.response_phase != ResponsePhase.ATTACK for matter in matters
    )
    quiet = report.quiet or TAXONOMY[report.type].reply not in _ASKING
    telling = [one for one in matters if one.type != IncidentType.UNCLASSIFIED or one.position is not None]
    if not asking or quiet or "stop_word" in report.flags or len(telling) < 2:
        return []
    unanswered = Question.objects.filter(
        kind=Kind.WHICH,
        answered_by__isnull=True,
        report__reporter=report.reporter,
        asked_at__gt=max(now - NUMBER_LIFE, *(one.received_at for one in telling)),
        incident__in=telling,
    )
    if unanswered.values("report").distinct().count() >= MOST_WHICH:
        return []
    return telling[:MOST_MATTERS]
