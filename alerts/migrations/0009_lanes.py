from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0008_room_for_positions"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="notification",
            name="notification_due",
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("priority__lte", 2), ("status__in", ["pending", "failed_temp"])),
                fields=["channel", "attempt", "priority", "repeat", "due_at"],
                name="notification_due_urgent",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("priority__gt", 2), ("status__in", ["pending", "failed_temp"])),
                fields=["channel", "attempt", "priority", "repeat", "due_at"],
                name="notification_due_other",
            ),
        ),
    ]
