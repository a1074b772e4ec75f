from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commentaries", "0005_glossary")]

    operations = [
        migrations.AddField(
            model_name="commentary",
            name="machine_paths",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
