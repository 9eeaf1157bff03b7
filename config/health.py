"""Is the service alive, may it take traffic, and how late is it?"""

import hmac
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, ProcessCollector, generate_latest

from alerts.models import Escalation, Notification
from config.durability import unsafe_settings
from config.problems import problem


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if this process may take traffic, else 503; each check with its own word."""
    checks = readiness()
    ready = all(word == "ok" for word in checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )


def readiness() -> dict[str, str]:
    """Each check's name with "ok" or what is wrong. Never raises for a database that is away."""
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
    """Gauges of what is due and how late; the age of the oldest due row is the one to alarm on."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    due_rows = Gauge("suar_due_rows", "Rows that should have left by now", ["queue"], registry=registry)
    oldest = Gauge("suar_oldest_due_seconds", "Age of the oldest due row", ["queue"], registry=registry)
    now = timezone.now()
    queues = {
        # From the first wish to send: a row that only ever fails for now moves its due time, not its age.
        "notification": (
            Notification.objects.filter(status__in=("pending", "failed_temp", "leased"), created_at__lte=now),
            "created_at",
        ),
        "escalation": (Escalation.objects.live().filter(due_at__lte=now), "due_at"),
    }
    for name, (rows, since) in queues.items():
        found = rows.aggregate(count=Count("pk"), since=Min(since))
        due_rows.labels(name).set(found["count"])
        oldest.labels(name).set((now - found["since"]).total_seconds() if found["since"] else 0)
    return registry
