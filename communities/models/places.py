"""Where people fish and what they call it."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from communities import names
from communities.ids import uuid7
from communities.languages import Language
from communities.querysets import CommunityQuerySet, PlaceQuerySet


class Community(models.Model):
    """A village or landing place whose fishers we know, and the waters they use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"))
    language = models.CharField(max_length=3, choices=Language, default=Language.MALAY)
    waters = models.PointField(
        geography=True, null=True, blank=True, help_text=_("middle of the waters they fish")
    )
    waters_radius_m = models.PositiveIntegerField(default=55_560, help_text=_("30 nautical miles"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("communities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["country", "name"], name="community_name_once_a_country"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="community_language_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LandingSite(models.Model):
    """A beach, jetty or harbour where a community's boats come in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="landing_sites")
    name = models.CharField(max_length=120)
    position = models.PointField(geography=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A name on the chart, or one that only a village uses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    alt_names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    # Folded forms (lower case, no accents) of name and alt_names, so that a look-up needs no function index.
    search_names = ArrayField(models.CharField(max_length=200), default=list, blank=True, editable=False)
    kind = models.CharField(max_length=30)
    position = models.PointField(geography=True)
    country = models.CharField(max_length=2, blank=True, help_text=_("empty for open seas"))
    community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="places",
        help_text=_("set for a name that only this community uses"),
    )
    note = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Nothing is deleted: a report may have been read with the name.
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=60)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            # An importer runs again without doubling a place.
            models.UniqueConstraint(fields=["source", "source_id"], name="place_once_a_source"),
        ]
        indexes = [
            # "which places are called timun?"
            GinIndex(fields=["search_names"], name="place_search_names"),
            # "which places are in this window of the chart?"
            GistIndex(Cast("position", models.PointField(srid=4326)), name="place_on_the_plane"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    def save(self, *args, **kwargs) -> None:
        """Save it with the folded names under which it is found."""
        self.search_names = names.search_names(self.name, self.alt_names)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_names"}
        super().save(*args, **kwargs)


class PlaceChange(models.Model):
    """One act of an officer on a place, as it was before and after. Never changed: an undo is one more."""

    class Act(models.TextChoices):
        ADD = "add", _("added")
        CHANGE = "change", _("changed")
        MOVE = "move", _("moved")
        RETIRE = "retire", _("taken out of use")
        RESTORE = "restore", _("taken back into use")
        UNDO = "undo", _("undone")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="place_changes")
    at = models.DateTimeField()
    act = models.CharField(max_length=8, choices=Act)
    # As communities.village_names.state gives it; null before it was there.
    before = models.JSONField(null=True)
    after = models.JSONField()
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(act__in=["add", "change", "move", "retire", "restore", "undo"]),
                name="place_change_act_known",
            ),
            models.CheckConstraint(
                condition=models.Q(act="undo", undoes__isnull=False)
                | (~models.Q(act="undo") & models.Q(undoes__isnull=True)),
                name="place_change_undoes_if_undo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after['name']} {self.get_act_display()}"


class Zone(models.Model):
    """An area with a meaning: whose sector, whose waters, closed or disputed."""

    class Kind(models.TextChoices):
        SECTOR = "sector", _("sector")
        TERRITORIAL = "territorial", _("territorial sea")
        EEZ = "eez", _("exclusive economic zone")
        DISPUTED = "disputed", _("disputed")
        CLOSED = "closed", _("closed to fishing")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    area = models.MultiPolygonField(geography=True)
    agency = models.ForeignKey(
        "communities.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="zones"
    )
    country = models.CharField(
        max_length=2, blank=True, help_text=_("ISO 3166-1 alpha-2, of a state's waters; empty: its agency's")
    )
    srr = models.CharField(_("search and rescue region"), max_length=60, blank=True)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["sector", "territorial", "eez", "disputed", "closed"]),
                name="zone_kind_known",
            ),
            models.UniqueConstraint(fields=["kind", "name"], name="zone_name_once_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    @property
    def state(self) -> str:
        """The country whose area it is; empty where nobody said."""
        return (self.country or (self.agency.country if self.agency else "")).upper()
