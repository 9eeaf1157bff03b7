"""The pseudonym everybody sees, and the vault that only `communities.identity` opens."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7
from communities.languages import Language


class Reporter(models.Model):
    """Somebody who reports, under a pseudonym."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey(
        "communities.Community", on_delete=models.PROTECT, null=True, blank=True, related_name="reporters"
    )
    language = models.CharField(
        max_length=3, choices=Language, blank=True, help_text=_("empty: as the last text was written")
    )
    # Admiralty scale: A completely reliable … E unreliable, F cannot be judged.
    source_letter = models.CharField(max_length=1, default="F", choices=[(c, c) for c in "ABCDEF"])
    enrolled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source_letter__in=list("ABCDEF")), name="reporter_source_letter_known"
            ),
        ]

    def __str__(self) -> str:
        return f"reporter {self.pseudonym}"

    @property
    def pseudonym(self) -> str:
        """Short name for people; says nothing of when the reporter was first seen (random end of the id)."""
        return str(self.id)[-6:].upper()


class Identity(models.Model):
    """Phone number and name of one reporter, encrypted; found by a keyed hash of the number.

    Read and written by `communities.identity` alone.
    """

    reporter = models.OneToOneField(
        Reporter, on_delete=models.PROTECT, primary_key=True, related_name="identity"
    )
    phone_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    phone_encrypted = models.BinaryField(editable=False)
    name_encrypted = models.BinaryField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = _("identities")

    def __str__(self) -> str:
        return f"identity of {str(self.reporter_id)[-6:].upper()}"


class Reveal(models.Model):
    """Who looked at an identity, when and why. Rows are never changed (database trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="reveals")
    by = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="reveals")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="reveal_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.by} looked at {self.identity}"
