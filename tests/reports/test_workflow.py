"""The states of an incident: every pair of the table, who may, with what reason, and a story nobody can rewrite."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from reports import workflow
from reports.models import Incident, Transition
from tests import factories

pytestmark = pytest.mark.django_db
# DOMAIN's table, written out a second time on purpose.
EDGES = {
    "open": "dispatching stood_down suspended handed_over merged closed",
    "dispatching": "responding stood_down suspended handed_over merged",
    "responding": "on_scene dispatching stood_down suspended handed_over merged",
    "on_scene": "resolved dispatching stood_down suspended handed_over merged",
    "suspended": "dispatching handed_over",
    "resolved": "closed",
    "stood_down": "closed open",
    "closed": "open",
    "handed_over": "",
    "merged": "",
}
PAIRS = [(old, new) for old in EDGES for new in EDGES]


def incident_in(status: str, **fields) -> Incident:
    survivor = factories.Incident() if status == "merged" else None
    return factories.Incident(status=status, merged_into=survivor, **fields)


def test_the_table_names_every_state():
    assert set(EDGES) == set(Incident.Status.values) == set(workflow.ALLOWED)


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=" to ".join)
def test_every_pair(dispatcher, old, new):
    incident = incident_in(old)
    survivor = factories.Incident() if new == "merged" else None
    allowed = new in EDGES[old].split()
    if allowed:
        if new in ("responding", "on_scene"):
            factories.Dispatch(incident=incident, status="acknowledged")
        workflow.advance(incident.pk, new, by=dispatcher, reason="because", survivor=survivor)
    else:
        with pytest.raises(workflow.TransitionNotAllowed):
            workflow.advance(incident.pk, new, by=dispatcher, reason="because", survivor=survivor)
    incident.refresh_from_db()
    assert incident.status == (new if allowed else old)
    story = [(row.field, row.old, row.new, row.by, row.reason) for row in incident.transitions.all()]
    assert story == ([("status", old, new, dispatcher, "because")] if allowed else [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (old, new)
        for old, new in PAIRS
        if new in EDGES[old].split() and new in "closed stood_down suspended handed_over merged open".split()
    ],
    ids=" to ".join,
)
def test_no_rule_ends_an_incident(old, new):
    incident = incident_in(old)
    with pytest.raises(workflow.TransitionNotAllowed):
        workflow.advance(incident.pk, new, by=None, reason="a rule", survivor=factories.Incident())
    assert Incident.objects.get(pk=incident.pk).status == old


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
@pytest.mark.parametrize("new", ["closed", "stood_down", "handed_over"])
def test_an_end_needs_a_reason(dispatcher, new, reason):
    incident = incident_in("open")
    with pytest.raises(workflow.TransitionNotAllowed):
        workflow.advance(incident.pk, new, by=dispatcher, reason=reason)


@pytest.mark.parametrize("phases", [{"emergency_phase": "DISTRESS"}, {"response_phase": "ATTACK"}])
def test_a_distress_is_not_closed_as_recorded(dispatcher, phases):
    incident = incident_in("open", **phases)
    with pytest.raises(workflow.TransitionNotAllowed):
        workflow.advance(incident.pk, "closed", by=dispatcher, reason="nothing")
    workflow.advance(incident.pk, "stood_down", by=dispatcher, reason="nothing")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("reports_transition", factories.Transition),
        ("alerts_dispatchtransition", factories.DispatchTransition),
    ],
)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET reason = 'nothing happened'",
        "DELETE FROM {}",
        "UPDATE {} SET at = now() WHERE id = '{}'",
    ],
)
def test_the_database_itself_keeps_the_story(table, row, statement):
    kept = row()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, kept.pk))
    kept.refresh_from_db()
    assert kept.reason == ""


def test_a_long_reason_is_cut_and_a_long_value_too(dispatcher):
    incident = incident_in("open")
    workflow.record(incident, "place", "x" * 500, None, by=dispatcher, reason="y" * 900)
    kept = Transition.objects.get()
    assert (len(kept.old), kept.new, len(kept.reason)) == (200, "", 300)


@pytest.mark.django_db(transaction=True)
def test_a_row_elsewhere_may_name_an_incident_that_is_locked(django_db_blocker):
    """Two transactions, each with an incident locked and the other's named, must not wait for each other."""
    one, other = factories.Incident(), factories.Incident()

    def lock_the_other_and_name_one() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                workflow.lock(other.pk)
                factories.Report(incident=one)
        finally:
            connection.close()

    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as thread, transaction.atomic():
        workflow.lock(one.pk)
        thread.submit(lock_the_other_and_name_one).result()
