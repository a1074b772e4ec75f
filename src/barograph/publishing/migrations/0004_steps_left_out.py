"""A step may be left out; queued mails about look-ups find their task under its new name."""

from django.db import migrations, models

FORMER_TASK = "barograph.publishing.looking_up.tell"
TASK = "barograph.publishing.address_lookup.notify_publishers"


def rename_task(apps, schema_editor):
    apps.get_model("django_tasks_database", "DBTaskResult").objects.filter(task_path=FORMER_TASK).update(task_path=TASK)


def rename_task_back(apps, schema_editor):
    apps.get_model("django_tasks_database", "DBTaskResult").objects.filter(task_path=TASK).update(task_path=FORMER_TASK)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0003_taking_back"), ("django_tasks_database", "__latest__")]

    operations = [
        migrations.AlterModelOptions(name="step", options={"ordering": ["position", "pk"]}),
        migrations.AlterField(
            model_name="step",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("running", "running"),
                    ("failed", "stopped"),
                    ("done", "done"),
                    ("skipped", "left out: this version has no such step"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.RunPython(rename_task, rename_task_back, elidable=True),
    ]
