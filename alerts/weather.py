"""An officer enters wind and sea at the scene: ranking, likely place and crews follow."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts import candidates, escalation
from alerts.models import SceneWeather
from communities.models import User
from communities.sphere import great_circle_m
from reports import workflow
from reports.decisions import DecisionRefused
from reports.triage import NEWS_FROM_M


@transaction.atomic
def enter(
    incident_id,
    *,
    by: User,
    wind_kn: float | None = None,
    wind_from_deg: float | None = None,
    current_kn: float | None = None,
    current_to_deg: float | None = None,
    sea_state: int | None = None,
    now: datetime | None = None,
) -> SceneWeather:
    """Keep what is known of the weather at an incident from now on; None is not known.

    A ladder that runs ranks anew at once, and crews hear where to steer if that is another place. Raises
    DecisionRefused for a speed without its direction, and where nothing is said; TransitionNotAllowed once
    the incident has ended.
    """
    now = now or timezone.now()
    _check(wind_kn, wind_from_deg, "wind")
    _check(current_kn, current_to_deg, "current")
    if (wind_kn, current_kn, sea_state) == (None, None, None):
        raise DecisionRefused("Give wind, current or sea state.")
    incident = workflow.lock(incident_id)
    if not incident.is_open:
        raise workflow.TransitionNotAllowed(
            f"Incident {incident.reference} is {incident.status.replace('_', ' ')}."
        )
    before = candidates.scene_weather(incident)
    place_before = candidates.aim(incident, now)
    row = SceneWeather.objects.create(
        incident=incident, wind_kn=wind_kn, wind_from_deg=wind_from_deg, current_kn=current_kn,
        current_to_deg=current_to_deg, sea_state=sea_state, by=by, at=now,
    )  # fmt: skip
    workflow.record(incident, "weather", before, row, by=by, now=now)
    incident.taken_at = incident.taken_at or now
    place = candidates.aim(incident, now)
    old, new = (one.position if one else incident.lon_lat for one in (place_before, place))
    if new is not None and great_circle_m(old, new) > NEWS_FROM_M:
        incident.news_at = now
    incident.save(update_fields=["taken_at", "news_at"])
    escalation.next_unit_now(incident, now=now)
    return row


def _check(speed_kn: float | None, towards: float | None, what: str) -> None:
    if (speed_kn is None and towards is not None) or (speed_kn and towards is None):
        raise DecisionRefused(f"Give the {what}'s speed and direction together.")
