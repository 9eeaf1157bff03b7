"""Views of the queue that somebody keeps under a name: filters that are chosen with one press."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alerts.console.access import desk_only, is_fragment
from alerts.console.queue import QueueFilter
from alerts.models import SavedView
from communities.models import User

#: Of one user; more are a list that nobody reads.
MOST = 30


def views_of(user: User):
    """The views that this user keeps, by name."""
    return SavedView.objects.filter(user=user, removed_at__isnull=True)


def default_query(user: User) -> str:
    """The filters with which this user's desk opens; empty for none."""
    return views_of(user).filter(is_default=True).values_list("query", flat=True).first() or ""


@desk_only
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of `query` under `name`; a view of that name is overwritten."""
    name = _name(request)
    query = QueueFilter(QueryDict(request.POST.get("query", "")[:1000])).query()
    if not name:
        return _said(request, query, _("Give the view a name."), status=422)
    view = views_of(request.user).filter(name=name).first()
    if view is None and views_of(request.user).count() >= MOST:
        return _said(request, query, _("%d views are enough: remove one first.") % MOST, status=422)
    try:
        with transaction.atomic():
            view = view or SavedView(user=request.user, name=name)
            view.query = query
            view.save()
    except IntegrityError:  # another window of the same user was faster
        return _said(request, query, _("There is a view of this name already."), status=409)
    return _said(request, query, _("Saved as “%s”.") % name)


@desk_only
@require_POST
def rename(request: HttpRequest, pk) -> HttpResponse:
    view = _own(request, pk)
    name = _name(request)
    if not name:
        return _said(request, view.query, _("Give the view a name."), status=422)
    try:
        with transaction.atomic():
            view.name = name
            view.save(update_fields=["name"])
    except IntegrityError:
        return _said(request, view.query, _("There is a view of this name already."), status=409)
    return _said(request, view.query, _("It is called “%s” now.") % name)


@desk_only
@require_POST
@transaction.atomic
def make_default(request: HttpRequest, pk) -> HttpResponse:
    """Open the desk with this view; pressed again, with the whole queue."""
    view = _own(request, pk)
    User.objects.select_for_update().get(pk=request.user.pk)  # of two windows one waits for the other
    on = not views_of(request.user).filter(pk=view.pk, is_default=True).exists()
    views_of(request.user).update(is_default=False)
    views_of(request.user).filter(pk=view.pk).update(is_default=on)
    text = _("The desk opens with “%s”.") if on else _("The desk opens with the whole queue, not with “%s”.")
    return _said(request, view.query, text % view.name)


@desk_only
@require_POST
def remove(request: HttpRequest, pk) -> HttpResponse:
    view = _own(request, pk)
    view.removed_at, view.is_default = timezone.now(), False
    view.save(update_fields=["removed_at", "is_default"])
    undo = {"url": reverse("console-view-restore", args=[view.pk]), "label": _("Undo")}
    return _said(request, "", _("“%s” is removed.") % view.name, undo=undo)


@desk_only
@require_POST
def restore(request: HttpRequest, pk) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    try:
        with transaction.atomic():
            view.removed_at = None
            view.save(update_fields=["removed_at"])
    except IntegrityError:
        return _said(request, view.query, _("There is a view of this name already."), status=409)
    return _said(request, view.query, _("“%s” is back.") % view.name)


def _name(request: HttpRequest) -> str:
    """The name that was typed, without signs that are not seen, as NUL (the database refuses it) and bidi."""
    typed = " ".join(request.POST.get("name", "").split())
    return "".join(filter(str.isprintable, typed)).strip()[:60]


def _own(request: HttpRequest, pk) -> SavedView:
    return get_object_or_404(views_of(request.user), pk=pk)


def _said(request: HttpRequest, query: str, text: str, *, status: int = 200, undo=None) -> HttpResponse:
    """For the script JSON with `said` and `undo`; else the desk with these filters."""
    if is_fragment(request):
        return JsonResponse({"said": text, "undo": undo, "query": query}, status=status)
    return redirect(f"{reverse('console')}?{query or 'all='}")
