"""Is the service alive, may it take traffic, and how late is it?"""

import hmac
import logging
from contextlib import suppress
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db import Error as DatabaseFault
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, ProcessCollector, generate_latest

from alerts import alarms, duty_numbers, pulses
from alerts.models import Escalation, Notification
from communities.ids import uuid7_at
from config.durability import unsafe_settings
from config.problems import problem
from reports import spool

log = logging.getLogger(__name__)

LATE = timedelta(seconds=15)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if this process may take traffic, else 503; each check with its own word.

    `?for=intake` asks for the intake alone, which goes on without a database as long as the spool can keep
    reports: a load balancer that drops it in an outage drops reports. How late the service is, how long ago
    each kind of process was heard of, and `alarms` are told and decide nothing.
    """
    checks = readiness()
    ready = all(word == "ok" for word in checks.values())
    intake = ready or checks["spool"] == "ok"
    asked = intake if request.GET.get("for") == "intake" else ready
    said = {
        "status": "ok" if asked else "not ready",
        "intake": "ok" if intake else "closed",
        "checks": checks,
        "alarms": intake_alarms(),
    }
    if ready:
        said |= lateness()
    return JsonResponse(said, status=200 if asked else 503)


def lateness() -> dict[str, dict[str, float]]:
    """Seconds that the oldest due row of each queue waits, and since the last sign of life of each kind."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '1000', true)")
            ages = {name: round(age_s, 1) for name, (_, age_s) in due().items()}
            return {"oldest_due_s": ages, "pulse_age_s": pulse_ages()}
    except DatabaseError:
        return {}


def pulse_ages() -> dict[str, float]:
    """Seconds since the youngest sign of life of each kind of process."""
    ages: dict[str, float] = {}
    for sign in pulses.signs():
        if not sign.ended:
            ages[sign.kind] = round(min(sign.age_s, ages.get(sign.kind, float("inf"))), 1)
    return ages


def readiness() -> dict[str, str]:
    """Each check's name with "ok" or what is wrong. Never raises for a database that is away."""
    return _database_checks() | {"spool": spool.trouble() or "ok"}


def intake_alarms() -> dict[str, str]:
    """What somebody should look at although traffic may come: each name with what is wrong."""
    try:
        kept, aside = len(spool.waiting()), len(spool.quarantined())
    except OSError:
        kept = aside = 0  # the check "spool" says it
    found = {
        "duty_numbers": duty_numbers.trouble(),
        "spool_waiting": f"{kept} requests are not rows yet" if kept else "",
        "spool_quarantine": f"{aside} requests wait for a human" if aside else "",
    }
    return {name: words for name, words in found.items() if words}


def _database_checks() -> dict[str, str]:
    try:
        unsafe = unsafe_settings()
        durable = settings.ALLOW_NON_DURABLE_DATABASE or not unsafe
        applied = migrations_applied()
    except DatabaseError as exc:
        return {"database": type(exc).__name__, "durable_settings": "unknown", "migrations": "unknown"}
    return {
        "database": "ok",
        "durable_settings": "ok"
        if durable
        else ", ".join(f"{name}={value}" for name, value in unsafe.items()),
        "migrations": "ok" if applied else "not all applied",
    }


def migrations_applied() -> bool:
    """Ask until the answer is yes, then remember: code and table never part again in this process."""
    try:
        return _plan_is_empty()
    except _NotYet:
        return False


class _NotYet(Exception):
    pass


@cache
def _plan_is_empty() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotYet  # an exception is not cached
    return True


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, computed from the rows at each scrape, so that it is true for all processes."""
    if not may_scrape(request):
        return JsonResponse(
            problem(403, "Metrics need METRICS_TOKEN as a bearer token."),
            status=403,
            content_type="application/problem+json",
        )
    return HttpResponse(generate_latest(collect()), content_type=CONTENT_TYPE_LATEST)


def may_scrape(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever shows it; without one whoever is on this machine and came by no proxy."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    forwarded = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
    return not forwarded and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


def collect() -> CollectorRegistry:
    """Gauges of what is due and how late; the age of the oldest due row is the one to alarm on.

    Without the database: what this process and its disk can tell, and `suar_database_up 0`.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    files = Gauge("suar_spool_files", "Requests kept on this machine's disk", ["folder"], registry=registry)
    for name, listed in (("waiting", spool.waiting), ("quarantine", spool.quarantined)):
        with suppress(OSError):
            files.labels(name).set(len(listed()))
    up = Gauge("suar_database_up", "Whether the database answered this scrape", registry=registry)
    try:
        _collect_rows(registry)
        up.set(1)
    except DatabaseFault as exc:
        log.warning("metrics without the database: %s", type(exc).__name__)
        up.set(0)
    return registry


def _collect_rows(registry: CollectorRegistry) -> None:
    due_rows = Gauge("suar_due_rows", "Rows that should have left by now", ["queue"], registry=registry)
    oldest = Gauge("suar_oldest_due_seconds", "Age of the oldest due row", ["queue"], registry=registry)
    for name, (count, age_s) in due().items():
        due_rows.labels(name).set(count)
        oldest.labels(name).set(age_s)
    rungs = Gauge("suar_rungs_late", "Rungs of ladders over 15 s late", registry=registry)
    rungs.set(Escalation.objects.live().filter(due_at__lt=Now() - LATE).count())
    pulse = Gauge(
        "suar_pulse_age_seconds",
        "Since the last sign of life of a kind of process",
        ["kind"],
        registry=registry,
    )
    for kind, age_s in pulse_ages().items():
        pulse.labels(kind).set(age_s)
    standing = Gauge("suar_alarms_open", "Alarms that stand", ["kind"], registry=registry)
    found = alarms.standing().order_by().values("kind").annotate(count=Count("pk"))
    count_of = dict.fromkeys(alarms.KINDS, 0) | {row["kind"]: row["count"] for row in found}
    for kind, count in count_of.items():
        standing.labels(kind).set(count)
    outcomes = Gauge(
        "suar_notifications_last_hour",
        "Notifications written in the last hour, by what became of them",
        ["channel", "status"],
        registry=registry,
    )
    # Their ids are in order of time, so that the key's index finds them.
    fresh = Notification.objects.filter(pk__gte=uuid7_at(timezone.now() - timedelta(hours=1)))
    for row in fresh.order_by().values("channel", "status").annotate(count=Count("pk")):
        outcomes.labels(row["channel"], row["status"]).set(row["count"])


def due() -> dict[str, tuple[int, float]]:
    """Of each queue how many rows should have left by now, and the age of the oldest in seconds."""
    now = timezone.now()
    # From the first wish to send: a row that only ever fails for now moves its due time, not its age.
    unsent = Notification.objects.filter(status__in=("pending", "failed_temp", "leased"), created_at__lte=now)
    queues = {
        "notification": (unsent, "created_at"),
        "notification_p1": (unsent.filter(priority=1), "created_at"),
        "escalation": (Escalation.objects.live().filter(due_at__lte=now), "due_at"),
    }
    found = {}
    for name, (rows, since) in queues.items():
        row = rows.aggregate(count=Count("pk"), since=Min(since))
        found[name] = (row["count"], (now - row["since"]).total_seconds() if row["since"] else 0.0)
    return found
