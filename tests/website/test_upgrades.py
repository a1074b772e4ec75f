"""An archive of an earlier version goes on: once its database has been migrated, the same pages are baked of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prepared

UPGRADE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
def at(name):
    call_command("migrate", "editions", name, verbosity=0)
    return MigrationExecutor(connection).loader.project_state([("editions", name)]).apps.get_model("editions", "Line")
from barograph.editions.models import Edition, Summary
from barograph.website import bake
from tests.website import contents
contents.found(contents.imprint())
for week in range(2):
    contents.publish(contents.issue(week))
bake.bake()
lines = list(Summary.objects.order_by("pk").values())
earlier = at("0004_line_brief")
for edition in Edition.objects.all():
    place = {"edition_id": edition.pk, "first": edition.first, "language": edition.language}
    earlier.objects.create(**place, content="{}", brief="{}")
call_command("migrate", verbosity=0)
left, report = Summary.objects.count(), bake.bake()
same = lines == list(Summary.objects.order_by("pk").values())
print(json.dumps({"left": left, "written": report.written, "pages": report.pages, "same": same}))
"""


@pytest.mark.own_data
def test_lines_with_a_brief_are_made_anew_with_head_and_cells(tmp_path, installation):
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    environment = prepared.environment(installation(tmp_path / "data"), PYTHONPATH=path)
    told = subprocess.run([sys.executable, "-c", UPGRADE], env=environment, check=True, capture_output=True)
    found = json.loads(told.stdout)
    assert found["pages"] > 20
    assert found == {"left": 0, "written": 0, "pages": found["pages"], "same": True}
