"""What is wrong with the service itself: standing alarms, who was texted, and signs of life."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts import alarms, pulses
from alerts.admin.records import RecordAdmin
from alerts.models import Alarm, AlarmText, Pulse
from communities.admin import ADMIN, DESK, ReadOnlyAdmin, role_of


class StandingFilter(admin.SimpleListFilter):
    """Alarms that stand, unless something else is asked for."""

    title, parameter_name = _("standing"), "standing"

    def lookups(self, request, model_admin):
        return [("over", _("over")), ("all", _("All"))]

    def choices(self, changelist):
        choices = super().choices(changelist)
        yield next(choices) | {"display": _("standing")}
        yield from choices

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() != "over")


class QuietForm(forms.Form):
    """For how long an officer who has an alarm is not texted about it again."""

    quiet_for = forms.TypedChoiceField(
        label=_("No further text for"),
        choices=[(15, _("15 minutes")), (60, _("1 hour")), (240, _("4 hours")), (720, _("12 hours"))],
        coerce=int,
        initial=60,
    )


@admin.register(Alarm)
class AlarmAdmin(RecordAdmin):
    """Nobody edits or deletes an alarm: it ends when its cause does. An officer may take it, by name."""

    viewers = DESK
    change_list_template = "alerts/admin/alarms.html"
    change_form_template = "alerts/admin/alarm.html"
    list_display = ["what", "text", "about", "first_seen_at", "last_seen_at", "texts", "in_hand"]
    list_filter = [StandingFilter, "kind"]
    list_select_related = ["incident", "acknowledged_by"]
    search_fields = ["kind", "text", "incident__reference"]
    ordering = ["-first_seen_at"]
    readonly_fields = ["what", "about"]

    @admin.display(description=_("alarm"), ordering="kind")
    def what(self, alarm) -> str:
        return alarms.KINDS.get(alarm.kind, alarm.kind)

    @admin.display(description=_("incident"))
    def about(self, alarm) -> str:
        return self.incident_link(alarm) if alarm.incident_id else "-"

    @admin.display(description=_("in hand"))
    def in_hand(self, alarm) -> str:
        if alarm.cleared_at is not None:
            return gettext("over since %s") % f"{timezone.localtime(alarm.cleared_at):%d %b %H:%M}"
        if alarm.acknowledged_by is None:
            return format_html('<span class="missing">{}</span>', gettext("nobody"))
        return f"{alarm.acknowledged_by} {timezone.localtime(alarm.acknowledged_at):%H:%M}"

    def get_urls(self):
        view = self.admin_site.admin_view(self.take)
        return [path("<uuid:alarm_id>/take/", view, name="alerts_alarm_take"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"quiet_form": QuietForm(), "standing": obj is not None and obj.cleared_at is None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def take(self, request: HttpRequest, alarm_id) -> TemplateResponse:
        """POST: this officer has the alarm, and nobody is texted about it for the time chosen."""
        if request.method != "POST" or role_of(request.user) not in DESK:
            raise PermissionDenied
        alarm = Alarm.objects.filter(pk=alarm_id).first()
        form = QuietForm(request.POST)
        if alarm is None or not form.is_valid():
            raise Http404
        minutes = form.cleaned_data["quiet_for"]
        try:
            alarms.acknowledge(alarm.pk, by=request.user, quiet_for=timedelta(minutes=minutes))
        except alarms.AlarmOver as exc:
            messages.warning(request, str(exc))
        else:
            LogEntry.objects.log_actions(
                request.user.pk, [alarm], CHANGE, f"taken, quiet for {minutes} min", single_object=True
            )
            messages.success(request, gettext("You have it. It stays on this list while it lasts."))
        return redirect(reverse("admin:alerts_alarm_changelist"))


@admin.register(AlarmText)
class AlarmTextAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["at", "station", "text", "carrier_id", "error"]
    list_select_related = ["station"]
    ordering = ["-at"]


@admin.register(Pulse)
class PulseAdmin(ReadOnlyAdmin):
    """The last sign of life of every copy of every process."""

    viewers = DESK | ADMIN
    list_display = ["name", "kind", "state", "doing", "clock", "started_at"]
    list_filter = ["kind"]
    ordering = ["kind", "name"]

    @admin.display(description=_("last heard of"))
    def state(self, pulse) -> str:
        age_s = max((timezone.now() - pulse.at).total_seconds(), 0)
        if pulse.ended_at is not None:
            return gettext("stopped as told")
        if age_s > pulses.limit_s(pulse.kind):
            return format_html('<span class="missing">{}</span>', gettext("silent for %d s") % age_s)
        return gettext("%d s ago") % age_s

    @admin.display(description=_("its clock"))
    def clock(self, pulse) -> str:
        return f"{pulse.ahead_ms / 1000:+.1f} s"
