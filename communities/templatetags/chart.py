"""What every chart on a page needs to know, as attributes of its element."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from communities import charts

register = template.Library()


@register.simple_tag
def chart_attributes() -> str:
    """The coast from near (`data-land`) and from afar, what is said without it, and the tiles, if any."""
    land = reverse("admin:communities_land", args=["fine"])
    coarse = reverse("admin:communities_land", args=["coarse"])
    return format_html(
        'data-land="{}?{}" data-coarse="{}?{}" data-no-land="{}" data-tiles="{}" data-credit="{}"',
        land,
        charts.land_version("fine"),
        coarse,
        charts.land_version("coarse"),
        _("The land could not be loaded; positions are right all the same."),
        settings.MAP_TILES,
        settings.MAP_TILES_CREDIT,
    )
