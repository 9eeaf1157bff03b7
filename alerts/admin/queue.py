"""The queue: open incidents, most urgent first, and the pages on which an officer works on one."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.console.access import scope_of
from alerts.console.acts import ACTS, carry_out
from alerts.console.forms import escalation_of, is_held, span
from alerts.console.incident_page import page_of
from alerts.console.rows import marks_of
from alerts.models import Dispatch, Escalation
from communities.admin import DESK, ReadOnlyAdmin, role_of
from communities.charts import position_text
from reports.models import Incident, Question
from reports.taxonomy import IncidentType

#: Acts offered in the list's own menu; the rest are on the incident's page.
FROM_THE_LIST = ("take", "release", "request-unit", "task", "priority", "correct", "close")
#: Seconds after which the list reads itself anew.
REFRESH_S = 10
SLUG = {status: status.replace("_", "-") for status in Incident.Status.values}


class StatusFilter(admin.SimpleListFilter):
    """Open incidents unless something else is asked for."""

    title, parameter_name = _("status"), "status"

    def lookups(self, request, model_admin):
        return [("all", _("All")), *Incident.Status.choices]

    def choices(self, changelist):
        choices = super().choices(changelist)
        yield next(choices) | {"display": _("in the queue")}
        yield from choices

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return (
            queryset.filter(status=self.value())
            if self.value() in Incident.Status.values
            else queryset.in_queue()
        )


class TypeFilter(admin.SimpleListFilter):
    """All types by name; a plain choices filter would print thirty lines where three are in use."""

    title, parameter_name = _("type"), "type"

    def lookups(self, request, model_admin):
        labels = dict(IncidentType.choices)
        used = (
            model_admin.get_queryset(request)
            .in_queue()
            .order_by("type")
            .values_list("type", flat=True)
            .distinct()
        )
        chosen = request.GET.get("type")
        names = {*used, *([chosen] if chosen in labels else [])}
        return [(name, labels[name]) for name in sorted(names)]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(type=self.value()) if self.value() in IncidentType.values else queryset.none()


class YesFilter(admin.SimpleListFilter):
    def lookups(self, request, model_admin):
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        rows = self.condition()
        return queryset.filter(**rows) if self.value() == "yes" else queryset.exclude(**rows)


class HeldFilter(YesFilter):
    title, parameter_name = _("held by an officer"), "held"

    def condition(self):
        return {"held_by__isnull": False, "held_until__gt": timezone.now()}


class WantsUnitFilter(YesFilter):
    title, parameter_name = _("a unit is wanted"), "wants_unit"

    def condition(self):
        return {
            "escalation__purpose": Escalation.Purpose.UNIT,
            "escalation__state__in": ["wanted", "running"],
        }


class NoPositionFilter(YesFilter):
    title, parameter_name = _("without position"), "no_position"

    def condition(self):
        return {"position__isnull": True}


class UnansweredFilter(YesFilter):
    title, parameter_name = _("a question nobody answered"), "unanswered"

    def condition(self):
        return {"pk__in": Question.objects.unanswered(timezone.now()).values("incident")}


class ProposedFilter(YesFilter):
    title, parameter_name = _("proposed as the same"), "proposed"

    def condition(self):
        return {"proposed_same_as__isnull": False}


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """Nothing is typed into an incident; each change is an act with a page that says what it will do."""

    own = "reports__reporter__community"
    change_list_template = "alerts/admin/queue.html"
    ordering = ["queue_rank", "id"]
    list_display = ["urgency", "matter", "age", "where", "persons", "units", "held", "state"]
    list_display_links = ["matter"]
    list_filter = [
        StatusFilter,
        "priority",
        TypeFilter,
        HeldFilter,
        WantsUnitFilter,
        NoPositionFilter,
        UnansweredFilter,
        ProposedFilter,
        "drill",
    ]
    list_select_related = ["escalation", "held_by", "proposed_same_as"]
    list_per_page = 50
    search_fields = ["reference"]
    search_help_text = _("Reference of the incident")
    sortable_by = ()

    # --- the list ---

    def get_list_display(self, request):
        # Where patrols are is no business of a village's officer.
        return (
            self.list_display
            if role_of(request.user) in DESK
            else [name for name in self.list_display if name != "units"]
        )

    def get_list_filter(self, request):
        return self.list_filter if role_of(request.user) in DESK else [StatusFilter, "priority", TypeFilter]

    def get_queryset(self, request):
        told = Dispatch.objects.answerable().select_related("unit").order_by("created_at")
        unanswered = Question.objects.unanswered(timezone.now())
        incidents = super().get_queryset(request)
        if role_of(request.user) in DESK:
            incidents = scope_of(request.user).incidents(incidents)
        return incidents.with_waiting_dismissals().prefetch_related(
            Prefetch("dispatches", told, to_attr="told"),
            Prefetch("questions", unanswered, to_attr="unanswered"),
        )

    def get_actions(self, request):
        if role_of(request.user) not in DESK:
            return {}
        return {name: (_open(name), name, f"{ACTS[name].label}…") for name in FROM_THE_LIST}

    def changelist_view(self, request, extra_context=None):
        title = gettext("Queue") if "status" not in request.GET else gettext("Incidents")
        return super().changelist_view(
            request,
            {
                "title": title,
                "read_at": timezone.now(),
                "refresh_s": REFRESH_S,
                "is_nav_sidebar_enabled": False,
            }
            | (extra_context or {}),
        )

    @admin.display(description=_("priority"))
    def urgency(self, incident) -> str:
        return format_html(
            '<span class="badge p{}">P{}</span> <span class="quiet">{}</span>',
            incident.priority,
            incident.priority,
            incident.score,
        )

    @admin.display(description=_("incident"))
    def matter(self, incident) -> str:
        return format_html(
            "<strong>{}</strong> {} {}",
            incident.reference,
            incident.get_type_display(),
            format_html_join(" ", '<span class="mark {}">{}</span>', marks_of(incident)),
        )

    @admin.display(description=_("age"))
    def age(self, incident) -> str:
        return clock(incident.received_at)

    @admin.display(description=_("position"))
    def where(self, incident) -> str:
        if not incident.lon_lat:
            return format_html('<span class="missing">{}</span> {}', gettext("no position"), incident.place)
        error = incident.position_error_m
        size = "" if error is None else f"±{error} m" if error < 1852 else f"±{error / 1852:.0f} NM"
        return format_html(
            '<span class="position">{}</span> <span class="quiet">{} {}</span>',
            position_text(*incident.lon_lat),
            size,
            incident.place,
        )

    @admin.display(description=_("POB"))
    def persons(self, incident) -> str:
        return "?" if incident.persons_on_board is None else str(incident.persons_on_board)

    @admin.display(description=_("units"))
    def units(self, incident) -> str:
        return units_text(incident)

    @admin.display(description=_("held by"))
    def held(self, incident) -> str:
        if not is_held(incident):
            return (
                ""
                if incident.taken_at
                else format_html('<span class="missing">{}</span>', gettext("nobody yet"))
            )
        return format_html("{} {}", incident.held_by, clock(incident.held_until, "until"))

    @admin.display(description=_("status"))
    def state(self, incident) -> str:
        return format_html(
            '<span class="state {}">{}</span>', SLUG[incident.status], incident.get_status_display()
        )

    # --- one incident ---

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/act/<slug:name>/", view(self.act_view), name="reports_incident_act"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Everything known about one incident, and the acts that make sense now. A POST changes nothing."""
        incident = self._incident(request, object_id)
        if incident is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        at_desk = role_of(request.user) in DESK
        acts = [act for act in ACTS.values() if at_desk and act.offered(incident, request.user)]
        context = (
            self.admin_site.each_context(request)
            | page_of(incident, request.user, at_desk)
            | {
                "title": f"{incident.reference} · {incident.get_type_display()}",
                "opts": self.opts,
                "is_nav_sidebar_enabled": False,  # the width belongs to the incident
                "acts": acts,
                "badges": [self.urgency(incident), self.state(incident)],
                "age": clock(incident.received_at),
                "where": self.where(incident),
                "held": self.held(incident),
                "units_now": units_text(incident) if at_desk else "",
                "read_at": timezone.now(),
            }
        )
        return TemplateResponse(request, "alerts/admin/incident.html", context)

    def act_view(self, request: HttpRequest, pk, name: str):
        """Say what an act will do and who will be told; do it when that is confirmed."""
        incident = self._incident(request, pk)
        act = ACTS.get(name)
        if role_of(request.user) not in DESK:
            raise PermissionDenied
        if incident is None or act is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        page = reverse("admin:reports_incident_change", args=[pk])
        if not act.offered(incident, request.user):
            text = gettext("“%(act)s” does not fit %(incident)s now: it is %(status)s.")
            self.message_user(
                request,
                text
                % {"act": act.label, "incident": incident.reference, "status": incident.get_status_display()},
                messages.WARNING,
            )
            return redirect(page)
        form = act.make_form(incident, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                done, _row = carry_out(act, incident, form, request.user)
            except Exception as refusal:
                # The named refusals of the domain carry how they are answered; anything else is a fault.
                if not hasattr(refusal, "problem_status"):
                    raise
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, done.said, messages.SUCCESS)
                return redirect(page)
        context = self.admin_site.each_context(request) | {
            "title": f"{act.label} · {incident.reference}",
            "opts": self.opts,
            "is_nav_sidebar_enabled": False,
            "act": act,
            "incident": incident,
            "preview": [sentence for sentence in act.preview(incident) if sentence],
            "form": form,
            "media": form.media,
            "back": page,
        }
        return TemplateResponse(
            request, "alerts/admin/act.html", context, status=409 if form.non_field_errors() else 200
        )

    def _incident(self, request, pk) -> Incident | None:
        try:
            return (
                self.get_queryset(request).select_related(*self.list_select_related, "merged_into").get(pk=pk)
            )
        except (Incident.DoesNotExist, ValidationError):  # the latter: not a UUID
            return None


def _open(name: str):
    def open_act(model_admin, request, incidents):
        chosen = list(incidents.values_list("pk", flat=True)[:2])
        if len(chosen) != 1:
            model_admin.message_user(
                request, gettext("Choose one incident: each act is confirmed by itself."), messages.WARNING
            )
            return None
        return redirect("admin:reports_incident_act", chosen[0], name)

    return open_act


def clock(at, kind: str = "age") -> str:
    """A running clock: how long ago, or (`until`) how long still; the page's script keeps it going."""
    seconds = (timezone.now() - at).total_seconds()
    if kind == "until":
        seconds = -seconds
    return format_html(
        '<time data-{}="{}" title="{}">{}</time>',
        kind,
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%MZ}",
        span(max(seconds, 0)),
    )


def units_text(incident: Incident) -> str:
    """Who goes, who is being alerted, and when the ladder's next step is due."""
    parts = []
    for row in incident.told:
        if row.status in Dispatch.ENGAGED_STATUSES:
            parts.append(
                format_html(
                    '<span class="unit goes">{} {}</span>', row.unit.call_sign, row.get_status_display()
                )
            )
    for row in incident.told:
        if row.status not in Dispatch.ENGAGED_STATUSES:
            parts.append(
                format_html('<span class="unit">{} {}</span>', row.unit.call_sign, row.get_status_display())
            )
    ladder = escalation_of(incident)
    if ladder is not None and ladder.is_live and incident.is_open:
        if ladder.purpose == Escalation.Purpose.LOOK:
            what = gettext("calling for a look")
        elif ladder.climbing == "held":
            what = gettext("no unit without an officer's word, calling the desks")
        else:
            what = gettext("alerting")
        parts.append(
            format_html(
                '<span class="ladder">{}, {} {}</span>',
                what,
                gettext("step %d due in") % (ladder.next_step + 1),
                clock(ladder.due_at, "until"),
            )
        )
    elif ladder is not None and ladder.state == Escalation.State.STOPPED and incident.is_open:
        parts.append(format_html('<span class="missing">{}</span>', gettext("ladder stopped")))
    return format_html_join(" ", "{}", ((part,) for part in parts))
