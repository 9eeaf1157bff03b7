"""Every fix of a unit, by month; vessels and beacons that an AIS receiver hears; room to update in place."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

# By month, so that retention drops a table. The default one takes what no month was made for.
TRACK = """
CREATE TABLE alerts_unittrack (
    unit_id uuid NOT NULL,
    position_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    speed_kn double precision,
    course_deg double precision,
    source varchar(8) NOT NULL,
    note varchar(14) NOT NULL,
    PRIMARY KEY (unit_id, position_at)
) PARTITION BY RANGE (position_at);
CREATE TABLE alerts_unittrack_default PARTITION OF alerts_unittrack DEFAULT;
"""

# Rows that change every few seconds: half of each page stays free for the next version, and what is dead is
# taken away after a fixed number of changes, not after a share of a table that is small anyway.
ROOM_TO_UPDATE = """
ALTER TABLE alerts_unitposition SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE alerts_vessel SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
"""
ROOM_AS_BEFORE = """
ALTER TABLE alerts_unitposition RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_cost_delay);
ALTER TABLE alerts_vessel RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_cost_delay);
"""


def months(apps, schema_editor) -> None:
    """Partitions of this month and the next; alerts.tracks makes those that follow."""
    first = timezone.now().date().replace(day=1)
    for _ in range(2):
        end = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        schema_editor.execute(
            f"CREATE TABLE alerts_unittrack_{first:%Y_%m} PARTITION OF alerts_unittrack "
            f"FOR VALUES FROM ('{first} 00:00+00') TO ('{end} 00:00+00')"
        )
        first = end


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0004_weather_and_waters"),
        ("reports", "0007_ais_source"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vessel",
            fields=[
                ("mmsi", models.CharField(max_length=9, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=20)),
                ("call_sign", models.CharField(blank=True, max_length=7)),
                (
                    "ship_type",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="ITU-R M.1371, table 53: 30 fishing, 52 tug, 70 cargo, 80 tanker …",
                        null=True,
                    ),
                ),
                ("length_m", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("position_at", models.DateTimeField(blank=True, null=True)),
                ("speed_kn", models.FloatField(blank=True, null=True)),
                ("course_deg", models.FloatField(blank=True, null=True)),
                (
                    "nav_status",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="ITU-R M.1371, table 45: 0 under way, 1 at anchor, 2 not under command …",
                        null=True,
                    ),
                ),
                ("heard_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["mmsi"],
            },
        ),
        migrations.AddField(
            model_name="unitposition",
            name="doubted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="unitposition",
            name="doubted_latitude",
            field=models.FloatField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="unitposition",
            name="doubted_longitude",
            field=models.FloatField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="unitposition",
            name="doubted_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="unitposition",
            name="doubts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="UnitTrack",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "unit_id",
                                "position_at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("position_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("latitude", models.FloatField()),
                        ("longitude", models.FloatField()),
                        ("speed_kn", models.FloatField(blank=True, null=True)),
                        ("course_deg", models.FloatField(blank=True, null=True)),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("app", "crew app"),
                                    ("avl", "AVL box"),
                                    ("ais", "AIS"),
                                    ("officer", "officer"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("too_fast", "faster than the unit can go"),
                                    ("week_rollover", "date put right by 1024 weeks"),
                                ],
                                max_length=14,
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="track",
                                to="alerts.patrolunit",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["unit", "position_at"],
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(TRACK, "DROP TABLE alerts_unittrack;")],
        ),
        migrations.RunPython(months, migrations.RunPython.noop),
        migrations.RunSQL(ROOM_TO_UPDATE, ROOM_AS_BEFORE),
        migrations.CreateModel(
            name="Beacon",
            fields=[
                ("mmsi", models.CharField(max_length=9, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ais_sart", "AIS-SART"),
                            ("mob", "man overboard device"),
                            ("epirb", "EPIRB-AIS"),
                        ],
                        max_length=8,
                    ),
                ),
                ("episode", models.PositiveIntegerField(default=0)),
                ("said", models.PositiveIntegerField(default=0, help_text="reports made of this episode")),
                ("said_at", models.DateTimeField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("heard_at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="beacons",
                        to="reports.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["-heard_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["ais_sart", "mob", "epirb"])),
                        name="beacon_kind_known",
                    )
                ],
            },
        ),
    ]
