"""Positions inside `geo:` URIs and map links. The text is read; nothing is ever fetched."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

_NUMBER = r"([+-]?\d{1,3}(?:\.\d{1,15})?)"
_PAIR = _NUMBER + r"\s{0,2}[,~]\s{0,2}" + _NUMBER + r"(?![\d.])"
_URL = re.compile(r"(?:https?://|geo:|www\.|maps?\.app\.goo\.gl/|goo\.gl/)\S{1,2000}", re.I)
_GEO = re.compile(r"geo:" + _PAIR, re.I)
_GEO_ERROR = re.compile(r";u=(\d{1,6}(?:\.\d{1,6})?)", re.I)
# In order: what the sender pinned before where the map happened to be centred.
_PLACES_IN_URL = [
    re.compile(r"!3d" + _NUMBER + r"!4d" + _NUMBER + r"(?![\d.])"),
    re.compile(r"[?&](?:q|query|daddr|destination|ll|sll|center|saddr|loc|cp)=(?:loc:|\()?" + _PAIR, re.I),
    re.compile(
        r"[?&]m?lat(?:itude)?=" + _NUMBER + r"&m?(?:lon|lng|long|longitude)=" + _NUMBER + r"(?![\d.])", re.I
    ),
    re.compile(r"/(?:place|search|dir)/(?:[^/]{0,200}/)?" + _PAIR),
    re.compile(r"@" + _PAIR),
    re.compile(r"#map=\d{1,2}(?:\.\d+)?/" + _NUMBER + r"/" + _NUMBER + r"(?![\d.])"),
    re.compile(r"/(-?\d{1,2}\.\d{3,15})[,/](-?\d{1,3}\.\d{3,15})(?![\d.])"),
]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a text: where it stands in it, and the position it spells (None: it spells none)."""

    start: int
    end: int
    lat: str | None = None
    lon: str | None = None
    error_m: float | None = None


def find_links(text: str) -> list[Link]:
    """Every link in `text`, in order; latitude and longitude as written, not yet checked."""
    return [_read(match) for match in _URL.finditer(text)]


def _read(match: re.Match) -> Link:
    url = unquote_plus(match[0])
    span = match.start(), match.end()
    if url[:4].lower() == "geo:":
        stated = _GEO_ERROR.search(url)
        error_m = float(stated[1]) if stated else None
        pinned = _PLACES_IN_URL[1].search(url)  # Android writes geo:0,0?q=lat,lon(label)
        found = pinned or _GEO.match(url)
        return Link(*span, found[1], found[2], error_m) if found else Link(*span)
    for pattern in _PLACES_IN_URL:
        if found := pattern.search(url):
            return Link(*span, found[1], found[2])
    return Link(*span)
