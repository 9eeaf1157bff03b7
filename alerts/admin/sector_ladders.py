"""The ladder of a sector: a table of times and calls, its preview in words, and who changed what."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import sector_ladders
from alerts.ladder import BY_PRIORITY
from alerts.models import Notification, SectorLadder
from communities.admin import DESK, SUPERVISORS, ReadOnlyAdmin, role_of
from communities.models import Zone

CHANNELS = Notification.Channel.choices
EMPTY_ROWS = 3


class CallForm(forms.Form):
    """One line of the table."""

    at_s = forms.IntegerField(
        label=gettext_lazy("Second"), min_value=0, max_value=sector_ladders.LONGEST_S, required=True
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[("", "–"), *CHANNELS])
    whom = forms.ChoiceField(label=gettext_lazy("Whom"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["whom"].choices = [
            ("", "–"),
            *((whom, sector_ladders.who(whom)) for whom in sector_ladders.WHOM),
        ]


class RepeatedForm(CallForm):
    """One line of what is repeated without end."""

    at_s = None


class HeadForm(forms.Form):
    """Which ladder, how often its end is repeated, and why it is changed."""

    sector = forms.ChoiceField(label=gettext_lazy("Sector"))
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), coerce=int, choices=[(n, f"P{n}") for n in BY_PRIORITY]
    )
    repeat_s = forms.IntegerField(
        label=gettext_lazy("Repeated every (seconds)"),
        min_value=sector_ladders.LEAST_REPEAT_S,
        max_value=sector_ladders.LONGEST_S,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sectors = Zone.objects.filter(kind=Zone.Kind.SECTOR).values_list("name", flat=True).order_by("name")
        self.fields["sector"].choices = [(name, name) for name in sectors]


_Calls = forms.formset_factory(CallForm, extra=EMPTY_ROWS, can_delete=True, max_num=sector_ladders.MOST_CALLS)
_Repeated = forms.formset_factory(
    RepeatedForm, extra=EMPTY_ROWS, can_delete=True, max_num=sector_ladders.MOST_CALLS
)


@admin.register(SectorLadder)
class SectorLadderAdmin(ReadOnlyAdmin):
    """Versions are added, never edited: the list is the history."""

    viewers = DESK
    adders = SUPERVISORS
    list_display = ["sector", "priority", "version", "counts", "by", "at", "reason"]
    list_filter = ["priority"]
    list_select_related = ["by"]
    search_fields = ["sector"]
    ordering = ["sector", "priority", "-number"]
    fields = readonly_fields = ["sector", "priority", "version", "in_words", "reason", "by", "at"]

    @admin.display(description=_("version"), ordering="number")
    def version(self, row) -> int:
        return row.number

    @admin.display(description=_("counts"), boolean=True)
    def counts(self, row) -> bool:
        newest = SectorLadder.objects.filter(sector=row.sector, priority=row.priority).first()
        return newest is not None and newest.pk == row.pk

    @admin.display(description=_("ladder"))
    def in_words(self, row) -> str:
        lines = sector_ladders.in_words(sector_ladders.as_ladder(row, row.priority))
        shipped = [(_("as shipped"), "")] if row.is_shipped else []
        return format_html_join("", "<div><strong>{}</strong> {}</div>", [*shipped, *lines])

    def add_view(self, request: HttpRequest, form_url="", extra_context=None):
        """Show the ladder that counts as a table; preview what was entered; keep it when it is confirmed."""
        if role_of(request.user) not in SUPERVISORS:
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        sector, priority = _asked(data if data is not None else request.GET)
        ladder = sector_ladders.as_ladder(sector_ladders.in_force(sector, priority), priority)
        calls, repeated = sector_ladders.rows_of(ladder)
        head = HeadForm(data, initial={"sector": sector, "priority": priority, "repeat_s": ladder.repeat_s})
        # What was posted is not measured against what counts: an unchanged line would pass for an empty one.
        shown = ([_line(*row) for row in calls], [_line(None, *row) for row in repeated])
        tables = tuple(
            table(data, prefix=prefix, initial=rows if data is None else None)
            for table, prefix, rows in zip((_Calls, _Repeated), ("calls", "repeated"), shown, strict=True)
        )
        preview: list[tuple[str, str]] = []
        faults: list[str] = []
        if data is not None:
            if "_shipped" in data:
                faults = self._done(
                    request, lambda: sector_ladders.back_to_shipped(
                        sector, priority, by=request.user, reason=data.get("reason", "")
                    )
                )  # fmt: skip
            elif head.is_valid() and all(table.is_valid() for table in tables):
                entered = [_rows(table) for table in tables]
                faults = sector_ladders.faults(priority, *entered, head.cleaned_data["repeat_s"])
                if not faults:
                    preview = sector_ladders.in_words(
                        sector_ladders.built(*entered, head.cleaned_data["repeat_s"])
                    )
                    if "_save" in data:
                        faults = self._done(
                            request, lambda: sector_ladders.change(
                                sector, priority, *entered, by=request.user, **_why(head)
                            )
                        )  # fmt: skip
            else:
                faults = [_("Look at the marked lines.")]
            if ("_save" in data or "_shipped" in data) and not faults:
                return redirect(reverse("admin:alerts_sectorladder_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ladder of a sector"),
            "opts": self.opts,
            "head": head,
            "tables": tables,
            "preview": preview,
            "faults": faults,
            "shipped": sector_ladders.in_words(BY_PRIORITY[priority]),
            "priority": priority,
        }
        return TemplateResponse(request, "alerts/admin/sector_ladder.html", context)

    def _done(self, request, act) -> list[str]:
        """Do it and say so; return the faults where it was refused."""
        try:
            row = act()
        except sector_ladders.LadderRefused as refused:
            return refused.faults
        messages.success(request, _("%s counts from now on; ladders that run keep theirs.") % row)
        return []


def _asked(data) -> tuple[str, int]:
    """The sector and priority that a request names; the first sector and P1 where it names none."""
    names = Zone.objects.filter(kind=Zone.Kind.SECTOR).order_by("name").values_list("name", flat=True)
    sector = data.get("sector", "").replace("\x00", "")
    if sector not in names:
        sector = names.first() or ""
    priority = data.get("priority", "")
    known = len(priority) == 1 and priority.isdecimal() and int(priority) in BY_PRIORITY
    return sector, int(priority) if known else 1


def _line(at_s, channel, whom) -> dict:
    return {"at_s": at_s, "channel": channel, "whom": whom}


def _rows(table) -> list[list]:
    """The filled lines that were not struck out."""
    lines = [line for line in table.cleaned_data if line and not line.get("DELETE")]
    return [[line[name] for name in table.form.base_fields] for line in lines]


def _why(head: HeadForm) -> dict:
    return {"repeat_s": head.cleaned_data["repeat_s"], "reason": head.cleaned_data["reason"]}
