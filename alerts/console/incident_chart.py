"""What the chart draws of the incident that is open: JSON, positions as [lon, lat]."""

from django.utils import timezone

from alerts import candidates
from alerts.console.incident_page import candidates_of
from reports.models import Incident, Report


def chart_of(incident: Incident, reports: list[Report]) -> dict:
    """The incident with its error and drift, where each report says it was, what else it may have meant."""
    likely = candidates.likely_now(incident, timezone.now())
    return {
        "id": str(incident.pk),
        "reference": incident.reference,
        "position": incident.lon_lat,
        "error_m": incident.position_error_m,
        "drift": {"position": likely.position, "radius_m": likely.radius_m} if likely else None,
        "reports": [
            {"reference": row.reference, "position": row.lon_lat, "error_m": row.position_error_m}
            for row in reports
            if row.position
        ],
        "candidates": [
            {"report": row.reference, "position": [place["lon"], place["lat"]], "note": place["note"]}
            for row in reports
            for place in candidates_of(row)
        ],
        "units": [
            {"call_sign": row.unit.call_sign, "status": row.status, "role": row.role}
            for row in incident.dispatches.answerable().select_related("unit")
        ],
    }
