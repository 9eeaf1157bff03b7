"""Everything said, sent, delivered, read, answered and decided about one incident, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import checklists
from alerts.console import words
from alerts.models import DeskAct, DispatchTransition, InboundMessage, Notification
from reports.models import Incident

LATEST = 40  # lines that are not folded away
MOST = 500  # rows of one source; older ones are in the export
#: What a line is about, by which the desk filters: the name is also the class of the line.
KINDS = {
    "change": gettext_lazy("Decided"),
    "dispatch": gettext_lazy("Units"),
    "out": gettext_lazy("Sent"),
    "in": gettext_lazy("Received"),
    "note": gettext_lazy("Notes"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the incident's story; `kind` is one of KINDS, `undo` the act that can be taken back."""

    at: datetime
    kind: str
    who: str
    what: str
    note: str = ""
    undo: DeskAct | None = None


def story(incident: Incident, at_desk: bool = True) -> list[Entry]:
    """The lines, newest first. A liaison officer (not `at_desk`) sees the incident's states alone."""
    lines = list(_changes(incident, at_desk))
    if at_desk:
        for part in (_of_units, _sent, _received, _written):
            lines += part(incident)
    return sorted(lines, key=lambda entry: entry.at, reverse=True)


def _changes(incident: Incident, at_desk: bool) -> Iterator[Entry]:
    rows = incident.transitions.select_related("by").order_by("-at", "-id")
    for row in rows[:MOST] if at_desk else rows.filter(field="status")[:MOST]:
        what = words.change(row.field, row.old, row.new)
        yield Entry(row.at, "change", str(row.by or _("by rule")), what, row.reason)


def _of_units(incident: Incident) -> Iterator[Entry]:
    rows = DispatchTransition.objects.filter(dispatch__incident=incident).order_by("-at", "-id")
    for row in rows.select_related("by", "dispatch__unit")[:MOST]:
        what = words.task_change(row.dispatch.unit.call_sign, row.old, row.new)
        yield Entry(row.at, "dispatch", str(row.by or row.via or _("by rule")), what, row.reason)


def _sent(incident: Incident) -> Iterator[Entry]:
    rows = incident.notifications.select_related("unit", "station", "reporter").order_by("-created_at", "-id")
    for row in rows[:MOST]:
        to = _("operations") if row.operations else str(row.unit or row.station or row.reporter)
        what = f"{row.get_channel_display()} → {to}: {row.get_status_display()}{_fault(row)}"
        if times := _times(row):
            what += f" ({times})"
        yield Entry(row.accepted_at or row.created_at, "out", _("by rule"), what, row.text)


def _fault(row: Notification) -> str:
    said = " ".join(filter(None, (row.error_code, row.error)))
    return f" ({said})" if said else ""


def _times(row: Notification) -> str:
    """When it was delivered, read and answered, in UTC."""
    steps = (
        (_("delivered"), row.delivered_at),
        (_("read"), row.read_at),
        (_("answered"), row.acknowledged_at),
    )
    return ", ".join(f"{word} {at:%H:%M:%SZ}" for word, at in steps if at)


def _received(incident: Incident) -> Iterator[Entry]:
    rows = InboundMessage.objects.filter(dispatch__incident=incident) | InboundMessage.objects.filter(
        report__incident=incident
    )
    rows = rows.select_related("unit", "station", "reporter").distinct().order_by("-received_at", "-id")
    for row in rows[:MOST]:
        who = str(row.unit or row.station or row.reporter or _("unknown"))
        yield Entry(row.received_at, "in", who, row.text, f"← {row.reply}" if row.reply else "")


def _written(incident: Incident) -> Iterator[Entry]:
    for note in incident.notes.select_related("by").order_by("-at", "-id")[:MOST]:
        yield Entry(note.at, "note", str(note.by), note.text)
    for tick in incident.ticks.select_related("by").order_by("-at", "-id")[:MOST]:
        text = checklists.ITEMS.get(tick.item, tick.item)
        yield Entry(tick.at, "note", str(tick.by), f"{'✓' if tick.done else '○'} {text}")
    for row in incident.desk_acts.select_related("by", "undoes").order_by("-at", "-id")[:MOST]:
        if row.undoes:
            said = _("undone: %(act)s %(said)s") % {"act": row.undoes.said, "said": row.said}
            yield Entry(row.at, "change", str(row.by), said)
