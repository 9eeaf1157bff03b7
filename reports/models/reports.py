"""What was said, as it was said."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.languages import Language
from communities.steps import Steps
from reports import states
from reports.querysets import ReportQuerySet
from reports.taxonomy import Category, IncidentType, ReplyMode


class Report(models.Model):
    """One message from one reporter by one channel. Never edited, never deleted."""

    class Source(models.TextChoices):
        APP = "app", _("app")
        SMS = "sms", _("SMS")
        PHONE_IN = "phone_in", _("phoned in")
        RADIO = "radio", _("radio relay")
        AIS = "ais", _("AIS beacon")

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        DUPLICATE = "duplicate", _("duplicate")
        DISMISSED = "dismissed", _("dismissed")

    class PositionStatus(models.TextChoices):
        OK = "ok", _("ok")
        AMBIGUOUS = "ambiguous", _("ambiguous")
        OUT_OF_AREA = "out_of_area", _("out of area")
        NONE = "none", _("none")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(
        max_length=5, editable=False, help_text=_("the only one its reporter ever sees")
    )
    source = models.CharField(max_length=10, choices=Source)
    # The app's UUID or the carrier's message id; makes a repeat the same row.
    external_id = models.CharField(max_length=120)
    content_hash = models.BinaryField(
        max_length=32, editable=False, help_text=_("SHA-256 of what was sent under the key")
    )
    conflicts_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts"
    )
    reporter = models.ForeignKey(
        "communities.Reporter", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    device = models.ForeignKey(
        "communities.Device", on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)

    text = models.TextField(
        blank=True, help_text=_("as sent; characters the database cannot hold are replaced")
    )
    quiet = models.BooleanField(default=False, help_text=_("the reporter asked for no more than a receipt"))
    drill = models.BooleanField(default=False)
    observed_at = models.DateTimeField(null=True, blank=True, help_text=_("claimed by the device (T0)"))
    first_byte_at = models.DateTimeField(null=True, blank=True, help_text=_("reached the server (T1)"))
    received_at = models.DateTimeField(help_text=_("stored, database clock (T2)"))

    # What the machine read, beside the words.
    type = models.CharField(max_length=30, choices=IncidentType, default=IncidentType.UNCLASSIFIED)
    category = models.CharField(max_length=10, choices=Category, default=Category.OTHER)
    language = models.CharField(max_length=3, choices=Language, blank=True)
    persons_on_board = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of what is reported. The index answers "what was reported near here?"
    position = models.PointField(geography=True, null=True, blank=True)
    position_error_m = models.PositiveIntegerField(null=True, blank=True)
    position_source = models.CharField(max_length=20, blank=True)
    position_status = models.CharField(max_length=12, choices=PositionStatus, default=PositionStatus.NONE)
    # Of the reporter's own phone: never shown to a unit.
    reporter_position = models.PointField(geography=True, null=True, blank=True, spatial_index=False)
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    reading = models.JSONField(default=dict, help_text=_("everything that was read, with candidates"))
    reading_version = models.CharField(max_length=20, blank=True)
    corrected_reading = models.JSONField(
        default=dict, blank=True, help_text=_("what an officer read instead, with by and at")
    )
    # Admiralty scale: 1 confirmed … 5 improbable, 6 cannot be judged.
    grade_digit = models.PositiveSmallIntegerField(default=6)
    reply_mode = models.CharField(max_length=8, choices=ReplyMode, default=ReplyMode.RECEIVED)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            # takes a message in once, however often the carrier or the app repeats it
            models.UniqueConstraint(fields=["source", "external_id"], name="report_key_once"),
            models.CheckConstraint(
                condition=models.Q(source__in=["app", "sms", "phone_in", "radio", "ais"]),
                name="report_source_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["received", "duplicate", "dismissed"]),
                name="report_status_known",
            ),
            Steps(name="report_steps", field="status", allowed=states.REPORT),
            models.CheckConstraint(
                condition=models.Q(type__in=IncidentType.values), name="report_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(position_status__in=["ok", "ambiguous", "out_of_area", "none"]),
                name="report_position_status_known",
            ),
            models.CheckConstraint(condition=models.Q(grade_digit__range=(1, 6)), name="report_grade_1_to_6"),
        ]
        indexes = [
            # this reporter's reports, newest first
            models.Index(fields=["reporter", "-received_at"], name="report_of_reporter"),
            # this device's own reports, newest first
            models.Index(fields=["device", "-received_at"], name="report_of_device"),
            # which report does this reference name?
            models.Index(fields=["reference"], name="report_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.get_type_display()}"

    @property
    def lon_lat(self) -> tuple[float, float] | None:
        return (self.position.x, self.position.y) if self.position else None
