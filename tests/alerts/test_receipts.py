"""A carrier's word moves a notification forward or not at all."""

import pytest
from django.utils import timezone

from alerts import receipts
from alerts.models import Notification
from tests import factories

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
