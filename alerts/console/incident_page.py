"""What the page of one incident shows: facts, reports, story, sum, ranking and chart."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import candidates, escalation, sector_ladders, vessels
from alerts.console.forms import escalation_of, ranking_of, span
from alerts.fitness import nm
from alerts.models import DispatchTransition, InboundMessage, PatrolUnit, Watch
from alerts.waters import waters_of
from communities.admin import Role, role_of
from communities.charts import position_text
from reports.models import Incident, Report
from reports.taxonomy import TAXONOMY, Capability, ReplyMode

FRESH = timedelta(minutes=30)  # older fixes rank a unit from its station
MOST_ON_THE_CHART = 300
LATEST = 40  # lines of the story that are not folded away


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the incident's story; `kind` names its colour."""

    at: datetime
    kind: str
    who: str
    what: str
    note: str = ""


def page_of(incident: Incident, user, at_desk: bool) -> dict:
    """The template's context. A liaison officer sees the own villages' reports and the states, no units."""
    reports = list(_reports(incident, user))
    story = sorted(_story(incident, at_desk), key=lambda entry: entry.at, reverse=True)
    return {
        "incident": incident,
        "at_desk": at_desk,
        "facts": [*_facts(incident), *(_scene(incident) if at_desk else [])],
        "reports": [_report(report, at_desk) for report in reports],
        "story": story[:LATEST],
        "older": story[LATEST:],
        "terms": incident.score_terms,
        "ladder": escalation_of(incident) if at_desk else None,
        "climb": _climb(incident) if at_desk else [],
        "watches": _watches(incident) if at_desk else [],
        "ranked": [_ranked(row) for row in ranking_of(incident).get("ranked", [])] if at_desk else [],
        "passed_over": ranking_of(incident).get("passed_over", []) if at_desk else [],
        "support": [_support(row) for row in ranking_of(incident).get("support", [])] if at_desk else [],
        "waters": ranking_of(incident).get("waters", {}) if at_desk else {},
        "vessels": _vessels(incident) if at_desk else [],
        "chart": _chart(incident, reports, at_desk),
    }


def _reports(incident: Incident, user):
    rows = incident.reports.select_related("reporter", "reporter__community", "conflicts_with").order_by(
        "received_at"
    )
    if role_of(user) == Role.LIAISON:
        rows = rows.filter(reporter__community__in=user.communities.all())
    return rows


def _facts(incident: Incident) -> list[tuple[str, str]]:
    rows = [
        (_("Emergency phase"), incident.get_emergency_phase_display()),
        (_("Response phase"), incident.get_response_phase_display()),
        (_("Severity"), incident.get_severity_display()),
        (_("Persons on board"), "?" if incident.persons_on_board is None else incident.persons_on_board),
        (_("Position from"), _position_source(incident)),
        (_("Reporter hears"), incident.get_reply_mode_display()),
        (_("Received"), _time(incident.received_at)),
        (_("Last report"), _time(incident.last_report_at)),
        (_("First touched"), _time(incident.taken_at) if incident.taken_at else _("not yet")),
        (_("Flags"), ", ".join(incident.flags) or "–"),
    ]
    if incident.proposed_same_as:
        rows.append(
            (_("Proposed as the same"), f"{incident.proposed_same_as.reference}: {incident.proposed_why}")
        )
    if incident.merged_into:
        rows.append((_("Merged into"), incident.merged_into.reference))
    if incident.outcome:
        rows.append((_("Outcome"), incident.get_outcome_display()))
    return rows


def _scene(incident: Incident) -> list[tuple[str, str]]:
    """Weather and waters, and where the boat has probably drifted to."""
    rows = []
    if weather := candidates.scene_weather(incident):
        rows.append((_("Weather there"), f"{weather} ({weather.by}, {_time(weather.at)})"))
    if likely := candidates.likely_now(incident, timezone.now()):
        place = f"{position_text(*likely.position)} ±{nm(likely.radius_m)}"
        rows.append((_("Likely place now"), f"{place}, {likely.basis}"))
    lies = waters_of(incident.lon_lat, incident.position_error_m)
    if lies.sector or lies.lies_in:
        rows.append((_("Waters"), ", ".join(filter(None, [lies.sector, *lies.lies_in]))))
    if lies.may_lie_in:
        rows.append((_("May lie in"), lies.may_lie_in))
    return rows


def _climb(incident: Incident) -> list[dict]:
    """The rungs of the ladder that runs, in words, with the time of each; the next one is marked."""
    ladder = escalation_of(incident)
    if ladder is None or not ladder.is_live or not incident.is_open:
        return []
    rungs = escalation.ladder_of(incident, ladder, found=ladder.climbing in ("", "units"))
    lines = sector_ladders.in_words(rungs)
    place = min(ladder.next_step, len(lines) - 1)
    return [
        {
            "when": when,
            "what": what,
            "done": n < place,
            "next": n == place,
            "at": ladder.due_at if n == place else escalation.time_of(rungs, ladder, n),
        }
        for n, (when, what) in enumerate(lines)
    ]


def _watches(incident: Incident) -> list[dict]:
    """The words that crews owe, the open ones first: what, since when, and whether it is overdue."""
    rows = Watch.objects.filter(dispatch__incident=incident).select_related("unit")
    return [
        {
            "row": row,
            "open": row.state == Watch.State.OPEN,
            "asked": row.asked_at is not None or (row.kind == Watch.Kind.RECEIPT and row.next_step > 0),
        }
        for row in sorted(rows, key=lambda row: (row.state != Watch.State.OPEN, row.started_at))
    ]


def _support(row: dict) -> dict:
    unit = row.get("unit")
    shown = _ranked(unit) if unit else {"call_sign": _("nobody can"), "eta": "–", "distance": "–", "why": ""}
    return shown | {"capability": _label(row["capability"])}


def _label(capability: str) -> str:
    return Capability(capability).label if capability in Capability.values else capability


def _position_source(incident: Incident) -> str:
    if not incident.lon_lat:
        return "–"
    error = "" if incident.position_error_m is None else f", ±{incident.position_error_m} m"
    at = f", {_time(incident.position_at)}" if incident.position_at else ""
    return f"{incident.position_source or '?'}{error}{at}"


def _report(report: Report, at_desk: bool) -> dict:
    candidates = [_candidate(row) for row in report.reading.get("candidates") or []]
    return {
        "row": report,
        "who": report.reporter.pseudonym if report.reporter else _("unknown"),
        "community": report.reporter.community if report.reporter else None,
        "grade": f"{report.reporter.source_letter if report.reporter else 'F'}{report.grade_digit}",
        "where": position_text(*report.lon_lat) if report.lon_lat else "",
        "phone_was_at": position_text(report.reporter_position.x, report.reporter_position.y)
        if at_desk and report.reporter_position
        else "",
        "candidates": [text for text in candidates if text],
    }


def _candidate(row) -> str:
    """A candidate as the reading stored it: (lon, lat, note) or a mapping; nonsense is left out."""
    try:
        if isinstance(row, dict):
            lon, lat, note = (
                *(row.get("position") or (row["longitude"], row["latitude"])),
                row.get("note", ""),
            )
        else:
            lon, lat, *rest = row
            note = rest[0] if rest else ""
        return f"{position_text(float(lon), float(lat))} {note}".strip()
    except (TypeError, ValueError, KeyError):
        return ""


def _ranked(row: dict) -> dict:
    notes = row.get("notes") or row.get("note") or row.get("why") or ""
    return {
        "call_sign": row.get("call_sign", "?"),
        "eta": span(row["eta_s"]) if row.get("eta_s") is not None else "–",
        "distance": nm(row["distance_m"]) if row.get("distance_m") is not None else "–",
        "why": "; ".join(map(str, notes)) if isinstance(notes, list | tuple) else notes,
    }


def _vessels(incident: Incident) -> list[dict]:
    """Vessels heard near it that could help; none where other ships are not to know of the matter."""
    if not incident.lon_lat or not incident.is_open or TAXONOMY[incident.type].reply == ReplyMode.QUIET:
        return []
    return [
        {
            "row": vessel,
            "where": position_text(vessel.longitude, vessel.latitude),
            "distance": f"{nm(vessel.distance_m)} {vessel.bearing_deg:03.0f}°",
            "eta": span(vessel.eta_s),
            "age": span((timezone.now() - vessel.position_at).total_seconds()),
        }
        for vessel in vessels.near(incident.lon_lat)
    ]


def _story(incident: Incident, at_desk: bool):
    by_rule = _("by rule")
    for row in incident.transitions.select_related("by"):
        if at_desk or row.field == "status":
            yield Entry(
                row.at,
                "change",
                str(row.by or by_rule),
                f"{row.field}: {row.old or '–'} → {row.new or '–'}",
                row.reason,
            )
    if not at_desk:
        return
    for row in DispatchTransition.objects.filter(dispatch__incident=incident).select_related(
        "by", "dispatch__unit"
    ):
        who = str(row.by or row.via or by_rule)
        yield Entry(
            row.at,
            "dispatch",
            who,
            f"{row.dispatch.unit.call_sign}: {row.old or '–'} → {row.new}",
            row.reason,
        )
    for row in incident.notifications.select_related("unit", "station", "reporter"):
        to = _("operations") if row.operations else str(row.unit or row.station or row.reporter)
        fault = f" ({row.error_code} {row.error})".replace("( ", "(") if row.error_code or row.error else ""
        what = f"{row.get_channel_display()} → {to}: {row.get_status_display()}{fault}"
        yield Entry(row.accepted_at or row.created_at, "out", by_rule, what, row.text)
    answers = InboundMessage.objects.filter(dispatch__incident=incident) | InboundMessage.objects.filter(
        report__incident=incident
    )
    for row in answers.select_related("unit", "station", "reporter").distinct():
        who = str(row.unit or row.station or row.reporter or _("unknown"))
        yield Entry(row.received_at, "in", who, row.text, f"← {row.reply}" if row.reply else "")


def _chart(incident: Incident, reports: list[Report], at_desk: bool) -> str:
    """JSON for the page's script; `<` is escaped, so that no text can end the element that holds it."""
    now = timezone.now()
    data: dict = {"incident": None, "reports": [], "units": [], "stations": []}
    if incident.lon_lat:
        lon, lat = incident.lon_lat
        data["incident"] = {
            "lat": lat,
            "lon": lon,
            "error_m": incident.position_error_m,
            "label": str(incident),
        }
    data["reports"] = [
        {"lat": row.position.y, "lon": row.position.x, "label": f"{row.reference} {row.text[:60]}"}
        for row in reports
        if row.position
    ]
    if at_desk:
        told = {row.unit_id: row.get_status_display() for row in incident.told}
        units = PatrolUnit.objects.select_related("station", "fix")[:MOST_ON_THE_CHART]
        for unit in units:
            fix = getattr(unit, "fix", None)
            fresh = fix is not None and now - fix.position_at <= FRESH
            lat, lon = (
                (fix.latitude, fix.longitude) if fresh else (unit.station.position.y, unit.station.position.x)
            )
            where = (
                _("fix %s ago") % span((now - fix.position_at).total_seconds())
                if fresh
                else _("at its station, no fresh fix")
            )
            status = told.get(unit.pk) or unit.get_status_display()
            data["units"].append(
                {
                    "lat": lat,
                    "lon": lon,
                    "label": f"{unit.call_sign} · {status} · {where}",
                    "fresh": fresh,
                    "told": unit.pk in told,
                    "free": unit.status == PatrolUnit.Status.AVAILABLE,
                }
            )
        seen = {unit.station_id: unit.station for unit in units}
        data["stations"] = [
            {"lat": s.position.y, "lon": s.position.x, "label": str(s)} for s in seen.values()
        ]
    return json.dumps(data).replace("<", "\\u003c")


def _time(at: datetime) -> str:
    """Local time with its zone, and UTC beside it."""
    return f"{timezone.localtime(at):%d %b %H:%M:%S %Z} ({at:%H%MZ})"
