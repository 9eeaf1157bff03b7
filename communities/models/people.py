"""Who works with Suar, and the phones and boats we know."""

import hashlib
import secrets

from django.contrib.auth.models import AbstractUser
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.languages import Language


class Agency(models.Model):
    """An organisation that owns stations and employs officers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, unique=True)
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"))

    class Meta:
        verbose_name_plural = _("agencies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """Somebody who signs in. A reporter never does."""

    class Role(models.TextChoices):
        DISPATCHER = "dispatcher", _("dispatcher")
        SUPERVISOR = "supervisor", _("supervisor")
        LIAISON = "liaison", _("community liaison officer")
        CREW = "crew", _("patrol crew")
        ADMIN = "admin", _("administrator")

    role = models.CharField(max_length=12, choices=Role, default=Role.CREW)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    communities = models.ManyToManyField("communities.Community", blank=True, related_name="liaison_officers")

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["dispatcher", "supervisor", "liaison", "crew", "admin"]),
                name="user_role_known",
            ),
        ]

    @property
    def is_desk(self) -> bool:
        """Works the queue: dispatcher, supervisor or administrator."""
        return self.is_active and (
            self.is_superuser or self.role in {self.Role.DISPATCHER, self.Role.SUPERVISOR, self.Role.ADMIN}
        )


class Boat(models.Model):
    """A fishing boat; its registration is folded (upper case, no spaces) for finding."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reporter = models.ForeignKey(
        "communities.Reporter", on_delete=models.PROTECT, null=True, blank=True, related_name="boats"
    )
    name = models.CharField(max_length=120, blank=True)
    registration = models.CharField(max_length=40, blank=True)
    length_m = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["registration"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=~models.Q(registration=""), name="boat_registration_once"
            ),
        ]

    def __str__(self) -> str:
        return self.registration or self.name or str(self.id)

    def save(self, *args, **kwargs) -> None:
        self.registration = "".join(self.registration.split()).upper()
        super().save(*args, **kwargs)


class Device(models.Model):
    """One installed app: a reporter's, or a crew member's. Its token is stored only as a hash."""

    class PushKind(models.TextChoices):
        FID = "fid", _("Firebase installation")
        TOKEN = "token", _("FCM registration token")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reporter = models.ForeignKey(
        "communities.Reporter", on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    platform = models.CharField(max_length=20, blank=True)
    app_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=3, choices=Language, blank=True)
    push_kind = models.CharField(max_length=5, choices=PushKind, blank=True)
    push_target = models.CharField(max_length=400, blank=True)
    push_retired_at = models.DateTimeField(
        null=True, blank=True, help_text=_("the carrier said this target is dead")
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reporter__isnull=True) | models.Q(user__isnull=True),
                name="device_of_reporter_or_crew",
            ),
            # A phone that is handed on must not keep two owners of one push target.
            models.UniqueConstraint(
                fields=["push_target"],
                condition=~models.Q(push_target="")
                & models.Q(push_retired_at__isnull=True, revoked_at__isnull=True),
                name="device_push_target_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform or 'device'} {str(self.id)[-6:]}"

    @staticmethod
    def new_token() -> str:
        """A token of 256 random bits; show it once, store `hash_token(token)`."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_token(token: str) -> str:
        """SHA-256, hex. The token is random, so neither salt nor slowness adds anything."""
        return hashlib.sha256(token.encode()).hexdigest()
