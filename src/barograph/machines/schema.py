"""Whether the database is as this version of Barograph needs it: older, newer, or right. Changes nothing but by a lock.

A database that a newer version has made ready holds migrations that this version does not know. Migrations of
Barograph's own apps are never renamed or deleted, so that such a name is a sure sign.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

#: PostgreSQL's advisory lock for whoever brings the tables up to date.
_LOCK = 0x6261726F


@dataclass(frozen=True)
class Schema:
    """What the tables lack for this version, and what they have that this version does not know: app.name each."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    is_empty: bool  # no migration was ever applied

    @property
    def is_current(self) -> bool:
        return not self.pending and not self.unknown


class NewerDatabase(Exception):
    """A newer version has made the database ready. The message says what to do."""


class OlderDatabase(Exception):
    """The tables are those of an earlier version. The message says what to do."""


def examine() -> Schema:
    """Compare the database's migrations with those of this version. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("barograph.")}
    known = set(executor.loader.disk_migrations)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Schema(
        pending=tuple(f"{migration.app_label}.{migration.name}" for migration, _back in pending),
        unknown=tuple(sorted(f"{app}.{name}" for app, name in applied - known if app in ours)),
        is_empty=not applied,
    )


def refuse_newer(schema: Schema) -> None:
    """Raises NewerDatabase."""
    if schema.unknown:
        raise NewerDatabase(
            f"This database was made ready by a newer version of Barograph ({schema.unknown[-1]}). Nothing was "
            "changed. Start that version again, or restore the backup that was made before the upgrade."
        )


def refuse_older(schema: Schema) -> None:
    """Raises OlderDatabase."""
    if schema.pending:
        raise OlderDatabase(
            f"The database is that of an earlier version ({len(schema.pending)} migrations are missing). Make a backup "
            "with `barograph backup FILE`, then start `barograph serve`, which brings it up to date."
        )


@contextmanager
def locked() -> Iterator[None]:
    """One process at a time makes an installation ready, on this machine and on others with the same PostgreSQL."""
    folder = Path(settings.DATA) / "installation"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / "ready.lock", "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
