"""Lines get a brief. They are made from editions alone, so the old ones are dropped; the next bake makes them anew."""

from django.db import migrations, models


def drop_lines(apps, schema_editor):
    apps.get_model("editions", "Line").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("editions", "0003_line")]

    operations = [
        migrations.RunPython(drop_lines, drop_lines),
        migrations.AddField("line", "brief", models.TextField(default=""), preserve_default=False),
    ]
