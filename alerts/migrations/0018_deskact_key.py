"""An act at the desk knows the form it came from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0017_saved_views")]

    operations = [
        migrations.AddField(
            "deskact",
            "key",
            models.UUIDField(null=True, unique=True),
        )
    ]
