"""In which language an officer reads the pages."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from alerts.console.access import desk_only


@desk_only
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep `language` in a cookie and go back to `next`, a page of this host."""
    return set_language(request)
