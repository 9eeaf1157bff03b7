"""One line of the queue: what the desk reads of an incident at a glance, and when each promise falls due.

The same lines are read by the page and sent by the stream, so both come from `rows_of`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, OuterRef, Prefetch, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from alerts.console.forms import escalation_of, is_held
from alerts.models import Dispatch, Escalation
from communities.charts import position_text
from communities.sphere import NAUTICAL_MILE_M
from reports import triage
from reports.models import Incident, Question
from reports.reading import BY_LIKENESS, GUESSES

#: The agency's public promise, from the first report: a boat sent, help on scene (DOMAIN section 7).
SENT_WITHIN, THERE_WITHIN = timedelta(minutes=30), timedelta(hours=2)
#: Share of a promise's time after which its clock warns.
NEAR = 2 / 3


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of the charter that is not kept yet; `state` is "running", "near" or "over"."""

    label: str
    due_at: datetime
    near_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """What console/_row.html shows of one incident."""

    incident: Incident
    marks: list[tuple[str, str]]
    where: str
    error: str
    promises: list[Promise]
    going: list[Dispatch]
    called: list[Dispatch]
    ladder: tuple[str, datetime | None] | None
    held: bool

    @property
    def facets(self) -> dict:
        """The facts by which charts, alarms and lists place it; JSON-ready."""
        incident = self.incident
        return {
            "rank": incident.queue_rank,
            "priority": incident.priority,
            "status": incident.status,
            "type": incident.type,
            "distress": incident.is_distress,
            "drill": incident.drill,
            "taken": incident.taken_at is not None,
            "held_by": incident.held_by_id if self.held else None,
            "position": incident.lon_lat,
            "error_m": incident.position_error_m,
            "received_at": incident.received_at.isoformat(),
        }

    def html(self) -> str:
        """The line itself, in the language that is active."""
        return render_to_string("console/_row.html", {"row": self})


def rows_of(incidents: QuerySet[Incident], now: datetime) -> list[Row]:
    """Read the lines of these incidents, in their order, in a fixed number of statements."""
    told = Dispatch.objects.answerable().select_related("unit").order_by("created_at")
    moved = Dispatch.objects.filter(incident=OuterRef("pk")).order_by().values("incident")
    incidents = (
        incidents.with_waiting_dismissals()
        .select_related("escalation", "held_by", "proposed_same_as")
        .prefetch_related(
            Prefetch("dispatches", told, to_attr="told"),
            Prefetch("questions", Question.objects.unanswered(now), to_attr="unanswered"),
        )
        .annotate(
            first_sent_at=Subquery(moved.annotate(at=Min("under_way_at")).values("at")),
            first_there_at=Subquery(moved.annotate(at=Min("on_scene_at")).values("at")),
        )
    )
    return [_row(incident, now) for incident in incidents]


def _row(incident: Incident, now: datetime) -> Row:
    going = [row for row in incident.told if row.status in Dispatch.ENGAGED_STATUSES]
    return Row(
        incident=incident,
        marks=marks_of(incident),
        where=position_text(*incident.lon_lat) if incident.lon_lat else "",
        error=_error(incident.position_error_m) if incident.lon_lat else "",
        promises=promises_of(incident, incident.first_sent_at, incident.first_there_at, now),
        going=going,
        called=[row for row in incident.told if row not in going],
        ladder=_ladder(incident),
        held=is_held(incident, now),
    )


def marks_of(incident: Incident) -> list[tuple[str, str]]:
    """What stands out: (kind, words) each. `incident.unanswered` are its questions that nobody answered,
    `incident.dismissal_waits` whether a report waits for a second officer to dismiss it."""
    marks = []
    if incident.drill:
        marks.append(("drill", _("DRILL")))
    if incident.is_distress:
        marks.append(("distress", _("attack") if incident.response_phase == "ATTACK" else _("distress")))
    if incident.proposed_same_as_id:
        marks.append(("same", _("same as %s?") % incident.proposed_same_as.reference))
    if incident.dismissal_waits:
        marks.append(("doubt", _("dismissal waits for a second officer")))
    if "verify_in_parallel" in incident.flags:
        marks.append(("doubt", _("verify in parallel")))
    if BY_LIKENESS in incident.flags and incident.type in GUESSES.values() and not incident.is_distress:
        marks.append(("doubt", _("kind guessed from likeness: read the text")))
    if "safe_now" in incident.flags:
        marks.append(("doubt", _("says safe now: ask")))
    if incident.unanswered:
        kinds = ", ".join(dict.fromkeys(row.get_kind_display() for row in incident.unanswered))
        marks.append(("doubt", _("no answer: %s?") % kinds))
    if triage.SILENT in incident.flags:
        marks.append(("doubt", _("phone is not answered")))
    if "carrier_may_mute" in incident.flags:
        marks.append(("doubt", _("texted STOP: our SMS may not arrive")))
    return marks


def promises_of(
    incident: Incident, sent_at: datetime | None, there_at: datetime | None, now: datetime
) -> list[Promise]:
    """The promises of the charter still to be kept; none where no unit was ever wanted, or all is over."""
    wanted = incident.is_open and (incident.is_distress or incident.dispatch_requested_at is not None)
    if not wanted or incident.drill:
        return []
    owed = []
    for label, within, met_at in (
        (_("boat sent"), SENT_WITHIN, sent_at or there_at),
        (_("on scene"), THERE_WITHIN, there_at),
    ):
        if met_at is None:
            due_at, near_at = incident.received_at + within, incident.received_at + within * NEAR
            state = "over" if now >= due_at else "near" if now >= near_at else "running"
            owed.append(Promise(label, due_at, near_at, state))
    return owed


def _error(metres: int | None) -> str:
    if metres is None:
        return "±?"
    return f"±{metres} m" if metres < NAUTICAL_MILE_M else f"±{metres / NAUTICAL_MILE_M:.0f} NM"


def _ladder(incident: Incident) -> tuple[str, datetime | None] | None:
    """What the ladder does now, and when its next step is due."""
    ladder = escalation_of(incident)
    if ladder is None or not incident.is_open:
        return None
    if ladder.state == Escalation.State.STOPPED:
        return _("ladder stopped"), None
    if not ladder.is_live:
        return None
    if ladder.purpose == Escalation.Purpose.LOOK:
        what = _("the duty officer is called for a look")
    elif ladder.climbing == "held":
        what = _("no unit without an officer's word")
    elif ladder.climbing == "nobody":
        what = _("no unit can go: desks are called")
    else:
        what = _("alerting")
    return _("%(what)s, step %(n)d") % {"what": what, "n": ladder.next_step + 1}, ladder.due_at
