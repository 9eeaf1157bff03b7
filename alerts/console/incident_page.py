"""What the page of one incident shows: facts, reports, story, sum, ranking and chart."""

import json
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from alerts import candidates, climbs, sector_ladders, vessels
from alerts.console import timeline
from alerts.console.forms import escalation_of, ranking_of, span
from alerts.fitness import nm
from alerts.models import PatrolUnit, Watch
from alerts.waters import waters_of
from communities.admin import Role, role_of
from communities.charts import position_text
from reports.models import Incident, Report
from reports.taxonomy import TAXONOMY, Capability, ReplyMode

FRESH = timedelta(minutes=30)  # older fixes rank a unit from its station
MOST_ON_THE_CHART = 300


def page_of(incident: Incident, user, at_desk: bool) -> dict:
    """The template's context. A liaison officer sees the own villages' reports and the states, no units."""
    reports = list(reports_seen(incident, user))
    story = timeline.story(incident, at_desk)
    return {
        "incident": incident,
        "at_desk": at_desk,
        "facts": [*facts_of(incident), *(scene_of(incident) if at_desk else [])],
        "reports": [report_shown(report, at_desk) for report in reports],
        "story": story[: timeline.LATEST],
        "older": story[timeline.LATEST :],
        "terms": incident.score_terms,
        "ladder": escalation_of(incident) if at_desk else None,
        "climb": climb_of(incident) if at_desk else [],
        "watches": words_owed(incident) if at_desk else [],
        "ranked": [ranked_shown(row) for row in ranking_of(incident).get("ranked", [])] if at_desk else [],
        "passed_over": ranking_of(incident).get("passed_over", []) if at_desk else [],
        "support": [support_shown(row) for row in ranking_of(incident).get("support", [])] if at_desk else [],
        "waters": ranking_of(incident).get("waters", {}) if at_desk else {},
        "vessels": vessels_near(incident) if at_desk else [],
        "chart": _chart(incident, reports, at_desk),
    }


def reports_seen(incident: Incident, user):
    rows = incident.reports.select_related("reporter", "reporter__community", "conflicts_with").order_by(
        "received_at"
    )
    if role_of(user) == Role.LIAISON:
        rows = rows.filter(reporter__community__in=user.communities.all())
    return rows


def facts_of(incident: Incident) -> list[tuple[str, str]]:
    rows = [
        (_("Emergency phase"), incident.get_emergency_phase_display()),
        (_("Response phase"), incident.get_response_phase_display()),
        (_("Severity"), incident.get_severity_display()),
        (_("Persons on board"), "?" if incident.persons_on_board is None else incident.persons_on_board),
        (_("Position from"), position_source(incident)),
        (_("Reporter hears"), incident.get_reply_mode_display()),
        (_("Received"), local_and_utc(incident.received_at)),
        (_("Last report"), local_and_utc(incident.last_report_at)),
        (_("First touched"), local_and_utc(incident.taken_at) if incident.taken_at else _("not yet")),
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


def scene_of(incident: Incident) -> list[tuple[str, str]]:
    """Weather and waters, and where the boat has probably drifted to."""
    rows = []
    if weather := candidates.scene_weather(incident):
        rows.append((_("Weather there"), f"{weather} ({weather.by}, {local_and_utc(weather.at)})"))
    if likely := candidates.likely_now(incident, timezone.now()):
        place = f"{position_text(*likely.position)} ±{nm(likely.radius_m)}"
        rows.append((_("Likely place now"), f"{place}, {likely.basis}"))
    lies = waters_of(incident.lon_lat, incident.position_error_m)
    if lies.sector or lies.lies_in:
        rows.append((_("Waters"), ", ".join(filter(None, [lies.sector, *lies.lies_in]))))
    if lies.may_lie_in:
        rows.append((_("May lie in"), lies.may_lie_in))
    return rows


def climb_of(incident: Incident) -> list[dict]:
    """The rungs of the ladder that runs, in words, with the time of each; the next one is marked."""
    ladder = escalation_of(incident)
    if ladder is None or not ladder.is_live or not incident.is_open:
        return []
    rungs = climbs.ladder_of(incident, ladder, found=ladder.climbing in ("", "units"))
    lines = sector_ladders.in_words(rungs)
    place = min(ladder.next_step, len(lines) - 1)
    return [
        {
            "when": when,
            "what": what,
            "done": n < place,
            "next": n == place,
            "at": ladder.due_at if n == place else climbs.time_of(rungs, ladder, n),
        }
        for n, (when, what) in enumerate(lines)
    ]


def words_owed(incident: Incident) -> list[dict]:
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


def support_shown(row: dict) -> dict:
    unit = row.get("unit")
    shown = (
        ranked_shown(unit) if unit else {"call_sign": _("nobody can"), "eta": "–", "distance": "–", "why": ""}
    )
    return shown | {"capability": _label(row["capability"])}


def _label(capability: str) -> str:
    return Capability(capability).label if capability in Capability.values else capability


def position_source(incident: Incident) -> str:
    if not incident.lon_lat:
        return "–"
    error = "" if incident.position_error_m is None else f", ±{incident.position_error_m} m"
    at = f", {local_and_utc(incident.position_at)}" if incident.position_at else ""
    return f"{incident.position_source or '?'}{error}{at}"


def report_shown(report: Report, at_desk: bool) -> dict:
    return {
        "row": report,
        "who": report.reporter.pseudonym if report.reporter else _("unknown"),
        "community": report.reporter.community if report.reporter else None,
        "grade": f"{report.reporter.source_letter if report.reporter else 'F'}{report.grade_digit}",
        "where": position_text(*report.lon_lat) if report.lon_lat else "",
        "phone_was_at": position_text(report.reporter_position.x, report.reporter_position.y)
        if at_desk and report.reporter_position
        else "",
        "candidates": candidates_of(report),
    }


def candidates_of(report: Report) -> list[dict]:
    """The places that the reading found possible: lon, lat, text and note; nonsense is left out."""
    found = []
    for row in report.reading.get("candidates") or []:
        try:
            if isinstance(row, dict):
                lon, lat = row.get("position") or (row["longitude"], row["latitude"])
                note = row.get("note", "")
            else:
                lon, lat, *rest = row
                note = rest[0] if rest else ""
            lon, lat = float(lon), float(lat)
            text = position_text(lon, lat)
        except (TypeError, ValueError, KeyError, OverflowError):
            continue
        found.append({"lon": lon, "lat": lat, "text": text, "note": str(note)})
    return found


def ranked_shown(row: dict) -> dict:
    notes = row.get("notes") or row.get("note") or row.get("why") or ""
    return {
        "call_sign": row.get("call_sign", "?"),
        "eta": span(row["eta_s"]) if row.get("eta_s") is not None else "–",
        "distance": nm(row["distance_m"]) if row.get("distance_m") is not None else "–",
        "why": "; ".join(map(str, notes)) if isinstance(notes, list | tuple) else notes,
    }


def vessels_near(incident: Incident) -> list[dict]:
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


def local_and_utc(at: datetime) -> str:
    """Local time with its zone, and UTC beside it."""
    return f"{timezone.localtime(at):%d %b %H:%M:%S %Z} ({at:%H%MZ})"
