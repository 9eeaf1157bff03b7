"""Four actors at once never make a row that must not be; a refused act leaves none at all."""

import random

import pytest

from tests.faults import state_acts, states

SEED = 20261122


@pytest.fixture
def theatre(transactional_db, settings, monkeypatch):
    settings.TRANSPORTS = state_acts.TRANSPORTS
    settings.REDIS_URL = ""
    state_acts.false_ranking(monkeypatch.setattr)


def test_four_actors_at_once_leave_no_illegal_row(theatre):
    tally = states.play(200, SEED, seconds=18)
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.sequences >= 20
    assert tally.refused.total() > 0


def test_a_refused_act_leaves_no_row(theatre):
    rng, cast = random.Random(SEED), state_acts.people()
    refusals = 0
    for _ in range(12):
        matters = state_acts.Matters(cast, rng)
        for _ in range(10):
            act = rng.choice(state_acts.ACTORS[rng.choice(("crew", "officer"))])
            before, error = state_acts.fingerprint(), None
            try:
                act(matters, rng)
            except Exception as raised:
                error = raised
            if error is not None:
                assert state_acts.refused(error), act
                assert state_acts.fingerprint() == before, (act, error)
                refusals += 1
        assert state_acts.wrong() == []
    assert refusals >= 20


@pytest.mark.parametrize("what", state_acts.WRONG)
def test_each_wrong_is_seen(what, db, dispatcher):
    """The oracle itself: rows that are so are found, by that name."""
    make = state_acts.factories
    incident = make.Incident(status="responding" if "without a unit" in what else "open")
    match what:
        case "an incident took a step that the table does not list":
            make.Transition(incident=incident, old="closed", new="responding")
        case "a dispatch took a step that the table does not list":
            make.DispatchTransition(dispatch__incident=incident, old="declined", new="acknowledged")
        case "an incident's story does not lead to its status":
            make.Transition(incident=incident, old="open", new="dispatching")
        case "a dispatch's story does not lead to its status":
            make.Dispatch(status="alerting")
        case "an end that no officer wrote":
            make.Transition(incident=incident, old="open", new="stood_down")
        case "somebody is called to what has ended":
            make.Dispatch(incident__status="closed", status="alerting")
        case "a lead whose incident says that nobody goes":
            make.Dispatch(incident=incident, status="en_route", role="lead")
        case "a unit is wanted and no ladder climbs":
            make.Escalation(incident__status="dispatching", state="answered")
        case "a merged incident that keeps reports":
            make.Report(incident__status="merged", incident__merged_into=incident)
        case "a message without the time of its state":
            make.Notification(status="delivered")
        case "two leads" | "a unit in two places":
            pytest.skip("a unique index lets no such row in")
    assert [line for line in state_acts.wrong() if line.startswith(what)]
