"""What is said, sized for its channel. The words are in templates/alerts/, a file a language.

Nothing here knows a model, a number or a name of a reporter, and no text of a report passes through.
A text to a reporter carries the reference of the report, one to a crew or a duty officer that of the
incident; which one is up to the caller. Every SMS is one segment with the longest values: where the 70
characters of Thai or Tamil cannot hold all, words are left out, never the reference, the position or
the digits to answer with. A text that belongs to a drill says so first.
"""

from alerts.messages.crews import (
    asked,
    declined_noted,
    dispatch_not_found,
    joined,
    keys,
    late_ack,
    not_now,
    noted_going,
    push_title_and_body,
    stand_down,
    status_noted,
    unit_alert,
    unit_confirmed,
    unit_update,
    which_reference,
)
from alerts.messages.desks import ALARMS, duty_alarm, officer_noted, roster_fault, told_stand_down
from alerts.messages.reporters import ASKABLE, help_coming, received, reporter_question, which_report
from alerts.messages.values import CALL_SIGN_MAX, position_screen, position_sms
from alerts.messages.voices import (
    SPOKEN_ANSWERS,
    spoken_alarm,
    spoken_alert,
    spoken_answer,
    spoken_asked,
)

__all__ = [
    "ALARMS",
    "ASKABLE",
    "CALL_SIGN_MAX",
    "SPOKEN_ANSWERS",
    "asked",
    "declined_noted",
    "dispatch_not_found",
    "duty_alarm",
    "help_coming",
    "joined",
    "keys",
    "late_ack",
    "not_now",
    "noted_going",
    "officer_noted",
    "position_screen",
    "position_sms",
    "push_title_and_body",
    "received",
    "reporter_question",
    "roster_fault",
    "spoken_alarm",
    "spoken_alert",
    "spoken_answer",
    "spoken_asked",
    "stand_down",
    "status_noted",
    "told_stand_down",
    "unit_alert",
    "unit_confirmed",
    "unit_update",
    "which_reference",
    "which_report",
]
