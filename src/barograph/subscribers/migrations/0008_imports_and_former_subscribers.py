"""Imports that are seen as a whole, and whose mailbox the links of former subscribers are about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0007_moved'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerSubscriber',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('address_key', models.CharField(db_index=True, max_length=68)),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('is_tidy', models.BooleanField(default=False)),
                ('last_no', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_tidy', False)), fields=['begun_at'], name='open_import_run')],
            },
        ),
        migrations.AddField(
            model_name='subscriber',
            name='arrives_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importrun'),
        ),
        migrations.AddField(
            model_name='subscriber',
            name='leaves_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importrun'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='arrives_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importrun'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='leaves_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importrun'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='arrives_with',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importrun'),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(condition=models.Q(('arrives_with__isnull', False)), fields=['arrives_with'], name='subscriber_arrives'),
        ),
        migrations.AddIndex(
            model_name='subscriber',
            index=models.Index(condition=models.Q(('leaves_with__isnull', False)), fields=['leaves_with'], name='subscriber_leaves'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('arrives_with__isnull', False)), fields=['arrives_with'], name='subscription_arrives'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('leaves_with__isnull', False)), fields=['leaves_with'], name='subscription_leaves'),
        ),
        migrations.AddIndex(
            model_name='suppression',
            index=models.Index(condition=models.Q(('arrives_with__isnull', False)), fields=['arrives_with'], name='suppression_arrives'),
        ),
    ]
