"""Rows that tell who did what are never changed: the database itself refuses."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION suar_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
"""

TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION suar_append_only();
"""
NO_TRIGGER = "DROP TRIGGER {table}_append_only ON {table};"


class Migration(migrations.Migration):
    dependencies = [("communities", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION suar_append_only();"),
        migrations.RunSQL(
            TRIGGER.format(table="communities_reveal"), NO_TRIGGER.format(table="communities_reveal")
        ),
    ]
