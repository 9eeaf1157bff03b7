"""Ladders, dispatches and messages: written by the service, read by people."""

import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from alerts.models import Dispatch, DispatchTransition, Escalation, InboundMessage, Notification, Watch
from communities.admin import DESK, ReadOnlyAdmin


class RecordAdmin(ReadOnlyAdmin):
    viewers = DESK
    of_incident = ("incident",)

    @admin.display(description=_("incident"), ordering="incident")
    def incident_link(self, row) -> str:
        address = reverse("admin:reports_incident_change", args=[row.incident_id])
        return format_html('<a href="{}">{}</a>', address, row.incident.reference)


@admin.register(Escalation)
class EscalationAdmin(RecordAdmin):
    list_display = [
        "incident_link",
        "purpose",
        "state",
        "next_step",
        "round",
        "due_at",
        "stopped_by",
        "stop_reason",
    ]
    list_display_links = ["purpose"]
    list_filter = ["state", "purpose"]
    list_select_related = ["incident", "stopped_by"]
    search_fields = ["incident__reference"]
    ordering = ["due_at"]
    exclude = ["ranking"]
    readonly_fields = ["ranking_printed"]

    @admin.display(description=_("ranking"))
    def ranking_printed(self, ladder) -> str:
        return format_html("<pre>{}</pre>", json.dumps(ladder.ranking, indent=1, ensure_ascii=False))


class DispatchTransitionInline(admin.TabularInline):
    model = DispatchTransition
    fields = readonly_fields = ["at", "old", "new", "by", "via", "reason"]
    extra = 0

    def has_view_permission(self, request, obj=None) -> bool:
        return True  # whoever sees the dispatch

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Dispatch)
class DispatchAdmin(RecordAdmin):
    list_display = [
        "created_at",
        "unit",
        "incident_link",
        "status",
        "role",
        "eta_s",
        "acknowledged_at",
        "reason",
    ]
    list_filter = ["status", "role"]
    list_select_related = ["incident", "unit"]
    search_fields = ["unit__call_sign", "incident__reference"]
    ordering = ["-created_at"]
    inlines = [DispatchTransitionInline]


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    viewers = DESK
    of_incident = ("dispatch__incident",)
    list_display = ["started_at", "unit", "kind", "state", "asked_at", "due_at", "settled_at", "settled_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["unit"]
    search_fields = ["unit__call_sign", "dispatch__incident__reference"]
    ordering = ["-started_at"]


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    date_hierarchy = "created_at"
    list_display = [
        "created_at",
        "channel",
        "purpose",
        "recipient",
        "incident_link",
        "status",
        "attempt",
        "error_code",
    ]
    list_filter = ["status", "channel", "purpose", "error_code"]
    list_select_related = ["incident", "unit", "station", "reporter"]
    search_fields = ["incident__reference", "unit__call_sign", "station__code"]
    ordering = ["-created_at"]

    @admin.display(description=_("to"))
    def recipient(self, row) -> str:
        return str(_("operations") if row.operations else row.unit or row.station or row.reporter)


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyAdmin):
    """Senders are shown as unit, station or pseudonym; the body as posted stays encrypted."""

    viewers = DESK
    of_incident = ("report__incident", "dispatch__incident")
    date_hierarchy = "received_at"
    list_display = ["received_at", "kind", "sender", "words", "answer", "report", "dispatch"]
    list_filter = ["kind"]
    list_select_related = ["unit", "station", "reporter", "report", "dispatch", "dispatch__unit"]
    search_fields = ["unit__call_sign", "station__code"]
    ordering = ["-received_at"]

    @admin.display(description=_("from"))
    def sender(self, row) -> str:
        return str(row.unit or row.station or row.reporter or _("unknown"))

    @admin.display(description=_("words"))
    def words(self, row) -> str:
        return row.text[:80]

    @admin.display(description=_("answer"))
    def answer(self, row) -> str:
        return row.reply[:60]
