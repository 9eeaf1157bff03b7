"""Transitions are never changed; references count on one sequence."""

from django.db import migrations

TABLE = "reports_transition"


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("communities", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION suar_append_only();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
        # 24**5 references, see reports.references; it starts anew when all were used.
        migrations.RunSQL(
            "CREATE SEQUENCE reports_reference AS bigint MINVALUE 0 MAXVALUE 7962623 START 0 CYCLE;",
            "DROP SEQUENCE reports_reference;",
        ),
    ]
