"""Standing alarms about the service itself: one row a fact, from when it is first seen until it is gone.

Whoever sees a fault calls `stand`; the auditor texts what stands (`alarm_texts`) and clears what is mended.
"""

import logging
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.models import Alarm
from communities.models import User
from reports.models import Incident

log = logging.getLogger(__name__)

#: What may be wrong, as the desk reads it.
KINDS = {
    "notification_late": _("messages do not leave"),
    "notification_failing": _("a carrier keeps failing"),
    "carrier_fault": _("our account at a carrier, or its set-up, stops messages"),
    "receipt_missing": _("a carrier is silent about urgent messages"),
    "ladder_late": _("ladders are not climbed"),
    "rung_failed": _("a rung of a ladder cannot be carried out"),
    "lease_over": _("messages stayed with a process that does not report"),
    "time_ahead": _("times lie in the future"),
    "unit_wanted_in_vain": _("a unit was wanted in vain"),
    "nobody_has_it": _("an urgent incident that nobody has"),
    "nobody_told": _("a unit was called on no channel"),
    "nobody_reached": _("no duty officer can be reached"),
    "question_open": _("a question that nobody answered or took up"),
    "incident_without_unit": _("an incident is called answered, and no unit goes"),
    "task_on_ended": _("a unit is on an incident that has ended"),
    "ladder_on_ended": _("a ladder runs for an incident that has ended"),
    "unit_status": _("a unit's status contradicts its tasks"),
    "report_adrift": _("a report hangs on no incident that is worked on"),
    "process_silent": _("a process gives no sign of life"),
    "clock_apart": _("a clock is wrong"),
    "spool_waiting": _("messages wait in the spool"),
    "round_failed": _("the auditor could not look at everything"),
    "heartbeat_refused": _("the outside watch does not take the heartbeat"),
    "roster_fault": _("a crew's phone takes no SMS from us"),
}
#: Of what no process here can mend or cause: the outside watch hears that all is well in spite of it.
NOT_OURS = frozenset({"roster_fault", "heartbeat_refused"})
#: Gone and back within this time is the same alarm, and no reason for another first text.
SAME = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_QUIET = timedelta(hours=12)


class AlarmOver(Exception):
    """The alarm is cleared: there is nothing to acknowledge."""

    problem_status = 409
    problem_type = "alarm-over"


def standing() -> models.QuerySet[Alarm]:
    """Alarms that last, those never texted first."""
    return Alarm.objects.filter(cleared_at__isnull=True).order_by("texts", "first_seen_at")


@transaction.atomic
def stand(
    kind: str,
    subject: str,
    text: str,
    *,
    incident: Incident | None = None,
    lasts: timedelta | None = None,
    now: datetime | None = None,
) -> bool:
    """Raise an alarm, or say again that it lasts; return whether it is new.

    `kind` and `subject` name the fact. `text` holds no name, number or position. Without `lasts` the auditor
    clears it when a round finds it no more; with it, when that time has passed since the last call.
    """
    now = now or timezone.now()
    text = text[:300]
    lasts_until = now + lasts if lasts else None
    seen = (
        Alarm.objects.filter(kind=kind, subject=subject[:120])
        .filter(Q(cleared_at__isnull=True) | Q(cleared_at__gt=now - SAME))
        .order_by(F("cleared_at").desc(nulls_first=True))
        .select_for_update()
        .first()
    )
    if seen is not None:
        if seen.cleared_at is not None:
            log.warning("alarm again: %s: %s", kind, text)
        Alarm.objects.filter(pk=seen.pk).update(
            last_seen_at=now, text=text, lasts_until=lasts_until, cleared_at=None
        )
        return False
    row = Alarm(
        kind=kind,
        subject=subject[:120],
        text=text,
        incident=incident,
        first_seen_at=now,
        last_seen_at=now,
        lasts_until=lasts_until,
        text_due_at=now,
    )
    Alarm.objects.bulk_create([row], ignore_conflicts=True)  # another process may see it in the same second
    log.error("alarm: %s: %s", kind, text)
    return True


def clear(kind: str, subject: str, *, now: datetime | None = None) -> bool:
    """The fault is mended; True if its alarm stood."""
    rows = Alarm.objects.filter(kind=kind, subject=subject[:120], cleared_at__isnull=True)
    return bool(rows.update(cleared_at=now or timezone.now()))


def clear_others(kinds: set[str], found: set[tuple[str, str]], *, now: datetime) -> int:
    """Clear the alarms of `kinds` that are not among `found`, and those whose time has passed."""
    over = [
        alarm.pk
        for alarm in standing().filter(Q(kind__in=kinds, lasts_until__isnull=True) | Q(lasts_until__lt=now))
        if alarm.lasts_until or (alarm.kind, alarm.subject) not in found
    ]
    if over:
        log.warning("%d alarms are over", len(over))
    return Alarm.objects.filter(pk__in=over).update(cleared_at=now)


def pause(texts: int) -> timedelta:
    """Until it is texted again: 5 minutes after the first text, then 10, 20, 40, and each hour."""
    return min(FIRST_PAUSE * 2 ** min(max(texts, 1) - 1, 10), LONGEST_PAUSE)


@transaction.atomic
def acknowledge(alarm_id, *, by: User, quiet_for: timedelta, now: datetime | None = None) -> Alarm:
    """An officer has it, by name: no text about it for that time. It stays on the list while it lasts.

    Raises AlarmOver.
    """
    now = now or timezone.now()
    alarm = Alarm.objects.select_for_update(of=("self",)).get(pk=alarm_id)
    if alarm.cleared_at is not None:
        raise AlarmOver("This alarm is over.")
    alarm.acknowledged_by, alarm.acknowledged_at = by, now
    alarm.quiet_until = alarm.text_due_at = now + min(quiet_for, LONGEST_QUIET)
    alarm.save(update_fields=["acknowledged_by", "acknowledged_at", "quiet_until", "text_due_at"])
    log.warning("alarm %s is acknowledged until %s", alarm.pk, alarm.quiet_until)
    return alarm
