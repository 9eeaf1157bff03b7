"""The one screen: its frame, and the parts of the queue that its script asks for."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET

from alerts.console import board, changes
from alerts.console.access import desk_only, is_fragment, scope_of
from alerts.console.queue import matching, queue_of
from alerts.console.saved_views import default_query


@desk_only
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The desk with nothing chosen yet; the queue as the address asks, else as the default view does."""
    if not request.GET and (query := default_query(request.user)):
        return redirect(f"{reverse('console')}?{query}")
    return render(request, "console/desk.html")


@desk_only
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """One page of the queue for the script; with `only` (ids) which of these the filters find, as JSON."""
    if not is_fragment(request):
        return redirect(f"{reverse('console')}?{request.GET.urlencode()}")
    if "only" in request.GET:
        found = matching(request.user, request.GET, _uuids(request.GET["only"]))
        return JsonResponse({"found": [str(pk) for pk in found]})
    return render(request, "console/_rows.html", {"queue": queue_of(request, request.GET)})


@desk_only
@require_GET
def changed(request: HttpRequest) -> HttpResponse:
    """What the stream would say since the mark `since`, where a server or a proxy lets no stream through."""
    since = changes.Mark.read(request.GET.get("since"))
    return JsonResponse(
        board.catch_up(since, scope_of(request.user), language_of(request.GET.get("language")))
    )


@desk_only
@require_GET
def stream(request: HttpRequest) -> HttpResponse:
    """Answered where the stream itself is not served: says so, and the script asks `changed` instead.

    The stream is alerts.console.stream, before Django; only a server that speaks WSGI comes here.
    """
    return HttpResponse("event: no-stream\ndata: {}\n\n", content_type="text/event-stream")


def language_of(asked: str | None) -> str:
    """A language of the interface: the one asked for if there is such a one."""
    known = dict(settings.LANGUAGES)
    return asked if asked in known else translation.get_language() or settings.LANGUAGE_CODE


def _uuids(text: str) -> list[UUID]:
    found = []
    for part in text.split(",")[:200]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found
