"""The queue on the desk's page, whichever view serves it: an incident's page has the queue beside it, too."""

from django import template
from django.http import QueryDict

from alerts.console.queue import queue_of
from alerts.console.saved_views import default_query, views_of

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_queue(context) -> dict:
    """The first page of the queue: on the desk as the address asks, elsewhere as the default view does."""
    request = context["request"]
    on_desk = request.resolver_match is not None and request.resolver_match.url_name == "console"
    query = request.GET if on_desk else QueryDict(default_query(request.user))
    views = list(views_of(request.user))
    found = queue_of(request, query)
    return found | {"views": views, "view": next((v for v in views if v.query == found["query"]), None)}
