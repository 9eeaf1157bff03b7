"""One incident at the desk: its page, and what an officer does to it."""

from hashlib import sha256
from uuid import UUID, uuid4

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.console import access
from alerts.console.access import desk_only, is_fragment
from alerts.console.acts import ACTS, Act, carry_out, done_before, held_by_another, undo
from alerts.console.pane import pane_of
from alerts.models import DeskAct
from reports import decisions
from reports.models import Incident

WITH = ("escalation", "asked_ranking", "held_by", "proposed_same_as", "merged_into")
#: Parts of an act's form that an address may fill in: /act/task/?unit=…
FILLED = (
    "unit", "position", "position_error_m", "priority", "report", "into", "dismissal", "kind", "outcome",
    "quick",
)  # fmt: skip


@desk_only
@require_GET
def incident(request: HttpRequest, pk) -> HttpResponse:
    """One incident: the whole desk with it open, or for the script its pane alone."""
    row = _incident(request, pk)
    done = row.desk_acts.filter(pk=_uuid(request.GET.get("done"))).first()
    context = {"pane": pane_of(row, request.user), "done": done}
    return _page(request, "console/_incident.html", context)


@desk_only
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk, name: str) -> HttpResponse:
    """Say what an act will do and who will be told (GET); do it (POST).

    A script is answered with the form to show, 422 or 409 with its faults, and with JSON when it is done:
    `said`, `open` (the incident to show next) and `undo` (address and label, or null).
    """
    row, chosen, key = _incident(request, pk), ACTS.get(name), _uuid(request.POST.get("key"))
    if chosen is None:
        raise Http404
    if kept := done_before(key, request.user):
        return _done(request, kept.incident, kept)
    if not chosen.offered(row, request.user):
        text = _("“%(act)s” does not fit %(incident)s now: it is %(status)s.")
        said = {"act": chosen.label, "incident": row.reference, "status": row.get_status_display()}
        return _refused(request, row, text % said)
    if request.method == "GET":
        filled = {name: value for name, value in request.GET.items() if name in FILLED}
        return _form(request, row, chosen, chosen.make_form(row, initial=filled, user=request.user))
    form = chosen.make_form(row, request.POST, user=request.user)
    if not form.is_valid():
        return _form(request, row, chosen, form, status=422)
    read = request.POST.get("read") if chosen.binding else None
    if read is not None and read != _mark(_preview(chosen, row)):
        form.add_error(None, _("What will happen has changed since you opened this. Read it again."))
        return _form(request, row, chosen, form, status=409)
    try:
        done, kept = carry_out(chosen, row, form, request.user, key=key)
    except IntegrityError:  # the same form, sent twice in one moment
        if kept := done_before(key, request.user):
            return _done(request, kept.incident, kept)
        raise
    except Exception as refusal:
        # The named refusals of the domain carry how they are answered; anything else is a fault.
        if not hasattr(refusal, "problem_status"):
            raise
        if chosen.instant:
            return _refused(request, row, str(refusal))
        form.add_error(None, str(refusal))
        return _form(request, row, chosen, form, status=409)
    return _done(request, done.incident or row, kept)


@desk_only
@require_POST
def undo_act(request: HttpRequest, pk, act_id) -> HttpResponse:
    """Take one act back; 409 with the reason where that cannot be."""
    row = _incident(request, pk)
    kept = get_object_or_404(DeskAct, pk=act_id, incident=row)
    try:
        again = undo(ACTS[kept.name], kept, request.user)
    except Exception as refusal:
        if not hasattr(refusal, "problem_status"):
            raise
        return _refused(request, row, str(refusal))
    return _done(request, row, again)


@desk_only
@require_POST
def renew_lease(request: HttpRequest, pk) -> HttpResponse:
    """Hold the incident on, for an officer who holds it and is at work on it; 409 for anybody else."""
    row = _incident(request, pk)
    if row.held_by_id != request.user.pk or not row.is_open:
        return _refused(request, row, held_by_another(row, request.user) or _("You do not hold it."))
    try:
        held = decisions.take(row.pk, request.user)
    except decisions.AlreadyHeld as refusal:
        return _refused(request, row, str(refusal))
    return JsonResponse({"held_until": held.held_until})


def _incident(request: HttpRequest, pk) -> Incident:
    seen = access.incidents_for(request.user).select_related(*WITH)
    return get_object_or_404(seen, pk=pk)


def _preview(chosen: Act, row: Incident) -> list[str]:
    return [sentence for sentence in chosen.preview(row) if sentence]


def _mark(preview: list[str]) -> str:
    """A short mark of what an officer read before he said yes."""
    return sha256("\n".join(preview).encode()).hexdigest()[:16]


def _form(request: HttpRequest, row: Incident, chosen: Act, form, status: int = 200) -> HttpResponse:
    preview = _preview(chosen, row)
    context = {
        "incident": row,
        "act": chosen,
        "form": form,
        "preview": preview,
        "read": _mark(preview) if chosen.binding else "",
        "key": _uuid(request.POST.get("key")) or uuid4(),
        "held_by_another": held_by_another(row, request.user),
    }
    return _page(request, "console/_act.html", context, status)


def _page(request: HttpRequest, part: str, context: dict, status: int = 200) -> HttpResponse:
    """The part alone for a script, else the whole desk with the part in it."""
    if is_fragment(request):
        return render(request, part, context, status=status)
    return render(request, "console/desk.html", context | {"incident_part": part}, status=status)


def _done(request: HttpRequest, row: Incident, kept: DeskAct) -> HttpResponse:
    if not is_fragment(request):
        return redirect(f"{reverse('console-incident', args=[row.pk])}?done={kept.pk}")
    back = {"url": reverse("console-undo", args=[row.pk, kept.pk]), "label": _("Undo")}
    can = kept.before is not None
    return JsonResponse({"said": kept.said, "open": str(row.pk), "undo": back if can else None})


def _refused(request: HttpRequest, row: Incident, text: str) -> HttpResponse:
    return _page(request, "console/_refused.html", {"incident": row, "text": text}, status=409)


def _uuid(text: str | None):
    try:
        return UUID(text or "")
    except ValueError:
        return None
