"""What waits for the desk as a role: alarms, calls to desks, hand-over notes nobody has read.

Whoever is on watch takes each by role and name; that it was taken is a row, and outlives the signing out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import alarms
from alerts.console.access import incidents_for
from alerts.inbound import desks
from alerts.models import Alarm, DeskEntry, Handover, Notification, Station
from communities.admin import SUPERVISORS, role_of
from communities.ids import uuid7_at
from communities.models import User
from reports.models import Incident

#: How long nobody is texted of an alarm that the desk has.
QUIET_FOR = timedelta(hours=1)
#: Notes older than this are history, and wait for nobody.
NOTE_LIFE = timedelta(hours=36)
#: Whoever still needs a desk calls it again within this time.
CALL_LIFE = timedelta(hours=36)
MOST = 200

Kind = DeskEntry.Kind


class NothingWaits(Exception):
    """What was to be taken is over, or somebody has it."""

    problem_status = 409
    problem_type = "nothing-waits"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `kind` and `key` name it to `take`."""

    kind: str
    key: str
    since: datetime
    what: str
    text: str
    incident: Incident | None = None


def waiting(user: User, *, now: datetime | None = None) -> list[Item]:
    """What nobody at the desk has taken, the oldest first; at most MOST of a kind."""
    now = now or timezone.now()
    items = [*_alarms(user, now), *_calls(user, now), *_notes(user, now)]
    return sorted(items, key=lambda item: item.since)


def count(user: User, *, now: datetime | None = None) -> int:
    """How many things wait."""
    return len(waiting(user, now=now))


@transaction.atomic
def take(kind: str, key: str, *, by: User, now: datetime | None = None) -> DeskEntry:
    """The officer has it, for the role. Raises NothingWaits."""
    now = now or timezone.now()
    for item in waiting(by, now=now):
        if (item.kind, item.key) == (kind, key):
            break
    else:
        raise NothingWaits(_("This is over, or somebody has it already."))
    subject = None
    if kind == Kind.TOOK_ALARM:
        subject = UUID(key)
        alarms.acknowledge(subject, by=by, quiet_for=QUIET_FOR, now=now)
    elif kind == Kind.TOOK_CALL:
        incident_id, _dot, station_id = key.partition(".")
        station = Station.objects.get(pk=station_id) if station_id else None
        desks.officer_has_it(station, UUID(incident_id), via="desk", now=now)
    else:
        subject = UUID(key)
    return write(kind, by=by, subject=subject, incident=item.incident, text=item.what, now=now)


def write(
    kind: str,
    *,
    by: User,
    subject: UUID | None = None,
    incident: Incident | None = None,
    text: str = "",
    now: datetime | None = None,
) -> DeskEntry:
    """Append what an officer did, with the role in which it was done."""
    return DeskEntry.objects.create(
        kind=kind,
        by=by,
        role=role_of(by) or by.role,
        subject=subject,
        incident=incident,
        text=text[:300],
        at=now or timezone.now(),
    )


def taken(subject: UUID) -> DeskEntry | None:
    """Who took it last."""
    return DeskEntry.objects.filter(subject=subject).select_related("by").order_by("-at").first()


def _alarms(user: User, now: datetime):
    rows = alarms.standing().filter(Q(acknowledged_at=None) | Q(quiet_until__lte=now))
    for row in _seen(user, rows.select_related("incident")[:MOST]):
        yield Item(
            Kind.TOOK_ALARM,
            str(row.pk),
            row.first_seen_at,
            str(alarms.KINDS.get(row.kind, row.kind)),
            row.text,
            row.incident,
        )


def _calls(user: User, now: datetime):
    """One item a desk and incident, however often that desk was called."""
    rows = Notification.objects.filter(
        Q(purpose=Notification.Purpose.CHECK) | Q(incident__status__in=Incident.OPEN_STATUSES),
        purpose__in=[Notification.Purpose.DUTY, Notification.Purpose.CHECK],
        unit=None,
        reporter=None,
        acknowledged_at=None,
        # By primary key, which begins with the time of writing: the table is the largest of all.
        pk__gte=uuid7_at(now - CALL_LIFE),
    ).exclude(status=Notification.Status.CANCELLED)
    if user.agency_id:
        rows = rows.filter(Q(station__agency=user.agency_id) | Q(operations=True))
    groups = list(
        rows.order_by()
        .values("incident", "station")
        .annotate(since=Min("created_at"), times=Count("id"))
        .order_by("since")[:MOST]
    )
    incidents = incidents_for(user).in_bulk({group["incident"] for group in groups})
    stations = Station.objects.in_bulk({group["station"] for group in groups if group["station"]})
    for group in groups:
        incident = incidents.get(group["incident"])
        if incident is None:
            continue
        what = ngettext("%(whom)s was called once", "%(whom)s was called %(count)d times", group["times"]) % {
            "whom": stations.get(group["station"]) or _("operations"),
            "count": group["times"],
        }
        yield Item(
            Kind.TOOK_CALL,
            f"{incident.pk}.{group['station'] or ''}",
            group["since"],
            what,
            f"{incident} · {incident.get_status_display()}",  # a crew may be looked for after the end
            incident,
        )


def _notes(user: User, now: datetime):
    """Notes to the user's role that nobody but their writer has read."""
    read = DeskEntry.objects.filter(kind=Kind.READ_HANDOVER, subject=OuterRef("pk"))
    rows = Handover.objects.filter(~Exists(read), at__gt=now - NOTE_LIFE).select_related("by")
    rows = rows.exclude(by=user)
    if user.agency_id:
        rows = rows.filter(Q(agency=user.agency_id) | Q(agency=None))
    if role_of(user) not in SUPERVISORS:
        rows = rows.filter(to_role=Handover.To.DISPATCHER)
    for row in rows[:MOST]:
        what = _("hand-over note from %s") % row.by
        yield Item(Kind.READ_HANDOVER, str(row.pk), row.at, what, row.text)


def _seen(user: User, rows) -> list[Alarm]:
    """Without those about an incident that the user does not see."""
    rows = list(rows)
    named = {row.incident_id for row in rows if row.incident_id}
    seen = set(incidents_for(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return [row for row in rows if row.incident_id is None or row.incident_id in seen]
