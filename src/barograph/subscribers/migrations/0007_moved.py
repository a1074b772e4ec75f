"""When an address was last changed, and what links have held since then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0006_versions_of_lookup_keys")]

    operations = [
        migrations.AddField("subscriber", "moved_at", models.DateTimeField(null=True)),
        migrations.AddField("subscriber", "links", models.PositiveIntegerField(null=True)),
    ]
