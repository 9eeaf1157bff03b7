"""Rows that a page shows, made before the browser starts."""

from django.utils import timezone

from alerts import workflow
from alerts.models import Dispatch, Notification, PatrolUnit
from reports.intake import Incoming, receive
from reports.models import Incident
from tests import factories


def incident(text: str = "TOLONG bot karam 4 10.2N 100 25.1E 3 orang", key: str = "SM1") -> Incident:
    return receive(Incoming(source="sms", external_id=key, text=text)).report.incident


def call_for(unit: PatrolUnit) -> Notification:
    """A voice call to the unit that the simulated carrier has put through."""
    now, matter = timezone.now(), incident()
    Incident.objects.filter(pk=matter.pk).update(status="dispatching")
    dispatch = Dispatch.objects.create(incident=matter, unit=unit, created_at=now)
    workflow.advance(dispatch, Dispatch.Status.ALERTING, via="rule", by=None, now=now)
    return Notification.objects.create(
        incident=matter,
        dispatch=dispatch,
        unit=unit,
        purpose="alert",
        channel="voice",
        text="Coast guard alert. Press 1 to go, 2 if you cannot.",
        key="call",
        status="accepted",
        carrier="simulated",
        carrier_id="SIM1",
        created_at=now,
        due_at=now,
        accepted_at=now,
        reference=matter.reference,
    )


def spread(count: int) -> list[Incident]:
    """So many incidents without a report each, all over the waters between Penang and the Sulu Sea."""
    made = [
        factories.Incident.build(
            position=factories.point((98 + n * 0.618034 % 1 * 22, 1 + n * 0.754878 % 1 * 8)),
            position_error_m=n * 37 % 9000,
            priority=1 + n % 5,
            queue_rank=n,
        )
        for n in range(count)
    ]
    return Incident.objects.bulk_create(made, batch_size=1000)
