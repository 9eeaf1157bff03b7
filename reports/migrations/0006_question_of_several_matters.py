"""A row for each matter that "which one?" may mean. Such questions live for two hours: none is carried over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_corrected_reading")]

    operations = [
        migrations.RemoveField(model_name="question", name="other"),
        migrations.AlterField(
            model_name="question",
            name="kind",
            field=models.CharField(
                choices=[
                    ("where", "where are you"),
                    ("how_many", "how many people"),
                    ("what", "what is happening"),
                    ("which", "which of several matters"),
                ],
                max_length=8,
            ),
        ),
    ]
