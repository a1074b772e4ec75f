"""The counts of rate limits, whose table the newsletter's first migration made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("newsletter", "0005_counts_go_to_base")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="RateCount",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("key", models.CharField(max_length=80, unique=True)),
                        ("number", models.PositiveIntegerField(default=0)),
                        ("ends_at", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "newsletter_tally"},
                ),
            ],
        ),
    ]
