"""What an address is found by says with which version of the key it was made: all were made with the first."""

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

MODELS = ("Subscriber", "Suppression")


def forwards(apps, schema_editor):
    for name in MODELS:
        rows = apps.get_model("subscribers", name).objects.exclude(address_key__contains=":")
        rows.update(address_key=Concat(Value("001:"), F("address_key")))


def backwards(apps, schema_editor):
    """Hashes made with later keys cannot be turned back: those rows would no longer be found."""
    for name in MODELS:
        model = apps.get_model("subscribers", name)
        if model.objects.filter(address_key__gte="002:").exists():
            raise RuntimeError("addresses are kept with a later key: this version of the database cannot be left")
        model.objects.update(address_key=Substr("address_key", 5))


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_forget")]

    operations = [
        migrations.AlterField("subscriber", "address_key", models.CharField(max_length=68, unique=True)),
        migrations.AlterField("suppression", "address_key", models.CharField(max_length=68)),
        migrations.RunPython(forwards, backwards),
    ]
