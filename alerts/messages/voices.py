"""What a crew or a duty officer hears on the telephone. Plain text: whoever puts it into TwiML escapes it."""

from alerts.messages.desks import ENDED, alarm_text
from alerts.messages.values import label_of, latin, miles
from alerts.wording import drill_mark, entry, for_crew, tidy


def _spelled(characters: str) -> str:
    """One by one, so that a machine's voice does not make a word or a number of them."""
    return ", ".join(characters)


def _said_type(language: str, type: str) -> str:
    label = label_of(language, type)
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
        range_ = entry(language, "voice", "range", distance=miles(distance_m), bearing=bearing)
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
    values = {"reference": _spelled(reference), "alarm": alarm_text(language, kind, call_sign).lower()}
    if kind in ENDED:
        return _spoken(language, "spoken_ended", drill, **values)
    values |= {"priority": priority, "type": _said_type(language, type)}
    return _spoken(language, "spoken_alarm", drill, **values)


def spoken_asked(what: str, *, language: str, reference: str, drill: bool = False) -> str:
    """What `messages.asked` writes, and "receipt" for a stand-down, in speech; keys are the SMS digits."""
    return _spoken(for_crew(language), f"spoken_{what}", drill, reference=_spelled(reference))


SPOKEN_ANSWERS = ("confirmed", "declined", "taken", "officer_noted", "nothing_changed", "noted", "distress")


def spoken_answer(
    kind: str, *, language: str, reference: str, call_sign: str = "", drill: bool = False
) -> str:
    """What the voice says to a key: one of `SPOKEN_ANSWERS`; `call_sign` is who has "taken" it."""
    if kind not in SPOKEN_ANSWERS:
        raise ValueError(f"no such answer: {kind}")
    values = {"reference": _spelled(reference), "call_sign": latin(call_sign)}
    return _spoken(for_crew(language), f"said_{kind}", drill, **values)
