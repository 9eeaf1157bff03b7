"""Receipts and people come as planned, the same for the same seed."""

from collections import Counter

import pytest

from tests.carriers import FakeTwilio
from tests.carriers.humans import Human
from tests.carriers.plan import DELIVERED, Plan
from tests.carriers.shift import Shift


def told(**plan) -> list:
    return [Plan(**plan).receipts(f"{number}") for number in range(400)]


def test_without_a_plan_every_receipt_comes_once_in_order_at_once():
    assert {tuple(one.status for one in story) for story in told()} == {DELIVERED}
    assert {one.after_s for story in told() for one in story} == {0.0}


@pytest.mark.parametrize(
    ("plan", "most"),
    [
        ({"doubled": 0.5}, 6),
        ({"missing": 0.5}, 3),
        ({"reordered": 0.5}, 3),
        ({"forged": 0.5}, 4),
        ({"failing": 0.5}, 3),
    ],
)
def test_a_share_is_a_share_and_the_same_for_the_same_seed(plan, most):
    assert told(seed=1, **plan) == told(seed=1, **plan)
    assert told(seed=1, **plan) != told(seed=2, **plan)
    odd = [story for story in told(seed=1, **plan) if [one.status for one in story] != list(DELIVERED)]
    assert 120 < len(odd) < 400
    assert max(len(story) for story in odd) <= most


def test_failures_carry_one_of_the_codes():
    codes = Counter(one.error_code for story in told(failing=1.0, codes=(30005, 30008)) for one in story)
    assert codes.keys() == {30005, 30008}


def test_receipts_are_late_and_sorted_by_time():
    for story in told(late_s=(0.1, 0.5), reordered=1.0, doubled=1.0):
        assert [one.after_s for one in story] == sorted(one.after_s for one in story)
        assert 0.1 <= story[0].after_s <= 0.5


def test_people_act_in_turn_and_the_last_act_lasts():
    human = Human(texts=["acknowledge", "sleep"], calls=["ring", "press 1"])
    assert [human.next_act(voice=False) for _ in range(3)] == ["acknowledge", "sleep", "sleep"]
    assert [human.next_act(voice=True) for _ in range(3)] == ["ring", "press 1", "press 1"]


def test_a_forgery_that_is_let_in_is_counted_and_a_service_that_is_down_ends_nothing():
    said = []

    def careless(url, body, headers):
        said.append((url, headers))
        return 204, b""

    def down(url, body, headers):
        raise ConnectionRefusedError

    for post, forged, faults in ((careless, 3, 0), (down, 0, 12)):
        with FakeTwilio(post) as twilio, Shift(twilio, plan=Plan(forged=1.0)) as shift:
            for number in range(3):
                asked = {"To": "+60123456789", "From": twilio.number, "Body": str(number),
                         "StatusCallback": "https://suar.example/webhooks/twilio/status/?notification=00000000-0000-7000-8000-000000000000&token=0"}  # fmt: skip
                twilio._create_message(asked)
            shift.settle()
            assert (shift.forged, shift.forged_accepted, len(shift.faults)) == (forged, forged, faults)
    assert len(said) == 12
