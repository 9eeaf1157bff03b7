"""Too many rescue devices at once: who forges one forges a hundred, and each would wake a ladder of its own.

Nothing is lost: each is a report and an incident in the queue. But no unit is called by rule.
"""

from datetime import datetime, timedelta

from reports.models import Incident, Report

MOST_AT_ONCE = 5  # incidents of devices within WITHIN; a true device is one or two a year
WITHIN = timedelta(minutes=10)
FLAG = "beacon_flood"  # of an incident beyond them
WHY = "many beacons at once"


def begun(now: datetime) -> bool:
    """Whether devices have opened as many incidents lately as are believed without an officer."""
    since = now - WITHIN
    opened = Report.objects.filter(
        source=Report.Source.AIS, received_at__gte=since, incident__received_at__gte=since
    )
    return opened.values("incident").distinct().count() >= MOST_AT_ONCE


def holds(incident: Incident) -> bool:
    """Whether an incident is one of a flood, and no human has reported it too: then only an officer sends."""
    return FLAG in incident.flags and not incident.reports.exclude(source=Report.Source.AIS).exists()
