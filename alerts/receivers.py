"""What alerts does when reports says that a unit is wanted."""

from django.dispatch import receiver

from alerts import escalation
from reports.signals import dispatch_requested


@receiver(dispatch_requested)
def want_unit(sender, incident_id, now, **kwargs) -> None:
    """Write the ladder's row, due now, in the transaction that asked."""
    escalation.want(incident_id, now=now)
