"""The full-text table behind one interface: FTS5 on SQLite, tsvector with GIN on PostgreSQL; the same answers.

An engine knows terms, labels and numbers; it knows neither languages nor editions. Terms and labels are quoted by the
engine: whatever they contain, they are looked for and never read as a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection

Groups = Sequence[Sequence[str]]  # a group a word: any of its terms will do


@dataclass(frozen=True)
class IndexRow:
    """A document's terms and labels."""

    number: int
    headline: Sequence[str]
    body: Sequence[str]
    labels: Sequence[str]


class Engine(Protocol):
    def write(self, rows: Sequence[IndexRow]) -> None:
        """Put rows in, in place of those with the same numbers."""

    def remove(self, numbers: Sequence[int]) -> None:
        """Take rows out."""

    def best(self, groups: Groups, labels: Sequence[str], limit: int) -> list[tuple[int, int]]:
        """Rows with every group and every label → (number, groups met in the headline): most first, then newest."""

    def count(self, groups: Groups, labels: Sequence[str]) -> int:
        """How many rows have every group and every label."""

    def occurs(self, group: Sequence[str], labels: Sequence[str]) -> bool:
        """Whether a row has one of these terms and every label."""


def engine() -> Engine:
    """The one for the database in use."""
    if connection.vendor == "postgresql":
        from barograph.search.engines.postgresql import Postgresql

        return Postgresql()
    from barograph.search.engines.sqlite import Sqlite

    return Sqlite()
