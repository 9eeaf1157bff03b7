"""Rows to be sent, written once under a key, and whom a push can reach."""

from datetime import datetime, timedelta

from django.db.models import Q

from alerts.models import Notification
from communities.models import Device

# A push or SMS that arrives later than this misleads more than it helps.
ALERT_LIFE = timedelta(hours=4)
CALL_LIFE = timedelta(minutes=5)


def push_devices(owner: Q) -> list[Device]:
    """Devices of `owner` that a push can reach."""
    reachable = Device.objects.filter(owner, revoked_at__isnull=True, push_retired_at__isnull=True)
    return list(reachable.exclude(push_target=""))


def write(key: str, now: datetime, life: timedelta | None, **fields) -> None:
    """Write the outbox row under `key`, once; a second time does nothing."""
    expires_at = now + life if life else None
    row = Notification(key=key, created_at=now, due_at=now, expires_at=expires_at, **fields)
    Notification.objects.bulk_create([row], ignore_conflicts=True)
