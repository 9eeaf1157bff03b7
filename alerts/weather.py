"""An officer enters wind and sea at the scene: ranking, likely place and crews follow."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from alerts import candidates, drift, escalation
from alerts.models import Dispatch, SceneWeather
from communities.models import User
from communities.sphere import great_circle_m
from reports import workflow
from reports.decisions import DecisionRefused
from reports.models import Incident
from reports.triage import NEWS_FROM_M

FIGURES = tuple(field.name for field in fields(drift.Weather))
NOTHING = drift.Weather()
# A speed, its direction, which means nothing without it, and the most that is taken.
PAIRS = (
    ("wind", "wind_kn", "wind_from_deg", drift.MOST_WIND_KN),
    ("current", "current_kn", "current_to_deg", drift.MOST_CURRENT_KN),
)


@transaction.atomic
def enter(
    incident_id, *, by: User, now: datetime | None = None, **said: float | None
) -> tuple[SceneWeather, bool]:
    """Keep what is known of the weather at an incident from now on, by the names in FIGURES.

    A figure left out stays as it was entered before; None takes it back, a speed with its direction. Returns
    the row that counts, and whether it is new: the same figures again change nothing. A ladder that runs
    ranks anew at once, and crews hear where to steer if that is another place than they were told. Raises
    DecisionRefused for a speed without its direction or beyond belief, and where nothing is said;
    TransitionNotAllowed once the incident has ended.
    """
    for _, speed, towards, _ in PAIRS:
        if speed in said and said[speed] is None:
            said.setdefault(towards, None)

    def with_said(rows: list[SceneWeather]) -> drift.Weather:
        before = rows[0].figures if rows else NOTHING
        found = replace(before, **said)
        if not said or before == found == NOTHING:
            raise DecisionRefused("Give wind, current or sea state.")
        return found

    return _keep(incident_id, with_said, by=by, now=now or timezone.now())


@transaction.atomic
def take_back(incident_id, *, by: User, now: datetime | None = None) -> tuple[SceneWeather, bool]:
    """Put the last entry back to the one before it, by a new row; done twice, it stands again.

    Raises DecisionRefused where none was entered, TransitionNotAllowed once the incident has ended.
    """

    def one_before(rows: list[SceneWeather]) -> drift.Weather:
        if not rows:
            raise DecisionRefused("No weather was entered.")
        return rows[1].figures if len(rows) > 1 else NOTHING

    return _keep(incident_id, one_before, by=by, now=now or timezone.now())


def _keep(
    incident_id, figures_after: Callable[[list[SceneWeather]], drift.Weather], *, by: User, now: datetime
) -> tuple[SceneWeather, bool]:
    incident = workflow.lock(incident_id)
    if not incident.is_open:
        raise workflow.TransitionNotAllowed(
            f"Incident {incident.reference} is {incident.status.replace('_', ' ')}."
        )
    rows = list(incident.weather.all()[:2])
    before = rows[0] if rows else None
    figures = figures_after(rows)
    _check(figures)
    if before is not None and figures == before.figures:
        return before, False
    steered_before = _steered(incident, now)
    row = SceneWeather.objects.create(incident=incident, by=by, at=now, **asdict(figures))
    workflow.record(incident, "weather", before, row, by=by, now=now)
    incident.taken_at = incident.taken_at or now
    moved = zip(steered_before, _steered(incident, now), strict=True)
    if any(great_circle_m(old, new) > NEWS_FROM_M for old, new in moved):
        incident.news_at = now
    incident.save(update_fields=["taken_at", "news_at"])
    escalation.next_unit_now(incident, now=now)
    return row, True


def _steered(incident: Incident, now: datetime) -> list[tuple[float, float]]:
    """Where each crew that was called would be told to go: each arrives at another time."""
    if incident.position is None:
        return []
    called = (Dispatch.Status.ALERTING, *Dispatch.ENGAGED_STATUSES)
    crews = incident.dispatches.filter(status__in=called).order_by("pk")
    aims = [candidates.aim(incident, max(now, crew.arrives_at)) for crew in crews]
    return [aim.position if aim else incident.lon_lat for aim in aims]


def _check(figures: drift.Weather) -> None:
    for what, speed, towards, most_kn in PAIRS:
        speed_kn, degrees = getattr(figures, speed), getattr(figures, towards)
        if (speed_kn is None and degrees is not None) or (speed_kn and degrees is None):
            raise DecisionRefused(f"Give the {what}'s speed and direction together.")
        if speed_kn is not None and not 0 <= speed_kn <= most_kn:
            raise DecisionRefused(f"{speed_kn:g} kn is no {what}: {most_kn} kn is the most.")
