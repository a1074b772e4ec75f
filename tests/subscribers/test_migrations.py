"""Look-up keys of old databases get their version, and everybody is found as before."""

from importlib import import_module

import pytest
from django.apps import apps

from barograph.subscribers import addresses
from barograph.subscribers.models import Suppression

pytestmark = pytest.mark.django_db

STEP = import_module("barograph.subscribers.migrations.0006_versions_of_lookup_keys")


def test_old_hashes_are_those_of_the_first_key():
    bare = addresses.keyed_hash("address lookup", "reader@example.org")
    row = Suppression.objects.create(address_key=bare, list_key="", reason="bounced", date="2020-01-01")
    for _time in range(2):  # a second time changes nothing
        STEP.forwards(apps, None)
        row.refresh_from_db()
        assert row.address_key == addresses.lookup_keys("reader@example.org")[0] == f"001:{bare}"
    STEP.backwards(apps, None)
    row.refresh_from_db()
    assert row.address_key == bare


def test_hashes_of_a_later_key_are_not_turned_back():
    Suppression.objects.create(address_key="002:abc", list_key="", reason="bounced", date="2020-01-01")
    with pytest.raises(RuntimeError, match="later key"):
        STEP.backwards(apps, None)
