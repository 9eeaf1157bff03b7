"""Transitions are never changed; the newest fix of a unit is updated inside its page."""

from django.db import migrations

TABLE = "alerts_dispatchtransition"


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("communities", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION suar_append_only();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
        migrations.RunSQL(
            "ALTER TABLE alerts_unitposition SET (fillfactor = 50);",
            "ALTER TABLE alerts_unitposition RESET (fillfactor);",
        ),
    ]
