"""The index of terms. What the first index held is derived from editions: it goes, and is built anew after migrating."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def create_words(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        from barograph.search.engines.postgresql import CREATE
    else:
        from barograph.search.engines.sqlite import CREATE
    schema_editor.execute(CREATE)


def drop_words(apps, schema_editor) -> None:
    schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):
    dependencies = [("editions", "0002_initial"), ("search", "0001_initial")]

    operations = [
        migrations.DeleteModel("Document"),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('language', models.CharField(max_length=12)),
                ('topic', models.CharField(max_length=80)),
                ('topic_name', models.TextField()),
                ('position', models.PositiveSmallIntegerField()),
                ('verdict', models.CharField(blank=True, max_length=10)),
                ('url', models.CharField(max_length=200)),
                ('headline', models.TextField()),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='editions.edition')),
            ],
            options={
                'ordering': ['-first', 'language', 'position'],
            },
        ),
        migrations.CreateModel(
            name='IndexedLanguage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True)),
                ('analysis', models.PositiveIntegerField()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(create_words, drop_words)],
            [
                migrations.CreateModel(
                    name='Words',
                    fields=[
                        ('id', models.BigIntegerField(db_column='rowid', primary_key=True, serialize=False)),
                        ('headline', models.TextField()),
                        ('body', models.TextField()),
                        ('labels', models.TextField()),
                    ],
                    options={
                        'db_table': 'search_words',
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name='Text',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='text', serialize=False, to='search.document')),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Facet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=8)),
                ('value', models.CharField(max_length=80)),
                ('name', models.TextField()),
                ('newest', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('language', 'kind', 'value'), name='one_facet_a_value')],
            },
        ),
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12)),
                ('form', models.CharField(max_length=60)),
                ('terms', models.TextField()),
                ('sound', models.CharField(blank=True, max_length=60)),
                ('plain', models.CharField(blank=True, max_length=90)),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'sound'], name='forms_by_sound'), models.Index(fields=['language', 'plain'], name='forms_by_plain_letters')],
                'constraints': [models.UniqueConstraint(fields=('language', 'form'), name='one_analysis_a_form')],
            },
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('first', 'language', 'topic'), name='one_document_a_commentary'),
        ),
    ]
