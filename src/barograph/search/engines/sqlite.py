"""The full-text table on SQLite: FTS5. Knows terms, labels and numbers only."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from barograph.search.engines import Groups, IndexRow

CREATE = """
CREATE VIRTUAL TABLE search_words USING fts5(
    headline, body, labels, tokenize = "ascii tokenchars '=:*-_.'", detail = column
)
"""


def _any(terms: Sequence[str]) -> str:
    return "(" + " OR ".join('"' + term.replace('"', '""') + '"' for term in terms) + ")"


def _all(groups: Groups, labels: Sequence[str]) -> str:
    return " AND ".join([*map(_any, groups), *(_any([label]) for label in labels)])


class Sqlite:
    def write(self, rows: Sequence[IndexRow]) -> None:
        values = [(row.number, *(" ".join(part) for part in (row.headline, row.body, row.labels))) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO search_words (rowid, headline, body, labels) VALUES (%s, %s, %s, %s)", values
            )

    def remove(self, numbers: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_words WHERE rowid = %s", [(number,) for number in numbers])

    def best(self, groups: Groups, labels: Sequence[str], limit: int) -> list[tuple[int, int]]:
        everything = _all(groups, labels)
        headlines = self._headlines(groups, everything)
        ranked = sorted(headlines.items(), key=lambda item: (-item[1], -item[0]))[:limit]
        if len(ranked) < limit:
            sql = "SELECT rowid FROM search_words WHERE search_words MATCH %s ORDER BY rowid DESC LIMIT %s"
            rest = self._rows(sql, [everything, limit + len(headlines)])
            ranked += [(number, 0) for (number,) in rest if number not in headlines][: limit - len(ranked)]
        return ranked

    def _headlines(self, groups: Groups, everything: str) -> dict[int, int]:
        """Rows of the answer with a word in the headline → how many of the words."""
        if not groups:
            return {}
        one = "SELECT rowid FROM search_words WHERE search_words MATCH %s"
        sql = f"SELECT rowid, count(*) FROM ({' UNION ALL '.join([one] * len(groups))}) GROUP BY rowid"  # noqa: S608
        return dict(self._rows(sql, [f"headline : {_any(group)} AND {everything}" for group in groups]))

    def count(self, groups: Groups, labels: Sequence[str]) -> int:
        sql = "SELECT count(*) FROM search_words WHERE search_words MATCH %s"
        return self._rows(sql, [_all(groups, labels)])[0][0]

    def occurs(self, group: Sequence[str], labels: Sequence[str]) -> bool:
        sql = "SELECT rowid FROM search_words WHERE search_words MATCH %s LIMIT 1"
        return bool(self._rows(sql, [_all([group], labels)]))

    @staticmethod
    def _rows(sql: str, values: list) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
