"""What a duty officer is told by SMS. A text carries the reference of the incident."""

from datetime import datetime

from alerts.messages.values import label_of, latin, zulu
from alerts.wording import entry, for_crew, sms

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
    "not_under_way",
    "not_arrived",
    "crew_silent",
    "crew_alarm",
    "stand_down_unread",
    "ended_unseen",
)
# Of what is over: said without the priority and the danger, which would sound like a new distress.
ENDED = ("stand_down_unread", "ended_unseen")


def alarm_text(language: str, kind: str, call_sign: str) -> str:
    if kind not in ALARMS:
        raise ValueError(f"no such alarm: {kind}")
    return entry(language, "duty", kind, call_sign=latin(call_sign))


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
    """Call a duty officer: `kind` is one of `ALARMS`; `call_sign` is for those that name a unit."""
    language = for_crew(language)
    values = {"priority": f"P{priority}", "reference": reference, "type": label_of(language, type)}
    alarm = alarm_text(language, kind, call_sign)
    if kind in ENDED:
        return sms(language, "duty", "duty_ended", alarm=alarm, drill=drill, reference=reference)
    return sms(language, "duty", "duty_alarm", alarm=alarm, drill=drill, dropped=("type",), **values)


def officer_noted(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """An officer's answer silences the calls to that officer, and says that the units' go on."""
    values = {"reference": reference, "time": zulu(at), "drill": drill}
    return sms(for_crew(language), "duty", "officer_noted", **values)


def told_stand_down(*, language: str, reference: str, at: datetime, drill: bool = False) -> str:
    """Tell an officer who was called that nobody is needed any more."""
    return sms(for_crew(language), "duty", "told_stand_down", drill=drill, reference=reference, time=zulu(at))


def roster_fault(*, language: str, call_sign: str) -> str:
    """A unit's phone texted STOP: the carrier lets no more of our SMS through to it."""
    language = for_crew(language)
    return sms(language, "duty", "roster_fault", call_sign=latin(call_sign))
