"""The queue on whichever page of the console: its own address is in the page's query string."""

from django import template

from alerts.console import queue

register = template.Library()


@register.inclusion_tag("console/_queue.html", takes_context=True)
def queue_panel(context) -> dict:
    return {"request": context["request"], "csrf_token": context.get("csrf_token")} | queue.context_of(
        context["request"]
    )
