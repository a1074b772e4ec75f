"""What serves no desk loads none of it; what does has all of Wagtail's snippets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prepared

#: What the desk alone needs, and half of a start with it.
HEAVY = {"rest_framework", "wagtail.admin.urls", "wagtail.images.wagtail_hooks", "barograph.desk.wagtail_hooks"}

WORKER = """
import json, sys
import django
django.setup()
from wagtail.models import ReferenceIndex
from barograph.commentaries.models import Commentary
import barograph.working, barograph.publishing.tasks, barograph.delivery.tasks
from barograph.newsletter import links, pictures
from barograph.website import bake
links.pattern("newsletter_unsubscribe")
pictures.drawn({"topic": [("2020-08-03", "improved"), ("2020-08-10", "worsened")]})
bake.bake()
print(json.dumps({"loaded": sorted(sys.modules), "pictures": Commentary in ReferenceIndex.tracked_models}))
"""

DESK = """
import json
import django
django.setup()
from django.core import checks
from django.urls import reverse
from wagtail.snippets.models import get_snippet_models
from barograph.commentaries.models import Commentary
desk = reverse("wagtailadmin_home")
names = Commentary.snippet_viewset
print(json.dumps({
    "edit": reverse(names.get_url_name("edit"), args=[1]),
    "models": [model.__name__ for model in get_snippet_models()],
    "panels": [str(message) for message in checks.run_checks(tags=["panels"])],
}))
"""

NEW = """
import json
import django
django.setup()
from django.contrib.auth.models import Permission
found = Permission.objects.filter(content_type__app_label="commentaries", content_type__model="commentary")
print(json.dumps(sorted(found.values_list("codename", flat=True))))
"""


def told(program: str, data: Path) -> object:
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    environment = prepared.environment(data, PYTHONPATH=path)
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
    return json.loads(done.stdout)


@pytest.mark.own_data
def test_a_worker_that_bakes_and_writes_letters_loads_no_desk(tmp_path, installation):
    found = told(WORKER, installation(tmp_path / "data"))
    assert not HEAVY & set(found["loaded"])
    assert "typst" not in found["loaded"]
    assert found["pictures"], "where pictures are used would not be kept"


@pytest.mark.own_data
def test_the_desk_has_its_snippets(tmp_path, installation):
    found = told(DESK, installation(tmp_path / "data"))
    assert found == {"edit": "/desk/commentaries/edit/1/", "models": ["Commentary"], "panels": []}


@pytest.mark.own_data
def test_a_new_database_has_the_rights_that_snippets_bring(tmp_path, installation):
    rights = set(told(NEW, installation(tmp_path / "data")))  # its tables were made by a process without addresses
    assert {"publish_commentary", "lock_commentary", "unlock_commentary"} <= rights
