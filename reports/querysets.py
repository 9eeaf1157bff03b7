"""Questions about many reports or incidents."""

from datetime import timedelta

from django.contrib.gis.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from reports.taxonomy import QUIET_TYPES, Category

# Two texts of one phone within this time are one matter (DOMAIN 8a).
ONE_MATTER = timedelta(hours=2)
# A reporter's last fix stands in for a missing position, and helps to read one, for this long.
LAST_FIX_LIFE = timedelta(hours=24)
# A report's or incident's reference is looked up this far back.
REFERENCE_LIFE = timedelta(days=30)


class IncidentQuerySet(models.QuerySet):
    def open(self):
        """Incidents on which somebody may still have to act."""
        return self.filter(status__in=self.model.OPEN_STATUSES)

    def in_queue(self):
        """What no officer has ended: open incidents, and those that a crew called done."""
        return self.filter(status__in=self.model.QUEUE_STATUSES)

    def queue(self):
        """The triage queue, most urgent first."""
        return self.in_queue().order_by("queue_rank", "id")

    def of_reporter(self, reporter, now=None):
        """Open incidents this reporter wrote about in the last two hours, newest first."""
        since = (now or timezone.now()) - ONE_MATTER
        return (
            self.open()
            .filter(last_report_at__gte=since, reports__reporter=reporter, reports__received_at__gte=since)
            .distinct()
            .order_by("-last_report_at")
        )

    def called(self, reference, now=None):
        """Incidents that carry this reference, the newest first."""
        since = (now or timezone.now()) - REFERENCE_LIFE
        return self.filter(reference=reference.upper(), received_at__gte=since).order_by("-received_at")

    def wanting_in_vain(self):
        """A unit was asked for, yet no ladder runs: what the sweep repairs."""
        return self.filter(status__in=["open", "dispatching"], dispatch_requested_at__isnull=False)

    def with_waiting_dismissals(self):
        """Each with `dismissal_waits`: whether a report of it waits for a second officer to dismiss it."""
        waits = self.model.objects.filter(pk=OuterRef("pk"), reports__dismissals__outcome="")
        return self.annotate(dismissal_waits=Exists(waits))


class QuestionQuerySet(models.QuerySet):
    def unanswered(self, now):
        """Questions that no reporter answered in time: an officer finds out."""
        return self.filter(answered_by__isnull=True, due_at__lte=now)


class ReportQuerySet(models.QuerySet):
    def fixes(self, now):
        """Where the reporter was: reports of the last day with a sure position, newest first.

        Not what was told of others' crime: that place is the suspect's, and no answer may lead to it.
        """
        sure = self.filter(
            received_at__gte=now - LAST_FIX_LIFE, position_status="ok", position__isnull=False, quiet=False
        )
        return sure.exclude(category=Category.SUSPICIOUS, type__in=QUIET_TYPES).order_by("-received_at")

    def of_device(self, device):
        """A device's own reports, newest first."""
        return self.filter(device=device).order_by("-received_at")
