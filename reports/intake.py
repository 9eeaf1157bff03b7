"""Words, position and photo in → one Report, once.

Whatever arrives becomes a row in the queue. What cannot be stored as sent is stored as
near as possible and flagged; nothing is refused here.
"""

import hashlib
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone

from communities.crash_points import crash_point
from communities.languages import Language
from communities.models import Device, Reporter
from reports import known_places, matching, matters, parts, questions, triage, workflow
from reports.models import Incident, Question, Report
from reports.priority import PHASE
from reports.reading import BY_LIKENESS, READING_VERSION, Reading, read
from reports.references import next_reference
from reports.taxonomy import TAXONOMY, IncidentType, ReplyMode, ResponsePhase, category_of

log = logging.getLogger(__name__)

# A GPS of a phone is good to this without a word of its own, metres.
DEVICE_ERROR_M = 50
MOST_PERSONS = 32_767  # what the column holds; more is nonsense, kept in the text
MOST_ERROR_M = 2_000_000_000
FURTHEST_APART_M = 60 * 1852  # two reports of one incident are hardly ever further apart

# Open incidents near a new report, with their latest words. In SQL: each first report asks it, and the ORM
# takes longer to write it than PostgreSQL to answer. The statuses are literals, as in the partial index.
NEARBY = f"""
SELECT id, last_report_at, ST_X(position::geometry), ST_Y(position::geometry), position_error_m, type,
    ARRAY(
        SELECT text FROM reports_report WHERE incident_id = incident.id ORDER BY received_at DESC, id LIMIT 5
    )
FROM reports_incident AS incident
WHERE status IN {Incident.OPEN_STATUSES} AND drill = %s AND last_report_at >= %s
    AND ST_DWithin(position, ST_MakePoint(%s, %s)::geography, %s)
ORDER BY last_report_at DESC LIMIT 20
"""  # noqa: S608  our own words alone


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as its channel understood it.

    `position` is (lon, lat) in degrees; `position_source` tells whose position it is
    (`device_gnss`: the reporter's own). `type` is the sender's own choice, if the app offers one.
    `new_matter`: opens an incident of its own, whatever this phone reported before. `incident_id`: the
    incident that the sender itself (a beacon, no phone) is about; joined while it is open.
    `extra` is kept beside the reading (raw values that could not be used, say).
    """

    source: str
    external_id: str
    text: str
    reporter: Reporter | None = None
    device: Device | None = None
    type: str | None = None
    position: tuple[float, float] | None = None
    position_error_m: float | None = None
    position_source: str = "device_gnss"
    observed_at: datetime | None = None
    persons_on_board: int | None = None
    quiet: bool = False
    language: str | None = None
    sender_country: str | None = None
    first_byte_at: datetime | None = None
    flags: tuple[str, ...] = ()
    new_matter: bool = False
    incident_id: UUID | None = None
    extra: dict = field(default_factory=dict)

    def content_hash(self) -> bytes:
        """SHA-256 of what the sender said, whatever road it came by. 32 bytes."""
        said = [
            self.text,
            self.type,
            self.position,
            self.position_error_m,
            self.position_source if self.position else None,
            self.observed_at.isoformat() if self.observed_at else None,
            self.persons_on_board,
            self.quiet,
            self.extra,
        ]
        return hashlib.sha256(
            json.dumps(said, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
        ).digest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """`report` is the row under the key. `conflict` is the second row where other content came under it."""

    report: Report
    created: bool
    conflict: Report | None = None


@transaction.atomic
def receive(incoming: Incoming, *, now: datetime | None = None) -> Receipt:
    """Store a message once, join or open its incident, score it and, for P1, ask for a unit.

    A repeat of the same key with the same content changes nothing. Other content under the
    same key is kept as `{key}#2` (`#3`, …) with `conflicts_with`: two phones may hold one key,
    and neither word may be lost. Locks the key, then the reporter, then the incident.
    """
    now = now or timezone.now()
    digest = incoming.content_hash()
    if not _lock_key(incoming.source, incoming.external_id):
        return Receipt(_store(incoming, incoming.external_id, digest, None, now), created=True)
    first = Report.objects.get(source=incoming.source, external_id=incoming.external_id)
    kept = [first, *first.conflicts.all()]
    for report in kept:
        # Two phones that chose one key say two things, even in one wording.
        one_phone = None in (report.device_id, incoming.device) or report.device_id == incoming.device.pk
        if bytes(report.content_hash) == digest and one_phone:
            return Receipt(first, created=False, conflict=report if report is not first else None)
    log.warning("report %s: other content under the same key", first.pk)
    number = len(kept) + 1
    while _lock_key(incoming.source, key := f"{incoming.external_id}#{number}"):
        number += 1  # somebody's own key looks like ours
    return Receipt(first, created=False, conflict=_store(incoming, key, digest, first, now))


def _store(incoming: Incoming, key: str, digest: bytes, first: Report | None, now: datetime) -> Report:
    reporter = _reporter(incoming)
    reading, pieces = _read(incoming, reporter, now)
    report = _report(incoming, key, digest, first, reporter, reading, now)
    facts = _facts(report, reading)
    own = None if incoming.new_matter else reporter
    answered = matters.answered_by(report, own, now)
    if pieces:
        report.reading["extra"] = {**incoming.extra, "parts": [piece.reference for piece in reversed(pieces)]}
    found = matters.find(report, own, facts, answered, pieces, now)
    incident = found.incident or _own_incident(incoming)
    if incident is None:
        incident = triage.open_incident({**facts, "type": report.type, "drill": report.drill}, now=now)
        incident.flags = [triage.SILENT] if found.silent else []
        propose_join(incident, report, now)
        if found.beside is not None and incident.proposed_same_as_id is None:
            incident.proposed_same_as, incident.proposed_why = found.beside, "sent by the same phone"
    report.incident = incident
    triage.add_report(incident, report, facts, now=now)
    report.reply_mode = _reply_mode(report, incident, pieces)
    report.reading["read_back"] = questions.position_to_read_back(report)
    report.save(force_insert=True)
    questions.settle(incident, report, doubt=found.doubt, now=now)
    if answered is not None and answered.kind == Question.Kind.WHICH:
        matters.bring_doubtful(incident, report, now=now)
        report.reading["read_back"] = questions.position_to_read_back(report)
        report.save(update_fields=["reading"])
    if reporter and report.language not in ("", reporter.language):
        reporter.language = report.language
        reporter.save(update_fields=["language"])
    crash_point("K2")
    transaction.on_commit(partial(crash_point, "K3"))
    return report


def _read(incoming: Incoming, reporter: Reporter | None, now: datetime) -> tuple[Reading, list[Report]]:
    """What a message says, and the earlier reports of this phone that are pieces of it, newest first."""
    context = {
        "language": incoming.language,
        "usual_language": reporter.language if reporter else None,
        "sender_country": incoming.sender_country,
        # Where the phone gave its own position, a name is coarser.
        "places": known_places.index() if incoming.position is None else None,
        "near": _last_area(reporter, now),
        "village": str((reporter and reporter.community_id) or ""),
    }
    answers = questions.number_in(incoming.text) is not None  # what was asked, sooner than the end of a text
    if reporter is None or answers or incoming.source != Report.Source.SMS:
        return read(incoming.text, **context), []
    since = now - parts.NUMBERED_WITHIN
    earlier = list(
        reporter.reports.filter(received_at__gte=since, source=Report.Source.SMS)
        .select_related("incident")
        .order_by("-received_at")[: parts.MOST_PARTS]
    )
    reading, places = parts.read_in_parts(
        incoming.text,
        now,
        [(report.text, report.received_at) for report in earlier],
        lambda text: read(text, **context),
    )
    return reading, [earlier[place] for place in places]


def _report(incoming, key, digest, first, reporter, reading: Reading, now) -> Report:
    text, flags = storable(incoming.text)
    flags = [*incoming.flags, *flags, *reading.flags]
    type_ = told_type(incoming, reading)
    report = Report(
        reference=next_reference(),
        source=incoming.source,
        external_id=key,
        content_hash=digest,
        conflicts_with=first,
        reporter=reporter,
        device=incoming.device,
        text=text,
        quiet=incoming.quiet,
        drill=reading.drill,
        observed_at=incoming.observed_at,
        first_byte_at=incoming.first_byte_at,
        received_at=now,
        type=type_,
        category=category_of(type_, reading.response_phase if type_ == reading.type else ""),
        language=reading.language if reading.language in Language.values else "",
        persons_on_board=_persons(incoming.persons_on_board, reading.persons_on_board),
        position_status=reading.position_status,
        reading={**reading.as_dict(), "extra": incoming.extra},
        reading_version=READING_VERSION,
    )
    if reading.position is not None:
        report.position = Point(*reading.position, srid=4326)
        report.position_error_m = _metres(reading.position_error_m)
        report.position_source = reading.position_source or "typed"
    if incoming.position is not None:
        here = Point(*incoming.position, srid=4326)
        if incoming.position_source == "device_gnss":
            report.reporter_position = here
        if report.position is None or incoming.position_source != "device_gnss" or _is_own_distress(report):
            report.position = here
            report.position_error_m = _metres(incoming.position_error_m or DEVICE_ERROR_M)
            report.position_source = incoming.position_source
            report.position_status = Report.PositionStatus.OK
    report.flags = sorted(set(flags))
    return report


def storable(text: str) -> tuple[str, list[str]]:
    """The text as PostgreSQL can hold it: no NUL, no lone surrogate; flagged where that changed it."""
    kept = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return kept, ["text_repaired"] if kept != text else []


def _own_incident(incoming: Incoming) -> Incident | None:
    """The incident that the sender named, locked, while it is open."""
    incident = workflow.lock(incoming.incident_id) if incoming.incident_id else None
    return incident if incident is not None and incident.is_open else None


def propose_join(incident: Incident, report: Report, now: datetime) -> None:
    """Name the open incident that a new one may be the same as; an officer decides. Unsaved."""
    if report.position is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            NEARBY,
            [
                report.drill,
                now - matching.WINDOW,
                *report.lon_lat,
                FURTHEST_APART_M,
            ],
        )
        earlier = [
            matching.Sighting(
                id=id, at=at, position=(lon, lat), position_error_m=error_m, type=type_, text=" ".join(texts)
            )
            for id, at, lon, lat, error_m, type_, texts in cursor.fetchall()
        ]
    new = matching.Sighting(
        id=incident.pk,
        at=report.observed_at or now,
        position=report.lon_lat,
        position_error_m=report.position_error_m,
        type=report.type,
        text=report.text,
    )
    if match := matching.best_match(new, earlier):
        incident.proposed_same_as_id, _, why = match
        incident.proposed_why = "; ".join(why)[:300]


def _reporter(incoming: Incoming) -> Reporter | None:
    """The reporter, locked so that two texts of one phone at once open one incident."""
    reporter = incoming.reporter
    if reporter is None and incoming.device is not None and incoming.device.user_id is None:
        device = Device.objects.select_for_update(no_key=True).get(pk=incoming.device.pk)
        if device.reporter_id is None:
            device.reporter = Reporter.objects.create(language=device.language)
            device.save(update_fields=["reporter"])
        reporter = device.reporter
    if reporter is None:
        return None
    return Reporter.objects.select_for_update(no_key=True).get(pk=reporter.pk)


def _last_area(reporter: Reporter | None, now: datetime) -> tuple[float, float] | None:
    """(lon, lat) of the reporter's last position of a day, else of the community's waters, or landing."""
    if reporter is None:
        return None
    last = reporter.reports.fixes(now).values_list("position", flat=True).first()
    if last is not None:
        return last.x, last.y
    if reporter.community is None:
        return None
    area = (
        reporter.community.waters
        or reporter.community.landing_sites.values_list("position", flat=True).first()
    )
    return (area.x, area.y) if area else None


def told_type(incoming: Incoming, reading: Reading) -> str:
    """The sender's own choice, unless the words tell of something more urgent."""
    if incoming.type not in IncidentType.values:
        return reading.type
    row = TAXONOMY[incoming.type]
    chosen = max(PHASE[row.emergency_phase], PHASE[row.response_phase])
    told = max(PHASE[reading.emergency_phase], PHASE[reading.response_phase])
    return reading.type if told > chosen else incoming.type


def _facts(report: Report, reading: Reading) -> dict:
    """The reading, without its phases and severity where the sender chose another type than was read."""
    if report.type == reading.type:
        return reading.as_dict()
    return {**reading.as_dict(), "emergency_phase": None, "response_phase": None, "severity": None}


def _is_own_distress(report: Report) -> bool:
    """In a rescue the phone's own fix beats numbers typed in a hurry."""
    return TAXONOMY[report.type].reply == ReplyMode.FULL


def _reply_mode(report: Report, incident: Incident, pieces: list[Report]) -> str:
    """What this phone may show now; nothing, where an officer decided so or the text asks for it.

    A rescue is answered as one; else a quiet matter stays quiet.
    Under attack whoever holds the phone may be reading: nothing but a receipt, whatever it said before.
    What began quietly goes on so: the `pieces` of one message, and a rescue asked for in quiet.
    "Safe now" hears no promise of rescue.
    """
    if incident.reply_mode == ReplyMode.NONE:
        return ReplyMode.NONE
    if report.quiet or incident.response_phase == ResponsePhase.ATTACK or _began_quietly(report, pieces):
        return ReplyMode.QUIET
    if "safe_now" in report.flags and incident.reply_mode == ReplyMode.FULL:
        return ReplyMode.RECEIVED
    if TAXONOMY[report.type].reply == ReplyMode.FULL:
        return ReplyMode.FULL if incident.priority == 1 else ReplyMode.RECEIVED
    only_guessed = BY_LIKENESS in report.flags and report.type != incident.type
    if TAXONOMY[report.type].reply == ReplyMode.QUIET and not only_guessed:
        return ReplyMode.QUIET
    return incident.reply_mode


def _began_quietly(report: Report, pieces: list[Report]) -> bool:
    if any(piece.reply_mode == ReplyMode.QUIET for piece in pieces):
        return True
    asked = Report.objects.filter(incident=report.incident_id, reporter=report.reporter_id, quiet=True)
    return report.source == Report.Source.APP and report.reporter_id is not None and asked.exists()


def _persons(told: int | None, read_: int | None) -> int | None:
    persons = told if told is not None else read_
    return persons if persons is not None and 0 <= persons <= MOST_PERSONS else None


def _metres(error_m: float | None) -> int | None:
    return None if error_m is None else min(max(round(error_m), 0), MOST_ERROR_M)


def hold_key(key: str) -> None:
    """Let whoever brings the same key wait until this transaction ends.

    A row that is not there yet cannot be locked. Look for it in a statement of its own, which sees what
    this one has waited for.
    """
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])


def _lock_key(source: str, external_id: str) -> bool:
    """Hold the key of a report; True if a report has it already.

    By the unique key alone: with its conflicts in one OR the planner would read every report there is.
    """
    hold_key(f"{source}:{external_id}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM reports_report WHERE source = %s AND external_id = %s", [source, external_id]
        )
        return cursor.rowcount > 0
