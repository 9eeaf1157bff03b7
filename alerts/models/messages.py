"""What goes out and what comes in, one row each."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from alerts import states
from alerts.querysets import NotificationQuerySet
from communities.ids import uuid7
from communities.languages import Language
from communities.steps import Steps


def _only(recipient: str) -> models.Q:
    """That one recipient and no other."""
    nobody = {"unit__isnull": True, "station__isnull": True, "reporter__isnull": True, "operations": False}
    this = {"operations": True} if recipient == "operations" else {f"{recipient}__isnull": False}
    return models.Q(**nobody | this)


class Notification(models.Model):
    """One demand for attention to one recipient over one channel, with its own delivery state.

    Written in the transaction that wants it said, sent from this row by the dispatcher.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        LEASED = "leased", _("being sent")
        ACCEPTED = "accepted", _("taken by the carrier")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED_TEMP = "failed_temp", _("failed, will be tried again")
        FAILED_PERM = "failed_perm", _("failed for good")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    class Channel(models.TextChoices):
        PUSH = "push", _("push")
        SMS = "sms", _("SMS")
        VOICE = "voice", _("voice")

    class Purpose(models.TextChoices):
        ALERT = "alert", _("alert to a unit")
        DUTY = "duty", _("call to a duty officer")
        ANSWER = "answer", _("answer to a crew")
        FEEDBACK = "feedback", _("word to the reporter")
        STAND_DOWN = "stand_down", _("stand down")
        CHECK = "check", _("a crew's word is wanted")

    # What an acknowledgement or a stand-down makes pointless.
    CALLS_FOR_A_UNIT = ("alert", "duty")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="notifications")
    dispatch = models.ForeignKey(
        "alerts.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    purpose = models.CharField(max_length=10, choices=Purpose)
    channel = models.CharField(max_length=5, choices=Channel)
    # Exactly one recipient. A reporter's number is looked up in the vault at the moment of sending.
    unit = models.ForeignKey(
        "alerts.PatrolUnit", on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    station = models.ForeignKey(
        "alerts.Station", on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    reporter = models.ForeignKey(
        "communities.Reporter", on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    operations = models.BooleanField(
        default=False, db_default=False, help_text=_("to OPERATIONS_NUMBER: no desk could be reached")
    )
    device = models.ForeignKey(
        "communities.Device",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        help_text=_("of a push"),
    )
    language = models.CharField(max_length=3, choices=Language, default=Language.ENGLISH)
    title = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=1000)
    reference = models.CharField(max_length=5, blank=True, help_text=_("the one that the text names"))
    # Names the rung that asked for it, so that a rung carried out twice asks once.
    key = models.CharField(max_length=200, unique=True)

    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    priority = models.PositiveSmallIntegerField(default=5)
    attempt = models.PositiveSmallIntegerField(default=0)
    repeat = models.PositiveSmallIntegerField(default=0, help_text=_("how often this was asked before"))
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=40, blank=True)
    carrier = models.CharField(max_length=12, blank=True)
    carrier_id = models.CharField(max_length=80, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=300, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(
        null=True, blank=True, help_text=_("a duty officer said: I have it")
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "pending",
                        "leased",
                        "accepted",
                        "delivered",
                        "read",
                        "failed_temp",
                        "failed_perm",
                        "cancelled",
                        "expired",
                    ]
                ),
                name="notification_status_known",
            ),
            Steps(name="notification_steps", field="status", allowed=states.NOTIFICATION),
            models.CheckConstraint(
                condition=models.Q(channel__in=["push", "sms", "voice"]), name="notification_channel_known"
            ),
            models.CheckConstraint(
                condition=_only("unit") | _only("station") | _only("reporter") | _only("operations"),
                name="notification_one_recipient",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__range=(1, 5)), name="notification_priority_1_to_5"
            ),
        ]
        indexes = [
            # what must leave now in this lane? A first attempt before a retry, P1 first, a first call before
            # its repeats
            models.Index(
                fields=["channel", "attempt", "priority", "repeat", "due_at"],
                condition=models.Q(status__in=["pending", "failed_temp"], priority__lte=2),
                name="notification_due_urgent",
            ),
            models.Index(
                fields=["channel", "attempt", "priority", "repeat", "due_at"],
                condition=models.Q(status__in=["pending", "failed_temp"], priority__gt=2),
                name="notification_due_other",
            ),
            # whose lease ran out?
            models.Index(
                fields=["leased_until"], condition=models.Q(status="leased"), name="notification_leased"
            ),
            # which message is this receipt about?
            models.Index(
                fields=["carrier_id"], condition=~models.Q(carrier_id=""), name="notification_carrier_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_purpose_display()}: {self.get_status_display()}"


class InboundMessage(models.Model):
    """One message as the carrier handed it over, with the answer it got; a repeat gets the same answer."""

    class Carrier(models.TextChoices):
        TWILIO = "twilio", _("Twilio")

    class Kind(models.TextChoices):
        REPORT = "report", _("a fisher's report")
        REPLY = "reply", _("a crew's answer")
        DUTY = "duty", _("a duty officer's answer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    carrier = models.CharField(max_length=12, choices=Carrier, default=Carrier.TWILIO)
    external_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.REPORT)
    # The body as posted holds the sender: encrypted like the vault, found by the same keyed hash.
    sender_hash = models.BinaryField(max_length=32, editable=False)
    raw_encrypted = models.BinaryField(editable=False)
    text = models.TextField(blank=True)
    # A crew's or a duty officer's phone is no secret; a reporter is known by pseudonym alone.
    unit = models.ForeignKey(
        "alerts.PatrolUnit", on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_messages"
    )
    station = models.ForeignKey(
        "alerts.Station", on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_messages"
    )
    reporter = models.ForeignKey(
        "communities.Reporter",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inbound_messages",
    )
    report = models.ForeignKey(
        "reports.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_messages"
    )
    dispatch = models.ForeignKey(
        "alerts.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_messages"
    )
    reply = models.CharField(max_length=1000, blank=True, help_text=_("empty: nothing was answered"))
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            # the carrier repeats a webhook that it thinks we missed
            models.UniqueConstraint(fields=["carrier", "external_id"], name="inbound_message_once"),
        ]
        indexes = [
            # how often did we answer this number in the last half hour?
            models.Index(fields=["sender_hash", "-received_at"], name="inbound_of_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.id)[-6:]}"
