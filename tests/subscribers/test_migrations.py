"""Look-up keys of old databases get their version, and everybody is found as before."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from barograph.subscribers import addresses

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("subscribers", "0005_forget"), ("subscribers", "0006_versions_of_lookup_keys")


def migrated(state):
    executor = MigrationExecutor(connection)
    executor.migrate([state])
    return executor.loader.project_state([state]).apps


def test_old_hashes_are_those_of_the_first_key():
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    models = migrated(BEFORE)
    bare = addresses.keyed_hash("address lookup", "reader@example.org")
    try:
        suppressions = models.get_model("subscribers", "Suppression").objects
        suppressions.create(address_key=bare, list_key="", reason="bounced", date="2020-01-01")
        rows = migrated(AFTER).get_model("subscribers", "Suppression").objects
        assert rows.get().address_key == addresses.lookup_keys("reader@example.org")[0] == f"001:{bare}"
        rows = migrated(BEFORE).get_model("subscribers", "Suppression").objects
        assert rows.get().address_key == bare
    finally:
        MigrationExecutor(connection).migrate(newest)
