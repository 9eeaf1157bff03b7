from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_tracks_vessels_beacons"),
    ]

    operations = [
        migrations.AddField(
            model_name="unitposition",
            name="doubt_began_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
