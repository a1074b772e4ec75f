from django.db import migrations, models

import barograph.base.fields


class Migration(migrations.Migration):
    dependencies = [("commentaries", "0004_leftover_texts")]

    operations = [
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    barograph.base.fields.LocalizedTextField(
                        default=dict,
                        help_text="The basic form. Where two spellings are right, divide them by “|”.",
                        verbose_name="in each language",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "glossary entry",
                "verbose_name_plural": "glossary entries",
                "ordering": ["pk"],
            },
        ),
    ]
