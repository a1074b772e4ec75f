"""What an earlier version has queued is done by this one."""

import importlib

import pytest
from django.apps import apps
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from barograph.publishing import address_lookup


@pytest.mark.django_db
def test_a_queued_mail_about_look_ups_finds_its_task_under_the_new_name():
    migration = importlib.import_module("barograph.publishing.migrations.0004_steps_left_out")
    address_lookup.notify_publishers.enqueue(1, False)
    DBTaskResult.objects.update(task_path=migration.FORMER_TASK)
    migration.rename_task(apps, None)
    (path,) = DBTaskResult.objects.values_list("task_path", flat=True)
    assert import_string(path).module_path == path == address_lookup.notify_publishers.module_path
