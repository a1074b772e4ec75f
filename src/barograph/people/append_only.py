"""Rows of the audit log can be added, never changed or deleted: the database itself refuses.

A trigger rather than a rule in Python, so that no query of the ORM, no view and no other program with the same
database goes round it. Whoever owns the database can take the trigger away: docs/operating.md says what to do about
that. It is lifted while migrations run, which on SQLite make tables anew, and put back after them.
"""

from __future__ import annotations

from django.db import connection
from wagtail.models import ModelLogEntry

TABLE = ModelLogEntry._meta.db_table
NAME = "barograph_audit"
WORDS = "The audit log can be added to only."

#: By kind of database: whether the triggers are there, what makes them, what drops them.
_COUNT = {
    "sqlite": f"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{NAME}_%'",  # noqa: S608 - our own words
    "postgresql": f"SELECT count(*) FROM pg_trigger WHERE tgname LIKE '{NAME}_%' AND tgenabled <> 'D'",  # noqa: S608
}
_MAKE = {
    "sqlite": [
        f"CREATE TRIGGER {NAME}_{verb} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {NAME}_rows BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
        f"CREATE TRIGGER {NAME}_all BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()",
    ],
}
_DROP = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {NAME}_{verb}" for verb in ("update", "delete")],
    "postgresql": [f"DROP TRIGGER IF EXISTS {NAME}_{what} ON {TABLE}" for what in ("rows", "all")],
}


def is_kept() -> bool:
    """Whether the database refuses changes now."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT[connection.vendor])
        return cursor.fetchone()[0] == 2


def keep() -> None:
    """From now on the database refuses. Quick where it does already."""
    if is_kept():
        return
    lift()
    _run(_MAKE)


def lift() -> None:
    """For migrations alone."""
    if TABLE in connection.introspection.table_names():
        _run(_DROP)


def _run(statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
