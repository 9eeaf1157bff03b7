"""Standing alarms, the texts about them, and signs of life."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import communities.ids


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0006_doubt_began_at"),
        ("reports", "0007_ais_source"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "name",
                    models.CharField(
                        help_text="kind:host:process", max_length=120, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("host", models.CharField(max_length=60)),
                ("pid", models.PositiveIntegerField(blank=True, null=True)),
                ("started_at", models.DateTimeField()),
                ("at", models.DateTimeField(help_text="by the database's clock")),
                ("ahead_ms", models.IntegerField(default=0, help_text="its own clock before the database's")),
                ("doing", models.CharField(blank=True, help_text="what it did last", max_length=120)),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, help_text="it was told to stop, and did", null=True),
                ),
            ],
            options={
                "ordering": ["kind", "name"],
            },
        ),
        migrations.CreateModel(
            name="AlarmText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=communities.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.CharField(max_length=160)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("carrier_id", models.CharField(blank=True, max_length=80)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        help_text="empty: the operations number",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alerts.station",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=communities.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(help_text="a word of alerts.alarms.KINDS", max_length=30)),
                (
                    "subject",
                    models.CharField(help_text="what it is about", max_length=120),
                ),
                (
                    "text",
                    models.CharField(
                        help_text="in words, without a name, a number or a position", max_length=300
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                (
                    "lasts_until",
                    models.DateTimeField(
                        blank=True, help_text="of what no round looks for: it stands until then", null=True
                    ),
                ),
                ("cleared_at", models.DateTimeField(blank=True, null=True)),
                ("texts", models.PositiveSmallIntegerField(default=0, help_text="how often it was texted")),
                ("text_due_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "quiet_until",
                    models.DateTimeField(
                        blank=True, help_text="not texted again before; it is shown all the same", null=True
                    ),
                ),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="reports.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["-first_seen_at", "id"],
                "indexes": [models.Index(fields=["kind", "subject", "cleared_at"], name="alarm_of_fact")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("kind", "subject"),
                        name="alarm_once",
                    )
                ],
            },
        ),
        # Written every few seconds by each process: an update stays inside its page.
        migrations.RunSQL(
            "ALTER TABLE alerts_pulse SET (fillfactor = 30);", "ALTER TABLE alerts_pulse RESET (fillfactor);"
        ),
    ]
