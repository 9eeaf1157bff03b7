"""What happened, from three sides: answers that clients got, the carriers' journal, the rows; and what was done to it.

Times are seconds since 1970 by the harness's and the carriers' clock, which nobody moves. A row's own time of
writing is in its UUIDv7.
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from psycopg.rows import dict_row

from tests.carriers import journal
from tests.carriers.humans import REFERENCE


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one thing that a client said: `status` 0 where it was never heard.

    `kind`: app, sms, photo, or a crew's verb; `key` the external id, or the dispatch's id.
    """

    kind: str
    key: str
    status: int
    body: dict
    first_at: float
    answered_at: float
    tries: int = 1
    distress: bool = False

    @property
    def heard(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that a carrier took."""

    notification: str
    at: float
    reference: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done to the service: `kills` processes died of it; `name` is that of a crash point, if one.

    `ambiguous`: a carrier took messages and did not say so. `stopped_s`: how long processes were held.
    """

    what: str
    at: float
    until: float
    kills: int = 0
    name: str = ""
    ambiguous: bool = False
    stopped_s: float = 0.0


@dataclass(slots=True)
class History:
    """`rows` holds each table of `ROWS` as dictionaries; `spooled` counts what is still kept in the spool.

    `human_acks`: (unit's number, incident's reference) of acknowledgements by text that were answered so.
    `unable`: from when until when the database was away, or no dispatcher had begun its work.
    `failed`: when carriers said of which notification that it did not arrive.
    """

    answers: list[Answered] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    human_acks: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, float]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unable: list[tuple[float, float]] = field(default_factory=list)
    rows: dict[str, list[dict]] = field(default_factory=dict)
    spooled: int = 0
    forged: int = 0
    forged_accepted: int = 0
    ended_at: float = 0.0


def _s(column: str) -> str:
    return f"EXTRACT(EPOCH FROM {column})::float8 AS {column}"


ROWS = {
    "reports": "SELECT id::text, source, external_id, reference, incident_id::text FROM reports_report",
    "inbound": "SELECT external_id, reply, kind FROM alerts_inboundmessage",
    "photos": "SELECT external_id, status, report_id::text FROM reports_attachment",
    "incidents": "SELECT id::text, reference, priority, status, dispatch_requested_at IS NOT NULL AS wanted"
    " FROM reports_incident",
    "escalations": f"SELECT incident_id::text, purpose, state, {_s('due_at')} FROM alerts_escalation",
    "notifications": "SELECT id::text, incident_id::text, purpose, channel, status, key, attempt, reference,"
    f" {_s('due_at')} FROM alerts_notification",
    "dispatches": "SELECT d.id::text, d.incident_id::text, d.status, d.role, u.phone FROM alerts_dispatch d"
    " JOIN alerts_patrolunit u ON u.id = d.unit_id",
    "transitions": "SELECT id::text, dispatch_id::text, old, new, via FROM alerts_dispatchtransition",
}


def read_rows(connection) -> dict[str, list[dict]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return {name: cursor.execute(query).fetchall() for name, query in ROWS.items()}


def read_carriers(path: Path) -> dict:
    """What the carriers' journal knows, as fields of a History."""
    taken, acks, failed, forged, accepted = [], [], [], 0, 0
    for line in journal.read(path):
        match line["kind"]:
            case "taken":
                resource = line["resource"]
                taken.append(Taken(_notification_of(resource), line["at"], _reference_of(resource)))
            case "act" if line.get("what") == "acknowledge" and "IS YOURS" in str(line.get("came_back")):
                acks.append((line["number"], line["came_back"].split()[0]))
            case "webhook" if line["fields"].get("MessageStatus") in ("failed", "undelivered"):
                failed.append((parse_qs(urlsplit(line["url"]).query)["notification"][0], line["at"]))
            case "forgery":
                forged += 1
                accepted += line["answered"] < 400
    return {
        "taken": taken, "human_acks": acks, "failed": failed, "forged": forged, "forged_accepted": accepted,
    }  # fmt: skip


def _notification_of(resource: dict) -> str:
    """Which notification a carrier's entry was asked for; "" for texts that no row asks for."""
    if "message" in resource:
        return resource["message"].get("data", {}).get("notification", "")
    asked = resource["request"]
    query = parse_qs(urlsplit(asked.get("StatusCallback") or asked.get("Url") or "").query)
    return query.get("notification", [""])[0]


def _reference_of(resource: dict) -> str:
    if "message" in resource:
        return resource["message"].get("data", {}).get("reference", "")
    found = REFERENCE.search(resource.get("body") or "")
    return found.group() if found else ""


def written_at(row_id: str) -> float:
    """When a row with a UUIDv7 was made."""
    return (UUID(row_id).int >> 80) / 1000
