"""Due rows that do not move: messages, ladders, leases, receipts, and times that lie in the future."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from alerts import delivery, escalation
from alerts.auditor.findings import MOST, Finding, named, seconds
from alerts.models import Escalation, Notification
from reports import workflow

S = Notification.Status
#: Seconds past due after which a row counts as not moving, by priority.
LATE_S = {1: 10, 2: 20, 3: 60, 4: 300, 5: 300}
FIRST_LATE = timedelta(seconds=min(LATE_S.values()))
#: A P1 or P2 that still only fails after so long and so many tries.
FAILING = timedelta(seconds=60)
FAILING_TRIES = 3
#: What a dispatcher does each second may be this late before the auditor does it.
LEASE_GRACE = timedelta(seconds=10)
#: A carrier tells of a text or a call that reached nobody within this time, or of one that did.
RECEIPT_WITHIN = timedelta(minutes=3)
RECEIPT_LOOKED_BACK = timedelta(hours=1)
#: No deadline is set further ahead than this: the clock of whoever wrote it was wrong, or went back.
FURTHEST = timedelta(hours=2)
AHEAD = timedelta(seconds=60)


def late_notifications(now: datetime) -> Iterator[Finding]:
    """Messages past due that no dispatcher took, a finding for each channel and urgency."""
    waiting = (
        Notification.objects.due(now - FIRST_LATE)
        .exclude(expires_at__lt=now)
        .values_list("channel", "priority", "due_at", "incident__reference")[: 5 * MOST]
    )
    groups = defaultdict(list)
    for channel, priority, due_at, reference in waiting:
        if due_at < now - timedelta(seconds=LATE_S[priority]):
            groups[channel, _band(priority)].append((due_at, reference))
    for (channel, band), late in groups.items():
        oldest, reference = min(late)
        text = f"{_count(late)} {band} by {channel} not sent, {seconds(oldest, now)} late ({reference})"
        yield Finding("notification_late", f"{channel}:{band}", text, at_once=True)


def failing_notifications(now: datetime) -> Iterator[Finding]:
    """Urgent messages that were tried again and again: a carrier that fails us."""
    failing = (
        Notification.objects.filter(status__in=[S.PENDING, S.LEASED, S.FAILED_TEMP])
        .filter(priority__lte=2, attempt__gte=FAILING_TRIES, created_at__lt=now - FAILING)
        .values_list("channel", "created_at", "error_code")[: 5 * MOST]
    )
    groups = defaultdict(list)
    for channel, created_at, code in failing:
        groups[channel].append((created_at, code))
    for channel, rows in groups.items():
        code = Counter(code for _, code in rows).most_common(1)[0][0] or "no code"
        text = f"{_count(rows)} urgent by {channel} fail since {seconds(min(rows)[0], now)}, mostly {code}"
        yield Finding("notification_failing", channel, text, at_once=True)


def missing_receipts(now: datetime) -> Iterator[Finding]:
    """P1 texts and calls that the carrier took and never spoke of again, where nobody has answered yet."""
    silent = (
        Notification.objects.filter(status=S.ACCEPTED, carrier="twilio", priority=1)
        .filter(purpose__in=Notification.CALLS_FOR_A_UNIT, acknowledged_at__isnull=True)
        .filter(accepted_at__range=(now - RECEIPT_LOOKED_BACK, now - RECEIPT_WITHIN))
        .filter(incident__status__in=["open", "dispatching"])
        .filter(Q(dispatch__isnull=True) | Q(dispatch__status="alerting"))
        .values_list("channel", "accepted_at", "incident__reference")[: 5 * MOST]
    )
    groups = defaultdict(list)
    for channel, accepted_at, reference in silent:
        groups[channel].append((accepted_at, reference))
    for channel, rows in groups.items():
        since, reference = min(rows)
        text = f"{_count(rows)} P1 by {channel} without receipt for {seconds(since, now)} ({reference})"
        yield Finding("receipt_missing", channel, text, at_once=True)


def late_ladders(now: datetime) -> Iterator[Finding]:
    """Rungs past due that no dispatcher carried out, and ladders that never began."""
    due = (
        Escalation.objects.live()
        .filter(due_at__lt=now - FIRST_LATE)
        .order_by("incident__priority", "due_at")
        .values_list("incident__priority", "due_at", "incident__reference")[: 5 * MOST]
    )
    groups = defaultdict(list)
    for priority, due_at, reference in due:
        if due_at < now - timedelta(seconds=LATE_S[priority]):
            groups[_band(priority)].append((due_at, reference))
    for band, late in groups.items():
        oldest, reference = min(late)
        text = f"{_count(late)} {band} ladders not climbed, {seconds(oldest, now)} late ({reference})"
        yield Finding("ladder_late", band, text, at_once=True)


def leases_over(now: datetime) -> Iterator[Finding]:
    """Messages left with a dispatcher that did not report: another one should have returned them."""
    over = Notification.objects.lease_over(LEASE_GRACE)
    ahead = Notification.objects.filter(
        status=S.LEASED, leased_until__gt=now + timedelta(seconds=10 * settings.DISPATCHER_LEASE_S)
    )
    if held := over.values_list("leased_by", flat=True)[:MOST]:
        text = f"{_count(held)} messages left with {held[0]}, which does not report"
        yield Finding("lease_over", "returned", text, mend=delivery.return_leases, at_once=True)
    if ahead[:1]:
        yield Finding(
            "time_ahead",
            "lease",
            "leases far in the future: a clock was wrong",
            mend=lambda now: ahead.update(leased_until=now),
            at_once=True,
        )


def times_ahead(now: datetime) -> Iterator[Finding]:
    """Deadlines so far ahead that a clock was wrong when they were set: nothing would ever move them."""
    messages = Notification.objects.waiting().filter(due_at__gt=now + FURTHEST)
    if messages[:1]:
        yield Finding(
            "time_ahead",
            "notification",
            "messages due far in the future: a clock was wrong",
            mend=lambda now: messages.update(due_at=now),
            at_once=True,
        )
    ladders = Escalation.objects.live().filter(
        Q(due_at__gt=now + FURTHEST) | Q(started_at__gt=now + AHEAD), purpose=Escalation.Purpose.UNIT
    )
    for ladder in ladders.select_related("incident")[:MOST]:
        yield Finding(
            "time_ahead",
            f"ladder:{ladder.pk}",
            f"{named(ladder.incident)}: its ladder lies in the future",
            incident=ladder.incident,
            mend=lambda now, pk=ladder.pk: _pull_back(pk, now),
            at_once=True,
        )


def _pull_back(incident_id, now: datetime) -> None:
    """Let a ladder that was set into the future begin anew now."""
    incident = workflow.lock(incident_id)
    ladder = Escalation.objects.live().filter(incident=incident).first()
    if ladder is not None and (ladder.due_at > now + FURTHEST or ladder.started_at > now + AHEAD):
        escalation.want(incident_id, now=now)


def _band(priority: int) -> str:
    return f"P{priority}" if priority <= 2 else "P3-P5"


def _count(rows: Iterable) -> str:
    rows = len(list(rows))
    return f"{rows}" if rows < MOST else f"over {MOST}"


LOOKS = {
    late_notifications: {"notification_late"},
    failing_notifications: {"notification_failing"},
    missing_receipts: {"receipt_missing"},
    late_ladders: {"ladder_late"},
    leases_over: {"lease_over"},
    times_ahead: {"time_ahead"},
}
