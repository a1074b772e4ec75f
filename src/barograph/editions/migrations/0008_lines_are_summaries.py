"""The model is called what it is; its table stays as it is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("editions", "0007_lines_anew")]

    operations = [
        migrations.AlterModelTable(name="line", table="editions_line"),
        migrations.RenameModel("Line", "Summary"),
        migrations.AlterField(
            model_name="summary",
            name="edition",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="summary",
                serialize=False,
                to="editions.edition",
            ),
        ),
    ]
