"""The one screen: its frame, into which the other modules' parts go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from alerts.console.access import desk_only


@desk_only
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The desk with nothing chosen yet."""
    return render(request, "console/desk.html")
