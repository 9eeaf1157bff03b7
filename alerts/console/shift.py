"""The watch: what waits for the desk, hand-over notes, and the log of what happened."""

from datetime import timedelta
from itertools import chain
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from alerts.console import inert, shift_log, waiting
from alerts.console.access import desk_only, incidents_for
from alerts.models import DeskEntry, Handover
from communities.models import User

#: How far back the log goes when nothing is asked for.
USUAL = timedelta(hours=12)
NOTES = 10
MOST_REFERENCES = 1000


class HandoverForm(forms.Form):
    to_role = forms.ChoiceField(label=gettext_lazy("For"), choices=Handover.To.choices)
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=Handover.MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=gettext_lazy(
            "What is going on, what is promised, what to look at first. It cannot be changed afterwards."
        ),
    )


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"


class LogForm(forms.Form):
    """What the log is asked for; every field may be empty."""

    since = forms.DateTimeField(label=gettext_lazy("From"), required=False, widget=_Moment)
    until = forms.DateTimeField(label=gettext_lazy("Until"), required=False, widget=_Moment)
    officer = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Officer"), required=False)
    reference = forms.CharField(label=gettext_lazy("Incident"), required=False, max_length=5, strip=True)
    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=[("", gettext_lazy("everything")), *shift_log.Kind.choices],
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        officers = User.objects.filter(role__in=_DESK_ROLES, is_active=True).order_by("username")
        if user.agency_id:
            officers = officers.filter(Q(agency=user.agency_id) | Q(agency=None))
        self.fields["officer"].queryset = officers
        self.fields["officer"].empty_label = _("everybody")

    def clean(self):
        data = super().clean()
        until = data.get("until") or timezone.now() + timedelta(minutes=1)
        since = data.get("since") or until - USUAL
        if not 2000 <= since.year <= until.year <= 2200:
            raise forms.ValidationError(_("There is no such time in the log."))
        if since >= until:
            raise forms.ValidationError(_("The log begins before it ends."))
        if until - since > shift_log.LONGEST:
            raise forms.ValidationError(
                _("At most %(days)d days at once.") % {"days": shift_log.LONGEST.days}
            )
        return data | {"since": since, "until": until}

    def asked(self) -> shift_log.Asked:
        data = self.cleaned_data
        return shift_log.Asked(data["since"], data["until"], data["officer"], data["reference"], data["kind"])


_DESK_ROLES = [User.Role.DISPATCHER, User.Role.SUPERVISOR, User.Role.ADMIN]


@desk_only
@require_GET
def shift(request: HttpRequest) -> HttpResponse:
    """What waits, the notes, and a form for a new one."""
    return _shift(request, HandoverForm())


def _shift(request: HttpRequest, form: HandoverForm, status: int = 200) -> HttpResponse:
    notes = Handover.objects.select_related("by")
    if request.user.agency_id:
        notes = notes.filter(Q(agency=request.user.agency_id) | Q(agency=None))
    notes = list(notes[:NOTES])
    readers: dict[UUID, list[tuple[DeskEntry, str]]] = {}
    read = DeskEntry.objects.filter(
        kind=DeskEntry.Kind.READ_HANDOVER, subject__in=[note.pk for note in notes]
    )
    for entry in read.select_related("by").order_by("at"):
        readers.setdefault(entry.subject, []).append((entry, shift_log.role_label(entry.role)))
    context = {
        "waiting": waiting.waiting(request.user),
        "form": form,
        "notes": [{"row": note, "readers": readers.get(note.pk, [])} for note in notes],
        "open": _in_queue(request.user)[:50],
    }
    return render(request, "console/shift.html", context, status=status)


@desk_only
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Write the note, with the incidents that are in the queue now."""
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return _shift(request, form, status=400)
    Handover.objects.create(
        by=request.user,
        agency=request.user.agency,
        to_role=form.cleaned_data["to_role"],
        text=form.cleaned_data["text"],
        open_references=list(_in_queue(request.user).values_list("reference", flat=True)[:MOST_REFERENCES]),
        at=timezone.now(),
    )
    messages.success(request, _("The note is handed over. It waits until somebody has read it."))
    return redirect("console-shift")


@desk_only
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """This officer has one thing that waited for the desk."""
    try:
        entry = waiting.take(request.POST.get("kind", ""), request.POST.get("key", ""), by=request.user)
    except waiting.NothingWaits as exc:
        messages.warning(request, str(exc))
    else:
        messages.success(
            request,
            _("Written down: %(name)s %(what)s.") % {"name": request.user, "what": entry.get_kind_display()},
        )
    return redirect("console-shift")


@desk_only
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """One page of the log."""
    form = LogForm(request.GET, user=request.user)
    lines, following = [], ""
    if form.is_valid():
        try:
            lines, following = shift_log.page(request.user, form.asked(), request.GET.get("after", "")[:120])
        except ValueError as exc:
            raise Http404 from exc
    kept = request.GET.copy()
    kept.pop("after", None)
    context = {"form": form, "lines": lines, "following": following, "kept": kept.urlencode()}
    return render(request, "console/log.html", context, status=200 if form.is_valid() else 400)


@desk_only
@require_GET
def log_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV, at most `shift_log.MOST_ROWS` lines; that it was taken out is written down."""
    form = LogForm(request.GET, user=request.user)
    if not form.is_valid():
        return render(
            request, "console/log.html", {"form": form, "lines": [], "following": "", "kept": ""}, status=400
        )
    asked = form.asked()
    waiting.write(
        DeskEntry.Kind.EXPORTED,
        by=request.user,
        text=f"log {asked.since:%Y-%m-%d %H%MZ} - {asked.until:%Y-%m-%d %H%MZ} csv",
    )
    head = [_("UTC"), _("Local time"), _("What"), _("Officer"), _("Incident"), _("Words"), _("Note")]
    language = get_language()
    rows = (
        [
            f"{line.at:%Y-%m-%dT%H:%M:%SZ}",
            f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S %Z}",
            line.kind_label,
            line.who,
            line.incident.reference if line.incident else "",
            line.what,
            line.note,
        ]
        for line in shift_log.every(request.user, asked)
    )
    lines = _in(language, inert.csv_lines(chain([head], rows)))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="log-{asked.since:%Y%m%dT%H%MZ}.csv"'
    return answer


def _in(language: str, lines):
    """A file is written after the view has returned: in the reader's language all the same."""
    with override(language):
        yield from lines


def _in_queue(user: User):
    return incidents_for(user).in_queue().order_by("queue_rank", "id")
