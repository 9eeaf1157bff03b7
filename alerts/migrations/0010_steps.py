"""The database refuses a step of a dispatch, a notification or a ladder that alerts.states does not list."""

from django.conf import settings
from django.db import migrations

import communities.steps


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0009_lanes"),
        ("communities", "0006_no_such_step"),
        ("reports", "0008_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=communities.steps.Steps(
                allowed={
                    "acknowledged": ["cannot_continue", "en_route", "stood_down"],
                    "alerting": ["acknowledged", "declined", "no_answer", "stood_down"],
                    "cannot_continue": [],
                    "completed": [],
                    "declined": [],
                    "en_route": ["cannot_continue", "on_scene", "stood_down"],
                    "no_answer": ["acknowledged", "declined", "stood_down"],
                    "on_scene": ["cannot_continue", "completed", "stood_down"],
                    "proposed": ["alerting", "stood_down"],
                    "stood_down": [],
                },
                field="status",
                name="dispatch_steps",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=communities.steps.Steps(
                allowed={
                    "answered": ["running", "wanted"],
                    "running": ["answered", "stopped", "wanted"],
                    "stopped": ["wanted"],
                    "wanted": ["answered", "running", "stopped"],
                },
                field="state",
                name="escalation_steps",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=communities.steps.Steps(
                allowed={
                    "accepted": ["delivered", "failed_perm", "failed_temp", "read"],
                    "cancelled": [],
                    "delivered": ["read"],
                    "expired": [],
                    "failed_perm": [],
                    "failed_temp": [
                        "accepted",
                        "cancelled",
                        "delivered",
                        "expired",
                        "failed_perm",
                        "leased",
                        "pending",
                        "read",
                    ],
                    "leased": [
                        "accepted",
                        "cancelled",
                        "delivered",
                        "expired",
                        "failed_perm",
                        "failed_temp",
                        "pending",
                        "read",
                    ],
                    "pending": [
                        "accepted",
                        "cancelled",
                        "delivered",
                        "expired",
                        "failed_perm",
                        "failed_temp",
                        "leased",
                        "read",
                    ],
                    "read": [],
                },
                field="status",
                name="notification_steps",
            ),
        ),
    ]
