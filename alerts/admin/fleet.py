"""Stations, units and warnings: what is edited by hand."""

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.console.access import scope_of
from alerts.models import Advisory, PatrolUnit, Station, UnitPosition, UnitStatusChange
from communities.admin import DESK, STAFF, SUPERVISORS, VILLAGE, ReadOnlyAdmin, RoleAdmin
from communities.charts import ChartAdmin, position_text
from reports.taxonomy import Capability


@admin.register(Station)
class StationAdmin(ChartAdmin, RoleAdmin):
    viewers = DESK
    changers = SUPERVISORS
    list_display = ["code", "name", "kind", "agency", "parent", "duty_phone"]
    list_filter = ["kind", "agency"]
    list_select_related = ["agency", "parent"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]


class UnitForm(forms.ModelForm):
    capabilities = forms.TypedMultipleChoiceField(
        choices=Capability.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


@admin.register(PatrolUnit)
class PatrolUnitAdmin(RoleAdmin):
    viewers = DESK
    changers = DESK
    adders = SUPERVISORS
    form = UnitForm
    list_display = ["call_sign", "kind", "status", "station", "last_fix", "speed_kn", "range_nm", "phone"]
    list_filter = ["status", "kind", "station__agency"]
    list_select_related = ["station", "fix"]
    list_editable = ["status"]
    search_fields = ["call_sign", "station__name", "station__code"]
    autocomplete_fields = ["station"]
    filter_horizontal = ["crew"]
    list_per_page = 50

    def get_queryset(self, request):
        return scope_of(request.user).units(super().get_queryset(request))

    @admin.display(description=_("last fix"))
    def last_fix(self, unit) -> str:
        fix = getattr(unit, "fix", None)
        return fix_text(fix) if fix else _("none: ranked from its station")


def fix_text(fix: UnitPosition) -> str:
    """Position and age of a fix; DOMAIN's 30 minutes make it stale."""
    minutes = max(int((timezone.now() - fix.position_at).total_seconds() // 60), 0)
    age = f"{minutes} min" if minutes < 100 else f"{minutes // 60} h"
    stale = _(", stale") if minutes > 30 else ""
    return f"{position_text(fix.longitude, fix.latitude)} ({age}{stale})"


@admin.register(UnitPosition)
class UnitPositionAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["unit", "where", "position_at", "speed_kn", "course_deg", "source"]
    list_filter = ["source"]
    list_select_related = ["unit"]
    search_fields = ["unit__call_sign"]

    @admin.display(description=_("position"))
    def where(self, fix) -> str:
        return position_text(fix.longitude, fix.latitude)


@admin.register(UnitStatusChange)
class UnitStatusChangeAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["at", "unit", "old", "new", "by", "reason"]
    list_select_related = ["unit", "by"]
    search_fields = ["unit__call_sign"]


@admin.register(Advisory)
class AdvisoryAdmin(RoleAdmin):
    """Drafts of warnings to communities."""

    changers = DESK | VILLAGE
    viewers = STAFF
    list_display = ["title", "status", "language", "valid_until", "by", "created_at"]
    list_filter = ["status", "language"]
    list_select_related = ["by"]
    filter_horizontal = ["communities"]
    exclude = ["by", "channels"]
    readonly_fields = ["status"]

    def has_change_permission(self, request, obj: Model | None = None) -> bool:
        # What was approved may already be on phones.
        if obj is not None and obj.status != Advisory.Status.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)
