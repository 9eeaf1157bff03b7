"""Statements made once store and read what the ORM does."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts.models import Notification, PatrolUnit
from communities import rows
from communities.rows import Asked
from reports.models import Incident, Transition
from tests import factories

pytestmark = pytest.mark.django_db


def change(incident, **fields) -> Transition:
    return Transition(incident=incident, field="priority", old="3", new="1", at=timezone.now(), **fields)


@pytest.mark.parametrize("factory", [factories.Incident, factories.PatrolUnit, factories.Station])
def test_a_row_is_read_as_the_orm_reads_it(factory):
    known = type(made := factory()).objects.get(pk=made.pk)
    [[found]] = rows.read(Asked("WHERE id = %s", [made.pk], type(made)))
    names = [field.attname for field in known._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(known, name) for name in names]
    assert not found._state.adding


def test_questions_are_answered_in_turn():
    incident = factories.Incident()
    answers = rows.read(
        Asked("WHERE id = %s FOR UPDATE", [incident.pk], Incident),
        Asked("SELECT 7, id FROM reports_incident WHERE id = %(id)s", {"id": incident.pk}),
        Asked("WHERE false", [], PatrolUnit),
    )
    assert answers == [[incident], [(7, incident.pk)], []]


def test_a_row_is_inserted_as_the_orm_does():
    incident = factories.Incident()
    one, other = change(incident, reason="by radio"), change(incident, reason="by radio")
    rows.insert(one)
    other.save()
    stored = Transition.objects.filter(incident=incident).values("field", "old", "new", "reason", "by")
    assert len(stored) == 2
    assert stored[0] == stored[1]
    assert not one._state.adding


def test_a_row_is_inserted_once_under_its_key():
    incident, unit, now = factories.Incident(), factories.PatrolUnit(), timezone.now()
    for text in ("first", "second"):
        row = Notification(
            key="k", incident=incident, unit=unit, purpose="alert", channel="sms", text=text,
            created_at=now, due_at=now,
        )  # fmt: skip
        rows.insert(row, once=True)
    assert Notification.objects.get().text == "first"


def test_only_the_fields_that_are_named_are_updated():
    incident = factories.Incident(priority=3, persons_on_board=2)
    incident.priority, incident.persons_on_board = 1, 9
    rows.update(incident, ["priority"])
    incident.refresh_from_db()
    assert (incident.priority, incident.persons_on_board) == (1, 2)


def test_all_fields_are_updated_where_none_is_named():
    incident = factories.Incident()
    unit = factories.PatrolUnit()
    dispatch = factories.Dispatch(incident=incident, unit=unit)
    dispatch.why, dispatch.eta_s = "nearest", 60
    rows.update(dispatch)
    dispatch.refresh_from_db()
    assert (dispatch.why, dispatch.eta_s, dispatch.unit_id) == ("nearest", 60, unit.pk)


def test_together_they_leave_before_any_other_statement(django_assert_num_queries):
    incident = factories.Incident(priority=3)
    incident.priority = 1
    with transaction.atomic(), rows.together():
        with django_assert_num_queries(0):
            rows.insert(change(incident))
            rows.update(incident, ["priority"])
        assert Incident.objects.get(pk=incident.pk).priority == 1
        assert Transition.objects.filter(incident=incident).count() == 1
        rows.insert(change(incident))
        [[(count,)]] = rows.read(Asked("SELECT count(*) FROM reports_transition", []))
        assert count == 2
        rows.insert(change(incident))
    assert Transition.objects.filter(incident=incident).count() == 3


def test_what_is_wrong_with_one_ends_the_transaction():
    incident = factories.Incident(priority=3)
    twice = change(incident)

    @transaction.atomic
    @rows.together()
    def insert_twice():
        rows.insert(twice)
        rows.insert(twice)

    with pytest.raises(IntegrityError):
        insert_twice()
    assert not Transition.objects.filter(incident=incident).exists()

    @transaction.atomic
    @rows.together()
    def write_and_ask():
        incident.priority = 77
        rows.update(incident, ["priority"])
        Incident.objects.count()

    with pytest.raises(IntegrityError):
        write_and_ask()
    assert Incident.objects.get(pk=incident.pk).priority == 3
    assert Incident.objects.count() == 1  # the connection is of use


def test_what_is_held_back_is_dropped_with_what_failed_before_it():
    incident = factories.Incident()

    @transaction.atomic
    @rows.together()
    def fail():
        rows.insert(change(incident))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert not Transition.objects.filter(incident=incident).exists()
