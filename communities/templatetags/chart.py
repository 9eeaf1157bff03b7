"""What every chart on a page needs to know, as attributes of its element."""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from communities import charts

register = template.Library()


@register.simple_tag
def chart_attributes() -> str:
    """`data-land` and `data-coarse`: the coast from near and from afar; the tiles, if there are any."""
    land = reverse("admin:communities_land", args=["fine"])
    coarse = reverse("admin:communities_land", args=["coarse"])
    return format_html(
        'data-land="{}?{}" data-coarse="{}?{}" data-tiles="{}" data-credit="{}"',
        land,
        charts.land_version("fine"),
        coarse,
        charts.land_version("coarse"),
        settings.MAP_TILES,
        settings.MAP_TILES_CREDIT,
    )
