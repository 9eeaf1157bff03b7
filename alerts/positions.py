"""Where our units are: the newest fix of each, and every fix in the track for the audit.

Fixes come one or many, of one unit or of a fleet, out of order, twice, hours late. The newest wins.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from alerts.fixes import Fix, Known, NotAFix, Reason, Verdict, judge, most_speed_kn, read_fix
from alerts.models import UnitTrack

MOST_ROWS = 500

_STATE = """
SELECT unit.id, unit.call_sign, unit.mmsi, unit.kind, unit.speed_kn,
    fix.latitude, fix.longitude, fix.position_at, fix.speed_kn, fix.course_deg, fix.source,
    fix.doubted_latitude, fix.doubted_longitude, fix.doubted_at, fix.doubted_since,
    fix.doubt_began_at, fix.doubts,
    {user} FROM alerts_patrolunit AS unit LEFT JOIN alerts_unitposition AS fix ON fix.unit_id = unit.id
"""
_WITH_MMSI = _STATE.format(user="NULL") + "WHERE unit.mmsi <> ''"
_OF_CREWS = (
    _STATE.format(user="crew.user_id")
    + "JOIN alerts_patrolunit_crew AS crew ON crew.patrolunit_id = unit.id "
    + "WHERE crew.user_id = ANY(%s) AND unit.call_sign = ANY(%s)"
)

# One statement for a whole batch, so one commit, and that without waiting for the disk: the next fix is
# seconds away, and no life hangs on this one. Rows come sorted, so that two batches never lock crosswise.
_KEEP = """
WITH appended AS (
    INSERT INTO alerts_unittrack
        (unit_id, position_at, received_at, latitude, longitude, speed_kn, course_deg, source, note)
    SELECT u, at, %s, lat, lon, kn, deg, %s, note
    FROM json_to_recordset(%s::json) AS row
        (u uuid, at timestamptz, lat float8, lon float8, kn float8, deg float8, note text)
    ON CONFLICT DO NOTHING
)
INSERT INTO alerts_unitposition AS kept
    (unit_id, position_at, latitude, longitude, speed_kn, course_deg, source,
     doubted_at, doubted_latitude, doubted_longitude, doubted_since, doubt_began_at, doubts)
SELECT row.* FROM set_config('synchronous_commit', 'off', true), json_to_recordset(%s::json) AS row
    (u uuid, at timestamptz, lat float8, lon float8, kn float8, deg float8, source text,
     doubted_at timestamptz, doubted_lat float8, doubted_lon float8, since timestamptz, began timestamptz,
     doubts int)
ON CONFLICT (unit_id) DO UPDATE SET
    latitude = excluded.latitude, longitude = excluded.longitude, position_at = excluded.position_at,
    speed_kn = excluded.speed_kn, course_deg = excluded.course_deg, source = excluded.source,
    doubted_latitude = excluded.doubted_latitude, doubted_longitude = excluded.doubted_longitude,
    doubted_at = excluded.doubted_at, doubted_since = excluded.doubted_since,
    doubt_began_at = excluded.doubt_began_at, doubts = excluded.doubts
WHERE kept.position_at <= excluded.position_at
RETURNING unit_id
"""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A unit as its fixes are judged: what it can do at most, and what we believe so far."""

    unit_id: UUID
    call_sign: str
    mmsi: str
    most_kn: float
    known: Known
    source: str


@dataclass(frozen=True, slots=True)
class Said:
    """A fix of one unit, in row `index` of what was sent."""

    index: int
    unit: str
    fix: Fix


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch.

    `accepted` fixes were newer than what we had, `ignored` were not; `repaired` of both had a date 1024
    weeks off. `errors` are (row, reason, why). `newest`: the indexes of the accepted ones.
    """

    accepted: int = 0
    ignored: int = 0
    repaired: int = 0
    errors: list[tuple[int, Reason, str]] = field(default_factory=list)
    newest: frozenset[int] = frozenset()

    @property
    def refused(self) -> dict[str, int]:
        """How many rows were refused for which reason."""
        return dict(Counter(str(reason) for _, reason, _ in self.errors))


def units_of(user_id: int, call_signs: Iterable[object]) -> dict[str, Tracked]:
    """Those of `call_signs` whose crew the user is in, by call sign."""
    found = units_of_crews([user_id], call_signs)
    return {call_sign: unit for (_, call_sign), unit in found.items()}


def units_of_crews(user_ids: list[int], call_signs: Iterable[object]) -> dict[tuple[int, str], Tracked]:
    """Those of `call_signs` that one of the users is in the crew of, by user and call sign."""
    # Longer ones are not stored, and what cannot be printed PostgreSQL may not even read.
    names = [name for name in call_signs if isinstance(name, str) and len(name) <= 20 and name.isprintable()]
    return {(user_id, unit.call_sign): unit for user_id, unit in _read(_OF_CREWS, [user_ids, names])}


def units_with_mmsi() -> dict[str, Tracked]:
    """Every unit that sends on AIS, by MMSI."""
    return {unit.mmsi: unit for _, unit in _read(_WITH_MMSI, [])}


def read_rows(
    rows: Sequence, now: datetime, *, of: str | None = None
) -> tuple[list[Said], list[tuple[int, Reason, str]]]:
    """Rows of JSON as fixes and refusals. `of`: the call sign of all; else each row has its own."""
    said, errors = [], []
    for index, row in enumerate(rows):
        try:
            fix = read_fix(row, now)
            call_sign = of or row.get("call_sign")
            if not isinstance(call_sign, str) or not call_sign:
                raise NotAFix(Reason.NOT_A_FIX, "call_sign is missing")
        except NotAFix as exc:
            errors.append((index, exc.reason, str(exc)))
        else:
            said.append(Said(index, call_sign, fix))
    return said, errors


def record(
    units: Mapping[str, Tracked], said: Iterable[Said], *, source: str, now: datetime | None = None
) -> Outcome:
    """Judge each fix, keep the newest of each unit, append all to the track. One statement.

    `units` by what `Said.unit` names; `source` is a UnitPosition.Source. Order does not matter, and a repeat
    changes nothing.
    """
    now = now or timezone.now()
    errors: list[tuple[int, Reason, str]] = []
    of_unit: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if one.unit in units:
            of_unit[one.unit].append(one)
        else:  # the same word for a unit that is not there: which ones exist is a secret
            errors.append((one.index, Reason.NOT_YOUR_UNIT, "call_sign is not of a unit of yours"))
    track: list[dict] = []
    newest: list[dict] = []
    newer: dict[UUID, list[int]] = defaultdict(list)
    ignored = repaired = 0
    for name, batch in of_unit.items():
        unit = units[name]
        known = unit.known
        # Sorted by the whole fix, so that a batch sent twice in another order is judged the same way.
        for one in sorted(batch, key=lambda one: (one.fix.position_at, one.index)):
            fix = one.fix
            known, verdict = judge(known, fix, unit.most_kn, now)
            note = UnitTrack.Note.WEEK_ROLLOVER if fix.repaired else ""
            repaired += fix.repaired
            if verdict == Verdict.TOO_FAST:
                note = UnitTrack.Note.TOO_FAST
                errors.append(
                    (one.index, Reason.TOO_FAST, f"no unit of its kind goes over {unit.most_kn:.0f} kn")
                )
            elif verdict == Verdict.NEWER:
                newer[unit.unit_id].append(one.index)
            else:
                ignored += 1
            track.append({**_fix(unit, fix), "note": note})
        if known is not unit.known:
            newest.append(_row(unit, known, source))
    kept = _keep(track, newest, source, now) if track else set()
    # Of the others a newer fix came in by another road meanwhile.
    accepted = frozenset(index for unit_id in newer.keys() & kept for index in newer[unit_id])
    ignored += sum(map(len, newer.values())) - len(accepted)
    return Outcome(len(accepted), ignored, repaired, sorted(errors), accepted)


def _keep(track: list[dict], newest: list[dict], source: str, now: datetime) -> set[UUID]:
    """Append `track`, write `newest` where the row is not newer yet; the units that were written."""
    # One text of JSON: an array for each column takes the driver three times as long.
    rows = [json.dumps(sorted(some, key=lambda row: (row["u"], row["at"]))) for some in (track, newest)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [now, source, *rows])
        return {unit_id for (unit_id,) in cursor.fetchall()}


def _fix(unit: Tracked, fix: Fix) -> dict:
    return {
        "u": str(unit.unit_id),
        "at": fix.position_at.isoformat(),
        "lat": fix.latitude,
        "lon": fix.longitude,
        "kn": fix.speed_kn,
        "deg": fix.course_deg,
    }


def _row(unit: Tracked, known: Known, source: str) -> dict:
    """The row of UnitPosition; with a new fix or only a new doubt about the old one."""
    row = _fix(unit, known.fix) | {
        "source": unit.source if known.fix is unit.known.fix else source,
        "doubts": known.doubts,
    }
    if known.doubted is not None:
        row |= {
            "doubted_at": known.doubted.position_at.isoformat(),
            "doubted_lat": known.doubted.latitude,
            "doubted_lon": known.doubted.longitude,
            "since": known.doubted_since.isoformat(),
            "began": known.doubt_began_at.isoformat(),
        }
    return row


def _read(sql: str, params: list) -> list[tuple[int | None, Tracked]]:
    """Units with what we believe of them, each with the user that asked for it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(row[-1], _tracked(row[:-1])) for row in cursor.fetchall()]


def _tracked(row: tuple) -> Tracked:
    unit_id, call_sign, mmsi, kind, speed_kn, *fix, source = row[:11]
    latitude, longitude, at, since, began, doubts = row[11:]
    known = Known()
    if fix[2] is not None:
        doubted = Fix(latitude, longitude, at) if at is not None else None
        known = Known(Fix(*fix), doubted, since, began or since, doubts)
    return Tracked(unit_id, call_sign, mmsi, most_speed_kn(kind, speed_kn), known, source or "")
