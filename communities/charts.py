"""Form fields for a position or an area, each with a chart to click on.

The chart is Leaflet over the shipped land polygons; no tile server is needed. What a form sends is read
into plain numbers here and never handed to GDAL or GEOS as text: older GDAL may fetch an address that a
spatial reference names.
"""

import gzip
import json
import re
from functools import lru_cache
from hashlib import sha256

from django import forms
from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSException, MultiPolygon, Point, Polygon
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import condition

from communities import coast

_DEGREES = r"(\d{1,3}(?:\.\d+)?)"
_PARTS = _DEGREES + r"(?:[°\s-]+(\d{1,2}(?:\.\d+)?)['′]?(?:[\s-]*(\d{1,2}(?:\.\d+)?)[\"″]?)?)?[°'′\"″\s]*"
_DECIMAL = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*[,;/ ]\s*([+-]?\d{1,3}(?:\.\d+)?)°?\s*")
_LETTERS_AFTER = re.compile(rf"\s*{_PARTS}([NSU])[\s,;/]*{_PARTS}([EWTB])\s*", re.IGNORECASE)
_LETTERS_BEFORE = re.compile(rf"\s*([NSU])\s*{_PARTS}[\s,;/]*([EWTB])\s*{_PARTS}\s*", re.IGNORECASE)


def read_position(text: str) -> tuple[float, float]:
    """Read what an officer typed, latitude first, as `(lon, lat)` in degrees; raise ValueError.

    `4.5868, 118.6818`, `04°35.21'N 118°40.91'E`, `4 35 12.6 N 118 40 54.6 E`; Malay letters U S T B too.
    Stricter than the reading of reports: an officer can be asked to write it again.
    """
    if match := _DECIMAL.fullmatch(text):
        lat, lon = float(match[1]), float(match[2])
    elif match := _LETTERS_AFTER.fullmatch(text):
        lat, lon = _degrees(*match.group(1, 2, 3, 4)), _degrees(*match.group(5, 6, 7, 8))
    elif match := _LETTERS_BEFORE.fullmatch(text):
        lat, lon = _degrees(*match.group(2, 3, 4, 1)), _degrees(*match.group(6, 7, 8, 5))
    else:
        raise ValueError("not a position")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("not on the earth")
    return lon, lat


def _degrees(degrees: str, minutes: str | None, seconds: str | None, letter: str) -> float:
    minutes, seconds = float(minutes or 0), float(seconds or 0)
    if minutes >= 60 or seconds >= 60:
        raise ValueError("minutes and seconds stay below 60")
    value = float(degrees) + minutes / 60 + seconds / 3600
    return -value if letter.upper() in "SWB" else value


def position_text(lon: float, lat: float) -> str:
    """Write a position as charts do: 04°35.21'N 118°40.91'E (D M.m to two decimals, 18 m)."""
    return f"{_dm(lat, 2, 'NS')} {_dm(lon, 3, 'EW')}"


def _dm(value: float, width: int, letters: str) -> str:
    hundredths = round(abs(value) * 6000)  # of a minute, so that 59.999' never prints as 60.00'
    degrees, rest = divmod(hundredths, 6000)
    return f"{degrees:0{width}d}°{rest / 100:05.2f}'{letters[value < 0]}"


class ChartWidget(forms.Textarea):
    """A text box with a chart beside it; `shape` is "point" or "area"."""

    template_name = "communities/chart_widget.html"

    def __init__(self, shape: str, attrs=None):
        self.shape = shape
        super().__init__({"rows": 1 if shape == "point" else 4, "spellcheck": "false"} | (attrs or {}))

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["shape"] = self.shape
        return context

    @property
    def media(self):
        draw = self.shape == "area"
        return forms.Media(
            css={
                "all": [
                    "leaflet/leaflet.css",
                    *["leaflet/draw/leaflet.draw.css"] * draw,
                    "communities/chart.css",
                ]
            },
            js=[
                "leaflet/leaflet.js",
                *["leaflet/draw/leaflet.draw.js"] * draw,
                forms.Script("communities/chart_field.js", type="module"),
            ],
        )


class PositionField(forms.Field):
    """A `Point`, typed or clicked."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", ChartWidget("point"))
        kwargs.setdefault(
            "help_text", _("Click on the chart, or type 4.5868, 118.6818 or 04°35.21'N 118°40.91'E.")
        )
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return position_text(value.x, value.y) if isinstance(value, Point) else value

    def to_python(self, value) -> Point | None:
        if isinstance(value, Point) or value in self.empty_values:
            return value or None
        try:
            return Point(*read_position(str(value)), srid=4326)
        except ValueError:
            raise ValidationError(
                _("Write latitude first, like 4.5868, 118.6818 or 04°35.21'N 118°40.91'E.")
            ) from None

    def has_changed(self, initial, data) -> bool:
        # What is shown is rounded to 18 m: an untouched box must not move the stored position.
        return str(self.prepare_value(initial) or "").strip() != str(data or "").strip()


class AreaField(forms.Field):
    """A `MultiPolygon`, drawn or pasted as a GeoJSON geometry."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", ChartWidget("area"))
        kwargs.setdefault("help_text", _("Draw on the chart, or paste a GeoJSON Polygon or MultiPolygon."))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value.geojson if isinstance(value, MultiPolygon) else value

    def to_python(self, value) -> MultiPolygon | None:
        if isinstance(value, MultiPolygon) or value in self.empty_values:
            return value or None
        try:
            shape = json.loads(value)
            parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
            polygons = [
                Polygon(*[[_corner(corner) for corner in ring] for ring in rings], srid=4326)
                for rings in parts
            ]
            area = MultiPolygon(polygons, srid=4326)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError, GEOSException):
            raise ValidationError(_("This is not a GeoJSON Polygon or MultiPolygon in degrees.")) from None
        if not polygons or not area.valid:
            raise ValidationError(_("The outline is empty or crosses itself."))
        return area

    def has_changed(self, initial, data) -> bool:
        return str(self.prepare_value(initial) or "").strip() != str(data or "").strip()


def _corner(corner) -> tuple[float, float]:
    lon, lat = float(corner[0]), float(corner[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError("not on the earth")
    return lon, lat


class ChartAdmin:
    """Mixin of a ModelAdmin: positions and areas are edited on the chart."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        options = {"required": not db_field.blank, "label": capfirst(db_field.verbose_name)}
        if isinstance(db_field, models.PointField):
            return PositionField(**options)
        if isinstance(db_field, models.MultiPolygonField):
            return AreaField(**options)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


#: Detail of the land, and how far its outline may stray, in degrees: what a chart from afar cannot show.
LAND = {"fine": 0.0, "coarse": 0.02}


@lru_cache(maxsize=len(LAND))
def _land(detail: str) -> tuple[bytes, bytes, str]:
    plain = coast.land_geojson(LAND[detail]).encode()
    return plain, gzip.compress(plain, mtime=0), sha256(plain).hexdigest()[:12]


def land_version(detail: str = "fine") -> str:
    """Name of the land polygons as they are now; in their address, so that a browser asks once."""
    return _land(detail)[2]


@condition(etag_func=lambda request, detail: f'"{land_version(detail)}"')
def land(request: HttpRequest, detail: str) -> HttpResponse:
    """Serve the land polygons as GeoJSON, compressed where the browser takes it."""
    plain, packed, _version = _land(detail)
    squeezed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed if squeezed else plain, content_type="application/geo+json")
    if squeezed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
