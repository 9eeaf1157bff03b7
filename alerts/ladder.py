"""The ladder of calls, by priority: who is told, on which channel, how many seconds after the start.

Data that a duty officer could read. Only a human's word stops a ladder; a ladder
with nobody left is itself an alarm, so each repeats its last rungs without end.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings

from alerts.models import Notification

PUSH, SMS, VOICE = Notification.Channel.PUSH, Notification.Channel.SMS, Notification.Channel.VOICE
NEARBY_M = 100 * 1852  # "all capable units" means those within 100 nautical miles


@dataclass(frozen=True, slots=True)
class Call:
    """One demand: a unit by its place in the ranking (`unit`, from 1), or one of the desks."""

    channels: tuple[str, ...]
    unit: int | None = None
    to: Literal["unit", "duty", "centre", "all_units", "told_units"] = "unit"


@dataclass(frozen=True, slots=True)
class Rung:
    """`at_s` seconds from the start."""

    at_s: int
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """`repeat` is called every `repeat_s` seconds after the last rung until somebody answers."""

    rungs: tuple[Rung, ...]
    repeat: tuple[Call, ...]
    repeat_s: int


def scaled(seconds: float) -> timedelta:
    """So many seconds of a ladder, shorter in a demonstration."""
    return timedelta(seconds=seconds * settings.LADDER_SCALE)


def _unit(n: int, *channels: str) -> Call:
    return Call(channels, unit=n)


def _desk(to: str, *channels: str) -> Call:
    return Call(channels, to=to)


_EVERYBODY = (_desk("told_units", PUSH, SMS), _unit(1, VOICE), _unit(2, VOICE))
_BOTH_DESKS = (_desk("duty", SMS, VOICE), _desk("centre", SMS, VOICE))

BY_PRIORITY: dict[int, Ladder] = {
    1: Ladder(
        (
            Rung(0, (_unit(1, PUSH, SMS),)),
            Rung(60, (_unit(1, VOICE), _unit(2, PUSH, SMS))),
            Rung(120, (_desk("duty", VOICE), _unit(3, PUSH, SMS), _unit(4, PUSH, SMS))),
            Rung(180, (_desk("centre", VOICE), _unit(2, VOICE))),
            Rung(300, (_desk("all_units", PUSH, SMS),)),
            Rung(600, (*_EVERYBODY, *_BOTH_DESKS)),
        ),
        repeat=(*_EVERYBODY, *_BOTH_DESKS),
        repeat_s=120,
    ),
    2: Ladder(
        (
            Rung(0, (_unit(1, PUSH, SMS),)),
            Rung(120, (_unit(1, VOICE),)),
            Rung(180, (_unit(2, PUSH, SMS),)),
            Rung(300, (_unit(2, VOICE),)),
            Rung(600, (_desk("duty", SMS, VOICE),)),
            Rung(900, (_desk("centre", SMS, VOICE),)),
        ),
        repeat=(_desk("told_units", PUSH, SMS), *_BOTH_DESKS),
        repeat_s=600,
    ),
    3: Ladder(
        (
            Rung(0, (_unit(1, PUSH),)),
            Rung(60, (_unit(1, SMS),)),
            Rung(600, (_unit(2, PUSH, SMS),)),
            Rung(1200, (_desk("duty", SMS, VOICE),)),
        ),
        repeat=(_desk("duty", SMS), _desk("centre", SMS)),
        repeat_s=1200,
    ),
    4: Ladder(
        (Rung(0, (_unit(1, PUSH),)), Rung(3600, (_desk("duty", SMS, VOICE),))),
        repeat=(_desk("duty", SMS),),
        repeat_s=3600,
    ),
}
BY_PRIORITY[5] = BY_PRIORITY[4]

# Nobody has looked at an incident that a human should see.
LOOK = Ladder(
    (
        Rung(120, (_desk("duty", SMS),)),
        Rung(300, (_desk("duty", VOICE),)),
        Rung(900, (_desk("centre", SMS, VOICE),)),
    ),
    repeat=_BOTH_DESKS,
    repeat_s=600,
)

# Nothing could be made of it, so a human reads it within five minutes.
UNREAD = Ladder((Rung(300, (_desk("duty", SMS),)),), repeat=(_desk("duty", SMS),), repeat_s=3600)

# A unit is wanted and none can be named: no position to rank from, or none that is fit.
NO_UNIT = Ladder((Rung(0, _BOTH_DESKS),), repeat=_BOTH_DESKS, repeat_s=120)
