"""Models are called what they are; their tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0002_terms")]

    operations = [
        migrations.AlterModelTable(name="text", table="search_text"),
        migrations.RenameModel("Text", "DocumentText"),
        migrations.RenameModel("Words", "DocumentTerms"),
    ]
