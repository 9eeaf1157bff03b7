"""What alerts does when reports says that a unit is wanted, and when an officer signs in or out."""

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone

from alerts import escalation
from alerts.models import DeskEntry
from reports.signals import dispatch_requested


@receiver(dispatch_requested)
def want_unit(sender, incident_id, now, **kwargs) -> None:
    """Write the ladder's row, due now, in the transaction that asked."""
    escalation.want(incident_id, now=now)


@receiver(user_logged_in)
def write_sign_in(sender, user, **kwargs) -> None:
    """The log of the watch tells who was at the desk."""
    _write(DeskEntry.Kind.SIGNED_IN, user)


@receiver(user_logged_out)
def write_sign_out(sender, user, **kwargs) -> None:
    _write(DeskEntry.Kind.SIGNED_OUT, user)


def _write(kind: str, user) -> None:
    if user is not None and user.is_desk:
        DeskEntry.objects.create(kind=kind, by=user, role=user.role, at=timezone.now())
