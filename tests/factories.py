"""The least valid row of every model, in real waters: between Pangkor and Lumut."""

import hashlib
from datetime import date, timedelta

import factory
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection, transaction
from django.utils import timezone
from factory.django import DjangoModelFactory as Factory

from alerts import models as alerts
from communities import identity
from communities import models as communities
from reports import models as reports
from reports.references import next_reference

LUMUT = (100.63333, 4.23333)  # the station's harbour
OFF_PANGKOR = (100.45, 4.20)  # seven miles west of the island, in open water


def point(position) -> Point:
    """`(lon, lat)` as the database keeps it."""
    return Point(*position, srid=4326)


def force(rows, **fields) -> int:
    """Write what no step leads to into a queryset's rows, past the database's own tables of states."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            return rows.update(**fields)
        finally:
            cursor.execute("SET LOCAL session_replication_role = origin")


class Agency(Factory):
    class Meta:
        model = communities.Agency
        django_get_or_create = ("name",)

    name = "Malaysian Maritime Enforcement Agency"
    country = "MY"


class User(Factory):
    class Meta:
        model = communities.User

    username = factory.Sequence("user{}".format)
    role = communities.User.Role.CREW


class Community(Factory):
    class Meta:
        model = communities.Community

    name = factory.Sequence("Kampung {}".format)
    country = "MY"


class LandingSite(Factory):
    class Meta:
        model = communities.LandingSite

    community = factory.SubFactory(Community)
    name = "Jeti nelayan"
    position = point((100.5747, 4.2134))


class Place(Factory):
    class Meta:
        model = communities.Place

    name = "Pulau Pangkor"
    search_names = ["pangkor", "pulau pangkor"]
    kind = "island"
    position = point((100.56, 4.22))
    country = "MY"
    source = "test"
    source_id = factory.Sequence(str)


class Zone(Factory):
    class Meta:
        model = communities.Zone

    kind = communities.Zone.Kind.SECTOR
    name = factory.Sequence("Sector {}".format)
    area = MultiPolygon(Polygon.from_bbox((100.0, 3.8, 100.7, 4.6)), srid=4326)


class Reporter(Factory):
    """An app's reporter; `Identity` gives one a number."""

    class Meta:
        model = communities.Reporter


class Identity(Factory):
    """A reporter's number in the vault, from the range kept for fiction: `Identity(phone="+447700900210")`."""

    class Meta:
        model = communities.Identity
        exclude = ("phone",)

    phone = factory.Sequence(lambda n: f"+447700900{200 + n % 200:03}")
    reporter = factory.SubFactory(Reporter)
    phone_hash = factory.LazyAttribute(lambda row: identity.keyed_hash(row.phone))
    phone_encrypted = factory.LazyAttribute(lambda row: identity.encrypt(row.phone.encode()))


class Reveal(Factory):
    class Meta:
        model = communities.Reveal

    identity = factory.SubFactory(Identity)
    by = factory.SubFactory(User, role=communities.User.Role.SUPERVISOR)
    reason = "court order"


class Boat(Factory):
    class Meta:
        model = communities.Boat


class Device(Factory):
    """A reporter's app; for a crew's: `Device(reporter=None, user=crew)`."""

    class Meta:
        model = communities.Device
        exclude = ("token",)

    token = factory.Sequence("token-{}".format)
    reporter = factory.SubFactory(Reporter)
    token_hash = factory.LazyAttribute(lambda row: communities.Device.hash_token(row.token))


class Meeting(Factory):
    class Meta:
        model = communities.Meeting

    community = factory.SubFactory(Community)
    held_on = date(2026, 3, 1)
    by = factory.SubFactory(User, role=communities.User.Role.LIAISON)


class Promise(Factory):
    class Meta:
        model = communities.Promise

    meeting = factory.SubFactory(Meeting)
    text = "A boat within two hours"


class Incident(Factory):
    """Open, unclassified, with a position; nothing happens by making one, intake is not run."""

    class Meta:
        model = reports.Incident

    reference = factory.LazyFunction(next_reference)
    position = point(OFF_PANGKOR)
    position_error_m = 100
    received_at = factory.LazyFunction(timezone.now)
    last_report_at = factory.SelfAttribute("received_at")


class Report(Factory):
    class Meta:
        model = reports.Report

    reference = factory.LazyFunction(next_reference)
    source = reports.Report.Source.SMS
    external_id = factory.Sequence("SM{:032}".format)
    text = "tolong bot karam 4 12.0N 100 27.0E"
    content_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.text.encode()).digest())
    incident = factory.SubFactory(Incident)
    received_at = factory.LazyFunction(timezone.now)


class Attachment(Factory):
    class Meta:
        model = reports.Attachment

    report = factory.SubFactory(Report)
    external_id = factory.Sequence("photo-{}".format)
    sha256 = factory.Sequence("{:064x}".format)
    size_bytes = 1000


class Question(Factory):
    class Meta:
        model = reports.Question

    incident = factory.SubFactory(Incident)
    kind = reports.Question.Kind.WHERE
    asked_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda row: row.asked_at + timedelta(minutes=3))


class Transition(Factory):
    class Meta:
        model = reports.Transition

    incident = factory.SubFactory(Incident)
    old = "open"
    new = "dispatching"
    at = factory.LazyFunction(timezone.now)


class Station(Factory):
    class Meta:
        model = alerts.Station

    code = factory.Sequence("S{}".format)
    name = "Lumut"
    agency = factory.SubFactory(Agency)
    position = point(LUMUT)


class PatrolUnit(Factory):
    """Available, with no phone, no fix and no capability: `PatrolUnit(capabilities=["sar_surface"])` may be sent."""

    class Meta:
        model = alerts.PatrolUnit

    call_sign = factory.Sequence("MY-TEST-{}".format)
    station = factory.SubFactory(Station)
    speed_kn = 26.0


class UnitPosition(Factory):
    class Meta:
        model = alerts.UnitPosition

    unit = factory.SubFactory(PatrolUnit)
    longitude, latitude = LUMUT
    position_at = factory.LazyFunction(timezone.now)


class Escalation(Factory):
    class Meta:
        model = alerts.Escalation

    incident = factory.SubFactory(Incident)
    started_at = factory.LazyFunction(timezone.now)
    due_at = factory.SelfAttribute("started_at")


class Dispatch(Factory):
    class Meta:
        model = alerts.Dispatch

    incident = factory.SubFactory(Incident)
    unit = factory.SubFactory(PatrolUnit)
    created_at = factory.LazyFunction(timezone.now)


class DispatchTransition(Factory):
    class Meta:
        model = alerts.DispatchTransition

    dispatch = factory.SubFactory(Dispatch)
    new = "alerting"
    at = factory.LazyFunction(timezone.now)


class Notification(Factory):
    """A text to a unit's phone, due now."""

    class Meta:
        model = alerts.Notification

    incident = factory.SubFactory(Incident)
    purpose = alerts.Notification.Purpose.ALERT
    channel = alerts.Notification.Channel.SMS
    unit = factory.SubFactory(PatrolUnit)
    text = "P1 M4XK2 SINKING"
    key = factory.Sequence("test-{}".format)
    created_at = factory.LazyFunction(timezone.now)
    due_at = factory.SelfAttribute("created_at")


class InboundMessage(Factory):
    class Meta:
        model = alerts.InboundMessage
        exclude = ("sender",)

    sender = "+447700900210"
    external_id = factory.Sequence("SM{:032}".format)
    sender_hash = factory.LazyAttribute(lambda row: identity.keyed_hash(row.sender))
    raw_encrypted = factory.LazyAttribute(lambda row: identity.encrypt(b"From=" + row.sender.encode()))
    received_at = factory.LazyFunction(timezone.now)


class Advisory(Factory):
    class Meta:
        model = alerts.Advisory

    title = "Strong wind"
    text = "Angin kencang di Selat Melaka"
    by = factory.SubFactory(User, role=communities.User.Role.DISPATCHER)
