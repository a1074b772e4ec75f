from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0010_sender")]

    operations = [
        migrations.AlterField(
            model_name="reminder",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "the issue is open"),
                    ("tomorrow", "due soon"),
                    ("late", "late"),
                    ("held", "the release is held"),
                    ("stopped", "the newsletter has stopped by itself"),
                    ("failed", "the release has stopped"),
                    ("stuck", "the newsletter does not go on by itself"),
                    ("doubt", "a mail provider refuses many readers"),
                ],
                max_length=8,
            ),
        ),
    ]
