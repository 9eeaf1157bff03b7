"""Reports as they were sent: read-only."""

import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from communities.admin import DESK, ReadOnlyAdmin
from communities.charts import position_text
from reports.models import Attachment, Question, Report, Transition


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Never edited, never deleted."""

    own = "reporter__community"
    of_incident = ("incident",)
    date_hierarchy = "received_at"
    list_display = [
        "reference",
        "received_at",
        "source",
        "type",
        "words",
        "where",
        "who",
        "incident_link",
        "status",
    ]
    list_filter = ["source", "type", "position_status", "status", "drill"]
    list_select_related = ["reporter", "incident"]
    search_fields = ["reference"]
    search_help_text = _("Reference of the report")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "reference",
                    "source",
                    "status",
                    "incident_link",
                    "who",
                    "received_at",
                    "observed_at",
                ]
            },
        ),
        (_("As it was sent"), {"fields": ["original", "quiet", "drill", "conflicts_with"]}),
        (
            _("As it was read"),
            {
                "fields": [
                    "type",
                    "where",
                    "position_error_m",
                    "position_source",
                    "position_status",
                    "persons_on_board",
                    "language",
                    "flags",
                    "grade_digit",
                    "reply_mode",
                    "reading_printed",
                    "reading_version",
                    "corrected_reading",
                ]
            },
        ),
    ]

    def get_readonly_fields(self, request, obj=None):
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @admin.display(description=_("words"))
    def words(self, report) -> str:
        return report.text[:80] + ("…" if len(report.text) > 80 else "")

    @admin.display(description=_("original words"))
    def original(self, report) -> str:
        return format_html('<blockquote class="words" dir="auto">{}</blockquote>', report.text)

    @admin.display(description=_("position"))
    def where(self, report) -> str:
        return position_text(*report.lon_lat) if report.lon_lat else "–"

    @admin.display(description=_("reporter"))
    def who(self, report) -> str:
        return report.reporter.pseudonym if report.reporter else _("unknown")

    @admin.display(description=_("incident"), ordering="incident")
    def incident_link(self, report) -> str:
        address = reverse("admin:reports_incident_change", args=[report.incident_id])
        return format_html('<a href="{}">{}</a>', address, report.incident.reference)

    @admin.display(description=_("all that was read"))
    def reading_printed(self, report) -> str:
        return format_html("<pre>{}</pre>", json.dumps(report.reading, indent=1, ensure_ascii=False))


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    viewers = DESK
    of_incident = ("report__incident",)
    list_display = ["received_at", "report", "status", "size_bytes"]
    list_filter = ["status"]
    list_select_related = ["report"]
    exclude = ["original", "shared"]


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    viewers = DESK
    of_incident = ("incident",)
    list_display = ["asked_at", "incident", "kind", "due_at", "answered_by"]
    list_filter = ["kind", ("answered_by", admin.EmptyFieldListFilter)]
    list_select_related = ["incident", "answered_by"]


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    viewers = DESK
    of_incident = ("incident",)
    list_display = ["at", "incident", "field", "old", "new", "by", "reason"]
    list_filter = ["field"]
    list_select_related = ["incident", "by"]
    search_fields = ["incident__reference"]
