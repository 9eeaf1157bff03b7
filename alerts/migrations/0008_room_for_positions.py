"""Nine tenths of each page for the next versions of a unit's newest fix: with half the table grew fourfold."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_alarms_and_pulses")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE alerts_unitposition SET (fillfactor = 10);",
            "ALTER TABLE alerts_unitposition SET (fillfactor = 50);",
        )
    ]
