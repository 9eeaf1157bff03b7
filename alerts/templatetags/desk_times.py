"""Times as the desk reads them: when, how long ago or how long still; the script runs the clocks."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from alerts.console.forms import span

register = template.Library()


@register.simple_tag
def moment(at: datetime | None) -> str:
    """A time of today as 14:32:05, an older one with its day; in both zones on hover. Empty for None."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    shown = f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else f"{local:%d %b %H:%M:%S}"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), both(at), shown)


@register.simple_tag
def age(at: datetime) -> str:
    """How long ago; the time itself, local and UTC, on hover or tap."""
    return _clock(at, "age", (timezone.now() - at).total_seconds())


@register.simple_tag
def until(at: datetime) -> str:
    """How long still; 0 s once it is over."""
    return _clock(at, "until", (at - timezone.now()).total_seconds())


@register.simple_tag
def due(at: datetime, near: timedelta, state: str) -> str:
    """A deadline: how long still, or how late; `state` is ample, near (from `near` before it) or over."""
    left = (at - timezone.now()).total_seconds()
    text = _("%(time)s left") if left >= 0 else _("%(time)s late")
    return format_html(
        '<time class="due" datetime="{}" data-due="{}" data-state="{}" title="{}">{}</time>',
        at.isoformat(),
        int(near.total_seconds()),
        state,
        both(at),
        text % {"time": span(abs(left))},
    )


def both(at: datetime) -> str:
    """Local time with its zone, and UTC beside it."""
    return f"{timezone.localtime(at):%d %b %H:%M %Z} ({at:%H%MZ})"


def _clock(at: datetime, kind: str, seconds: float) -> str:
    return format_html(
        '<time datetime="{}" data-{} title="{}">{}</time>',
        at.isoformat(),
        kind,
        both(at),
        span(max(seconds, 0)),
    )
