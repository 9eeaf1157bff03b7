"""A carrier's word moves a notification forward or not at all."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import receipts
from alerts.models import Notification
from tests import factories

S = Notification.Status
WORDS = list(receipts.TWILIO)
RANKED = ["pending", "leased", "accepted", "delivered", "read"]


@pytest.mark.django_db
@pytest.mark.parametrize("old", Notification.Status.values)
@pytest.mark.parametrize("word", ["sent", "delivered", "read"])
def test_forward_only(old, word):
    note = factories.Notification(status=old)
    to = receipts.TWILIO[word]
    moves = old in (*RANKED, "failed_temp") and receipts.RANK[old] < receipts.RANK[to]
    moved = receipts.record(note.pk, word, now=timezone.now())
    note.refresh_from_db()
    assert (moved is not None) == moves
    assert note.status == (to if moves else old)


@pytest.mark.django_db
@pytest.mark.parametrize("old", Notification.Status.values)
def test_a_late_failure_does_not_unsay_delivered(old):
    note = factories.Notification(status=old)
    receipts.record(note.pk, "failed", code="30005", now=timezone.now())
    note.refresh_from_db()
    assert note.status == (
        "failed_perm" if old in ("pending", "leased", "accepted", "failed_temp", "failed_perm") else old
    )


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["", "nonsense", "x" * 300, "DELIVERED "])
def test_an_unknown_word_changes_nothing(word):
    note = factories.Notification(status="accepted")
    assert receipts.record(note.pk, word, now=timezone.now()) is None


def test_every_word_leads_somewhere():
    assert {receipts.TWILIO[word] for word in WORDS} <= set(Notification.Status.values)
    assert receipts.TWILIO["completed"] == "delivered"  # a call that ended is no acknowledgement


def test_marks_differ_by_notification_and_by_secret(settings):
    first, second = receipts.token("a"), receipts.token("b")
    assert first != second
    assert len(first) == 32
    settings.SECRET_KEY = "another" * 10
    assert receipts.token("a") != first


STORY = ["queued", "sending", "sent", "delivered", "undelivered", "failed", "read"]


def test_in_whatever_order_the_words_come_the_state_only_moves_forward():
    """All orders of all seven words, and of every choice among them: 13,699 stories."""
    stories = 0
    for length in range(1, len(STORY) + 1):
        for words in itertools.permutations(STORY, length):
            stories += 1
            status = S.ACCEPTED
            for word in (*words, *words):  # each told twice
                to = receipts.TWILIO[word]
                if not receipts.forward(status, to):
                    continue
                assert receipts.RANK[to] > receipts.RANK[status] or to == S.FAILED_PERM, words
                assert status not in (S.DELIVERED, S.READ, S.FAILED_PERM) or to == S.READ, words
                status = to
            first = next((word for word in words if word not in ("queued", "sending", "sent")), None)
            expected = {None: S.ACCEPTED, "undelivered": S.FAILED_PERM, "failed": S.FAILED_PERM}.get(first)
            if expected is None:
                expected = S.READ if "read" in words else S.DELIVERED
            assert status == expected, words
    assert stories == 13_699


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", list(itertools.permutations(["sent", "delivered", "failed", "read"])), ids=" ".join
)
def test_a_row_moves_as_the_rule_says(words):
    note = factories.Notification(status="accepted")
    status = S.ACCEPTED
    for word in words:
        receipts.record(note.pk, word, code="30005", now=timezone.now())
        if receipts.forward(status, receipts.TWILIO[word]):
            status = receipts.TWILIO[word]
    note.refresh_from_db()
    assert note.status == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "sid", "moves"),
    [
        ({"status": "accepted", "carrier_id": "SM2"}, "SM2", True),
        # An earlier attempt's failure, told late or again: the later attempt is what counts.
        ({"status": "accepted", "carrier_id": "SM2"}, "SM1", False),
        ({"status": "failed_temp", "carrier_id": "SM1"}, "SM1", False),
        ({"status": "leased", "carrier_id": "SM1"}, "SM1", False),
        # The receipt overtakes the answer to our request, or is about a message of which no answer came.
        ({"status": "leased", "carrier_id": "SM1"}, "SM2", True),
        ({"status": "leased", "carrier_id": ""}, "SM1", True),
        ({"status": "failed_temp", "carrier_id": ""}, "SM1", True),
        ({"status": "accepted", "carrier_id": "SM1"}, "", True),
    ],
)
def test_a_failure_counts_once_and_for_its_own_attempt(row, sid, moves):
    note = factories.Notification(**row)
    assert (
        receipts.record(note.pk, "failed", code="30003", carrier_id=sid, now=timezone.now()) is not None
    ) == moves


@pytest.mark.django_db
def test_a_handset_out_of_reach_told_twice_is_asked_again_once():
    note = factories.Notification(status="accepted", carrier_id="SM1", attempt=1)
    now = timezone.now()
    receipts.record(note.pk, "undelivered", code="30003", carrier_id="SM1", now=now)
    receipts.record(note.pk, "undelivered", code="30003", carrier_id="SM1", now=now + timedelta(seconds=9))
    note.refresh_from_db()
    assert (note.status, note.due_at) == ("failed_temp", now + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("attempt", "permanent", "ours", "purpose", "over"),
    [
        (1, True, False, "alert", True),
        (1, False, False, "alert", False),
        (1, True, True, "alert", True),
        (1, True, True, "feedback", False),
        (1, True, False, "feedback", True),
        (receipts.MOST_ATTEMPTS, False, True, "feedback", True),
    ],
)
def test_what_is_given_up(attempt, permanent, ours, purpose, over):
    note = Notification(attempt=attempt, purpose=purpose)
    assert receipts.gives_up(note, permanent=permanent, ours=ours) == over
