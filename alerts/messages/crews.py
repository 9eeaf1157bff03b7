"""What a crew is told and asked by SMS and push. A text carries the reference of the incident."""

from datetime import datetime

from alerts.messages.values import alert_values, latin, zulu
from alerts.wording import drill_mark, entry, for_crew, sms, tidy

REFERENCES_MAX = 5  # how many open references one answer lists


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
    values = alert_values(
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
    values = alert_values(
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
    values = alert_values(
        language, type, persons_on_board, position, position_error_m, None, None, None, None, position_at, now
    )
    values |= {"priority": f"P{priority}", "reference": reference}
    return sms(language, "crew", "unit_update", drill=drill, dropped=("pob", "at"), **values)


def joined(
    *,
    language: str,
    priority: int,
    old: str,
    reference: str,
    type: str,
    persons_on_board: int | None = None,
    position: tuple[float, float] | None = None,
    position_error_m: float | None = None,
    position_at: datetime | None = None,
    now: datetime | None = None,
    drill: bool = False,
) -> str:
    """Tell a crew that what it was called for as `old` goes on as `reference`, and how to answer."""
    language = for_crew(language)
    values = alert_values(
        language, type, persons_on_board, position, position_error_m, None, None, None, None, position_at, now
    )
    values |= {"priority": f"P{priority}", "old": old, "reference": reference}
    return sms(language, "crew", "joined", drill=drill, dropped=("at", "pob", "where"), **values)


def unit_confirmed(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew that the task is theirs, and the digits that follow."""
    return _to_crew("unit_confirmed", language, drill, reference=reference, time=zulu(at))


def noted_going(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew that an officer has written down for it that it goes."""
    return _to_crew("noted_going", language, drill, reference=reference, time=zulu(at))


def late_ack(*, language: str, reference: str, call_sign: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew that `call_sign` took the task before them, at `at`."""
    return _to_crew(
        "late_ack", language, drill, reference=reference, call_sign=latin(call_sign), time=zulu(at)
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
    return _to_crew("declined_noted", language, drill, reference=reference, time=zulu(at))


def status_noted(verb: str, *, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Confirm a step or a word that was asked for; name what may follow.

    Steps: "under_way", "on_scene", "complete", "cannot_continue", "in_distress"; words: "receipt" of a
    stand-down, "well", "in_harbour".

    For "in_distress" `reference` is that of the crew's own new incident.
    """
    return _to_crew(f"noted_{verb}", language, drill, reference=reference, time=zulu(at))


def asked(what: str, *, language: str, reference: str, drill: bool = False) -> str:
    """Ask a crew for a word that it owes: "departure", "arrival", "welfare", or "return" on its way home."""
    return _to_crew(f"ask_{what}", language, drill, reference=reference)


def stand_down(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell a crew to stop, and ask it to confirm."""
    return _to_crew("stand_down", language, drill, reference=reference, time=zulu(at))
