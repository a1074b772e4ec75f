"""Pieces of SQL that SQLite and PostgreSQL say differently, for statements in the way of each mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def one_of(column: str, values: Sequence) -> tuple[str, list]:
    """SQL for "the column is one of these", with its parameters. PostgreSQL takes an array, cheaper than marks."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)


def table(model: type[Model]) -> str:
    """The name of a model's table, as it stands in SQL."""
    return connection.ops.quote_name(model._meta.db_table)
