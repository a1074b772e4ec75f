from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0006_reminder_about_a_mailing")]

    operations = [
        migrations.AddField("issue", "ratings_open_at", models.DateTimeField(editable=False, null=True)),
    ]
