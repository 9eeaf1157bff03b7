"""Who was told to go, what became of it, and the ladder that is climbed until somebody goes."""

from datetime import datetime, timedelta

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.utils.translation import gettext_lazy as _

from alerts import states
from alerts.querysets import DispatchQuerySet, EscalationQuerySet
from communities.ids import uuid7
from communities.steps import Steps


class Escalation(models.Model):
    """The ladder of one incident that wants somebody: a unit, or at least an officer's look.

    A deadline is this row's `due_at`; any dispatcher process may carry it out.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("wanted")
        RUNNING = "running", _("running")
        ANSWERED = "answered", _("answered")
        STOPPED = "stopped", _("stopped")

    class Purpose(models.TextChoices):
        UNIT = "unit", _("find a unit that goes")
        LOOK = "look", _("get an officer to look")

    # What is asked for is due at once by the clock of whoever asks; further ahead, that clock is wrong.
    # Longer than a rung that failed waits.
    WRONG_CLOCK = timedelta(seconds=5)

    incident = models.OneToOneField(
        "reports.Incident", on_delete=models.PROTECT, primary_key=True, related_name="escalation"
    )
    purpose = models.CharField(max_length=4, choices=Purpose, default=Purpose.UNIT)
    state = models.CharField(max_length=8, choices=State, default=State.WANTED)
    started_at = models.DateTimeField(help_text=_("second 0 of the ladder"))
    next_step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(
        default=0, help_text=_("how often the ladder was climbed to its end")
    )
    due_at = models.DateTimeField()
    climbing = models.CharField(
        max_length=6,
        blank=True,
        help_text=_("units; nobody when none can go; held where only an officer sends one"),
    )
    ladder = models.ForeignKey(
        "alerts.SectorLadder",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("the sector's own, in the version it began with; empty: as shipped"),
    )
    ladder_priority = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("that the ladder is for; empty: not chosen yet")
    )
    # In disputed or another state's waters nothing is automatic; an officer's word holds for the waters
    # it was given for.
    allowed_by = models.ForeignKey(
        "communities.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    allowed_in = models.CharField(max_length=200, blank=True, help_text=_("the waters that were named then"))
    ranking = models.JSONField(default=dict, blank=True, help_text=_("ranked and passed over, with reasons"))
    ranked_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        "communities.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stop_reason = models.CharField(max_length=200, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["wanted", "running", "answered", "stopped"]),
                name="escalation_state_known",
            ),
            Steps(name="escalation_steps", field="state", allowed=states.ESCALATION),
            models.CheckConstraint(
                condition=models.Q(purpose__in=["unit", "look"]), name="escalation_purpose_known"
            ),
        ]
        indexes = [
            # whose next step is due?
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["wanted", "running"]), name="escalation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_state_display()}"

    @property
    def is_live(self) -> bool:
        return self.state in (self.State.WANTED, self.State.RUNNING)

    def is_due(self, now: datetime) -> bool:
        """Whether the next step should have been carried out by now.

        What was only just asked for is due at once: a time well ahead comes from a clock that is wrong.
        """
        late = self.state == self.State.WANTED and self.due_at > now + self.WRONG_CLOCK
        return self.is_live and (self.due_at <= now or late)


class Dispatch(models.Model):
    """The tasking of one unit to one incident."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ALERTING = "alerting", _("alerting")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        DECLINED = "declined", _("declined")
        NO_ANSWER = "no_answer", _("no answer")
        EN_ROUTE = "en_route", _("under way")
        ON_SCENE = "on_scene", _("on scene")
        COMPLETED = "completed", _("completed")
        CANNOT_CONTINUE = "cannot_continue", _("cannot continue")
        STOOD_DOWN = "stood_down", _("stood down")

    # The unit has said "I go" and is not done.
    ENGAGED_STATUSES = ("acknowledged", "en_route", "on_scene")
    # The crew may still answer.
    OPEN_STATUSES = ("proposed", "alerting", "no_answer", *ENGAGED_STATUSES)

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        SUPPORT = "support", _("support")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey("reports.Incident", on_delete=models.PROTECT, related_name="dispatches")
    unit = models.ForeignKey("alerts.PatrolUnit", on_delete=models.PROTECT, related_name="dispatches")
    status = models.CharField(max_length=16, choices=Status, default=Status.PROPOSED, editable=False)
    role = models.CharField(max_length=8, choices=Role, blank=True, editable=False)
    tasked_by = models.ForeignKey(
        "communities.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("empty: by rule"),
    )
    distance_m = models.PositiveIntegerField(null=True, blank=True)
    eta_s = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("from tasking to arrival, when it was ranked")
    )
    bearing_deg = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("true, from the unit"))
    why = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, help_text=_("of the incident as it then was"))
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    doubted_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("said going, was not under way in time: others are called"),
    )
    under_way_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text=_("why declined, stood down or given up"))

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("dispatches")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "proposed",
                        "alerting",
                        "acknowledged",
                        "declined",
                        "no_answer",
                        "en_route",
                        "on_scene",
                        "completed",
                        "cannot_continue",
                        "stood_down",
                    ]
                ),
                name="dispatch_status_known",
            ),
            Steps(name="dispatch_steps", field="status", allowed=states.DISPATCH),
            # twenty crews may answer in the same second: one of them leads
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(role="lead", status__in=["acknowledged", "en_route", "on_scene"]),
                name="dispatch_one_lead",
            ),
            # a unit can be in one place
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(status__in=["acknowledged", "en_route", "on_scene"]),
                name="dispatch_unit_engaged_once",
            ),
            # a unit is told of an incident once; later rungs repeat on the same row
            models.UniqueConstraint(
                fields=["incident", "unit"],
                condition=models.Q(
                    status__in=["proposed", "alerting", "no_answer", "acknowledged", "en_route", "on_scene"]
                ),
                name="dispatch_unit_once_an_incident",
            ),
        ]
        indexes = [
            # what may this unit still answer?
            models.Index(
                fields=["unit", "created_at"],
                condition=models.Q(
                    status__in=["proposed", "alerting", "no_answer", "acknowledged", "en_route", "on_scene"]
                ),
                name="dispatch_open_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} to {self.incident_id}: {self.get_status_display()}"

    @property
    def is_answerable(self) -> bool:
        """Whether the crew may still say something."""
        return self.status in self.OPEN_STATUSES

    @property
    def is_lead(self) -> bool:
        """Whether the unit said "I go", leads, is not done, and nothing casts doubt on its going."""
        return (
            self.role == self.Role.LEAD and self.status in self.ENGAGED_STATUSES and self.doubted_at is None
        )

    @property
    def arrives_at(self) -> datetime:
        """When the unit should be there: reckoned from its word that it goes, else from its last alert."""
        since = self.acknowledged_at or self.told_at or self.created_at
        return since + timedelta(seconds=self.eta_s or 0)


class DispatchTransition(models.Model):
    """One change of a dispatch's status. Append-only: a database trigger refuses UPDATE and DELETE."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="transitions")
    old = models.CharField(max_length=16, blank=True)
    new = models.CharField(max_length=16)
    by = models.ForeignKey(
        "communities.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("empty: by rule or the unit's phone"),
    )
    via = models.CharField(max_length=10, blank=True, help_text=_("rule, officer, app, sms, voice"))
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            # the dispatch's story, in order
            models.Index(fields=["dispatch", "at"], name="dispatch_story"),
            # what happened in these hours? Rows lie in the order of time.
            BrinIndex(fields=["at"], autosummarize=True, name="dispatch_times"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
