"""The rule `prio-1`: worked examples, every band and floor, and the order of the queue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reports.priority import DIGIT, LETTER, PHASE, SEVERITY, Facts, assess, queue_rank
from reports.taxonomy import EmergencyPhase, ResponsePhase, Severity

NIGHT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HOAX = {"letter": "E", "digit": 5}


def facts(emergency="NONE", response="NONE", severity="Unknown", **more) -> Facts:
    phases = {"emergency_phase": EmergencyPhase(emergency), "response_phase": ResponsePhase(response)}
    return Facts(**phases, severity=Severity(severity), **more)


@pytest.mark.parametrize(
    ("what", "given", "terms", "score", "priority"),
    [
        ("SOS by an unknown phone, no fix", facts("DISTRESS", severity="Severe"), (50, 14, 15, 0, 4), 83, 1),
        ("engine dead and adrift, with a fix", facts("ALERT", severity="Moderate", position_error_m=50), (30, 8, 15, 5, 4), 62, 2),
        ("suspicious boat, area only, known source", facts(response="SUSPECTED", severity="Moderate", named_area=True, letter="B", digit=3), (15, 8, 15, 1, 7), 46, 3),
        ("trawler of yesterday", facts(response="HISTORIC", severity="Moderate", position_error_m=1852, letter="C", digit=3), (0, 8, 2, 4, 6), 20, 4),
        ("known hoaxer sinks, with a fix", facts("DISTRESS", severity="Extreme", position_error_m=30, **HOAX), (50, 20, 15, 5, 0), 90, 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_worked_examples(what, given, terms, score, priority):
    found = assess(given)
    assert tuple(term["value"] for term in found.terms if term["term"] != "floor") == terms
    assert (found.score, found.priority) == (score, priority)
    assert sum(term["value"] for term in found.terms) == score  # the printed sum adds up
    assert all(term["why"] for term in found.terms)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({}, 15),
        ({"age": timedelta(minutes=15)}, 15),
        ({"age": timedelta(minutes=15, seconds=1)}, 11),
        ({"age": timedelta(hours=1)}, 11),
        ({"age": timedelta(hours=6)}, 7),
        ({"age": timedelta(hours=6, seconds=1)}, 2),
        ({"time_unknown": True}, 8),
        ({"response": "HISTORIC", "age": timedelta()}, 2),
    ],
)
def test_time(given, value):
    assert next(term for term in assess(facts(**given)).terms if term["term"] == "U")["value"] == value


@pytest.mark.parametrize(
    ("error_m", "named_area", "value"),
    [
        (0, False, 5), (100, False, 5), (101, False, 4), (1852, False, 4), (1853, False, 3), (9260, False, 3),
        (9261, False, 1), (55560, False, 1), (55561, False, 0), (None, True, 1), (None, False, 0),
    ],
)  # fmt: skip
def test_position(error_m, named_area, value):
    terms = assess(facts(position_error_m=error_m, named_area=named_area)).terms
    assert next(term for term in terms if term["term"] == "Q")["value"] == value


@pytest.mark.parametrize("letter", LETTER)
@pytest.mark.parametrize("digit", DIGIT)
@pytest.mark.parametrize("severity", SEVERITY)
def test_nothing_takes_a_distress_or_an_attack_below_p1(letter, digit, severity):
    worst = {"letter": letter, "digit": digit, "age": timedelta(days=9), "position_error_m": None}
    for phases in ({"emergency": "DISTRESS"}, {"response": "ATTACK"}):
        assert assess(facts(**phases, severity=severity, **worst)).priority == 1


@pytest.mark.parametrize(("persons", "priority"), [(None, 3), (0, 3), (1, 2), (40, 2)])
def test_an_alert_with_people_aboard_is_at_least_p2(persons, priority):
    given = facts(
        "ALERT",
        severity="Minor",
        age=timedelta(hours=2),
        persons_on_board=persons,
        position_error_m=50,
        **HOAX,
    )
    assert assess(given).priority == priority


@pytest.mark.parametrize(("floor", "priority"), [(None, 4), (2, 2), (3, 3), (5, 4)])
def test_a_floor_of_words_raises_and_never_lowers(floor, priority):
    assert assess(facts(floor=floor)).priority == priority


def test_every_score_is_0_to_100_and_grows_with_each_term():
    for phase in PHASE:
        named = {"emergency": phase} if phase in EmergencyPhase.values else {"response": phase}
        for severity in SEVERITY:
            one = facts(**named, severity=severity, **HOAX, age=timedelta(days=2))
            best = replace(one, letter="A", digit=1, age=None, position_error_m=1)
            assert 0 <= assess(one).score < assess(best).score <= 100


def rank(priority: int, score: int, minutes: float = 0) -> int:
    return queue_rank(priority, score, NIGHT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rank(1, 50, 600), rank(2, 99)),  # any P1 before any P2, however late
        (rank(2, 60, 60 * 24 * 365), rank(3, 79)),
        (rank(1, 90, 30), rank(1, 83)),  # by score
        (rank(1, 83), rank(1, 83, 1)),  # then the older
        (rank(3, 50), rank(4, 30)),
        (rank(4, 30), rank(3, 50, 201)),  # waiting lifts it: 20 points are 200 minutes
        (rank(3, 50, 199), rank(4, 30)),
        (rank(3, 40), rank(5, 40, 1)),
    ],
)
def test_order_of_the_queue(first, second):
    assert first < second
