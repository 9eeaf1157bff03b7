"""What is said, sized for its channel. The words are in templates/alerts/, a file a language.

Nothing here knows a model, a number or a name of a reporter, and no text of a report passes through.
A text to a reporter carries the reference of the report, one to a crew or a duty officer that of the
incident; which one is up to the caller. Every SMS is one segment with the longest values: where the 70
characters of Thai or Tamil cannot hold all, words are left out, never the reference, the position or
the digits to answer with. A text that belongs to a drill says so first.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from alerts.gsm7 import fits
from alerts.wording import BILINGUAL, drill_mark, entry, for_crew, for_reporter, known, sms, tidy, words

CALL_SIGN_MAX = 20  # characters that every template has room for
PLACE_MAX = 20
REFERENCES_MAX = 5  # how many open references one answer lists

NM_M = 1852
COARSE_M = NM_M  # from this error on a position is given with its error

_HEMISPHERES = {"ms": ("U", "S", "T", "B"), "id": (" LU", " LS", " BT", " BB")}
_NSEW = ("N", "S", "E", "W")


# Values


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


def _call_sign(call_sign: str) -> str:
    """Latin where it can be; a call sign in another script is better than none, at the price of UCS-2."""
    plain = _plain(call_sign)
    return plain if any(char.isalnum() for char in plain) else " ".join(call_sign.split())


def _short(place: str) -> str:
    """A place name, at a word's end if it must be cut."""
    if len(place) <= PLACE_MAX:
        return place
    return place[: PLACE_MAX + 1].rpartition(" ")[0] or place[:PLACE_MAX]


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H%MZ")


def _moment(at: datetime, now: datetime | None) -> str:
    """`@1510Z`, on another UTC day than `now` `@25 1510Z`."""
    another_day = now is not None and at.astimezone(UTC).date() != now.astimezone(UTC).date()
    return f"@{at.astimezone(UTC):%d} {_zulu(at)}" if another_day else f"@{_zulu(at)}"


def _eta(language: str, eta_s: float) -> str:
    """In steps of ten minutes, rounded up; whole hours past two. Finer would tell where the boat lay."""
    minutes = max(math.ceil(eta_s / 600) * 10, 10)
    if minutes <= 120:
        return entry(language, "common", "minutes", n=minutes)
    return entry(language, "common", "hours", n=math.ceil(eta_s / 3600))


def _miles(distance_m: float) -> str:
    distance_nm = distance_m / NM_M
    return f"{distance_nm:.1f}" if distance_nm < 9.95 else f"{distance_nm:.0f}"


def _type(language: str, type: str) -> str:
    types = words(language)["types"]
    return types.get(type, types["unclassified"])


def _where(language: str, position, position_error_m, near) -> str:
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


def _alert_values(
    language, type, persons_on_board, position, position_error_m, near, distance_m, bearing_deg, next_in_s,
    at, now,
) -> dict[str, str]:  # fmt: skip
    pob = entry(language, "crew", "pob", n=persons_on_board) if persons_on_board is not None else ""
    range_ = ""
    if distance_m is not None and bearing_deg is not None:
        bearing = f"{round(bearing_deg) % 360:03d}"
        range_ = entry(language, "crew", "range", distance=_miles(distance_m), bearing=bearing)
    return {
        "type": _type(language, type),
        "pob": pob,
        "where": _where(language, position, position_error_m, near),
        "at": _moment(at, now) if at is not None and position is not None else "",
        "range": range_,
        "next": entry(language, "crew", "next", n=round(next_in_s)) if next_in_s is not None else "",
    }


# To the reporter

# What the answer to a report with a position can ask besides.
ASKABLE = {("full", "how_many"), ("full", "what"), ("received", "what")}


def received(
    mode: str,
    *,
    language: str,
    reference: str,
    position: tuple[float, float] | None = None,
    persons_on_board: int | None = None,
    ask: str = "",
    place: str = "",
    drill: bool = False,
) -> str:
    """Answer a report as its reply mode allows; "" for NONE.

    FULL reads the position (lon, lat) back and may `ask` "how_many" or "what"; without one, or asking "where"
    of one too rough to search, it asks where and, if not known, how many. RECEIVED promises no rescue and may
    ask "what". `place` is named instead of a position that is not to be told, if there is room. QUIET is `OK`
    and the reference of the report and nothing else, in a drill too: a phone in wrong hands must not betray
    its owner. "" or an unknown language: Malay and English.
    """
    if mode == "NONE":
        return ""
    if mode == "QUIET":
        return f"OK {reference}"
    language = for_reporter(language)
    kind = "full" if mode == "FULL" else "received"
    values = {"reference": reference, "drill": drill}
    how_many = entry(language, "reporter", "how_many") if persons_on_board is None else ""
    if position is not None and (kind, ask) == ("full", "where"):
        values |= {"position": position_sms(*position, language, decimals=0), "how_many": how_many}
        return sms(language, "reporter", "full_near", dropped=("how_many",), **values)
    if position is not None:
        if (kind, ask) in ASKABLE:
            values |= {"position": position_sms(*position, language)}
            return sms(language, "reporter", f"{kind}_{ask}", **values)
        more = entry(language, "reporter", f"{kind}_more")
        place = position_sms(*position, language)  # the two-language text takes N and E
        values |= {"position": place, "more": more, "dropped": ("more",)}
        return sms(language, "reporter", f"{kind}_position", **values)
    values |= {"how_many": how_many, "dropped": ("how_many",)}
    if place and kind == "full":
        text = sms(language, "reporter", "full_near", position=place, **values)
        if fits(text):
            return text
    return sms(language, "reporter", f"{kind}_where", **values)


def help_coming(
    *, language: str, reference: str, call_sign: str, eta_s: float | None, drill: bool = False
) -> str:
    """Tell the reporter of a distress who comes and when, no finer than ten minutes. FULL reports only."""
    language = for_reporter(language)
    values = {"reference": reference, "call_sign": _call_sign(call_sign), "drill": drill}
    values |= {"more": entry(language, "reporter", "help_coming_more"), "dropped": ("more",)}
    if eta_s is None:
        return sms(language, "reporter", "help_coming_no_time", **values)
    return sms(language, "reporter", "help_coming", eta=_eta(language, eta_s), **values)


def reporter_question(kind: str, *, language: str, reference: str, drill: bool = False) -> str:
    """Ask "where", "how_many" or "both". Never for a QUIET report: there an officer asks."""
    return sms(for_reporter(language), "reporter", f"question_{kind}", reference=reference, drill=drill)


def which_report(
    *, language: str, references: Sequence[str], types: Sequence[str] = (), drill: bool = False
) -> str:
    """Ask a phone with several open reports, four at most, which of them its text is about.

    Each is named by its reference and, as far as there is room, by its kind (`types`).
    """
    language = for_reporter(language)
    values = {"n": len(references)}
    kinds = [_type("ms" if language == BILINGUAL else language, type) for type in types]
    named = [" ".join(one) for one in zip(references, kinds, strict=True)] if kinds else references
    apart = kinds if len(set(kinds)) == len(references) else references
    for names in (named, apart, references):
        choices = " ".join(f"{number}={name}" for number, name in enumerate(names, 1))
        text = sms(language, "reporter", "which_report", drill=drill, choices=choices, **values)
        if fits(text):
            break
    return text


# To the crew


def _to_crew(name: str, language: str, drill: bool, **values) -> str:
    return sms(for_crew(language), "crew", name, drill=drill, **values)


def unit_alert(
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    persons_on_board: int | None = None,
    position: tuple[float, float] | None = None,
    position_error_m: float | None = None,
    position_at: datetime | None = None,
    now: datetime | None = None,
    distance_m: float | None = None,
    bearing_deg: float | None = None,
    next_in_s: float | None = None,
    near: str | tuple[float, float] | None = None,
    drill: bool = False,
) -> str:
    """Task a unit: `P1 M4XK2 SINKING POB5 04-35.21N 118-40.91E 12NM BRG045T. Reply 1 M4XK2=GOING ...`.

    Positions are (lon, lat), `bearing_deg` is true and from the unit. An error of a mile or more follows the
    position as `+-5NM`, and the time for which it is reckoned as `@1510Z` where the boat drifts
    (`position_at`), with its day where that is not the one of `now`. Without a position `near` may be a
    gazetteer name (never words of the report) or the middle of the waters searched.
    """
    language = for_crew(language)
    values = _alert_values(
        language, type, persons_on_board, position, position_error_m, near, distance_m, bearing_deg,
        next_in_s, position_at, now,
    )  # fmt: skip
    dropped = ("next", "range", "pob", "at")
    values |= {"priority": f"P{priority}", "reference": reference}
    return sms(language, "crew", "unit_alert", drill=drill, dropped=dropped, **values)


def push_title_and_body(
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    persons_on_board: int | None = None,
    position: tuple[float, float] | None = None,
    position_error_m: float | None = None,
    position_at: datetime | None = None,
    now: datetime | None = None,
    distance_m: float | None = None,
    bearing_deg: float | None = None,
    next_in_s: float | None = None,
    near: str | tuple[float, float] | None = None,
    drill: bool = False,
) -> tuple[str, str]:
    """The `unit_alert` of the crew's app, same values: (title, body)."""
    language = for_crew(language)
    values = _alert_values(
        language, type, persons_on_board, position, position_error_m, near, distance_m, bearing_deg,
        next_in_s, position_at, now,
    )  # fmt: skip
    mark = drill_mark(language, drill)
    title = entry(language, "push", "title", priority=f"P{priority}", reference=reference, **values)
    return tidy(f"{mark} {title}"), tidy(f"{mark} {entry(language, 'push', 'body', **values)}")


def unit_update(
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    persons_on_board: int | None = None,
    position: tuple[float, float] | None = None,
    position_error_m: float | None = None,
    position_at: datetime | None = None,
    now: datetime | None = None,
    drill: bool = False,
) -> str:
    """Tell a crew that was called what has changed since: the facts anew, nothing to answer."""
    language = for_crew(language)
    values = _alert_values(
        language, type, persons_on_board, position, position_error_m, None, None, None, None, position_at, now
    )
    values |= {"priority": f"P{priority}", "reference": reference}
    return sms(language, "crew", "unit_update", drill=drill, dropped=("pob", "at"), **values)


def unit_confirmed(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew that the task is theirs, and the digits that follow."""
    return _to_crew("unit_confirmed", language, drill, reference=reference, time=_zulu(at))


def late_ack(*, language: str, reference: str, call_sign: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew that `call_sign` took the task before them, at `at`."""
    return _to_crew(
        "late_ack", language, drill, reference=reference, call_sign=_call_sign(call_sign), time=_zulu(at)
    )


def _list(references) -> str:
    shown = list(references)[:REFERENCES_MAX]
    more = len(references) - len(shown)
    return " ".join(shown) + (f" +{more}" if more else "")


def dispatch_not_found(*, language: str, reference: str = "", open_references=(), drill: bool = False) -> str:
    """No task of this phone has `reference` (as `replies.parse` read it, or ""); list those that it has."""
    name = "not_found" if open_references else "none_open"
    return _to_crew(name, language, drill, reference=reference, references=_list(open_references))


def which_reference(*, language: str, digit: int, open_references, drill: bool = False) -> str:
    """A bare digit fits several tasks of this phone: ask which."""
    return _to_crew("which_reference", language, drill, digit=digit, references=_list(open_references))


def not_now(*, language: str, reference: str, digit: int, drill: bool = False) -> str:
    """The task exists, but its state does not take this digit."""
    return _to_crew("not_now", language, drill, reference=reference, digit=digit)


def keys(*, language: str, drill: bool = False) -> str:
    """The list of digits."""
    return _to_crew("keys", language, drill)


def declined_noted(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    return _to_crew("declined_noted", language, drill, reference=reference, time=_zulu(at))


def status_noted(verb: str, *, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Confirm "under_way", "on_scene", "complete", "cannot_continue" or "in_distress"; name what may follow.

    For "in_distress" `reference` is that of the crew's own new incident.
    """
    return _to_crew(f"noted_{verb}", language, drill, reference=reference, time=_zulu(at))


def stand_down(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew to stop."""
    return _to_crew("stand_down", language, drill, reference=reference, time=_zulu(at))


# To the duty officer

ALARMS = (
    "no_capable_unit",
    "disputed_waters",
    "other_states_waters",
    "beacon_flood",
    "no_position",
    "nobody_answers",
    "untouched",
    "last_security_unit",
    "safe_now",
)


def _alarm(language: str, kind: str, call_sign: str) -> str:
    if kind not in ALARMS:
        raise ValueError(f"no such alarm: {kind}")
    return entry(language, "duty", kind, call_sign=_call_sign(call_sign))


def duty_alarm(
    kind: str,
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    call_sign: str = "",
    drill: bool = False,
) -> str:
    """Call a duty officer: `kind` is one of `ALARMS`; `call_sign` is for "last_security_unit"."""
    language = for_crew(language)
    values = {"priority": f"P{priority}", "reference": reference, "type": _type(language, type)}
    alarm = _alarm(language, kind, call_sign)
    return sms(language, "duty", "duty_alarm", alarm=alarm, drill=drill, dropped=("type",), **values)


def officer_noted(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """An officer's answer silences the calls to that officer, and says that the units' go on."""
    values = {"reference": reference, "time": _zulu(at), "drill": drill}
    return sms(for_crew(language), "duty", "officer_noted", **values)


def roster_fault(*, language: str, call_sign: str) -> str:
    """A unit's phone texted STOP: the carrier lets no more of our SMS through to it."""
    language = for_crew(language)
    return sms(language, "duty", "roster_fault", call_sign=_call_sign(call_sign))


# By voice


def _spelled(characters: str) -> str:
    """One by one, so that a machine's voice does not make a word or a number of them."""
    return ", ".join(characters)


def _said_type(language: str, type: str) -> str:
    label = _type(language, type)
    return label if label in ("SOS", "EPIRB", "AIS-SART") else label.lower()


def _spoken(language: str, name: str, drill: bool, **values) -> str:
    mark = f"{drill_mark(language, drill).replace('/', '. ')}." if drill else ""
    return tidy(f"{mark} {entry(language, 'voice', name, **values)}")


def spoken_alert(
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    persons_on_board: int | None = None,
    distance_m: float | None = None,
    bearing_deg: float | None = None,
    drill: bool = False,
) -> str:
    """What a crew hears on the telephone; ends with "press 1 to go, 2 if you cannot".

    Plain text: whoever puts it into TwiML escapes it.
    """
    language = for_crew(language)
    pob = entry(language, "voice", "pob", n=persons_on_board) if persons_on_board is not None else ""
    range_ = ""
    if distance_m is not None and bearing_deg is not None:
        bearing = " ".join(f"{round(bearing_deg) % 360:03d}")
        range_ = entry(language, "voice", "range", distance=_miles(distance_m), bearing=bearing)
    values = {"priority": priority, "reference": _spelled(reference), "type": _said_type(language, type)}
    return _spoken(language, "spoken_alert", drill, pob=pob, range=range_, **values)


def spoken_alarm(
    kind: str,
    *,
    language: str,
    priority: int,
    reference: str,
    type: str,
    call_sign: str = "",
    drill: bool = False,
) -> str:
    """What a duty officer hears: `duty_alarm` in speech; ends with "press 1 if you have it"."""
    language = for_crew(language)
    values = {"priority": priority, "reference": _spelled(reference), "type": _said_type(language, type)}
    return _spoken(language, "spoken_alarm", drill, alarm=_alarm(language, kind, call_sign).lower(), **values)


SPOKEN_ANSWERS = ("confirmed", "declined", "taken", "officer_noted", "nothing_changed")


def spoken_answer(
    kind: str, *, language: str, reference: str, call_sign: str = "", drill: bool = False
) -> str:
    """What the voice says to a key: one of `SPOKEN_ANSWERS`; `call_sign` is who has "taken" it."""
    if kind not in SPOKEN_ANSWERS:
        raise ValueError(f"no such answer: {kind}")
    values = {"reference": _spelled(reference), "call_sign": _call_sign(call_sign)}
    return _spoken(for_crew(language), f"said_{kind}", drill, **values)
