"""A line's brief becomes its head and its cells. Lines are made from editions alone: the next bake makes them anew."""

from django.db import migrations, models


def drop_lines(apps, schema_editor):
    apps.get_model("editions", "Line").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("editions", "0004_line_brief")]

    operations = [
        migrations.RunPython(drop_lines, drop_lines),
        migrations.RemoveField("line", "brief"),
        migrations.AddField("line", "head", models.TextField(default=""), preserve_default=False),
        migrations.AddField("line", "cells", models.TextField(default=""), preserve_default=False),
        migrations.RunPython(migrations.RunPython.noop, drop_lines),  # on the way back, they go first
    ]
