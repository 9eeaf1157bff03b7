"""A crew called for an incident that is joined to another one."""

from urllib.parse import urlencode

import pytest

from alerts import dispatch, inbound
from alerts.models import Dispatch, Notification
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """Two incidents of one distress: the one that goes, and the one that stays."""
    return [factories.Incident(reference=one, status="dispatching", priority=1) for one in ("4W4NF", "PRC52")]


def call(incident, unit, status="alerting", reached="delivered", **fields):
    row = factories.Dispatch(incident=incident, unit=unit, status=status, **fields)
    factories.Notification(incident=incident, dispatch=row, unit=unit, purpose="alert", status=reached)
    return row


def said(purpose):
    return list(Notification.objects.filter(purpose=purpose, status="pending").values_list("unit", "text"))


def test_who_was_called_for_both_goes_on_under_the_reference_that_stays(pair, patrol, admin):
    for incident in pair:
        call(incident, patrol)
    dispatch.merge(pair[0].pk, pair[1].pk, by=admin, reason="the same boat")
    assert Dispatch.objects.answerable().get().incident == pair[1]
    [(unit, text)] = said("alert")
    assert unit == patrol.pk
    assert "4W4NF IS NOW PRC52" in text
    assert said("stand_down") == []


def test_who_was_called_for_the_one_that_goes_is_called_for_the_other(pair, patrol, admin):
    old = call(pair[0], patrol, distance_m=4000, eta_s=900, bearing_deg=45)
    dispatch.merge(pair[0].pk, pair[1].pk, by=admin, reason="the same boat")
    new = Dispatch.objects.answerable().get()
    assert (new.incident, new.unit, new.eta_s) == (pair[1], patrol, old.eta_s)
    assert said("stand_down") == []


def test_who_hears_nothing_of_it_is_left_to_the_ladder(pair, patrol, admin):
    call(pair[0], patrol, reached="pending")
    dispatch.merge(pair[0].pk, pair[1].pk, by=admin, reason="the same boat")
    assert not Dispatch.objects.answerable().exists()
    assert said("alert") == said("stand_down") == []


def test_where_a_unit_leads_the_others_are_told_to_stop(pair, patrol, second_patrol, admin):
    call(pair[1], second_patrol, status="acknowledged", role="lead")
    call(pair[0], patrol)
    pair[1].status = "responding"
    pair[1].save()
    dispatch.merge(pair[0].pk, pair[1].pk, by=admin, reason="the same boat")
    assert [unit for unit, _text in said("stand_down")] == [patrol.pk]


def test_the_old_reference_is_taken_for_the_new_one(pair, patrol, admin):
    call(pair[0], patrol)
    dispatch.merge(pair[0].pk, pair[1].pk, by=admin, reason="the same boat")
    form = {"MessageSid": f"SM{1:032}", "From": patrol.phone, "Body": "1 4W4NF"}
    inbound.receive(form, urlencode(form).encode())
    assert Dispatch.objects.engaged().get().incident == pair[1]
