"""Who may edit what of people and places, by role; no permission is ever assigned by hand."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, re_path, reverse
from django.utils.translation import gettext_lazy as _

from communities import charts, identity, village_names
from communities.models import (
    Agency,
    Boat,
    Community,
    Device,
    LandingSite,
    Meeting,
    Place,
    Promise,
    Reporter,
    Reveal,
    User,
    Zone,
)

Role = User.Role
NOBODY: frozenset[str] = frozenset()
ADMIN = frozenset({Role.ADMIN})
SUPERVISORS = ADMIN | {Role.SUPERVISOR}
DESK = SUPERVISORS | {Role.DISPATCHER}
VILLAGE = ADMIN | {Role.LIAISON}
STAFF = DESK | VILLAGE


def role_of(user) -> str:
    """The role by which the admin decides; a superuser counts as administrator, a stranger as nobody."""
    if not user.is_active or not user.is_staff:
        return ""
    return Role.ADMIN if user.is_superuser else user.role


class RoleAdmin(admin.ModelAdmin):
    """Permissions by role, and a liaison officer's view narrowed to the own communities.

    `own` is the lookup from this model to the communities a row belongs to ("" = the rows belong to none
    and a liaison officer who may see the model sees all of them). `of_incident` are the lookups to the
    incident that a row tells of: a desk sees no row of one that lies with another desk.
    """

    viewers = STAFF
    changers = ADMIN
    adders: frozenset[str] | None = None  # None: whoever may change
    removers = NOBODY
    own = ""
    of_incident: tuple[str, ...] = ()
    #: Leaves of these rows those whose incident (by that lookup) the user's desk may see; `alerts` knows how.
    desk_sight: Callable[[User, QuerySet, str], QuerySet] = staticmethod(lambda user, rows, of: rows)
    show_full_result_count = False

    def has_view_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in self.viewers | self.changers and self._is_theirs(request, obj)

    def has_change_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in self.changers and self._is_theirs(request, obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in (self.changers if self.adders is None else self.adders)

    def has_delete_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in self.removers and self._is_theirs(request, obj)

    def has_module_permission(self, request) -> bool:
        return self.has_view_permission(request) or self.has_add_permission(request)

    def get_queryset(self, request) -> QuerySet:
        return self.narrow(request, super().get_queryset(request))

    def narrow(self, request, rows: QuerySet) -> QuerySet:
        """Leave a liaison officer the rows of the own communities, and a desk those of its own matters."""
        if role_of(request.user) in DESK:
            for of in self.of_incident:
                rows = self.desk_sight(request.user, rows, of)
        if self.own and role_of(request.user) == Role.LIAISON:
            # By primary key: a join over many communities would double rows.
            mine = self.model._default_manager.filter(**{f"{self.own}__in": request.user.communities.all()})
            return rows.filter(pk__in=mine.values("pk"))
        return rows

    def _is_theirs(self, request, obj: Model | None) -> bool:
        if obj is None or obj.pk is None or not self.own or role_of(request.user) != Role.LIAISON:
            return True
        parent = isinstance(obj, self.model)  # inlines ask about the parent row
        return not parent or self.narrow(request, self.model._default_manager.filter(pk=obj.pk)).exists()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.related_model is Community and role_of(request.user) == Role.LIAISON:
            kwargs["queryset"] = request.user.communities.all()
            kwargs["empty_label"] = (
                None  # a row without a community would vanish from the officer's own sight
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyAdmin(RoleAdmin):
    """Rows that are written by the service and must not be edited by anybody."""

    changers = NOBODY


class RoleInline(admin.TabularInline):
    """Rows edited together with their parent, by the same roles."""

    changers = VILLAGE
    extra = 0

    def has_view_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in STAFF

    def has_change_permission(self, request, obj=None) -> bool:
        return role_of(request.user) in self.changers

    has_add_permission = has_change_permission

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


admin.site.unregister(Group)  # roles decide; a group would be a promise that nothing keeps


@admin.register(Agency)
class AgencyAdmin(RoleAdmin):
    list_display = ["name", "country"]
    search_fields = ["name"]


@admin.register(User)
class UserAdmin(RoleAdmin, DjangoUserAdmin):
    """Accounts. Whether somebody may sign in here follows from the role."""

    viewers = SUPERVISORS
    list_display = ["username", "get_full_name", "role", "agency", "is_active", "last_login"]
    list_filter = ["role", "is_active", "agency"]
    filter_horizontal = ["communities"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("Work"), {"fields": ["role", "agency", "communities", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "role", "agency", "usable_password", "password1", "password2"],
            },
        )
    ]
    readonly_fields = ["last_login", "date_joined"]

    def has_change_permission(self, request, obj=None) -> bool:
        # An administrator is not a way to become a superuser.
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change) -> None:
        obj.is_staff = obj.is_superuser or obj.role != Role.CREW
        super().save_model(request, obj, form, change)


class LandingSiteInline(charts.ChartAdmin, RoleInline):
    model = LandingSite
    show_change_link = True
    fields = readonly_fields = ["name"]

    def has_add_permission(self, request, obj=None) -> bool:
        return False  # a position needs the chart: its own page


@admin.register(Community)
class CommunityAdmin(charts.ChartAdmin, RoleAdmin):
    changers = VILLAGE
    adders = ADMIN
    own = "pk"
    list_display = ["name", "country", "language", "waters_radius_nm"]
    list_filter = ["country", "language"]
    search_fields = ["name"]
    inlines = [LandingSiteInline]

    @admin.display(description=_("radius, NM"), ordering="waters_radius_m")
    def waters_radius_nm(self, community) -> str:
        return f"{community.waters_radius_m / 1852:.0f}"

    def get_urls(self):
        view = self.admin_site.admin_view(charts.land, cacheable=True)
        address = rf"^land-(?P<detail>{'|'.join(charts.LAND)})\.geojson$"
        return [re_path(address, view, name="communities_land"), *super().get_urls()]


@admin.register(LandingSite)
class LandingSiteAdmin(charts.ChartAdmin, RoleAdmin):
    changers = VILLAGE
    own = "community"
    list_display = ["name", "community"]
    list_select_related = ["community"]
    search_fields = ["name", "community__name"]


@admin.register(Place)
class PlaceAdmin(charts.ChartAdmin, RoleAdmin):
    """Names of the sea, charted ones too. Villages' own are easier to write down at /places/."""

    changers = VILLAGE
    own = "community"
    list_display = ["name", "kind", "country", "community", "source", "retired_at"]
    list_filter = ["kind", "country", "source", ("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["community"]
    search_fields = ["name", "alt_names"]
    fields = ["name", "alt_names", "kind", "position", "country", "community", "note", "source", "source_id"]

    def view_on_site(self, place) -> str | None:
        return f"{reverse('places-page')}?place={place.pk}" if place.community_id else None

    def narrow(self, request, rows: QuerySet) -> QuerySet:
        # What a village calls a place is its secret from other agencies' desks too.
        return super().narrow(request, rows.known_to(request.user))

    def _is_theirs(self, request, obj: Model | None) -> bool:
        return (
            obj is None
            or not isinstance(obj, Place)
            or self.narrow(request, Place.objects.filter(pk=obj.pk)).exists()
        )

    def get_fields(self, request, obj=None):
        # What an officer writes down gets its source from us; an imported place shows where it came from.
        hidden = {"source", "source_id"} if obj is None else set()
        return [name for name in self.fields if name not in hidden]

    def get_readonly_fields(self, request, obj=None):
        return ["source", "source_id"]

    def save_model(self, request, obj, form, change) -> None:
        before = village_names.state(Place.objects.get(pk=obj.pk)) if change else None
        if not change:
            obj.source, obj.source_id = village_names.SOURCE, str(obj.pk)
        super().save_model(request, obj, form, change)
        village_names.record(obj, before, by=request.user)


@admin.register(Zone)
class ZoneAdmin(charts.ChartAdmin, RoleAdmin):
    changers = SUPERVISORS
    list_display = ["name", "kind", "agency", "country", "srr"]
    list_filter = ["kind", "agency", "country"]
    list_select_related = ["agency"]
    search_fields = ["name"]


class PromiseInline(RoleInline):
    model = Promise


@admin.register(Meeting)
class MeetingAdmin(RoleAdmin):
    changers = VILLAGE
    own = "community"
    list_display = ["held_on", "community", "by", "attendance", "open_promises"]
    list_filter = ["community"]
    list_select_related = ["community", "by"]
    date_hierarchy = "held_on"
    exclude = ["by"]
    inlines = [PromiseInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("promises")

    @admin.display(description=_("promises still open"))
    def open_promises(self, meeting) -> int:
        return sum(promise.kept_on is None for promise in meeting.promises.all())

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            obj.by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Promise)
class PromiseAdmin(RoleAdmin):
    changers = VILLAGE
    adders = NOBODY  # a promise is made at a meeting
    own = "meeting__community"
    list_display = ["text", "meeting", "due_on", "kept_on", "outcome"]
    list_filter = [("kept_on", admin.EmptyFieldListFilter), "due_on"]
    list_select_related = ["meeting", "meeting__community"]
    search_fields = ["text"]
    readonly_fields = ["meeting"]


@admin.register(Boat)
class BoatAdmin(RoleAdmin):
    changers = STAFF
    own = "reporter__community"
    list_display = ["registration", "name", "length_m", "description"]
    search_fields = ["registration", "name"]
    raw_id_fields = ["reporter"]


@admin.register(Device)
class DeviceAdmin(RoleAdmin):
    """Installed apps; nothing to edit but whether one is still let in."""

    viewers = SUPERVISORS
    changers = NOBODY
    list_display = ["__str__", "user", "platform", "app_version", "last_seen_at", "revoked_at"]
    list_filter = ["platform", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    exclude = ["push_target"]


class RevealForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why you need to know who this is. It is kept, with your name and the time."),
    )


@admin.register(Reporter)
class ReporterAdmin(RoleAdmin):
    """Pseudonyms. Who is behind one is asked for with a reason, shown once, and written down."""

    changers = VILLAGE
    adders = NOBODY
    own = "community"
    list_display = ["pseudonym", "community", "language", "source_letter", "created_at"]
    list_filter = ["community", "language", "source_letter"]
    list_select_related = ["community"]
    fields = ["pseudonym", "community", "language", "source_letter", "enrolled_at", "created_at"]
    readonly_fields = ["pseudonym", "created_at"]
    actions = ["reveal_identity"]

    def has_reveal_permission(self, request) -> bool:
        return role_of(request.user) in SUPERVISORS

    @admin.action(description=_("Reveal identity…"), permissions=["reveal"])
    def reveal_identity(self, request, reporters):
        if reporters.count() != 1:
            self.message_user(
                request, _("Choose one reporter: each look needs its own reason."), messages.WARNING
            )
            return None
        return redirect("admin:communities_reporter_reveal", reporters.get().pk)

    def get_urls(self):
        view = self.admin_site.admin_view(self.reveal_view)
        return [path("<uuid:pk>/reveal/", view, name="communities_reporter_reveal"), *super().get_urls()]

    def reveal_view(self, request: HttpRequest, pk):
        if not self.has_reveal_permission(request):
            raise PermissionDenied
        reporter = self.get_queryset(request).filter(pk=pk).first()
        if reporter is None:
            raise Http404
        form, revealed = RevealForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            try:
                revealed = identity.reveal(reporter, by=request.user, reason=form.cleaned_data["reason"])
            except identity.RevealRefused as refusal:
                form.add_error(None, str(refusal))
        context = self.admin_site.each_context(request) | {
            "title": _("Reveal who reporter %s is") % reporter.pseudonym,
            "opts": self.opts,
            "reporter": reporter,
            "form": form,
            "revealed": revealed,
            "back": reverse("admin:communities_reporter_change", args=[reporter.pk]),
        }
        response = TemplateResponse(request, "communities/reveal.html", context)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(Reveal)
class RevealAdmin(ReadOnlyAdmin):
    viewers = SUPERVISORS
    list_display = ["at", "by", "reporter", "reason"]
    list_select_related = ["by", "identity"]
    list_filter = ["by"]
    fields = ["at", "by", "reporter", "reason"]

    @admin.display(description=_("reporter"))
    def reporter(self, reveal) -> str:
        return str(reveal.identity_id)[-6:].upper()
