"""A row of the queue: what a dispatcher sees of an incident without opening it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from alerts.console.forms import escalation_of, is_held
from alerts.models import Dispatch, Escalation
from communities.charts import position_text
from reports import decisions, triage
from reports.models import Incident, Question
from reports.reading import BY_LIKENESS, GUESSES
from reports.taxonomy import ResponsePhase

MILE_M = 1852
#: Rows of this process that are kept as they were rendered, about 3 kB each.
MOST_KEPT = 3000
#: By incident and language: version, minute and row.
_kept: dict[tuple[UUID, str], tuple[str, int, dict]] = {}


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise of the agency's charter: by when, and when it was kept (None: not yet)."""

    name: str
    label: str
    due_at: datetime
    kept_at: datetime | None
    near: timedelta  # before the end, from when on it is near

    def state(self, now: datetime) -> str:
        """kept, late (kept too late), over, near or ample."""
        if self.kept_at is not None:
            return "kept" if self.kept_at <= self.due_at else "late"
        left = self.due_at - now
        return "over" if left < timedelta() else "near" if left < self.near else "ample"


#: The charter to beat (MMEA, public): a boat sent in 30 minutes, help on scene in two hours.
BOAT_SENT, ON_SCENE = timedelta(minutes=30), timedelta(hours=2)


def with_row(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Read incidents with all that `row_of` prints, in three queries however many they are."""
    calls = Dispatch.objects.select_related("unit").order_by("created_at")
    unanswered = Question.objects.unanswered(timezone.now())
    return (
        incidents.with_waiting_dismissals()
        .select_related("escalation", "held_by", "proposed_same_as")
        .defer("escalation__ranking")
        .prefetch_related(
            Prefetch("dispatches", calls, to_attr="calls"),
            Prefetch("questions", unanswered, to_attr="unanswered"),
        )
    )


def row_of(incident: Incident, now: datetime | None = None) -> dict:
    """What the row's template prints of an incident from `with_row`."""
    now = now or timezone.now()
    told = [row for row in incident.calls if row.is_answerable]
    goes = [row for row in told if row.status in Dispatch.ENGAGED_STATUSES]
    return {
        "incident": incident,
        "marks": list(marks_of(incident)),
        "where": position_text(*incident.lon_lat) if incident.lon_lat else "",
        "error": error_text(incident.position_error_m) if incident.lon_lat else "",
        "goes": goes,
        "alerted": [row for row in told if row not in goes],
        "ladder": ladder_of(incident),
        "held": is_held(incident, now),
        "untaken": decisions.is_untouched(incident, now),
        "clocks": [(clock, clock.state(now)) for clock in clocks_of(incident, incident.calls)],
    }


def facets_of(incident: Incident, now: datetime | None = None) -> dict:
    """What the script sorts, filters and draws an incident from `with_row` by; JSON-ready."""
    ladder = escalation_of(incident)
    return {
        "rank": incident.queue_rank,
        "priority": incident.priority,
        "status": incident.status,
        "type": incident.type,
        "distress": incident.is_distress,
        "drill": incident.drill,
        "held_by": incident.held_by_id if is_held(incident, now) else None,
        "taken": incident.taken_at is not None,
        "wants_unit": ladder is not None and ladder.is_live and ladder.purpose == Escalation.Purpose.UNIT,
        "unanswered": bool(incident.unanswered),
        "proposed": incident.proposed_same_as_id is not None,
        "position": list(incident.lon_lat) if incident.lon_lat else None,
        "error_m": incident.position_error_m,
        "received_at": incident.received_at.isoformat(),
    }


def marks_of(incident: Incident) -> Iterable[tuple[str, str]]:
    """What must not be overlooked: pairs of a kind (drill, distress or same) and words."""
    if incident.drill:
        yield "drill", _("DRILL")
    if incident.is_distress:
        attacked = incident.response_phase == ResponsePhase.ATTACK
        yield "distress", _("attack") if attacked else _("distress")
    if incident.proposed_same_as_id:
        yield "same", _("same as %s?") % incident.proposed_same_as.reference
    if incident.dismissal_waits:
        yield "same", _("dismissal waits for a second officer")
    if "verify_in_parallel" in incident.flags:
        yield "same", _("verify in parallel")
    if BY_LIKENESS in incident.flags and incident.type in GUESSES.values() and not incident.is_distress:
        yield "same", _("kind guessed from likeness: read the text")
    if "safe_now" in incident.flags:
        yield "same", _("says safe now: ask")
    if incident.unanswered:
        kinds = ", ".join(dict.fromkeys(str(row.get_kind_display()) for row in incident.unanswered))
        yield "same", _("no answer: %s?") % kinds
    if triage.SILENT in incident.flags:
        yield "same", _("phone is not answered")
    if "carrier_may_mute" in incident.flags:
        yield "same", _("texted STOP: our SMS may not arrive")


def clocks_of(incident: Incident, calls: list[Dispatch]) -> list[Clock]:
    """The charter's clocks, for what a boat is or may well be wanted for; `calls` are all its dispatches."""
    wanted = incident.is_distress or incident.dispatch_requested_at or calls or incident.priority <= 3
    if not wanted or (not incident.is_open and not calls):
        return []
    sent = min((row.under_way_at for row in calls if row.under_way_at), default=None)
    there = min((row.on_scene_at for row in calls if row.on_scene_at), default=None)
    since = incident.received_at
    return [
        Clock("boat", _("boat sent"), since + BOAT_SENT, sent or there, BOAT_SENT / 3),
        Clock("scene", _("on scene"), since + ON_SCENE, there, ON_SCENE / 3),
    ]


def ladder_of(incident: Incident) -> dict | None:
    """What the ladder does: `what`, and while it climbs the next `step` and when it is `due_at`."""
    ladder = escalation_of(incident)
    if ladder is None or not incident.is_open:
        return None
    if ladder.is_live:
        if ladder.purpose == Escalation.Purpose.LOOK:
            what = _("calling for a look")
        elif ladder.climbing == "held":
            what = _("no unit without an officer's word, calling the desks")
        else:
            what = _("alerting")
        return {"what": what, "step": ladder.next_step + 1, "due_at": ladder.due_at}
    if ladder.state == Escalation.State.STOPPED:
        return {"what": _("ladder stopped"), "step": None}
    return None


def where_text(incident: Incident) -> str:
    """Position with its error and place in one line; empty where nothing is known."""
    known = (
        (position_text(*incident.lon_lat), error_text(incident.position_error_m)) if incident.lon_lat else ()
    )
    return " ".join(part for part in (*known, incident.place) if part)


def error_text(metres: int | None) -> str:
    """A position's error as mariners say it; empty where it is not known."""
    if metres is None:
        return ""
    return f"±{metres} m" if metres < MILE_M else f"±{metres / MILE_M:.0f} NM"


def render(
    incidents: QuerySet[Incident], ids: Iterable[UUID], versions: dict[UUID, str], language: str
) -> dict[UUID, dict]:
    """Rows as the stream and the page send them: id, reference, version, html and facets, in one language.

    What was rendered of the same version within a minute is given again: fifty desks read the same rows. A
    row without a version is rendered each time; one that `incidents` does not hold is left out.
    """
    if connection.in_atomic_block:
        versions = {}  # what a transaction wrote itself has one mark, however often it wrote
    found = {}
    for pk in ids:
        kept = _kept.get((pk, language))
        if kept and pk in versions and kept[:2] == (versions[pk], _minute(pk)):
            found[pk] = kept[2]
    missing = [pk for pk in ids if pk not in found]
    if not missing:
        return found
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    now = timezone.now()
    template = get_template("console/_row.html")
    with override(language):
        for incident in with_row(incidents.filter(pk__in=missing)):
            version = versions.get(incident.pk, "")
            found[incident.pk] = {
                "id": str(incident.pk),
                "reference": incident.reference,
                "version": version,
                "html": template.render({"row": row_of(incident, now)}),
                "facets": facets_of(incident, now),
            }
            if version:
                _kept[incident.pk, language] = version, _minute(incident.pk), found[incident.pk]
    return found


def _minute(pk: UUID) -> int:
    """Which minute it is for this row: not all are rendered at once, and ages are right without a script."""
    return int((time.time() + pk.int % 60) // 60)
