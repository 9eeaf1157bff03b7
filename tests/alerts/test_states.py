"""What raw SQL can do to a state: exactly the steps of the tables, and nothing that contradicts another row."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alerts import states
from alerts.models import Dispatch, Escalation, Notification
from reports import states as reports_states
from reports import workflow
from reports.models import Incident, Report
from tests import factories

pytestmark = pytest.mark.django_db

MACHINES = {
    "incident": (Incident, "status", reports_states.INCIDENT),
    "report": (Report, "status", reports_states.REPORT),
    "dispatch": (Dispatch, "status", states.DISPATCH),
    "notification": (Notification, "status", states.NOTIFICATION),
    "escalation": (Escalation, "state", states.ESCALATION),
}
# Written out a second time on purpose; those of incident and dispatch are in each app's test_workflow.
EDGES = {
    "report": {"received": "duplicate dismissed", "duplicate": "", "dismissed": ""},
    "notification": {
        "pending": "leased accepted delivered read failed_temp failed_perm cancelled expired",
        "leased": "pending accepted delivered read failed_temp failed_perm cancelled expired",
        "accepted": "delivered read failed_temp failed_perm",
        "delivered": "read",
        "read": "",
        "failed_temp": "pending leased accepted delivered read failed_perm cancelled expired",
        "failed_perm": "",
        "cancelled": "",
        "expired": "",
    },
    "escalation": {
        "wanted": "running answered stopped",
        "running": "wanted answered stopped",
        "answered": "wanted running",
        "stopped": "wanted",
    },
}


def refusal(statement: str, *values, commit: bool = False) -> str:
    """Name of the constraint that refuses the statement, or its commit; "" where it is taken. Undone anyway."""
    try:
        with transaction.atomic():
            raw(statement, *values)
            if commit:
                commits()
            transaction.set_rollback(True)
    except IntegrityError as refused:
        return refused.__cause__.diag.constraint_name
    return ""


def raw(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


@pytest.mark.parametrize("machine", EDGES)
def test_the_tables_are_those_of_the_trade(machine):
    assert MACHINES[machine][2] == {old: set(new.split()) for old, new in EDGES[machine].items()}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_database_takes_exactly_the_steps_of_the_table(machine):
    model, field, allowed = MACHINES[machine]
    choices = model._meta.get_field(field).choices
    assert set(allowed) == {value for value, _ in choices}
    survivor = factories.Incident()
    merged = {"merged_into": survivor} if machine == "incident" else {}
    for old in allowed:
        row = getattr(factories, model.__name__)(**{field: old}, **(merged if old == "merged" else {}))
        for new in allowed:
            statement = f"UPDATE {model._meta.db_table} SET {field} = %s"
            if merged:
                statement += f", merged_into_id = {'%s' if new == 'merged' else 'NULL'}"
            values = [new, *([survivor.pk] if merged and new == "merged" else []), row.pk]
            refused = refusal(f"{statement} WHERE {model._meta.pk.column} = %s", *values)
            expected = "" if new == old or new in allowed[old] else f"{machine}_steps"
            assert refused == expected, (machine, old, new)


def test_other_columns_of_an_ended_row_can_still_be_written():
    note = factories.Notification(status="cancelled")
    raw("UPDATE alerts_notification SET carrier_id = 'SM1', status = 'cancelled' WHERE id = %s", note.pk)


# --- What spans rows, at the end of the transaction ---


def commits() -> None:
    """What a COMMIT would check; raises IntegrityError."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refuses(constraint: str, statement: str, *values) -> None:
    assert refusal(statement, *values, commit=True) == constraint


SET_INCIDENT = "UPDATE reports_incident SET status = %s WHERE id = %s"
SET_DISPATCH = "UPDATE alerts_dispatch SET status = %s WHERE id = %s"


@pytest.mark.parametrize("unit", ["alerting", "no_answer", "completed", None])
def test_no_incident_is_responded_to_without_a_unit(unit):
    incident = factories.Incident(status="dispatching")
    if unit:
        factories.Dispatch(incident=incident, status=unit)
    factories.Dispatch(status="acknowledged")  # another incident's
    refuses("incident_has_a_unit", SET_INCIDENT, "responding", incident.pk)
    factories.Dispatch(incident=incident, status="acknowledged")
    raw(SET_INCIDENT, "responding", incident.pk)
    commits()


@pytest.mark.parametrize("status", ["responding", "on_scene"])
def test_the_last_unit_does_not_leave_silently(status):
    incident = factories.Incident(status=status)
    first, last = (factories.Dispatch(incident=incident, status="en_route") for _ in range(2))
    raw(SET_DISPATCH, "cannot_continue", first.pk)
    commits()
    refuses("dispatch_was_not_the_last", SET_DISPATCH, "cannot_continue", last.pk)


@pytest.mark.parametrize("end", ["stood_down", "handed_over", "suspended"])
def test_an_end_without_a_named_officer_is_refused(end, dispatcher):
    incident = factories.Incident()
    refuses("incident_ends_by_officers", SET_INCIDENT, end, incident.pk)
    workflow.record(incident, "status", "open", end, by=None)
    refuses("incident_ends_by_officers", SET_INCIDENT, end, incident.pk)
    workflow.record(incident, "status", "open", end, by=dispatcher)
    raw(SET_INCIDENT, end, incident.pk)
    commits()


def test_an_officers_word_of_last_time_does_not_end_it_again(dispatcher):
    incident = factories.Incident()
    for to in ("stood_down", "open"):
        workflow.advance(incident.pk, to, by=dispatcher, reason="mistaken")
    commits()
    refuses("incident_ends_by_officers", SET_INCIDENT, "stood_down", incident.pk)
    workflow.advance(incident.pk, "stood_down", by=dispatcher, reason="mistaken again")
    commits()
    refuses("incident_ends_by_officers", SET_INCIDENT, "open", incident.pk)


@pytest.mark.parametrize("status", Dispatch.OPEN_STATUSES)
def test_nobody_is_still_called_to_what_has_ended(status, dispatcher):
    dispatch = factories.Dispatch(status=status)
    workflow.record(dispatch.incident, "status", "open", "stood_down", by=dispatcher, reason="safe")
    refuses("incident_calls_nobody", SET_INCIDENT, "stood_down", dispatch.incident_id)


def test_no_ladder_starts_again_for_what_has_ended():
    incident = factories.Incident(status="closed")
    factories.Escalation(incident=incident, state="stopped")
    refuses(
        "escalation_is_wanted",
        "UPDATE alerts_escalation SET state = 'wanted', due_at = %s WHERE incident_id = %s",
        timezone.now(),
        incident.pk,
    )


def test_a_crew_cannot_take_what_has_ended_and_what_is_wrong_is_mended_step_by_step():
    incident = factories.Incident(status="closed")
    called, engaged = (
        factories.Dispatch(incident=incident, status=status) for status in ("alerting", "en_route")
    )
    refuses("dispatch_is_wanted", SET_DISPATCH, "acknowledged", called.pk)
    for dispatch in (called, engaged):
        raw(SET_DISPATCH, "stood_down", dispatch.pk)
        commits()
