"""The queue: which incidents are asked for, page by page, and the views of it that an officer keeps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from alerts.console import access
from alerts.console.access import desk_only, is_fragment
from alerts.console.rows import Row, rows_of
from alerts.models import SavedView
from reports.models import Incident, Question, Report
from reports.taxonomy import IncidentType

PAGE = 50
MOST_VIEWS = 20
#: Below so many letters words of reports are not searched.
LEAST_LETTERS = 3

ONLY = {
    "distress": gettext_lazy("distress"),
    "wants_unit": gettext_lazy("a unit is wanted"),
    "no_position": gettext_lazy("without position"),
    "unanswered": gettext_lazy("a question nobody answered"),
    "proposed": gettext_lazy("proposed as the same"),
    "drill": gettext_lazy("drill"),
    "real": gettext_lazy("no drill"),
}


class QueueFilter(forms.Form):
    """What the queue is narrowed to; everything is optional, and what makes no sense counts as not asked."""

    q = forms.CharField(label=gettext_lazy("Search"), max_length=60, required=False)
    priority = forms.MultipleChoiceField(
        label=gettext_lazy("Priority"), choices=[(str(n), f"P{n}") for n in range(1, 6)], required=False
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[("", gettext_lazy("all")), *IncidentType.choices],
        required=False,
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[
            ("", gettext_lazy("in the queue")),
            *Incident.Status.choices,
            ("all", gettext_lazy("all, also ended")),
        ],
        required=False,
    )
    held = forms.ChoiceField(
        label=gettext_lazy("Held"),
        choices=[
            ("", gettext_lazy("all")),
            ("me", gettext_lazy("by me")),
            ("nobody", gettext_lazy("by nobody")),
            ("somebody", gettext_lazy("by somebody")),
        ],
        required=False,
    )
    only = forms.MultipleChoiceField(label=gettext_lazy("Only"), choices=list(ONLY.items()), required=False)

    def asked(self) -> dict:
        """The fields that were filled in and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> str:
        """The same as a query string, in one form, so that equal filters are equal."""
        query = QueryDict(mutable=True)
        for name, value in sorted(self.asked().items()):
            query.setlist(name, sorted(value) if isinstance(value, list) else [value])
        return query.urlencode()

    def narrow(self, incidents: QuerySet[Incident], user, now: datetime) -> QuerySet[Incident]:
        """Those of `incidents` that are asked for."""
        asked = self.asked()
        status = asked.get("status", "")
        if not status:
            incidents = incidents.in_queue()
        elif status != "all":
            incidents = incidents.filter(status=status)
        if "priority" in asked:
            incidents = incidents.filter(priority__in=asked["priority"])
        if "type" in asked:
            incidents = incidents.filter(type=asked["type"])
        if held := asked.get("held"):
            is_held = Q(held_by__isnull=False, held_until__gt=now)
            incidents = incidents.filter(
                {"me": is_held & Q(held_by=user), "nobody": ~is_held, "somebody": is_held}[held]
            )
        for name in asked.get("only", ()):
            incidents = incidents.filter(_only(name, now))
        if words := asked.get("q", "").strip().replace("\x00", ""):
            incidents = incidents.filter(_said(words, in_queue=not status))
        return incidents

    @property
    def newest_first(self) -> bool:
        """What has ended has no place in the queue's order."""
        return self.asked().get("status", "") not in ("", *Incident.QUEUE_STATUSES)


def _only(name: str, now: datetime) -> Q:
    unanswered = Question.objects.unanswered(now).filter(incident=OuterRef("pk"))
    return {
        "distress": Q(emergency_phase="DISTRESS") | Q(response_phase="ATTACK"),
        "wants_unit": Q(escalation__purpose="unit", escalation__state__in=("wanted", "running")),
        "no_position": Q(position__isnull=True),
        "unanswered": Q(Exists(unanswered)),
        "proposed": Q(proposed_same_as__isnull=False),
        "drill": Q(drill=True),
        "real": Q(drill=False),
    }[name]


def _said(words: str, *, in_queue: bool) -> Q:
    """By reference; in the queue, which is short, also by place and by the words of reports."""
    found = Q(reference__startswith=words.upper()[:5])
    if in_queue and len(words) >= LEAST_LETTERS:
        told = Report.objects.filter(
            Q(text__icontains=words) | Q(reference=words.upper()), incident=OuterRef("pk")
        )
        found |= Q(place__icontains=words) | Q(Exists(told))
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the queue; `more` is the query string of the piece after it, or empty."""

    rows: list[Row]
    more: str
    total: int | None


def page_of(filter_: QueueFilter, user, after: str, now: datetime) -> Page:
    """The rows after the key `after` ("" = from the top), as many as a page has."""
    incidents = filter_.narrow(access.incidents_for(user), user, now)
    column = "received_at" if filter_.newest_first else "queue_rank"
    start = _key(after, column)
    total = None if start or filter_.newest_first else incidents.count()
    if start:
        value, id_ = start
        way = "lt" if filter_.newest_first else "gt"
        incidents = incidents.filter(
            Q(**{f"{column}__{way}": value}) | Q(**{column: value, "id__gt": id_}),
            **{f"{column}__{way}e": value},  # what the index can use
        )
    order = ("-received_at", "id") if filter_.newest_first else ("queue_rank", "id")
    rows = rows_of(incidents.order_by(*order)[: PAGE + 1], now)
    more = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1].incident
        value = last.received_at.isoformat() if filter_.newest_first else last.queue_rank
        more = f"{filter_.query()}&after={QueryDict.fromkeys(['x'], f'{value}~{last.pk}').urlencode()[2:]}"
    return Page(rows[:PAGE], more, total)


def _key(after: str, column: str) -> tuple | None:
    """What a page begins after; None where it is no key of ours."""
    value, _tilde, id_ = after.partition("~")
    try:
        return (int(value) if column == "queue_rank" else datetime.fromisoformat(value)), UUID(id_)
    except ValueError:
        return None


def context_of(request: HttpRequest) -> dict:
    """What console/_queue.html shows. Without any filter in the address, the officer's own first view."""
    now = timezone.now()
    views = list(SavedView.objects.filter(user=request.user))
    asked = request.GET
    if not asked and (first := next((view for view in views if view.is_first), None)):
        asked = QueryDict(first.query)
    filter_ = QueueFilter(asked)
    query = filter_.query()
    return {
        "filter": filter_,
        "asked": filter_.asked(),
        "query": query,
        "page": page_of(filter_, request.user, asked.get("after", ""), now),
        "views": views,
        "view": next((view for view in views if view.query == query), None),
        "read_at": now,
    }


@desk_only
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The queue alone: for the script its rows, for anybody else the desk."""
    context = context_of(request)
    if is_fragment(request):
        return render(request, "console/_rows.html", context)
    return redirect(f"{reverse('console')}?{request.GET.urlencode()}")


@desk_only
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is posted as `query` under `name`; the same name again replaces it."""
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:40]
    query = QueueFilter(QueryDict(request.POST.get("query", ""))).query()
    kept = SavedView.objects.filter(user=request.user)
    if name and (kept.filter(name=name).exists() or kept.count() < MOST_VIEWS):
        is_first = request.POST.get("is_first") == "1"
        if is_first:
            kept.update(is_first=False)
        SavedView.objects.update_or_create(
            user=request.user, name=name, defaults={"query": query, "is_first": is_first}
        )
    return _back(request, query)


@desk_only
@require_POST
def rename_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a view another name, which no other of the officer's views may have."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:40]
    if name and not SavedView.objects.filter(user=request.user, name=name).exclude(pk=pk).exists():
        view.name = name
        view.save(update_fields=["name"])
    return _back(request, view.query)


@desk_only
@require_POST
def delete_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a view. Saving it again under its name undoes that: the script offers it."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    view.delete()
    return _back(request, view.query)


def _back(request: HttpRequest, query: str) -> HttpResponse:
    if is_fragment(request):
        return render(request, "console/_views.html", context_of(_asking(request, query)))
    return redirect(f"{reverse('console')}?{query}")


def _asking(request: HttpRequest, query: str) -> HttpRequest:
    request.GET = QueryDict(query)
    return request
