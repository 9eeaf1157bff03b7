"""Raw SQL by four connections at once gets past no rule; were one missing, the judge would see it."""

import pytest
from django.db import connection

from tests.faults import raw_steps

SEED = 20261122


def url() -> str:
    of = connection.get_connection_params()
    return f"postgresql://{of['user']}:{of.get('password', '')}@{of['host']}:{of['port']}/{of['dbname']}"


@pytest.fixture
def database(transactional_db):
    yield url()
    connection.close()


def test_raw_sql_by_four_actors_gets_past_no_rule(database):
    tally = raw_steps.play(database, 200, SEED)
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.sequences == 200
    assert min(tally.taken.values()) > 0
    assert {name.split(": ")[1] for name in tally.refused} >= {
        "incident_steps",
        "dispatch_steps",
        "escalation_steps",
    }


def test_a_missing_rule_is_seen(database):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reports_incident DISABLE TRIGGER incident_steps")
    try:
        tally = raw_steps.play(database, 200, SEED)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE reports_incident ENABLE TRIGGER incident_steps")
    assert any(fault.startswith("incident ") and "became" in fault for fault in tally.faults)
