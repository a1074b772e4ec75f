"""Pieces of SQL that SQLite and PostgreSQL say differently, for statements in the way of each mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def one_of(column: str, values: Sequence) -> tuple[str, list]:
    """SQL for "the column is one of these", with its parameters. PostgreSQL takes an array, cheaper than marks."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)
