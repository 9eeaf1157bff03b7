"""Who can be sent: stations, their units, and where each unit was last."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.languages import Language
from reports.taxonomy import Capability


class Station(models.Model):
    """A base with a duty officer, or a rescue co-ordination centre."""

    class Kind(models.TextChoices):
        STATION = "station", _("station")
        MRSC = "mrsc", _("maritime rescue sub-centre")
        MRCC = "mrcc", _("maritime rescue co-ordination centre")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STATION)
    agency = models.ForeignKey("communities.Agency", on_delete=models.PROTECT, related_name="stations")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    position = models.PointField(geography=True)
    duty_phone = models.CharField(max_length=20, blank=True, help_text=_("E.164"))
    language = models.CharField(max_length=3, choices=Language, default=Language.ENGLISH)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["station", "mrsc", "mrcc"]), name="station_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def centre(self) -> "Station | None":
        """The rescue co-ordination centre above this station; itself if it is one."""
        station, seen = self, set()
        while station and station.kind == self.Kind.STATION and station.pk not in seen:
            seen.add(station.pk)
            station = station.parent
        return station if station and station.kind != self.Kind.STATION else None


class PatrolUnit(models.Model):
    """A patrol boat, aircraft or shore team that can be tasked."""

    class Kind(models.TextChoices):
        BOAT = "boat", _("boat")
        AIRCRAFT = "aircraft", _("aircraft")
        SHORE = "shore", _("shore team")

    class Status(models.TextChoices):
        AVAILABLE = "available", _("available")
        ALERTED = "alerted", _("alerted")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        EN_ROUTE = "en_route", _("under way")
        ON_SCENE = "on_scene", _("on scene")
        TOWING = "towing", _("towing or transporting")
        RETURNING = "returning", _("returning")
        LIMITED = "limited", _("limited")
        OFF_WATCH = "off_watch", _("off watch")
        OUT_OF_SERVICE = "out_of_service", _("out of service")
        IN_DISTRESS = "in_distress", _("itself in distress")

    class AlertChannel(models.TextChoices):
        APP = "app", _("app")
        SMS = "sms", _("SMS")
        BOTH = "both", _("app and SMS")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call_sign = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BOAT)
    description = models.CharField(
        max_length=60, blank=True, help_text=_("inshore patrol boat, helicopter …")
    )
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="units")
    status = models.CharField(max_length=14, choices=Status, default=Status.AVAILABLE)
    phone = models.CharField(max_length=20, blank=True, help_text=_("E.164"))
    alert_channel = models.CharField(max_length=4, choices=AlertChannel, default=AlertChannel.BOTH)
    language = models.CharField(max_length=3, choices=Language, default=Language.ENGLISH)
    crew = models.ManyToManyField("communities.User", blank=True, related_name="patrol_units")
    crew_size = models.PositiveSmallIntegerField(null=True, blank=True)
    speed_kn = models.FloatField(help_text=_("cruising"))
    range_nm = models.FloatField(null=True, blank=True)
    readiness_s = models.PositiveIntegerField(
        default=600, help_text=_("from the call to casting off, at base")
    )
    sea_state_limit = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Douglas scale"))
    rest_until = models.DateTimeField(
        null=True, blank=True, help_text=_("the crew rests: until then only an officer sends it")
    )
    capabilities = ArrayField(models.CharField(max_length=20, choices=Capability), default=list, blank=True)
    mmsi = models.CharField(max_length=9, blank=True)

    class Meta:
        ordering = ["call_sign"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["boat", "aircraft", "shore"]), name="unit_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "available",
                        "alerted",
                        "acknowledged",
                        "en_route",
                        "on_scene",
                        "towing",
                        "returning",
                        "limited",
                        "off_watch",
                        "out_of_service",
                        "in_distress",
                    ]
                ),
                name="unit_status_known",
            ),
            models.CheckConstraint(condition=models.Q(speed_kn__gt=0), name="unit_speed_positive"),
            # An answer by SMS names its unit by the phone alone.
            models.UniqueConstraint(fields=["phone"], condition=~models.Q(phone=""), name="unit_phone_once"),
        ]
        indexes = [
            # who may be asked to go?
            models.Index(fields=["status"], name="unit_status"),
        ]

    def __str__(self) -> str:
        return self.call_sign


class UnitPosition(models.Model):
    """The newest fix of one unit.

    Plain columns without a spatial index: then an update stays inside its page
    (heap-only) and the table does not grow; candidates come from a snapshot.
    """

    class Source(models.TextChoices):
        APP = "app", _("crew app")
        AVL = "avl", _("AVL box")
        AIS = "ais", _("AIS")
        OFFICER = "officer", _("officer")

    unit = models.OneToOneField(PatrolUnit, on_delete=models.PROTECT, primary_key=True, related_name="fix")
    longitude = models.FloatField()
    latitude = models.FloatField()
    position_at = models.DateTimeField()
    speed_kn = models.FloatField(null=True, blank=True)
    course_deg = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.APP)
    # Newer fixes that the unit cannot have reached: alerts.fixes.judge believes them if they go on.
    doubted_longitude = models.FloatField(null=True, blank=True, editable=False)
    doubted_latitude = models.FloatField(null=True, blank=True, editable=False)
    doubted_at = models.DateTimeField(null=True, blank=True, editable=False)
    doubted_since = models.DateTimeField(null=True, blank=True, editable=False)
    doubt_began_at = models.DateTimeField(null=True, blank=True, editable=False)  # by our clock
    doubts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="unit_position_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} at {self.position_at:%H%MZ}"


class UnitStatusChange(models.Model):
    """A unit's status as an officer set it, and why; undoing one is a row too.

    Append-only: a database trigger refuses UPDATE and DELETE. What calls and tasks make of a status is in
    their own stories.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(PatrolUnit, on_delete=models.PROTECT, related_name="status_changes")
    old = models.CharField(max_length=14)
    new = models.CharField(max_length=14)
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    # of two officers who press at once, one is told
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
