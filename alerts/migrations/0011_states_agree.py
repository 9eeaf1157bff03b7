"""What an incident says and what its dispatches and its ladder say agree at the end of each transaction.

A unit is engaged where the incident says so, and nobody is called to one that is over. Asked only of the step
that could break it, so that a row which is wrong already can still be mended step by step. Rows may be
inserted in any state.
"""

from django.db import migrations

ENGAGED = "('acknowledged', 'en_route', 'on_scene')"
ANSWERABLE = "('proposed', 'alerting', 'no_answer', 'acknowledged', 'en_route', 'on_scene')"
OPEN = "('open', 'dispatching', 'responding', 'on_scene', 'suspended')"
WITH_A_UNIT = "('responding', 'on_scene')"
LIVE = "('wanted', 'running')"

FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    incident uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
BEGIN
    IF EXISTS (SELECT FROM reports_incident WHERE id = incident AND {wrong}) THEN
        RAISE EXCEPTION 'incident % {says}', incident
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;
"""
FUNCTIONS = [
    {
        "name": "suar_has_a_unit",
        "says": "is responded to, yet no unit is engaged",
        "wrong": f"status IN {WITH_A_UNIT} AND NOT EXISTS "
        f"(SELECT FROM alerts_dispatch d WHERE d.incident_id = incident AND d.status IN {ENGAGED})",
    },
    {
        "name": "suar_calls_nobody",
        "says": "is over, yet somebody is called",
        "wrong": f"status NOT IN {OPEN} AND (EXISTS "  # noqa: S608  our own words
        f"(SELECT FROM alerts_dispatch d WHERE d.incident_id = incident AND d.status IN {ANSWERABLE}) OR EXISTS "
        f"(SELECT FROM alerts_escalation e WHERE e.incident_id = incident AND e.state IN {LIVE}))",
    },
]
TRIGGER = """
CREATE CONSTRAINT TRIGGER {name} AFTER UPDATE OF {column} ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.{column} <> NEW.{column} AND {when})
EXECUTE FUNCTION {function}('{key}');
"""
_INCIDENT = {"table": "reports_incident", "column": "status", "key": "id"}
_DISPATCH = {"table": "alerts_dispatch", "column": "status", "key": "incident_id"}
_LADDER = {"table": "alerts_escalation", "column": "state", "key": "incident_id"}
TRIGGERS = [
    _INCIDENT
    | {"name": "incident_has_a_unit", "function": "suar_has_a_unit", "when": f"NEW.status IN {WITH_A_UNIT}"},
    _DISPATCH
    | {
        "name": "dispatch_was_not_the_last",
        "function": "suar_has_a_unit",
        "when": f"OLD.status IN {ENGAGED} AND NEW.status NOT IN {ENGAGED}",
    },
    _INCIDENT
    | {"name": "incident_calls_nobody", "function": "suar_calls_nobody", "when": f"NEW.status NOT IN {OPEN}"},
    _DISPATCH
    | {"name": "dispatch_is_wanted", "function": "suar_calls_nobody", "when": f"NEW.status IN {ANSWERABLE}"},
    _LADDER
    | {"name": "escalation_is_wanted", "function": "suar_calls_nobody", "when": f"NEW.state IN {LIVE}"},
]


class Migration(migrations.Migration):
    dependencies = [("alerts", "0010_steps"), ("reports", "0009_ends_by_officers")]

    operations = [
        *(
            migrations.RunSQL(FUNCTION.format(**parts), "DROP FUNCTION {name}();".format(**parts))
            for parts in FUNCTIONS
        ),
        *(
            migrations.RunSQL(TRIGGER.format(**parts), "DROP TRIGGER {name} ON {table};".format(**parts))
            for parts in TRIGGERS
        ),
    ]
