"""The priority rule `prio-1`: a sum of five terms, and floors that win over the sum.

Pure: values in, a printed sum out. The console shows every term with where it came from.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.taxonomy import EmergencyPhase, ResponsePhase, Severity

PHASE = {
    EmergencyPhase.DISTRESS: 50,
    ResponsePhase.ATTACK: 50,
    EmergencyPhase.ALERT: 30,
    ResponsePhase.IN_PROGRESS: 30,
    EmergencyPhase.UNCERTAINTY: 15,
    ResponsePhase.SUSPECTED: 15,
    ResponsePhase.HISTORIC: 0,
    EmergencyPhase.NONE: 0,
}
SEVERITY = {
    Severity.EXTREME: 20,
    Severity.SEVERE: 14,
    Severity.MODERATE: 8,
    Severity.UNKNOWN: 6,
    Severity.MINOR: 3,
}
LETTER = {"A": 5, "B": 4, "C": 3, "D": 1, "E": 0, "F": 2}
DIGIT = {1: 5, 2: 4, 3: 3, 4: 1, 5: 0, 6: 2}
NAUTICAL_MILE_M = 1852

HAPPENING_NOW = timedelta(minutes=15)
BANDS = ((80, 1), (60, 2), (40, 3), (20, 4))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule weighs. `age` None: happening now; `time_unknown`: an import without a time."""

    emergency_phase: str
    response_phase: str
    severity: str
    age: timedelta | None = None
    time_unknown: bool = False
    position_error_m: int | None = None
    named_area: bool = False
    letter: str = "F"
    digit: int = 6
    persons_on_board: int | None = None
    floor: int | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """`terms` are dicts with `term`, `value` and `why`; `priority` 1 (highest) to 5."""

    terms: list[dict]
    score: int
    priority: int


def assess(facts: Facts) -> Assessment:
    """Score 0-100 = E + S + U + Q + G, then the floors."""
    terms = [
        _phase(facts),
        {"term": "S", "value": SEVERITY[facts.severity], "why": f"severity {facts.severity}"},
        _time(facts),
        _position(facts),
        {
            "term": "G",
            "value": LETTER[facts.letter] + DIGIT[facts.digit],
            "why": f"grade {facts.letter}{facts.digit}",
        },
    ]
    score = sum(term["value"] for term in terms)
    band = next((priority for least, priority in BANDS if score >= least), 5)
    priority = band
    for floor, why in _floors(facts):
        if floor < priority:
            priority = floor
            terms.append({"term": "floor", "value": 0, "why": f"P{floor}: {why}"})
    return Assessment(terms=terms, score=score, priority=priority)


def queue_rank(priority: int, score: int, received_at: datetime) -> int:
    """One ascending number that orders the queue.

    P1, then P2, each by score, then oldest first; P3 to P5 together by time of receipt
    minus ten minutes a point, so that waiting lifts them without a job.
    """
    seconds = int(received_at.timestamp())
    if priority <= 2:
        return priority * 10**15 + (100 - score) * 10**12 + seconds
    return 3 * 10**15 + seconds - score * 600


def _phase(facts: Facts) -> dict:
    emergency, response = PHASE[facts.emergency_phase], PHASE[facts.response_phase]
    if response > emergency:
        return {"term": "E", "value": response, "why": f"response phase {facts.response_phase}"}
    return {"term": "E", "value": emergency, "why": f"emergency phase {facts.emergency_phase}"}


def _time(facts: Facts) -> dict:
    if facts.response_phase == ResponsePhase.HISTORIC:
        return {"term": "U", "value": 2, "why": "told of the past"}
    if facts.time_unknown:
        return {"term": "U", "value": 8, "why": "time unknown"}
    if facts.age is None or facts.age <= HAPPENING_NOW:
        return {"term": "U", "value": 15, "why": "happening now"}
    if facts.age <= timedelta(hours=1):
        return {"term": "U", "value": 11, "why": "within 1 h"}
    if facts.age <= timedelta(hours=6):
        return {"term": "U", "value": 7, "why": "within 6 h"}
    return {"term": "U", "value": 2, "why": "older than 6 h"}


def _position(facts: Facts) -> dict:
    error_m = facts.position_error_m
    if error_m is None:
        return {
            "term": "Q",
            "value": int(facts.named_area),
            "why": "named area" if facts.named_area else "no position",
        }
    for most_m, value in (
        (100, 5),
        (NAUTICAL_MILE_M, 4),
        (5 * NAUTICAL_MILE_M, 3),
        (30 * NAUTICAL_MILE_M, 1),
    ):
        if error_m <= most_m:
            return {"term": "Q", "value": value, "why": f"position within {error_m} m"}
    return {"term": "Q", "value": 0, "why": "position too vague"}


def _floors(facts: Facts):
    if facts.emergency_phase == EmergencyPhase.DISTRESS:
        yield 1, "distress"
    if facts.response_phase == ResponsePhase.ATTACK:
        yield 1, "under attack"
    if facts.emergency_phase == EmergencyPhase.ALERT and facts.persons_on_board:
        yield 2, "alert with people aboard"
    if facts.floor:
        yield facts.floor, "words that ask for help"
