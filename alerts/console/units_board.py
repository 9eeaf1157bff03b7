"""The board of units, and the page on which an officer sets a unit's status."""

from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import unit_status
from alerts.console import access, units
from alerts.console.access import desk_only, is_fragment
from alerts.models import PatrolUnit, UnitStatusChange
from communities.models import Agency


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[(value, PatrolUnit.Status(value).label) for value in unit_status.BY_OFFICER],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )


@desk_only
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """All units by status; `?group=`, `?kind=`, `?agency=` and `?q=` (call sign or station) narrow it."""
    now = timezone.now()
    found = units.as_seen(units.boarded(_asked_for(request)), access.incidents_for(request.user))
    rows = [units.row_of(unit, now) for unit in found]
    wanted = request.GET.get("group")
    order = list(units.GROUPS)
    rows = [row for row in rows if wanted not in units.GROUPS or row["group"] == wanted]
    rows.sort(key=lambda row: (order.index(row["group"]), row["unit"].call_sign))
    context = {
        "groups": [
            {"name": name, "label": units.GROUPS[name][0], "rows": list(of_it)}
            for name, of_it in groupby(rows, key=itemgetter("group"))
        ],
        "group_names": [(name, label) for name, (label, _statuses) in units.GROUPS.items()],
        "kinds": PatrolUnit.Kind.choices,
        "agencies": Agency.objects.filter(stations__units__in=access.units_for(request.user)).distinct(),
        "asked": request.GET,
        "read_at": now,
    }
    return render(request, "console/_units.html" if is_fragment(request) else "console/units.html", context)


def _asked_for(request: HttpRequest):
    rows = access.units_for(request.user)
    if (kind := request.GET.get("kind")) in PatrolUnit.Kind.values:
        rows = rows.filter(kind=kind)
    if agency := _uuid(request.GET.get("agency", "")):
        rows = rows.filter(station__agency=agency)
    # What PostgreSQL cannot store nothing can be called.
    if query := request.GET.get("q", "").replace("\0", "").strip()[:60]:
        rows = rows.filter(call_sign__icontains=query) | rows.filter(station__name__icontains=query)
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@desk_only
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, pk) -> HttpResponse:
    """Set a unit's status with the reason; nothing is sent."""
    unit = get_object_or_404(access.units_for(request.user).select_related("station"), pk=pk)
    form = StatusForm(request.POST or None, initial={"status": unit.status})
    if request.method == "POST" and form.is_valid():
        try:
            change = unit_status.decide(unit.pk, **form.cleaned_data, by=request.user)
        except unit_status.StatusRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("%(unit)s is %(status)s now.") % {
                "unit": unit.call_sign,
                "status": PatrolUnit.Status(change.new).label,
            }
            return _done(request, said, undo=reverse("console-unit-status-undo", args=[change.pk]))
    context = {
        "unit": unit,
        "form": form,
        "changes": unit.status_changes.select_related("by").order_by("-at")[:10],
    }
    page = "console/_unit_status.html" if is_fragment(request) else "console/unit_status.html"
    return render(request, page, context, status=409 if form.non_field_errors() else 200)


@desk_only
@require_POST
def undo_status(request: HttpRequest, pk) -> HttpResponse:
    """Set back a status that an officer set, if nothing has changed it since."""
    change = get_object_or_404(
        UnitStatusChange.objects.filter(unit__in=access.units_for(request.user)).select_related("unit"), pk=pk
    )
    try:
        unit_status.undo(change.pk, by=request.user)
    except unit_status.StatusRefused as refusal:
        if is_fragment(request):
            return JsonResponse({"text": str(refusal)}, status=409)
        messages.warning(request, str(refusal))
        return redirect("console-units")
    change.unit.refresh_from_db(fields=["status"])
    said = _("%(unit)s is %(status)s again.") % {
        "unit": change.unit.call_sign,
        "status": change.unit.get_status_display(),
    }
    return _done(request, said)


def _done(request: HttpRequest, said: str, undo: str = "") -> HttpResponse:
    """Say what was done: to the script as {text, undo}, else on the board, whose message undoes it too."""
    if is_fragment(request):
        return JsonResponse({"text": said} | ({"undo": {"url": undo, "label": _("Undo")}} if undo else {}))
    messages.success(request, said, extra_tags=undo)
    return redirect("console-units")
