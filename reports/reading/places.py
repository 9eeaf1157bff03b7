"""Places named in words: the seam for an index of them. None is shipped with the reading.

Distance and direction from a place ("5 nm utara Pulau Sipadan") are not worked out here: where a text has
them, the place is told and its position is not.
"""

import re
from dataclasses import dataclass
from typing import Protocol

NAUTICAL_MILE_M = 1852
RADIUS_NM = {"town": 2, "island": 3, "bay": 10, "strait": 10, "sea": 60}

_KINDS = (
    "pulau|p|pl|kg|kampung|tg|tanjung|tj|tanjong|kuala|teluk|tlk|selat|karang|gugusan|gosong|batu|ko|koh|hon|dao"
    "|cu lao|mui|vinh|isla|look|punta|shoal|pulo|palau"
)
_NAMED = re.compile(
    rf"\b({_KINDS})\b\.? ?(?!(?:mana|ni|itu|ini|tu|yang|terdekat|kecil|dekat)\b)([a-z]{{3,20}})"
)
_ABBREVIATED = {
    "p": "pulau",
    "pl": "pulau",
    "kg": "kampung",
    "tg": "tanjung",
    "tj": "tanjung",
    "tlk": "teluk",
    "koh": "ko",
}
_LOOSE = frozenset(("p", "pl", "batu", "look", "ko", "dao", "hon", "mui", "vinh"))
_DISTANCE = re.compile(
    r"\d(?:[.,]\d+)?\s?(?:nm|nmi|mil|miles?|batu|km|mail|hai ly|nautical|ไมล์|மைல்)"
    r"|\b(?:utara|selatan|timur|barat|tenggara|north|south|east|west|hilaga|timog|silangan|kanluran|brg|bearing)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A known place: degrees, and the radius its name covers."""

    name: str
    lon: float
    lat: float
    radius_m: float


class PlaceIndex(Protocol):
    """What `reports.reading.read` asks of an index of places."""

    def find(self, text: str, near: tuple[float, float] | None) -> list[Place]:
        """Places that folded `text` names, likeliest first; `near` is (lon, lat) or None."""


def mentioned(text: str) -> str:
    """The first place that folded `text` names by kind ("p. timun" → "Pulau Timun"); "" if none."""
    for match in _NAMED.finditer(text):
        kind, name = match[1], match[2]
        if kind in _LOOSE and f"{kind}." not in match[0] and kind not in ("p", "pl"):
            continue
        return f"{_ABBREVIATED.get(kind, kind)} {name}".title()
    return ""


def is_offset(text: str) -> bool:
    """Whether folded `text` tells a distance or a direction: a place in it is not where the boat is."""
    return bool(_DISTANCE.search(text))
