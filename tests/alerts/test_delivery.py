"""Claims, leases, outcomes: who sends a notification, how often, and what stops it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from alerts import delivery, receipts
from alerts.clock import database_time
from alerts.models import Notification
from alerts.transports.base import TransportError
from tests import factories
from tests.phone import together

NOW = timezone.now()


def claim(most=10, at=None, worker="one"):
    """As a dispatcher fills its lanes: P1 and P2, then the others."""
    return [
        row
        for urgent in (True, False)
        for row in delivery.claim("sms", most, worker=worker, now=at or NOW, urgent=urgent)
    ]


@pytest.mark.django_db
class TestClaim:
    def test_first_attempts_before_retries_then_the_urgent_then_the_oldest(self):
        def note(attempt, priority, age_s):
            return factories.Notification(
                attempt=attempt, priority=priority, due_at=NOW - timedelta(seconds=age_s)
            )

        retry, late, urgent, old = note(1, 1, 90), note(0, 2, 1), note(0, 1, 1), note(0, 2, 50)
        low_retry, low = note(1, 3, 90), note(0, 5, 1)
        assert claim() == [urgent, old, late, retry, low, low_retry]

    def test_what_is_not_due_or_another_channels_stays(self):
        factories.Notification(due_at=NOW + timedelta(seconds=1), created_at=NOW)
        factories.Notification(due_at=NOW + timedelta(hours=1), attempt=1)
        factories.Notification(channel="voice", due_at=NOW)
        for status in set(Notification.Status.values) - {"pending", "failed_temp"}:
            factories.Notification(status=status, due_at=NOW)
        assert claim() == []

    def test_a_claim_is_a_lease_and_an_attempt(self, settings):
        factories.Notification(due_at=NOW)
        (note,) = claim()
        assert (note.status, note.attempt, note.leased_by) == ("leased", 1, "one")
        left_s = (note.leased_until - database_time()).total_seconds()
        assert settings.DISPATCHER_LEASE_S - 5 < left_s <= settings.DISPATCHER_LEASE_S
        assert claim(worker="two") == []

    def test_what_was_asked_just_now_is_due_by_whatever_clock(self):
        hour = timedelta(hours=1)
        factories.Notification(created_at=NOW + hour, due_at=NOW + hour)
        assert len(claim()) == 1

    @pytest.mark.parametrize("most", [0, -3])
    def test_no_free_thread_claims_nothing(self, most):
        factories.Notification(due_at=NOW)
        assert claim(most) == []

    def test_a_lease_that_ran_out_comes_back_and_what_is_too_old_is_let_go(self, settings):
        factories.Notification(due_at=NOW)
        old = factories.Notification(due_at=NOW, expires_at=NOW + timedelta(seconds=5))
        assert len(claim()) == 2
        after = NOW + timedelta(seconds=settings.DISPATCHER_LEASE_S + 1)
        assert delivery.return_leases(after) == 0  # by the database's clock no time has passed
        Notification.objects.update(leased_until=F("leased_until") - timedelta(hours=1))
        assert delivery.return_leases(after) == 2
        delivery.return_leases(after)
        old.refresh_from_db()
        assert old.status == "expired"
        assert len(claim(at=after)) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_without_overlap():
    for _ in range(40):
        factories.Notification(due_at=NOW)
    shares = together(*[lambda n=n: [note.pk for note in claim(5, worker=str(n))] for n in range(8)])
    taken = [pk for share in shares for pk in share]
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_carrier_takes_its_time(outboxes, monkeypatch):
    seen = []
    monkeypatch.setattr(
        type(outboxes["sms"]), "send", lambda self, message: seen.append(connection.connection) or "X"
    )
    dispatch = factories.Dispatch(status="alerting")
    factories.Notification(
        dispatch=dispatch,
        incident=dispatch.incident,
        unit=factories.PatrolUnit(phone="+447700900007"),
        due_at=NOW,
    )
    assert delivery.deliver(claim()[0], now=NOW) == "accepted"
    assert seen == [None]


@pytest.fixture
def leased(db, outboxes):
    """An alert to a unit, claimed."""
    unit = factories.PatrolUnit(phone="+447700900007")
    dispatch = factories.Dispatch(unit=unit, status="alerting")
    factories.Notification(incident=dispatch.incident, dispatch=dispatch, unit=unit, priority=1, due_at=NOW)
    return claim()[0]


class TestDeliver:
    def test_a_message_carries_its_callback_and_its_life(self, leased, outboxes):
        leased.expires_at = timezone.now() + timedelta(minutes=5)
        assert delivery.deliver(leased, now=NOW) == "accepted"
        (message,) = outboxes["sms"].sent
        assert (message.to, message.text, message.priority) == ("+447700900007", leased.text, 1)
        assert 290 <= message.valid_for_s <= 300
        assert str(leased.pk) in message.status_url
        leased.refresh_from_db()
        assert (leased.status, leased.carrier_id) == ("accepted", "MEM1")

    @pytest.mark.parametrize(
        ("error", "status", "wait_s"),
        [
            (TransportError(permanent=True, code="21211"), "failed_perm", 0),
            (TransportError(permanent=False, code="500"), "failed_temp", 2),
            (
                TransportError(permanent=False, ambiguous=True),
                "failed_temp",
                0,
            ),  # P1: twice is better than never
            (TransportError(permanent=False, retry_after_s=17), "failed_temp", 17),
            (RuntimeError("a fault of ours"), "failed_temp", 2),
        ],
    )
    def test_a_failure(self, leased, outboxes, error, status, wait_s):
        outboxes["sms"].refusals.append(error)
        assert delivery.deliver(leased, now=NOW) == status
        leased.refresh_from_db()
        assert leased.status == status
        if status == "failed_temp":
            assert leased.due_at == NOW + timedelta(seconds=wait_s)

    def test_a_text_that_never_leaves_is_given_up_at_last(self, leased, outboxes):
        leased.attempt = receipts.MOST_ATTEMPTS
        leased.save()
        outboxes["sms"].refusals.append(TransportError(permanent=False))
        assert delivery.deliver(leased, now=NOW) == "failed_perm"

    @pytest.mark.parametrize("status", ["acknowledged", "declined", "stood_down", "no_answer"])
    def test_an_answer_that_came_meanwhile_stops_it(self, leased, outboxes, status):
        factories.force(type(leased.dispatch).objects, status=status)
        assert delivery.deliver(leased, now=NOW) == "cancelled"
        assert outboxes["sms"].sent == []

    def test_a_unit_without_a_number_fails_for_good(self, leased):
        type(leased.unit).objects.update(phone="")
        assert delivery.deliver(leased, now=NOW) == "failed_perm"
        leased.refresh_from_db()
        assert leased.error_code == "no_number"

    @pytest.mark.parametrize("meanwhile", [{"status": "pending"}, {"attempt": 2}, {"status": "delivered"}])
    def test_a_lease_that_another_one_took_is_not_sent(self, leased, outboxes, meanwhile):
        Notification.objects.update(**meanwhile)
        delivery.deliver(leased, now=NOW)
        assert outboxes["sms"].sent == []

    @pytest.mark.parametrize("error", [None, TransportError(permanent=True)])
    def test_an_outcome_that_the_carriers_receipt_overtook_changes_no_state(
        self, leased, outboxes, monkeypatch, error
    ):
        def send(message):
            Notification.objects.update(status="delivered")
            if error:
                raise error
            return "MEM1"

        monkeypatch.setattr(outboxes["sms"], "send", send)
        delivery.deliver(leased, now=NOW)
        leased.refresh_from_db()
        assert (leased.status, leased.carrier_id) == ("delivered", "" if error else "MEM1")

    @pytest.mark.parametrize(("priority", "texts"), [(2, 2), (3, 1)])
    def test_after_a_doubtful_attempt_only_the_urgent_is_said_again_unseen(
        self, leased, outboxes, priority, texts
    ):
        Notification.objects.update(priority=priority)
        leased.priority = priority
        send, outbox = outboxes["sms"].send, outboxes["sms"]
        with pytest.MonkeyPatch.context() as patch:

            def taken_unheard(message):
                send(message)
                raise TransportError(permanent=False, ambiguous=True)

            patch.setattr(outbox, "send", taken_unheard)
            assert delivery.deliver(leased, now=NOW) == "failed_temp"
        (again,) = claim(at=NOW + timedelta(seconds=5))
        assert delivery.deliver(again, now=NOW) == "accepted"
        assert len(outbox.sent) == texts
        assert len({message.id for message in outbox.sent}) == 1
        again.refresh_from_db()
        assert again.carrier_id == f"MEM{texts}"


@pytest.mark.django_db
def test_rows_locked_by_another_are_skipped_not_waited_for(transactional_db):
    factories.Notification(due_at=NOW)
    with transaction.atomic():
        assert len(claim()) == 1
        assert together(claim) == [[]]
