"""The units as the desk sees them: by status, how old the fix, what was last heard, which word is owed.

`boarded` reads them, `as_seen` leaves out what one desk may not know, `facts_of` can be compared to see
whether a unit changed, `unit_json` is what the stream sends of it.
"""

from copy import copy
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.console import whereabouts
from alerts.ladder import scaled
from alerts.models import Dispatch, DispatchTransition, InboundMessage, PatrolUnit, Watch
from alerts.watch_ladders import ladder_of
from alerts.watches import FROM_THE_CREW
from communities.charts import position_text
from reports.models import Incident

S = PatrolUnit.Status
MOST_SAID = 80  # characters of what a crew wrote
#: The board's groups in their order, and which statuses belong to each.
GROUPS = {
    "distress": (_("Itself in distress"), (S.IN_DISTRESS,)),
    "tasked": (_("On a task"), (S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.TOWING)),
    "alerted": (_("Called, no answer yet"), (S.ALERTED,)),
    "free": (_("Can be called"), (S.AVAILABLE, S.RETURNING, S.LIMITED)),
    "away": (_("Not to be called"), (S.OFF_WATCH, S.OUT_OF_SERVICE)),
}
GROUP_OF = {status: name for name, (_label, statuses) in GROUPS.items() for status in statuses}
AGES = {
    "live": _("live"),
    "recent": _("recent"),
    "stale": _("stale"),
    "none": _("no fix"),
}


def boarded(units: QuerySet[PatrolUnit]) -> list[PatrolUnit]:
    """Read units with all that the board says of them, in five queries however many they are."""
    tasks = Dispatch.objects.answerable().select_related("incident").order_by("created_at")
    owed = Watch.objects.open().select_related("dispatch__incident")
    texts = InboundMessage.objects.filter(unit=OuterRef("pk")).order_by("-received_at").values("pk")[:1]
    words = (
        DispatchTransition.objects.filter(dispatch__unit=OuterRef("pk"), via__in=FROM_THE_CREW)
        .order_by("-at")
        .values("pk")[:1]
    )
    rows = list(
        units.select_related("station__agency", "fix")
        .prefetch_related(
            Prefetch("dispatches", tasks, to_attr="open_tasks"), Prefetch("watches", owed, to_attr="owed")
        )
        .annotate(text_id=Subquery(texts), word_id=Subquery(words))
    )
    said = InboundMessage.objects.select_related("dispatch").in_bulk(
        [row.text_id for row in rows if row.text_id]
    )
    done = DispatchTransition.objects.in_bulk([row.word_id for row in rows if row.word_id])
    for row in rows:
        row.last_text, row.last_word = said.get(row.text_id), done.get(row.word_id)
        row.goes_elsewhere = False
    return rows


def as_seen(rows: list[PatrolUnit], incidents: QuerySet[Incident]) -> list[PatrolUnit]:
    """Units from `boarded` without what names an incident that is not among `incidents`.

    `goes_elsewhere` says that something was left out of what a unit is called for.
    """
    named = {task.incident_id for row in rows for task in row.open_tasks}
    named |= {watch.dispatch.incident_id for row in rows for watch in row.owed}
    named |= {row.last_text.dispatch.incident_id for row in rows if row.last_text and row.last_text.dispatch}
    seen = set(incidents.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return [_without(row, named - seen) for row in rows]


def _without(unit: PatrolUnit, hidden: set[UUID]) -> PatrolUnit:
    shown, text = copy(unit), unit.last_text
    shown.open_tasks = [task for task in unit.open_tasks if task.incident_id not in hidden]
    shown.owed = [watch for watch in unit.owed if watch.dispatch.incident_id not in hidden]
    shown.goes_elsewhere = len(shown.open_tasks) < len(unit.open_tasks)
    if text and text.dispatch and text.dispatch.incident_id in hidden:
        shown.last_text = copy(text)
        shown.last_text.text = ""  # that it was heard, and when, everybody may know
    return shown


def facts_of(unit: PatrolUnit, now: datetime | None = None) -> dict:
    """What the chart and the board need of a unit from `boarded`, JSON-ready; equal while nothing changed.

    Times are ISO in UTC, `position` is [lon, lat]. `circle` is where it could be by now: since when it grows
    (None: not known, it is `most_nm` wide at once) at how many knots, up to how many miles; None: it is where
    `position` says.
    """
    now = now or timezone.now()
    where = whereabouts_of(unit, now)
    fix, task, word = getattr(unit, "fix", None), task_of(unit), owed_word(unit, now)
    said = last_said(unit)
    return {
        "id": str(unit.pk),
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "status": unit.status,
        "status_label": str(unit.get_status_display()),
        "group": GROUP_OF[unit.status],
        "station": unit.station.name,
        "station_position": [unit.station.position.x, unit.station.position.y],
        "agency": unit.station.agency.name,
        "position": list(where.position),
        "fix_at": _iso(where.at),
        "age": where.age,
        "moving_kn": fix.speed_kn if fix else None,
        "course_deg": fix.course_deg if fix else None,
        "circle": {"since": _iso(where.at), "grows_kn": where.grows_kn, "most_nm": where.most_nm}
        if where.most_nm
        else None,
        "task": task
        and {
            "id": str(task.incident_id),
            "reference": task.incident.reference,
            "priority": task.incident.priority,
            "status": task.status,
        },
        "owed": word and {"kind": word["kind"], "at": _iso(word["at"]), "overdue": word["overdue"]},
        "said_at": _iso(said["at"]) if said else None,
        "rest_until": _iso(unit.rest_until) if unit.rest_until and unit.rest_until > now else None,
    }


def unit_json(unit: PatrolUnit, now: datetime | None = None) -> dict:
    """`facts_of` a unit from `boarded`, and its row of the board as `html` in the active language."""
    now = now or timezone.now()
    return facts_of(unit, now) | {"html": row_html(unit, now)}


def row_html(unit: PatrolUnit, now: datetime) -> str:
    """A unit's row of the board."""
    return render_to_string("console/_unit.html", {"row": row_of(unit, now)})


def row_of(unit: PatrolUnit, now: datetime) -> dict:
    """A unit as the board's template prints it."""
    where = whereabouts_of(unit, now)
    return {
        "unit": unit,
        "group": GROUP_OF[unit.status],
        "where": where,
        "age": AGES[where.age],
        "place": position_text(*where.position),
        "radius_nm": round(where.radius_nm(now)),
        "tasks": unit.open_tasks,
        "elsewhere": unit.goes_elsewhere,
        "owed": owed_word(unit, now),
        "said": last_said(unit),
        "rests": unit.rest_until is not None and unit.rest_until > now,
        "readiness_min": unit.readiness_s // 60,
    }


def whereabouts_of(unit: PatrolUnit, now: datetime) -> whereabouts.Whereabouts:
    fix = getattr(unit, "fix", None)
    return whereabouts.find(
        fix=(fix.longitude, fix.latitude) if fix else None,
        fix_at=fix.position_at if fix else None,
        station=(unit.station.position.x, unit.station.position.y),
        status=unit.status,
        speed_kn=unit.speed_kn,
        range_nm=unit.range_nm,
        now=now,
    )


def task_of(unit: PatrolUnit) -> Dispatch | None:
    """What it goes for, else what it was last called for."""
    engaged = [row for row in unit.open_tasks if row.status in Dispatch.ENGAGED_STATUSES]
    return next(iter([*engaged, *reversed(unit.open_tasks)]), None)


def owed_word(unit: PatrolUnit, now: datetime) -> dict | None:
    """The word that the crew owes first: what, by when, whether the time is over, and for which incident."""
    words = [_word(watch, now) for watch in unit.owed]
    return min(words, key=lambda word: (not word["overdue"], word["at"]), default=None)


def _word(watch: Watch, now: datetime) -> dict:
    first_s = ladder_of(watch.kind, watch.dispatch.incident.priority).steps[0].at_s
    at = watch.started_at + scaled(first_s)
    return {
        "kind": watch.kind,
        "label": watch.get_kind_display(),
        "at": at,
        "overdue": at < now or watch.next_step > 0,
        "incident": watch.dispatch.incident,
    }


def last_said(unit: PatrolUnit) -> dict | None:
    """The crew's last word: when, and its text or what it pressed."""
    text, word = unit.last_text, unit.last_word
    if text is None and word is None:
        return None
    if word is None or (text is not None and text.received_at >= word.at):
        return {"at": text.received_at, "text": text.text[:MOST_SAID], "via": "sms"}
    return {"at": word.at, "text": str(Dispatch.Status(word.new).label), "via": word.via}


def _iso(at: datetime | None) -> str | None:
    return at and at.isoformat()
