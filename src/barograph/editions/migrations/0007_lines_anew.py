"""The ledger's lines now tell when each commentary changed: they are dropped, and made again by the next bake."""

from django.db import migrations


def drop(apps, schema_editor):
    apps.get_model("editions", "Line").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("editions", "0006_withdrawal")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
