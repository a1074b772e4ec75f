"""Which sign-up of its network in its hour a request is, so that busy networks wait and others don't."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0003_silent")]

    operations = [migrations.AddField("signuprequest", "share", models.PositiveSmallIntegerField(default=1))]
