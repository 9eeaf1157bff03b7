"""Who named a place, moved it or took the name back: rows that the database itself keeps from change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import communities.ids

TABLE = "communities_placechange"


class Migration(migrations.Migration):
    dependencies = [("communities", "0003_village_names")]

    operations = [
        migrations.CreateModel(
            name="PlaceChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=communities.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("add", "added"),
                            ("change", "changed"),
                            ("move", "moved"),
                            ("retire", "taken out of use"),
                            ("restore", "taken back into use"),
                            ("undo", "undone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="place_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="communities.place",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="communities.placechange",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(act__in=["add", "change", "move", "retire", "restore", "undo"]),
                        name="place_change_act_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(act="undo", undoes__isnull=False)
                        | (~models.Q(act="undo") & models.Q(undoes__isnull=True)),
                        name="place_change_undoes_if_undo",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION suar_append_only();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
    ]
