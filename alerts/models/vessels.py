"""Who else is out there: vessels and rescue beacons that an AIS receiver hears."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Vessel(models.Model):
    """A vessel's newest word on AIS: no unit of ours, and kept for hours only.

    Plain columns without a spatial index, like UnitPosition: an update stays inside its page.
    """

    mmsi = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=20, blank=True)
    call_sign = models.CharField(max_length=7, blank=True)
    ship_type = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("ITU-R M.1371, table 53: 30 fishing, 52 tug, 70 cargo, 80 tanker …"),
    )
    length_m = models.PositiveSmallIntegerField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    speed_kn = models.FloatField(null=True, blank=True)
    course_deg = models.FloatField(null=True, blank=True)
    nav_status = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("ITU-R M.1371, table 45: 0 under way, 1 at anchor, 2 not under command …"),
    )
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["mmsi"]

    def __str__(self) -> str:
        return self.name or self.mmsi


class Beacon(models.Model):
    """A rescue device heard on AIS, and the incident of its present episode: from its first call to silence.

    Updated only under a row lock, so that however many receivers hear it, it is one incident.
    """

    class Kind(models.TextChoices):
        SART = "ais_sart", _("AIS-SART")
        MOB = "mob", _("man overboard device")
        EPIRB = "epirb", _("EPIRB-AIS")

    mmsi = models.CharField(max_length=9, primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    episode = models.PositiveIntegerField(default=0)
    said = models.PositiveIntegerField(default=0, help_text=_("reports made of this episode"))
    said_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    heard_at = models.DateTimeField()
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="beacons"
    )

    class Meta:
        ordering = ["-heard_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["ais_sart", "mob", "epirb"]), name="beacon_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mmsi}"
