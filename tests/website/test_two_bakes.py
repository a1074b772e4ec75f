"""Two bakes at once. Rows are committed here, so that both threads see them."""

import threading

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from barograph.website import bake
from tests.website import contents
from tests.website.test_bake import tree


@pytest.fixture
def committed_rows(django_db_setup, django_db_blocker):
    """Rows that other threads see. What migrations wrote is put back afterwards, for whichever test follows."""
    if "test_" not in (name := str(connection.settings_dict["NAME"])) and "memory" not in name:
        pytest.fail("run it beside others: pytest-django makes a database only where one is asked for")
    with django_db_blocker.unblock():
        migrated = connection.creation.serialize_db_to_string()
        yield
        ContentType.objects.get_for_models(*apps.get_models())  # known, so that none is made while they come back
        # sequences go on: what comes back has its old numbers
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)
        connection.creation.deserialize_db_from_string(migrated)


def test_two_bakes_at_once_wait_for_each_other(committed_rows):
    contents.found(contents.imprint())
    contents.publish(contents.issue(0))
    reports = []

    def work():
        try:
            reports.append(bake.bake(everything=True))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({report.path for report in reports}) == 2
    assert tree(bake.folder() / "current") == tree(max(report.path for report in reports))
