"""The whole of one incident as plain rows, for files: facts, reports, what happened, units.

Nothing here leads to a reporter: they are numbered within the incident; an informer's position is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import checklists
from alerts.console import words
from alerts.fitness import nm
from alerts.models import DispatchTransition, InboundMessage
from communities.charts import position_text
from reports.models import Dismissal, Incident, Report
from reports.taxonomy import ReplyMode


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the record; every cell is text."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def sections(incident: Incident) -> list[Section]:
    """The record in the order in which it is read."""
    reporters = _numbered(incident)
    return [
        Section(_("Facts"), (_("What"), _("Value")), list(_facts(incident))),
        Section(
            _("Reports"),
            (_("Received"), _("Reference"), _("From"), _("Read as"), _("Words as sent")),
            list(_reports(incident, reporters)),
        ),
        Section(
            _("Units"),
            (_("Called"), _("Unit"), _("Status"), _("Distance"), _("Why this one, or why it ended")),
            list(_units(incident)),
        ),
        Section(
            _("What happened"),
            (_("Time"), _("Who"), _("What"), _("Words or reason")),
            [(moment(at), who, what, note) for at, who, what, note in _story(incident, reporters)],
        ),
    ]


def moment(at: datetime | None) -> str:
    """Local time with its zone, and UTC beside it; "–" for none."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z} ({at:%H%MZ})" if at else "–"


def _numbered(incident: Incident) -> dict:
    """Names for the reporters that tell nothing but who is the same."""
    order = incident.reports.exclude(reporter=None).order_by("received_at", "id")
    ids = dict.fromkeys(order.values_list("reporter", flat=True))
    return {reporter: _("reporter %d") % n for n, reporter in enumerate(ids, 1)}


def _facts(incident: Incident) -> Iterator[tuple[str, str]]:
    yield _("Reference"), incident.reference
    if incident.drill:
        yield _("Drill"), _("exercise traffic")
    yield _("Type"), str(incident.get_type_display())
    yield _("Priority"), f"P{incident.priority} ({_('by rule')}: P{incident.rule_priority})"
    for term in incident.score_terms:
        yield _("Sum"), ", ".join(map(str, term.values() if isinstance(term, dict) else term))
    yield _("Status"), str(incident.get_status_display())
    if incident.outcome:
        yield _("Outcome"), str(incident.get_outcome_display())
    yield _("Emergency phase"), str(incident.get_emergency_phase_display())
    yield _("Response phase"), str(incident.get_response_phase_display())
    yield _("Persons on board"), "?" if incident.persons_on_board is None else str(incident.persons_on_board)
    if incident.lon_lat:
        error = "" if incident.position_error_m is None else f" ±{incident.position_error_m} m"
        yield _("Position"), f"{position_text(*incident.lon_lat)}{error}"
        yield _("Position from"), f"{incident.position_source or '?'}, {moment(incident.position_at)}"
    if incident.place:
        yield _("Place"), incident.place
    if incident.merged_into:
        yield _("Merged into"), incident.merged_into.reference
    yield _("First report"), moment(incident.received_at)
    yield _("Last report"), moment(incident.last_report_at)
    yield _("First touched"), moment(incident.taken_at)


def _reports(incident: Incident, reporters) -> Iterator[tuple[str, ...]]:
    for row in incident.reports.order_by("received_at", "id"):
        read = [str(row.get_type_display())]
        if row.persons_on_board is not None:
            read.append(_("%d persons") % row.persons_on_board)
        if row.lon_lat and not _is_quiet(incident, row):
            read.append(position_text(*row.lon_lat))
        if row.status != Report.Status.RECEIVED:
            read.append(str(row.get_status_display()))
        read.extend(row.flags)
        who = reporters.get(row.reporter_id, _("unknown"))
        yield (
            moment(row.received_at),
            row.reference,
            f"{who}, {row.get_source_display()}",
            "; ".join(read),
            row.text,
        )


def _is_quiet(incident: Incident, report: Report) -> bool:
    """The position may be the informer's own phone."""
    return report.quiet or ReplyMode.QUIET in (incident.reply_mode, report.reply_mode)


def _units(incident: Incident) -> Iterator[tuple[str, ...]]:
    for row in incident.dispatches.select_related("unit", "unit__station").order_by("created_at", "id"):
        status = (
            f"{row.get_status_display()}, {row.get_role_display()}" if row.role else row.get_status_display()
        )
        yield (
            moment(row.created_at),
            f"{row.unit.call_sign} ({row.unit.station.name})",
            status,
            nm(row.distance_m) if row.distance_m is not None else "–",
            "; ".join(filter(None, [row.why, row.reason])),
        )


def _story(incident: Incident, reporters) -> list[tuple[datetime, str, str, str]]:
    return sorted(_happened(incident, reporters), key=lambda line: line[0])


def _happened(incident: Incident, reporters) -> Iterator[tuple[datetime, str, str, str]]:
    by_rule = _("by rule")
    for row in incident.transitions.select_related("by"):
        yield row.at, str(row.by or by_rule), words.change(row.field, row.old, row.new), row.reason
    for row in DispatchTransition.objects.filter(dispatch__incident=incident).select_related(
        "by", "dispatch__unit"
    ):
        what = words.task_change(row.dispatch.unit.call_sign, row.old, row.new)
        yield row.at, str(row.by or row.via or by_rule), what, row.reason
    for row in incident.notifications.select_related("unit", "station"):
        whom = row.unit or row.station or reporters.get(row.reporter_id) or _("operations")
        if row.reporter_id and row.reporter_id not in reporters:
            whom = _("a reporter")
        what = _("%(channel)s to %(whom)s: %(status)s") % {
            "channel": row.get_channel_display(),
            "whom": whom,
            "status": row.get_status_display(),
        }
        yield row.accepted_at or row.created_at, by_rule, what, row.text
    # What reporters wrote stands among the reports.
    answers = InboundMessage.objects.filter(dispatch__incident=incident, reporter=None)
    for row in answers.select_related("unit", "station"):
        yield row.received_at, str(row.unit or row.station or _("unknown")), _("said"), row.text
    for row in incident.notes.select_related("by"):
        yield row.at, str(row.by), _("note"), row.text
    for row in incident.ticks.select_related("by"):
        what = _("checklist: done") if row.done else _("checklist: not done after all")
        yield row.at, str(row.by), what, str(checklists.ITEMS.get(row.item, row.item))
    for row in Dismissal.objects.filter(report__incident=incident).select_related(
        "report", "proposed_by", "settled_by"
    ):
        what = _("dismissal of report %s proposed") % row.report.reference
        yield row.proposed_at, str(row.proposed_by), what, row.reason
        if row.settled_at:
            yield row.settled_at, str(row.settled_by), str(row.get_outcome_display()), row.report.reference
    for row in incident.desk_entries.select_related("by"):
        yield row.at, str(row.by), str(row.get_kind_display()), row.text
