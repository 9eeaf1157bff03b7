"""A fresh ranking for the desk: asked for by the web, made by a dispatcher, which has the sea's charts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from alerts import candidates, fleet
from alerts.models import AskedRanking
from communities.models import User
from reports import workflow
from reports.decisions import DecisionRefused
from reports.models import Incident

CLAIM = timedelta(seconds=30)  # a dispatcher that has not ranked by then is taken for dead
MOST = 5  # at a look


@transaction.atomic
def ask(incident_id, *, by: User, now: datetime | None = None) -> AskedRanking:
    """Want the fleet ranked for an open incident; nobody is called by it. Raises DecisionRefused."""
    incident = workflow.lock(incident_id)
    if not incident.is_open:
        raise DecisionRefused(f"Incident {incident.reference} is {incident.get_status_display()}.")
    row, _created = AskedRanking.objects.update_or_create(
        incident=incident, defaults={"asked_at": now or timezone.now(), "asked_by": by, "claimed_until": None}
    )
    return row


def claim(now: datetime) -> list:
    """Ids of incidents whose ranking is wanted, for this dispatcher to make; others skip them."""
    wanted = AskedRanking.objects.filter(Q(ranked_at__isnull=True) | Q(ranked_at__lt=F("asked_at")))
    free = wanted.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
    with transaction.atomic():
        rows = free.select_for_update(skip_locked=True).order_by("asked_at")
        claimed = list(rows.values_list("pk", flat=True)[:MOST])
        AskedRanking.objects.filter(pk__in=claimed).update(claimed_until=now + CLAIM)
    return claimed


def carry_out(incident_id, *, now: datetime, kept: fleet.Fleet | None = None) -> None:
    """Rank the whole fleet for one incident and keep it; empty where nothing tells the place."""
    incident = Incident.objects.get(pk=incident_id)
    asked_at = AskedRanking.objects.values_list("asked_at", flat=True).get(pk=incident_id)
    where = candidates.datum(incident, now)
    ranking = candidates.rank_for(incident, where, now, given=kept) if where else {}
    # By the asker's clock where that is ahead of ours: it is answered either way.
    AskedRanking.objects.filter(pk=incident_id).update(
        ranking=ranking, ranked_at=max(now, asked_at), claimed_until=None
    )


def newest(incident: Incident) -> tuple[dict, datetime | None]:
    """The newest ranking that is kept, by the ladder or because a desk asked; ({}, None) without one."""
    kept = []
    for name in ("escalation", "asked_ranking"):
        row = getattr(incident, name, None)
        if row is not None and row.ranked_at is not None:
            kept.append((row.ranked_at, row.ranking or {}))
    at, ranking = max(kept, key=lambda one: one[0], default=(None, {}))
    return ranking, at
