"""Rows to be sent, written once under a key, and whom a push can reach."""

from datetime import datetime, timedelta

from django.db.models import Q

from alerts.models import Notification
from communities import rows
from communities.models import Device
from communities.rows import Asked

# A push or SMS that arrives later than this misleads more than it helps.
ALERT_LIFE = timedelta(hours=4)
CALL_LIFE = timedelta(minutes=5)
_OF_CREW = """
WHERE revoked_at IS NULL AND push_retired_at IS NULL AND push_target <> '' AND user_id IN (
    SELECT member.user_id FROM alerts_patrolunit_crew AS member
    JOIN alerts_patrolunit AS unit ON unit.id = member.patrolunit_id WHERE unit.call_sign = %s
)
"""


def push_devices(owner: Q) -> list[Device]:
    """Devices of `owner` that a push can reach."""
    reachable = Device.objects.filter(owner, revoked_at__isnull=True, push_retired_at__isnull=True)
    return list(reachable.exclude(push_target=""))


def asked_for_devices(call_sign: str) -> Asked:
    """The question for the devices of a unit's crew that a push can reach."""
    return Asked(_OF_CREW, [call_sign], Device)


def write(key: str, now: datetime, life: timedelta | None, **fields) -> None:
    """Write the outbox row under `key`, once; a second time does nothing."""
    expires_at = now + life if life else None
    row = Notification(key=key, created_at=now, due_at=now, expires_at=expires_at, **fields)
    rows.insert(row, once=True)
