"""Tasking one unit: each verb on each state, said twice, and what it leaves the unit and the incident as."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts import dispatch, escalation, fleet
from alerts.models import Dispatch, Escalation, PatrolUnit
from alerts.workflow import ALLOWED, DispatchNotAllowed
from tests import factories

pytestmark = pytest.mark.django_db
VERBS = {
    "acknowledged": dispatch.acknowledge,
    "declined": dispatch.decline,
    "en_route": dispatch.under_way,
    "on_scene": dispatch.on_scene,
    "completed": dispatch.complete,
    "cannot_continue": dispatch.cannot_continue,
}
#: Steps that a crew may skip, beside the table's own.
SKIPS = {("acknowledged", "on_scene"), ("acknowledged", "completed"), ("en_route", "completed")}


def tasked(status: str, **fields) -> Dispatch:
    responding = status in Dispatch.ENGAGED_STATUSES
    incident = factories.Incident(
        status="responding" if responding else "dispatching", type="sinking", **fields
    )
    return factories.Dispatch(incident=incident, status=status, role="lead" if responding else "")


@pytest.mark.parametrize("old", Dispatch.Status.values)
@pytest.mark.parametrize("new", VERBS)
def test_every_verb_on_every_state(old, new):
    row = tasked(old)
    same = old == new or (new == "acknowledged" and old in Dispatch.ENGAGED_STATUSES)
    if same or new in ALLOWED[old] or (old, new) in SKIPS:
        VERBS[new](row.pk, via="sms")
        row.refresh_from_db()
        assert row.status == (old if same else new)
        count = row.transitions.count()
        VERBS[new](row.pk, via="sms")  # said twice
        assert row.transitions.count() == count
    else:
        with pytest.raises(DispatchNotAllowed):
            VERBS[new](row.pk, via="sms")
        row.refresh_from_db()
        assert row.status == old
        assert not row.transitions.exists()


def test_a_word_to_an_incident_that_is_over_changes_nothing():
    row = tasked("no_answer")
    factories.force(type(row.incident).objects, status="stood_down")
    with pytest.raises(DispatchNotAllowed):
        dispatch.acknowledge(row.pk, via="app")
    row.refresh_from_db()
    assert row.status == "no_answer"


def test_support_goes_beside_a_lead(patrol, second_patrol, dispatcher):
    lead = factories.Dispatch(
        incident=factories.Incident(status="dispatching", type="sinking"), unit=patrol, status="alerting"
    )
    dispatch.acknowledge(lead.pk, via="sms")
    support = dispatch.task(lead.incident_id, second_patrol.pk, by=dispatcher)
    assert dispatch.acknowledge(support.pk, via="sms").role == "support"
    dispatch.cannot_continue(support.pk, via="sms")
    assert Dispatch.objects.get(role="lead").status == "acknowledged"
    assert type(lead.incident).objects.get().status == "responding"


def test_the_last_unit_done_resolves_the_incident(patrol, second_patrol, dispatcher):
    lead = factories.Dispatch(
        incident=factories.Incident(status="dispatching", type="sinking"), unit=patrol, status="alerting"
    )
    dispatch.acknowledge(lead.pk, via="sms")
    support = dispatch.task(lead.incident_id, second_patrol.pk, by=dispatcher)
    dispatch.acknowledge(support.pk, via="sms")
    dispatch.complete(lead.pk, via="sms")
    assert type(lead.incident).objects.get().status == "on_scene"
    dispatch.complete(support.pk, via="sms")
    assert type(lead.incident).objects.get().status == "resolved"
    assert set(PatrolUnit.objects.values_list("status", flat=True)) == {"returning"}


def test_a_desk_hears_that_a_crew_ended_what_no_officer_has_seen(patrol):
    type(patrol.station).objects.update(duty_phone="+60112223344", language="en")
    row = factories.Dispatch(
        incident=factories.Incident(status="dispatching", type="sinking"), unit=patrol, status="alerting"
    )
    dispatch.acknowledge(row.pk, via="sms")
    dispatch.complete(row.pk, via="sms")
    told = row.incident.notifications.filter(purpose="duty").values_list("text", flat=True)
    assert [f"ENDED BY {patrol.call_sign}, NO OFFICER HAS SEEN IT" in text for text in told] == [True]


def test_a_unit_is_not_tasked_twice_to_one_incident(patrol, dispatcher):
    incident = factories.Incident(type="sinking")
    dispatch.task(incident.pk, patrol.pk, by=dispatcher)
    with pytest.raises(DispatchNotAllowed):
        dispatch.task(incident.pk, patrol.pk, by=dispatcher)


def test_the_database_allows_one_lead_and_one_task_a_unit(patrol):
    first = factories.Dispatch(unit=patrol, status="acknowledged", role="lead")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.Dispatch(incident=first.incident, status="en_route", role="lead")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.Dispatch(unit=patrol, status="on_scene")


@pytest.mark.parametrize("act", [dispatch.request_unit, escalation.want])
def test_asking_again_while_a_unit_goes_starts_no_ladder(patrol, dispatcher, act):
    row = factories.Dispatch(
        incident=factories.Incident(status="dispatching", type="sinking"), unit=patrol, status="alerting"
    )
    escalation.want(row.incident_id, now=row.created_at)
    dispatch.acknowledge(row.pk, via="sms")
    asked = {"by": dispatcher} if act is dispatch.request_unit else {"now": row.created_at}
    assert act(row.incident_id, **asked).state == "answered"


@pytest.mark.parametrize(
    ("task", "status", "left"),
    [(5, "en_route", True), (4, "on_scene", True), (3, "en_route", False), (5, "towing", False)],
)
def test_a_unit_leaves_a_p5_for_a_p1_and_the_p5_asks_for_another(patrol, task, status, left):
    engaged = "on_scene" if status == "on_scene" else "en_route"
    small = factories.Incident(status="responding", type="nav_hazard", priority=task)
    old = factories.Dispatch(incident=small, unit=patrol, status=engaged, role="lead")
    factories.Escalation(incident=small, state="answered")
    patrol.status = status
    patrol.save()
    distress = factories.Incident(status="dispatching", type="sinking", priority=1)
    new = factories.Dispatch(incident=distress, unit=patrol, status="alerting")
    (unit,) = fleet.read(timezone.now()).for_incident(distress.priority)
    assert unit.may_leave_task is left
    if not left:
        with pytest.raises(DispatchNotAllowed):
            dispatch.acknowledge(new.pk, via="sms")
        return
    assert dispatch.acknowledge(new.pk, via="sms").role == "lead"
    old.refresh_from_db()
    patrol.refresh_from_db()
    assert (old.status, old.reason) == ("cannot_continue", f"left for {distress.reference}")
    assert patrol.status == "acknowledged"
    ladder = Escalation.objects.get(incident=small)
    assert (ladder.state, ladder.next_step) == ("wanted", 0)
    small.refresh_from_db()
    assert small.status == "dispatching"


def test_a_unit_never_leaves_for_anything_less_than_a_p1(patrol):
    small = factories.Incident(status="responding", type="nav_hazard", priority=5)
    factories.Dispatch(incident=small, unit=patrol, status="en_route", role="lead")
    new = factories.Dispatch(
        incident__status="dispatching", incident__priority=2, unit=patrol, status="alerting"
    )
    with pytest.raises(DispatchNotAllowed):
        dispatch.acknowledge(new.pk, via="sms")
