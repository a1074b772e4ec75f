"""Several processes write a whole site, and the next bake's spare along with it: the same bytes as one alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prepared

CREW = """
import json
import django
django.setup()
from barograph.website import bake, crew
from tests.website import contents
from tests.website.test_bake import tree
contents.found(contents.imprint())
for week in range(2):
    contents.publish(contents.issue(week))
crew.LEAST, crew.CHUNK = 1, 7
report = bake.prepare(everything=True)
written = tree(report.path)
found = {"spare": tree(bake.folder() / "spare/1") == written}
bake.swap(report)
bake.tidy()
crew.LEAST = 1_000_000
found["alone"] = tree(bake.bake(everything=True).path) == written
contents.publish(contents.issue(2))
changed = tree(bake.bake().path)
crew.LEAST = 1
found["after"] = tree(bake.bake(everything=True).path) == changed != written
found["spares"] = sorted(place.name for place in (bake.folder() / "spare").iterdir())
found["left"] = sorted(place.name for place in bake.folder().iterdir())
print(json.dumps(found))
"""


@pytest.mark.own_data
def test_a_crew_writes_what_one_process_writes_and_lays_the_spare(tmp_path, installation):
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    environment = prepared.environment(installation(tmp_path / "data"), PYTHONPATH=path)
    told = subprocess.run([sys.executable, "-c", CREW], env=environment, check=True, capture_output=True)
    found = json.loads(told.stdout)
    left = {".lock", "current", "record.sqlite3", "record.sqlite3-shm", "record.sqlite3-wal", "spare", "versions"}
    assert set(found.pop("left")) <= left
    assert found == {"spare": True, "alone": True, "after": True, "spares": ["4"]}
