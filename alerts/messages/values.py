"""Positions, times, names and kinds as texts hold them."""

import math
import re
import unicodedata
from datetime import UTC, datetime

from alerts.wording import entry, known, words

CALL_SIGN_MAX = 20  # characters that every template has room for
PLACE_MAX = 20

NM_M = 1852
COARSE_M = NM_M  # from this error on a position is given with its error

_HEMISPHERES = {"ms": ("U", "S", "T", "B"), "id": (" LU", " LS", " BT", " BB")}
_NSEW = ("N", "S", "E", "W")


def _axis(value: float, limit: float, width: int, decimals: int, letters: tuple[str, str]) -> str:
    """One coordinate as degrees and minutes; rounds before it parts the two, so that no minute is 60."""
    if not -limit <= value <= limit:  # not a number fails too
        raise ValueError(f"not within {limit} degrees: {value}")
    parts = 10**decimals  # of a minute
    total = round(abs(value) * 60 * parts)
    degrees, rest = divmod(total, 60 * parts)
    minutes = f"{rest / parts:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{degrees:0{width}d}-{minutes}{letters[value < 0 < total]}"


def position_sms(lon: float, lat: float, language: str = "en", *, decimals: int = 2) -> str:
    """`04-35.21N 118-40.91E`, GSM-7 only; Malay writes U/S T/B, Indonesian LU/LS BT/BB.

    WGS84 degrees; `decimals` of the minutes (2 = 18 m). Raises ValueError outside +-180 and +-90.
    """
    letters = _HEMISPHERES.get(known(language, ""), _NSEW)
    return f"{_axis(lat, 90, 2, decimals, letters[:2])} {_axis(lon, 180, 3, decimals, letters[2:])}"


def position_screen(lon: float, lat: float) -> str:
    """`04°35.21'N 118°40.91'E`, the IHO style for screens. Raises ValueError as `position_sms`."""
    return re.sub(r"(\d)-([\d.]+)", r"\1°\2'", position_sms(lon, lat, "en"))


def _plain(name: str) -> str:
    """A call sign or place name in characters that keep a text in GSM-7."""
    folded = unicodedata.normalize("NFKD", name.translate({0x111: "d", 0x110: "D"}))
    return " ".join("".join(char if char.isprintable() else " " for char in folded if char.isascii()).split())


def latin(call_sign: str) -> str:
    """Latin where it can be; a call sign in another script is better than none, at the price of UCS-2."""
    plain = _plain(call_sign)
    return plain if any(char.isalnum() for char in plain) else " ".join(call_sign.split())


def _short(place: str) -> str:
    """A place name, at a word's end if it must be cut."""
    if len(place) <= PLACE_MAX:
        return place
    return place[: PLACE_MAX + 1].rpartition(" ")[0] or place[:PLACE_MAX]


def zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H%MZ")


def moment(at: datetime, now: datetime | None) -> str:
    """`@1510Z`, on another UTC day than `now` `@25 1510Z`."""
    another_day = now is not None and at.astimezone(UTC).date() != now.astimezone(UTC).date()
    return f"@{at.astimezone(UTC):%d} {zulu(at)}" if another_day else f"@{zulu(at)}"


def rounded(language: str, eta_s: float) -> str:
    """In steps of ten minutes, rounded up; whole hours past two. Finer would tell where the boat lay."""
    minutes = max(math.ceil(eta_s / 600) * 10, 10)
    if minutes <= 120:
        return entry(language, "common", "minutes", n=minutes)
    return entry(language, "common", "hours", n=math.ceil(eta_s / 3600))


def miles(distance_m: float) -> str:
    distance_nm = distance_m / NM_M
    return f"{distance_nm:.1f}" if distance_nm < 9.95 else f"{distance_nm:.0f}"


def label_of(language: str, type: str) -> str:
    types = words(language)["types"]
    return types.get(type, types["unclassified"])


def where_text(language: str, position, position_error_m, near) -> str:
    """The position, with its error if that is a mile or more; without one, what it is thought to be near."""
    error = ""
    if position_error_m is not None and position_error_m >= COARSE_M:
        error = f"+-{math.ceil(position_error_m / NM_M)}NM"
    if position is not None:
        return f"{position_sms(*position, language)} {error}"
    if not near:
        return entry(language, "crew", "position_unknown")
    if isinstance(near, str):
        place = _short(_plain(near))
        return entry(language, "crew", "near" if place else "position_unknown", place=place)
    middle = position_sms(*near, language, decimals=0)
    return entry(language, "crew", "near", place=f"{middle} {error}")


def alert_values(
    language, type, persons_on_board, position, position_error_m, near, distance_m, bearing_deg, next_in_s,
    at, now,
) -> dict[str, str]:  # fmt: skip
    pob = entry(language, "crew", "pob", n=persons_on_board) if persons_on_board is not None else ""
    range_ = ""
    if distance_m is not None and bearing_deg is not None:
        bearing = f"{round(bearing_deg) % 360:03d}"
        range_ = entry(language, "crew", "range", distance=miles(distance_m), bearing=bearing)
    return {
        "type": label_of(language, type),
        "pob": pob,
        "where": where_text(language, position, position_error_m, near),
        "at": moment(at, now) if at is not None and position is not None else "",
        "range": range_,
        "next": entry(language, "crew", "next", n=round(next_in_s)) if next_in_s is not None else "",
    }
