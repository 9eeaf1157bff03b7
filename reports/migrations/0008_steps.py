"""The database refuses a step of an incident or a report that reports.states does not list."""

from django.conf import settings
from django.db import migrations

import communities.steps


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0006_no_such_step"),
        ("reports", "0007_ais_source"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="incident",
            constraint=communities.steps.Steps(
                allowed={
                    "closed": ["open"],
                    "dispatching": ["handed_over", "merged", "responding", "stood_down", "suspended"],
                    "handed_over": [],
                    "merged": [],
                    "on_scene": [
                        "dispatching",
                        "handed_over",
                        "merged",
                        "resolved",
                        "stood_down",
                        "suspended",
                    ],
                    "open": ["closed", "dispatching", "handed_over", "merged", "stood_down", "suspended"],
                    "resolved": ["closed"],
                    "responding": [
                        "dispatching",
                        "handed_over",
                        "merged",
                        "on_scene",
                        "stood_down",
                        "suspended",
                    ],
                    "stood_down": ["closed", "open"],
                    "suspended": ["dispatching", "handed_over"],
                },
                field="status",
                name="incident_steps",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=communities.steps.Steps(
                allowed={"dismissed": [], "duplicate": [], "received": ["dismissed", "duplicate"]},
                field="status",
                name="report_steps",
            ),
        ),
    ]
