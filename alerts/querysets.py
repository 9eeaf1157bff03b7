"""Questions about many units, dispatches, ladders or notifications."""

from datetime import timedelta

from django.contrib.gis.db import models
from django.db.models import Q
from django.db.models.functions import Now


class DispatchQuerySet(models.QuerySet):
    def engaged(self):
        """Units that said "I go" and are not done."""
        return self.filter(status__in=self.model.ENGAGED_STATUSES)

    def leading(self):
        """The lead that is believed to go: one that did not get under way in time no longer counts."""
        return self.engaged().filter(role="lead", doubted_at__isnull=True)

    def answerable(self):
        """Dispatches whose crew may still say something."""
        return self.filter(status__in=self.model.OPEN_STATUSES)


class EscalationQuerySet(models.QuerySet):
    def live(self):
        return self.filter(state__in=["wanted", "running"])


class NotificationQuerySet(models.QuerySet):
    def due(self, now):
        """What must leave by now: first attempts before retries, P1 before everything, then the oldest."""
        return self.filter(status__in=["pending", "failed_temp"], due_at__lte=now).order_by(
            "attempt", "priority", "repeat", "due_at"
        )

    def lease_over(self, grace=timedelta()):
        """Taken by a dispatcher that did not report back in time, by the database's clock."""
        return self.filter(status="leased", leased_until__lt=Now() - grace)

    def waiting(self):
        """Not yet handed to a carrier."""
        return self.filter(Q(status="pending") | Q(status="failed_temp"))

    def unsent(self):
        """Waiting, or in the hands of a dispatcher who does not know the outcome yet."""
        return self.filter(status__in=("pending", "failed_temp", "leased"))


class WatchQuerySet(models.QuerySet):
    def open(self):
        """Words that are still awaited."""
        return self.filter(state="open")

    def due(self, now):
        """Words whose next step should have been carried out by now, the most urgent incident first."""
        due = self.open().filter(due_at__lte=now)
        return due.order_by("dispatch__incident__priority", "due_at")
