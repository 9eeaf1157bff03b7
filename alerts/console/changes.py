"""What changed in the queue since somebody looked: one cheap statement, no trigger, no table of its own.

PostgreSQL marks every row with the transaction that wrote it (`xmin`). The sum of the marks of an incident
and of what is shown with it grows whenever any of these rows is written, so two looks that find the same
version have seen the same rows. A `Mark` says up to which transaction somebody has seen everything, whichever
process is asked next. See docs/decisions/0086-the-stream.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection

from reports import decisions

#: Transactions are counted modulo this in a row's mark.
ERA = 2**32
#: By so much may the clocks of database and page differ, and a look be late.
SLACK = timedelta(seconds=5)

# Everything of an incident is read by the index of its foreign key, nothing of one that has ended. `age()`
# counts the transactions from a mark to now and knows of the counter's turn: the newest row has the least.
LOOK = """
SELECT incident.id,
    incident.xmin::text::bigint + ladder.marks + dispatch.marks + question.marks,
    question.due + CASE WHEN incident.held_until > moment.now THEN 1000 ELSE 0 END,
    coalesce(dismissal.marks, 0),
    moment.following
        - least(age(incident.xmin), ladder.newest, dispatch.newest, question.newest, dismissal.newest),
    greatest(question.due_at, CASE WHEN incident.held_until <= moment.now THEN incident.held_until END),
    (
        incident.taken_at IS NULL AND incident.status <> 'resolved' OR
        coalesce(incident.held_until <= least(moment.now, incident.taken_at + %(short)s), false)
        AND incident.status IN ('open', 'dispatching')
    ) AND (incident.emergency_phase = 'DISTRESS' OR incident.response_phase = 'ATTACK')
FROM (
    SELECT statement_timestamp() AS now, age('3'::xid)::bigint + 3 + 4294967296 AS following
) AS moment CROSS JOIN reports_incident AS incident
CROSS JOIN LATERAL (
    SELECT coalesce(sum(xmin::text::bigint), 0) AS marks, min(age(xmin)) AS newest
    FROM alerts_escalation WHERE incident_id = incident.id
) AS ladder
CROSS JOIN LATERAL (
    SELECT coalesce(sum(xmin::text::bigint), 0) AS marks, min(age(xmin)) AS newest
    FROM alerts_dispatch WHERE incident_id = incident.id
) AS dispatch
CROSS JOIN LATERAL (
    SELECT coalesce(sum(xmin::text::bigint), 0) AS marks, min(age(xmin)) AS newest,
        count(*) FILTER (WHERE due_at <= moment.now AND answered_by_id IS NULL) AS due,
        max(due_at) FILTER (WHERE due_at <= moment.now AND answered_by_id IS NULL) AS due_at
    FROM reports_question WHERE incident_id = incident.id
) AS question
LEFT JOIN (
    SELECT report.incident_id, sum(dismissal.xmin::text::bigint) AS marks, min(age(dismissal.xmin)) AS newest
    FROM reports_dismissal AS dismissal JOIN reports_report AS report ON report.id = dismissal.report_id
    WHERE dismissal.outcome = '' OR dismissal.settled_at > now() - interval '1 day'
    GROUP BY report.incident_id
) AS dismissal ON dismissal.incident_id = incident.id
WHERE incident.status IN ('open', 'dispatching', 'responding', 'on_scene', 'suspended', 'resolved')
"""
# Before it, so that whatever commits in between is found again by the next look.
NOW = """
SELECT statement_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""
# The story of an incident: what was sent and what became of it.
STORY = """
SELECT incident.id, count(*) + coalesce(sum(notification.xmin::text::bigint), 0)
FROM reports_incident AS incident
JOIN alerts_notification AS notification ON notification.incident_id = incident.id
WHERE incident.status IN ('open', 'dispatching', 'responding', 'on_scene', 'suspended', 'resolved')
GROUP BY incident.id
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """All that was committed before transaction `xid` and due before `at` has been seen."""

    xid: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.xid}-{int(self.at.timestamp() * 1000)}"

    @classmethod
    def read(cls, text: str | None) -> "Mark | None":
        """The mark that `str` wrote; None for anything else."""
        xid, _dash, at = (text or "").partition("-")
        if not (text and text.isascii() and xid.isdigit() and at.isdigit() and len(text) < 40):
            return None
        try:
            return cls(int(xid), datetime.fromtimestamp(int(at) / 1000, UTC))
        except (ValueError, OverflowError, OSError):
            return None


@dataclass(frozen=True, slots=True)
class Seen:
    """One incident of the queue as a look found it: equal `version`, equal rows."""

    version: str
    xid: int  # modulo ERA, of the newest row
    due_at: datetime | None  # when time alone last changed it: a question's answer overdue, a lease over
    untaken: bool  # a distress that nobody has taken, or whose taker let it slip and no unit goes

    def is_news_to(self, mark: Mark) -> bool:
        """Whether somebody with this mark may not have seen it so."""
        newer = (self.xid - mark.xid) % ERA < ERA // 2
        return newer or (self.due_at is not None and self.due_at > mark.at - SLACK)


@dataclass(frozen=True, slots=True)
class Look:
    """The whole queue at one moment."""

    mark: Mark
    rows: dict[UUID, Seen]

    def untaken(self) -> list[UUID]:
        return [pk for pk, seen in self.rows.items() if seen.untaken]


def mark() -> Mark:
    """The mark of a page whose rows are read after this call."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        at, xid = cursor.fetchone()
    return Mark(xid, at)


def look(only: list[UUID] | None = None) -> Look:
    """Find the version of every incident in the queue, or of these."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        at, xid = cursor.fetchone()
        values = {"short": decisions.LEASE_OF_UNTOUCHED_DISTRESS, "only": only}
        cursor.execute(LOOK if only is None else f"{LOOK} AND incident.id = ANY(%(only)s)", values)
        rows = {
            pk: Seen(f"{int(marks):x}.{moments}.{int(dismissals):x}", xid_of_row % ERA, due_at, untaken)
            for pk, marks, moments, dismissals, xid_of_row, due_at, untaken in cursor.fetchall()
        }
    return Look(Mark(xid, at), rows)


def stories() -> dict[UUID, int]:
    """A number for each incident of the queue that grows when anything is sent or a receipt comes."""
    with connection.cursor() as cursor:
        cursor.execute(STORY)
        return {pk: int(marks) for pk, marks in cursor.fetchall()}
