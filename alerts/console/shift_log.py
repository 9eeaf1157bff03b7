"""The log of the watch: everything that happened at the desk in a time, from the rows that tell it.

Nothing is written for the log: it reads what is append-only anyway, newest first, and pages by key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import alarms, checklists
from alerts.console import words
from alerts.console.access import incidents_for, units_for
from alerts.models import (
    Alarm,
    ChecklistTick,
    DeskEntry,
    DispatchTransition,
    Handover,
    Note,
    Notification,
    SectorLadder,
    UnitStatusChange,
)
from communities.admin import SUPERVISORS, role_of
from communities.ids import uuid7_at
from communities.models import Reveal, User
from reports.models import Incident, Transition

PAGE = 100
#: The most that one log covers, on a page or in a file.
LONGEST = timedelta(days=31)
#: The most rows of a file.
MOST_ROWS = 50_000
_BLOCK = 1000  # rows read at once for a file
_SLACK = timedelta(minutes=10)  # between two machines' clocks


class Kind(TextChoices):
    INCIDENT = "incident", gettext_lazy("incidents")
    UNIT = "unit", gettext_lazy("units and their tasks")
    CALL = "call", gettext_lazy("calls to desks")
    ALARM = "alarm", gettext_lazy("alarms")
    DESK = "desk", gettext_lazy("the desk itself")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `who` is empty where nobody did it: a rule, a clock, a phone."""

    key: tuple[datetime, str, UUID]
    kind: str
    who: str
    incident: Incident | None
    what: str
    note: str = ""

    @property
    def at(self) -> datetime:
        return self.key[0]

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see: `since` <= at < `until`; an empty field is no filter."""

    since: datetime
    until: datetime
    officer: User | None = None
    reference: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows of one table: `at`, `officer` and `incident` are lookups, empty where the table has none."""

    letter: str
    kind: str
    rows: Callable[[User, Asked], QuerySet]
    line: Callable[[object], tuple[str, Incident | None, str, str]]
    at: str = "at"
    officer: str = "by"
    incident: str = "incident"


def page(user: User, asked: Asked, after: str = "", size: int = PAGE) -> tuple[list[Line], str]:
    """The lines that follow the key `after`, the newest first, and the key of the next page ("" at the end).

    Lines of incidents that the user does not see are left out, so a page may be short. A key that is not
    ours raises ValueError.
    """
    found = list(islice(_merged(user, asked, _parse(after) if after else None, size + 1), size + 1))
    key = _print(found[size - 1].key) if len(found) > size else ""
    return _visible(user, found[:size]), key


def every(user: User, asked: Asked) -> Iterator[Line]:
    """All lines, read in blocks, at most MOST_ROWS."""
    after, left = "", MOST_ROWS
    while left > 0:
        lines, after = page(user, asked, after, size=min(_BLOCK, left))
        yield from lines
        left -= _BLOCK
        if not after:
            return


def _merged(user, asked, after, size) -> Iterator[Line]:
    streams = [_lines(source, user, asked, after, size) for source in _SOURCES if _fits(source, asked)]
    return merge(*streams, key=lambda line: line.key, reverse=True)


def _fits(source: _Source, asked: Asked) -> bool:
    return (
        asked.kind in ("", source.kind)
        and not (asked.officer and not source.officer)
        and not (asked.reference and not source.incident)
    )


def _lines(source: _Source, user, asked: Asked, after, size: int) -> list[Line]:
    at = source.at
    rows = source.rows(user, asked).filter(**{f"{at}__gte": asked.since, f"{at}__lt": asked.until})
    if asked.officer:
        rows = rows.filter(**{source.officer: asked.officer})
    if asked.reference:
        path = f"{source.incident}__reference" if source.incident != "self" else "reference"
        rows = rows.filter(**{path: asked.reference.upper()})
    if after:
        when, letter, row_id = after
        here = Q(**{f"{at}__lt": when})
        if source.letter < letter:
            here |= Q(**{at: when})
        elif source.letter == letter:
            here |= Q(**{at: when, "id__lt": row_id})
        rows = rows.filter(here)
    found = []
    for row in rows.order_by(f"-{at}", "-id")[:size]:
        who, incident, what, note = source.line(row)
        found.append(Line((getattr(row, at), source.letter, row.pk), source.kind, who, incident, what, note))
    return found


def _visible(user, lines: list[Line]) -> list[Line]:
    named = {line.incident.pk for line in lines if line.incident}
    seen = set(incidents_for(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return [line for line in lines if line.incident is None or line.incident.pk in seen]


def _print(key: tuple[datetime, str, UUID]) -> str:
    return f"{key[0].timestamp() * 1e6:.0f}.{key[1]}.{key[2]}"


def _parse(text: str) -> tuple[datetime, str, UUID]:
    """Raises ValueError."""
    try:
        micros, letter, row_id = text.split(".")
        seconds, rest = divmod(int(micros[:20]), 1_000_000)
        when = datetime.fromtimestamp(seconds, tz=UTC) + timedelta(microseconds=rest)
        if letter not in {source.letter for source in _SOURCES}:
            raise ValueError(letter)
        return when, letter, UUID(row_id)
    except (OverflowError, OSError) as exc:
        raise ValueError(text) from exc


# --- What each row says ---


def _transition(row: Transition):
    return str(row.by or ""), row.incident, words.change(row.field, row.old, row.new), row.reason


def _task(row: DispatchTransition):
    what = words.task_change(row.dispatch.unit.call_sign, row.old, row.new)
    return str(row.by or ""), row.dispatch.incident, what, row.reason


def _opened(row: Incident):
    return "", row, _("first report: %s") % row.get_type_display(), ""


def _call(row: Notification):
    what = _("%(channel)s to %(whom)s: %(status)s") % {
        "channel": row.get_channel_display(),
        "whom": row.station or _("operations"),
        "status": row.get_status_display(),
    }
    return "", row.incident, what, row.text


def _raised(row: Alarm):
    return "", row.incident, _("alarm: %s") % alarms.KINDS.get(row.kind, row.kind), row.text


def _cleared(row: Alarm):
    return "", row.incident, _("alarm over: %s") % alarms.KINDS.get(row.kind, row.kind), row.text


def _entry(row: DeskEntry):
    return f"{row.by} ({role_label(row.role)})", row.incident, row.get_kind_display(), row.text


def _handover(row: Handover):
    return str(row.by), None, _("hand-over note to %s") % row.get_to_role_display(), row.text


def _note(row: Note):
    return str(row.by), row.incident, _("note"), row.text


def _tick(row: ChecklistTick):
    what = _("checklist: done") if row.done else _("checklist: not done after all")
    return str(row.by), row.incident, what, str(checklists.ITEMS.get(row.item, row.item))


def _ladder(row: SectorLadder):
    what = _("ladder of %(sector)s for P%(priority)d, version %(number)d") % {
        "sector": row.sector,
        "priority": row.priority,
        "number": row.number,
    }
    return str(row.by), None, what, row.reason


def _unit_status(row: UnitStatusChange):
    return str(row.by), None, words.unit_change(row.unit.call_sign, row.old, row.new), row.reason


def _reveal(row: Reveal):
    return str(row.by), None, _("looked a reporter's identity up"), row.reason


def role_label(role: str) -> str:
    """The role in words."""
    return User.Role(role).label if role in User.Role.values else role


def _to_desks(user, asked):
    # By primary key, which begins with the time of writing: the table is the largest of all.
    return (
        Notification.objects.filter(unit__isnull=True, reporter__isnull=True)
        .filter(pk__gte=uuid7_at(asked.since - _SLACK), pk__lt=uuid7_at(asked.until + _SLACK))
        .select_related("incident", "station")
    )


def _own_notes(user, asked):
    rows = Handover.objects.select_related("by")
    return rows.filter(Q(agency=user.agency_id) | Q(agency=None)) if user.agency_id else rows


def _at_desk(user, asked):
    rows = DeskEntry.objects.select_related("by", "incident")
    ours = Q(by__agency=user.agency_id) | Q(by__agency=None) | Q(incident__isnull=False)
    return rows.filter(ours) if user.agency_id else rows


def _revealed(user, asked):
    rows = Reveal.objects.select_related("by")
    return rows if role_of(user) in SUPERVISORS else rows.none()


_SOURCES = (
    _Source(
        "a",
        Kind.INCIDENT,
        lambda user, asked: Transition.objects.select_related("by", "incident"),
        _transition,
    ),
    _Source(
        "b",
        Kind.UNIT,
        lambda user, asked: DispatchTransition.objects.select_related(
            "by", "dispatch__unit", "dispatch__incident"
        ),
        _task,
        incident="dispatch__incident",
    ),
    _Source(
        "c",
        Kind.INCIDENT,
        lambda user, asked: Incident.objects.all(),
        _opened,
        at="received_at",
        officer="",
        incident="self",
    ),
    _Source("d", Kind.CALL, _to_desks, _call, at="created_at", officer=""),
    _Source(
        "e",
        Kind.ALARM,
        lambda user, asked: Alarm.objects.select_related("incident"),
        _raised,
        at="first_seen_at",
        officer="",
    ),
    _Source(
        "f",
        Kind.ALARM,
        lambda user, asked: Alarm.objects.select_related("incident"),
        _cleared,
        at="cleared_at",
        officer="",
    ),
    _Source("g", Kind.DESK, _at_desk, _entry),
    _Source("h", Kind.DESK, _own_notes, _handover, incident=""),
    _Source("i", Kind.INCIDENT, lambda user, asked: Note.objects.select_related("by", "incident"), _note),
    _Source(
        "j", Kind.INCIDENT, lambda user, asked: ChecklistTick.objects.select_related("by", "incident"), _tick
    ),
    _Source("k", Kind.DESK, _revealed, _reveal, incident=""),
    _Source(
        "l", Kind.UNIT, lambda user, asked: SectorLadder.objects.select_related("by"), _ladder, incident=""
    ),
    _Source(
        "m",
        Kind.UNIT,
        lambda user, asked: UnitStatusChange.objects.filter(unit__in=units_for(user)).select_related(
            "by", "unit"
        ),
        _unit_status,
        incident="",
    ),
)
