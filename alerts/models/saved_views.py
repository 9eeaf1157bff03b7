"""Views of the queue that somebody at the desk keeps."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.ids import uuid7


class SavedView(models.Model):
    """Filters of the queue under a name, of one user. Removed it stays a row: this can be undone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("communities.User", on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, help_text=_("the filters, as in the address"))
    is_default = models.BooleanField(default=False, help_text=_("shown when the desk is opened"))
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(removed_at__isnull=True),
                name="saved_view_name_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_default=True, removed_at__isnull=True),
                name="saved_view_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name
