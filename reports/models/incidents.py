"""What is believed to be happening, what was asked about it, and every change to it."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GistIndex
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.steps import Steps
from reports import states
from reports.querysets import IncidentQuerySet, QuestionQuerySet
from reports.taxonomy import EmergencyPhase, IncidentType, ReplyMode, ResponsePhase, Severity


class Incident(models.Model):
    """One or more reports of the same thing; the row that the queue lists."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DISPATCHING = "dispatching", _("dispatching")
        RESPONDING = "responding", _("responding")
        ON_SCENE = "on_scene", _("on scene")
        SUSPENDED = "suspended", _("suspended")
        RESOLVED = "resolved", _("resolved")
        STOOD_DOWN = "stood_down", _("stood down")
        HANDED_OVER = "handed_over", _("handed over")
        MERGED = "merged", _("merged")
        CLOSED = "closed", _("closed")

    # Somebody may still have to act.
    OPEN_STATUSES = ("open", "dispatching", "responding", "on_scene", "suspended")
    # The desk's queue: what a crew called done stays until an officer has closed it.
    QUEUE_STATUSES = (*OPEN_STATUSES, "resolved")

    class Outcome(models.TextChoices):
        ASSISTED = "assisted", _("people assisted")
        FOUND_NOTHING = "found_nothing", _("nothing found")
        ENFORCED = "enforced", _("enforcement action")
        FALSE_ALARM = "false_alarm", _("honest mistake")
        MALICIOUS = "malicious", _("malicious")
        RECORDED = "recorded", _("recorded, no unit needed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=5, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN, editable=False)
    type = models.CharField(max_length=30, choices=IncidentType, default=IncidentType.UNCLASSIFIED)
    emergency_phase = models.CharField(max_length=12, choices=EmergencyPhase, default=EmergencyPhase.NONE)
    response_phase = models.CharField(max_length=12, choices=ResponsePhase, default=ResponsePhase.NONE)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.UNKNOWN)
    reply_mode = models.CharField(max_length=8, choices=ReplyMode, default=ReplyMode.RECEIVED)
    drill = models.BooleanField(default=False, help_text=_("exercise traffic; marked in every text"))

    position = models.PointField(geography=True, null=True, blank=True, spatial_index=False)
    position_error_m = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("holds the true position 9 times in 10")
    )
    position_source = models.CharField(max_length=20, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    persons_on_board = models.PositiveSmallIntegerField(null=True, blank=True)
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    # Triage: the rule's own value stays beside an officer's.
    priority = models.PositiveSmallIntegerField(default=5)
    score = models.PositiveSmallIntegerField(default=0)
    score_terms = models.JSONField(default=list, help_text=_("the printed sum: term, value, where from"))
    rule_priority = models.PositiveSmallIntegerField(default=5)
    rule_floor = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("set by the words of a report")
    )
    priority_override = models.PositiveSmallIntegerField(null=True, blank=True)
    # P1, then P2, each by score, then oldest; P3-P5 together by time of receipt minus 10 minutes a point.
    # One ascending column, so that a page's key compares as a row with the index.
    queue_rank = models.BigIntegerField(default=0, editable=False)

    received_at = models.DateTimeField(help_text=_("of the first report"))
    last_report_at = models.DateTimeField()
    news_at = models.DateTimeField(null=True, blank=True, help_text=_("type, position or persons changed"))
    taken_at = models.DateTimeField(null=True, blank=True, help_text=_("first touched by an officer"))
    held_by = models.ForeignKey(
        "communities.User", on_delete=models.PROTECT, null=True, blank=True, related_name="held_incidents"
    )
    held_until = models.DateTimeField(null=True, blank=True)
    dispatch_requested_at = models.DateTimeField(null=True, blank=True, help_text=_("a unit is wanted since"))
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_incidents"
    )
    # Proposed by reports.matching; an officer joins or dismisses.
    proposed_same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    proposed_why = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["queue_rank", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "open",
                        "dispatching",
                        "responding",
                        "on_scene",
                        "suspended",
                        "resolved",
                        "stood_down",
                        "handed_over",
                        "merged",
                        "closed",
                    ]
                ),
                name="incident_status_known",
            ),
            Steps(name="incident_steps", field="status", allowed=states.INCIDENT),
            models.CheckConstraint(
                condition=models.Q(type__in=IncidentType.values), name="incident_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(emergency_phase__in=EmergencyPhase.values),
                name="incident_emergency_phase_known",
            ),
            models.CheckConstraint(
                condition=models.Q(response_phase__in=ResponsePhase.values),
                name="incident_response_phase_known",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__range=(1, 5)), name="incident_priority_1_to_5"
            ),
            models.CheckConstraint(
                condition=models.Q(status="merged", merged_into__isnull=False)
                | (~models.Q(status="merged") & models.Q(merged_into__isnull=True)),
                name="incident_merged_names_survivor",
            ),
            # A crew types the reference; two open incidents must never share one.
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(status__in=["open", "dispatching", "responding", "on_scene", "suspended"]),
                name="incident_reference_once_open",
            ),
        ]
        indexes = [
            # the triage queue: most urgent, then oldest
            models.Index(
                fields=["queue_rank", "id"],
                condition=models.Q(
                    status__in=["open", "dispatching", "responding", "on_scene", "suspended", "resolved"]
                ),
                name="incident_queue",
            ),
            # what is open near this position?
            GistIndex(
                fields=["position"],
                condition=models.Q(status__in=["open", "dispatching", "responding", "on_scene", "suspended"]),
                name="incident_open_position",
            ),
            # which incident does this reference name?
            models.Index(fields=["reference"], name="incident_reference"),
            # the archive, newest first
            models.Index(fields=["-received_at", "id"], name="incident_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} P{self.priority} {self.get_type_display()}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN_STATUSES

    @property
    def survivor(self) -> "Incident":
        """The incident that this one was merged into, over however many merges; else itself."""
        incident = self
        while incident.merged_into is not None:
            incident = incident.merged_into
        return incident

    @property
    def is_distress(self) -> bool:
        """DISTRESS, or a security matter under attack: only a named officer may end it."""
        return self.emergency_phase == EmergencyPhase.DISTRESS or self.response_phase == ResponsePhase.ATTACK

    @property
    def lon_lat(self) -> tuple[float, float] | None:
        return (self.position.x, self.position.y) if self.position else None


class Question(models.Model):
    """Something the reporter was asked, with the time by which an answer is due.

    "Which of several matters" is a row for each of them, with the same `report`.
    """

    class Kind(models.TextChoices):
        WHERE = "where", _("where are you")
        HOW_MANY = "how_many", _("how many people")
        WHAT = "what", _("what is happening")
        WHICH = "which", _("which of several matters")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="questions")
    kind = models.CharField(max_length=8, choices=Kind)
    report = models.ForeignKey(
        "reports.Report",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        help_text=_("whose answer asked it; empty: an officer did"),
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        "reports.Report", on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["where", "how_many", "what", "which"]),
                name="question_kind_known",
            ),
        ]
        indexes = [
            # which questions wait for an answer?
            models.Index(
                fields=["due_at"], condition=models.Q(answered_by__isnull=True), name="question_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}?"


class Transition(models.Model):
    """One change to an incident: which field, from what, to what, by whom, why.

    Append-only: a database trigger refuses UPDATE and DELETE.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="transitions")
    field = models.CharField(max_length=30, default="status")
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        "communities.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("empty: by rule"),
    )
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            # the incident's story, in order
            models.Index(fields=["incident", "at"], name="transition_story"),
            # what happened in these hours? Rows lie in the order of time.
            BrinIndex(fields=["at"], autosummarize=True, name="transition_times"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new}"
