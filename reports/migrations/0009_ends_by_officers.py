"""Only a named officer ends an incident or opens it again: without his word in its story the database refuses.

For each status, the words of officers that led to it less the steps away from it: one while the incident
is in it, none for "open", in which it began. Counted so and not by time, since two hosts' clocks may differ.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION suar_officer_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words bigint;
BEGIN
    SELECT count(*) FILTER (WHERE story.new = NEW.status AND story.by_id IS NOT NULL)
            - count(*) FILTER (WHERE story.old = NEW.status)
        INTO words FROM reports_transition story WHERE incident_id = NEW.id AND field = 'status';
    IF words < (NEW.status <> 'open')::int
        AND EXISTS (SELECT FROM reports_incident WHERE id = NEW.id AND status = NEW.status)
    THEN
        RAISE EXCEPTION 'incident % became % without a named officer', NEW.reference, NEW.status
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;
"""
# At the end of the transaction: the story's row may be written after the status.
TRIGGER = """
CREATE CONSTRAINT TRIGGER incident_ends_by_officers AFTER UPDATE OF status ON reports_incident
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.status <> NEW.status
    AND NEW.status IN ('open', 'suspended', 'stood_down', 'handed_over', 'merged', 'closed'))
EXECUTE FUNCTION suar_officer_said();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_steps")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION suar_officer_said();"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER incident_ends_by_officers ON reports_incident;"),
    ]
