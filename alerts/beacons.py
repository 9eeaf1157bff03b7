"""Rescue devices that call on AIS: AIS-SART, man-overboard device, EPIRB-AIS. One incident a raft.

A device calls eight times a minute for days. Its first call is a report like a fisher's SOS, and climbs the
ladder; later ones move the incident. A device close to one that calls already joins its incident. A test
never alerts. Of too many at once see beacon_floods.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts import beacon_floods
from alerts.ais import POSITION_TYPES, TEXT_TYPES, Heard
from alerts.models import Beacon
from communities.sphere import NAUTICAL_MILE_M, great_circle_m
from reports import intake, workflow
from reports.models import Incident, Report
from reports.taxonomy import IncidentType

log = logging.getLogger(__name__)

# ITU-R M.585, annex 2: the first three digits of the number say what device it is.
KINDS = {"970": Beacon.Kind.SART, "972": Beacon.Kind.MOB, "974": Beacon.Kind.EPIRB}
NAMES = {
    Beacon.Kind.SART: "AIS-SART",
    Beacon.Kind.MOB: "man overboard device",
    Beacon.Kind.EPIRB: "EPIRB-AIS",
}
ACTIVE_STATUS = 14  # ITU-R M.1371, table 45; under test these devices send 15
MOVED_M = 500  # from here on a new position is told
AGAIN = timedelta(minutes=10)  # and otherwise that it still calls
TYPES = (IncidentType.BEACON_ALERT, IncidentType.MAN_OVERBOARD)
SILENCE = timedelta(minutes=30)  # after its incident was closed, a device silent for so long may begin anew
ERROR_M = 100
TOGETHER_M = 5 * NAUTICAL_MILE_M  # devices of one raft, or of those who left one ship
TOGETHER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Call:
    """A device in use: (lon, lat) if it has a fix, and its words if it sent any."""

    mmsi: str
    position: tuple[float, float] | None
    position_at: datetime
    text: str = ""


def call_of(heard: Heard, at: datetime, position: tuple[float, float] | None) -> Call | None:
    """The distress call in what was heard; None for anything else, a test above all."""
    if heard.mmsi[:3] not in KINDS:
        return None
    if heard.type in POSITION_TYPES and heard.nav_status == ACTIVE_STATUS:
        return Call(heard.mmsi, position, at)
    words = heard.text.upper()
    if heard.type in TEXT_TYPES and "ACTIVE" in words and "TEST" not in words:
        return Call(heard.mmsi, None, at, heard.text)
    return None


@transaction.atomic
def take(call: Call, *, now: datetime | None = None) -> Report | None:
    """Report a call, if it says more than its device's last one; None otherwise.

    One incident for an episode: from the first call until, the incident being closed, the device was silent
    for SILENCE. An officer who has closed it hears no more of it before that. A new episode joins the open
    incident of a device that called within TOGETHER_M and TOGETHER. Locks all devices, then as intake does.
    """
    now = now or timezone.now()
    intake.hold_key("beacons")  # two of one raft, heard by two receivers, would not see each other
    Beacon.objects.bulk_create(
        [Beacon(mmsi=call.mmsi, kind=KINDS[call.mmsi[:3]], heard_at=now)], ignore_conflicts=True
    )
    beacon = Beacon.objects.select_for_update().get(pk=call.mmsi)
    incident = beacon.incident
    if incident is not None:
        incident = workflow.lock(
            incident.survivor.pk
        )  # or it might be closed between this look and the report
    over = incident is None or (not incident.is_open and now - beacon.heard_at >= SILENCE)
    beacon.heard_at = max(now, beacon.heard_at)
    if over:
        beacon.episode, beacon.said = beacon.episode + 1, 0
        incident = _beside(call, now)
        beacon.latitude = beacon.longitude = beacon.said_at = None
    report = None
    if over or (incident.is_open and _says_more(beacon, call, now)):
        report = _report(beacon, call, incident, now)
    beacon.save()
    return report


def _beside(call: Call, now: datetime) -> Incident | None:
    """The open incident of the device nearest to a new one, if that calls close by; locked."""
    if call.position is None:
        return None
    near = []
    calling = Beacon.objects.filter(heard_at__gte=now - TOGETHER, incident__isnull=False)
    for other in calling.exclude(latitude=None).exclude(pk=call.mmsi).select_related("incident__merged_into"):
        away_m = great_circle_m(call.position, (other.longitude, other.latitude))
        if away_m <= TOGETHER_M:
            near.append((away_m, other.mmsi, other))
    for *_, other in sorted(near):
        incident = other.incident.survivor
        if incident.is_open and incident.type in TYPES and workflow.lock(incident.pk).is_open:
            return incident
    return None


def _says_more(beacon: Beacon, call: Call, now: datetime) -> bool:
    if beacon.said_at is None or now - beacon.said_at >= AGAIN:
        return True
    if call.position is None:
        return False
    if beacon.latitude is None:
        return True
    return great_circle_m(call.position, (beacon.longitude, beacon.latitude)) >= MOVED_M


def _report(beacon: Beacon, call: Call, incident: Incident | None, now: datetime) -> Report:
    beacon.said += 1
    beacon.said_at = now
    overboard = beacon.kind == Beacon.Kind.MOB
    flags = (beacon_floods.FLAG,) if incident is None and beacon_floods.begun(now) else ()
    receipt = intake.receive(
        intake.Incoming(
            source=Report.Source.AIS,
            external_id=f"{beacon.mmsi}-{beacon.episode}-{beacon.said}",
            # Our words: what anybody with a transmitter wrote is kept beside them and not read.
            text=f"{NAMES[beacon.kind]} {beacon.mmsi} is active",
            type=IncidentType.MAN_OVERBOARD if overboard else IncidentType.BEACON_ALERT,
            position=call.position,
            position_error_m=ERROR_M if call.position else None,
            position_source="beacon",
            observed_at=min(call.position_at, now),
            language="en",
            incident_id=incident.pk if incident else None,
            flags=flags,
            extra={"mmsi": beacon.mmsi, "beacon": beacon.kind, "words": call.text},
        ),
        now=now,
    )
    if call.position is not None:
        beacon.longitude, beacon.latitude = call.position
    beacon.incident = receipt.report.incident
    log.warning("beacon %s: report %s", beacon.mmsi, receipt.report.pk)
    return receipt.report
