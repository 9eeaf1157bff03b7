"""A rescue device heard on AIS is a source of reports."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0002_append_only"),
        ("reports", "0006_question_of_several_matters"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="report",
            name="report_source_known",
        ),
        migrations.AlterField(
            model_name="report",
            name="source",
            field=models.CharField(
                choices=[
                    ("app", "app"),
                    ("sms", "SMS"),
                    ("phone_in", "phoned in"),
                    ("radio", "radio relay"),
                    ("ais", "AIS beacon"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["app", "sms", "phone_in", "radio", "ais"])),
                name="report_source_known",
            ),
        ),
    ]
