"""The model of counts goes to the app base (base 0001_rate_counts); its table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0004_fair_share")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Tally")]),
    ]
