"""What a look of the auditor returns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reports.models import Incident

#: Rows that one question looks at: what is wrong beyond them is found when these are mended.
MOST = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should have happened and did not.

    `kind` is a word of alerts.alarms.KINDS and names the fact together with `subject`. `mend` repairs it,
    safely also where it has mended itself meanwhile; without one it is an alarm. `at_once`: true from the
    first look; else only if the next round finds it too, since a change may be on its way.
    """

    kind: str
    subject: str
    text: str
    incident: Incident | None = None
    mend: Callable[[datetime], object] | None = None
    at_once: bool = False


def named(incident: Incident) -> str:
    """An incident in an alarm: priority and reference, which only the desk and crews know."""
    return f"{'DRILL ' if incident.drill else ''}P{incident.priority} {incident.reference}"


def seconds(since: datetime, now: datetime) -> str:
    """How long ago `since` was, as `age` prints it."""
    return age(max((now - since).total_seconds(), 0))


def age(age_s: float) -> str:
    """An age in the unit that says something: 34 s, 12 min, 5 h."""
    if age_s < 120:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 7200 else f"{age_s / 3600:.0f} h"
