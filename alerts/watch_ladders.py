"""How long a crew may owe us a word, and who is asked, by kind of word and priority. Data.

Seconds count from the moment that `alerts.watches` starts a watch at: the acknowledgement, the time of
arrival, the last word of the crew, the stand-down. A proposal, for the operating agency to tune.
"""

from dataclasses import dataclass

from alerts.models import Notification, Watch

PUSH, SMS, VOICE = Notification.Channel.PUSH, Notification.Channel.SMS, Notification.Channel.VOICE


@dataclass(frozen=True, slots=True)
class Step:
    """At `at_s`: ask the crew on `crew` channels; tell `desks` the `alarm`; `again`: call other units."""

    at_s: int
    crew: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    alarm: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class WatchLadder:
    """With `repeat_s` the last step is repeated until somebody answers; else it is the last question."""

    steps: tuple[Step, ...]
    repeat_s: int | None = None


def _departure(ask: int, ring: int, duty: int, again: int) -> WatchLadder:
    return WatchLadder(
        (
            Step(ask, crew=(PUSH, SMS)),
            Step(ring, crew=(VOICE,)),
            Step(duty, desks=("duty",), alarm="not_under_way"),
            Step(again, again=True),
        )
    )


def _arrival(ring: int, duty: int, again: int) -> WatchLadder:
    return WatchLadder(
        (
            Step(0, crew=(PUSH, SMS)),
            Step(ring, crew=(VOICE,)),
            Step(duty, desks=("duty",), alarm="not_arrived"),
            Step(again, again=True),
        )
    )


DEPARTURE = {
    1: _departure(300, 420, 480, 600),
    2: _departure(600, 900, 1200, 1500),
    3: _departure(1800, 2700, 3600, 4500),
    4: _departure(3600, 5400, 7200, 10800),
    5: _departure(3600, 5400, 7200, 10800),
}
ARRIVAL = {
    1: _arrival(180, 300, 900),
    2: _arrival(300, 600, 1800),
    3: _arrival(900, 1800, 3600),
    4: _arrival(1800, 3600, 7200),
    5: _arrival(1800, 3600, 7200),
}
# Second 0 is when the word was due, not when the last one came.
WELFARE = WatchLadder(
    (
        Step(0, crew=(PUSH, SMS)),
        Step(300, crew=(VOICE,)),
        Step(600, desks=("duty",), alarm="crew_silent"),
        Step(900, crew=(SMS, VOICE), desks=("duty", "centre"), alarm="crew_alarm"),
    ),
    repeat_s=300,
)
# The text itself went out at second 0, by push and SMS.
RECEIPT = WatchLadder(
    (
        Step(120, crew=(VOICE,)),
        Step(300, crew=(SMS, VOICE)),
        Step(600, desks=("duty",), alarm="stand_down_unread"),
    )
)

WELFARE_DAY_S = 3600
WELFARE_NIGHT_S = 1800
ROUGH_SEA_STATE = 5  # Douglas: rough, waves over 2.5 m; from here on a crew is asked as often as at night

# A unit that is allowed longer than this to cast off gets so much more time before it is asked.
READY_IN_S = 600
# Late is who has not come after the time of arrival and a quarter of the way's time, at least so long.
LATE_AFTER_S = 900
LATE_SHARE = 0.25
# "Later, all well" from a late crew: asked again after so long.
LATER_S = 1800


def ladder_of(kind: str, priority: int) -> WatchLadder:
    """The steps of one kind of word."""
    if kind == Watch.Kind.DEPARTURE:
        return DEPARTURE[priority]
    if kind == Watch.Kind.ARRIVAL:
        return ARRIVAL[priority]
    return WELFARE if kind == Watch.Kind.WELFARE else RECEIPT
