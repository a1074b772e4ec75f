"""The full-text table on PostgreSQL: a tsvector of our own terms, weight A in the headline, GIN. Knows no languages."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from barograph.search.engines import Groups, IndexRow

CREATE = """
CREATE TABLE search_words (
    rowid bigint PRIMARY KEY, headline text NOT NULL, body text NOT NULL, labels text NOT NULL,
    vector tsvector NOT NULL DEFAULT ''
);
CREATE INDEX search_words_vector ON search_words USING gin (vector);
"""
_INSERT = """
INSERT INTO search_words (rowid, headline, body, labels, vector) VALUES (%s, %s, %s, %s, %s::tsvector)
ON CONFLICT (rowid) DO UPDATE SET headline = excluded.headline, body = excluded.body, labels = excluded.labels,
    vector = excluded.vector
"""


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _any(terms: Sequence[str], weight: str = "") -> str:
    return "(" + " | ".join(f"{_quoted(term)}{weight}" for term in terms) + ")"


def _all(groups: Groups, labels: Sequence[str]) -> str:
    return " & ".join([*map(_any, groups), *map(_quoted, labels)])


def _vector(row: IndexRow) -> str:
    """Positions are not kept: a term stands at 1, with weight A in the headline."""
    headline = dict.fromkeys(row.headline)
    rest = [term for term in dict.fromkeys([*row.body, *row.labels]) if term not in headline]
    return " ".join([*(f"{_quoted(term)}:1A" for term in headline), *(f"{_quoted(term)}:1" for term in rest)])


class Postgresql:
    def write(self, rows: Sequence[IndexRow]) -> None:
        values = [
            (row.number, *(" ".join(part) for part in (row.headline, row.body, row.labels)), _vector(row))
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, values)

    def remove(self, numbers: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_words WHERE rowid = ANY(%s)", [list(numbers)])

    def best(self, groups: Groups, labels: Sequence[str], limit: int) -> list[tuple[int, int]]:
        points = " + ".join(["(vector @@ %s::tsquery)::int"] * len(groups)) or "0"
        sql = (
            f"SELECT rowid, {points} AS points FROM search_words "  # noqa: S608
            "WHERE vector @@ %s::tsquery ORDER BY points DESC, rowid DESC LIMIT %s"
        )
        return self._rows(sql, [*(_any(group, ":A") for group in groups), _all(groups, labels), limit])

    def count(self, groups: Groups, labels: Sequence[str]) -> int:
        sql = "SELECT count(*) FROM search_words WHERE vector @@ %s::tsquery"
        return self._rows(sql, [_all(groups, labels)])[0][0]

    def occurs(self, group: Sequence[str], labels: Sequence[str]) -> bool:
        sql = "SELECT rowid FROM search_words WHERE vector @@ %s::tsquery LIMIT 1"
        return bool(self._rows(sql, [_all([group], labels)]))

    @staticmethod
    def _rows(sql: str, values: list) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
