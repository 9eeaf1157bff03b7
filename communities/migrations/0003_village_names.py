"""What a name that one village uses needs besides: a note, a day on which it was taken back, a place on charts."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("communities", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="place",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="place",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="place",
            index=django.contrib.postgres.indexes.GistIndex(
                django.db.models.functions.comparison.Cast(
                    "position", django.contrib.gis.db.models.fields.PointField(srid=4326)
                ),
                name="place_on_the_plane",
            ),
        ),
    ]
