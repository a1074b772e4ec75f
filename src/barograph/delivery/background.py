"""A statement that PostgreSQL works on while its connection's user does something else.

psycopg waits for each answer; a mailing has lines to read meanwhile. Uses
Django's own connection through libpq's calls (psycopg.pq): until `settle`
nobody else may use it. Knows nothing of what it writes.
"""

from __future__ import annotations

import itertools
import select
from collections.abc import Sequence

import psycopg
from django.db import connection
from psycopg import pq

_NUMBERS = itertools.count(1)


class Statement:
    """One statement with parameters $1, $2 …, given as text, to be begun again and again."""

    def __init__(self, sql: str) -> None:
        """Raises DatabaseError."""
        connection.ensure_connection()
        self.server: pq.abc.PGconn = connection.connection.pgconn
        self.name = f"background_{next(_NUMBERS)}"
        self.is_under_way, self.results = False, []
        with connection.wrap_database_errors:
            _agreed(self.server.prepare(self.name.encode(), sql.encode()))

    @property
    def file(self) -> int:
        """What can be read when there is an answer."""
        return self.server.socket

    def begin(self, parameters: Sequence[str]) -> None:
        """Send it. Raises DatabaseError."""
        with connection.wrap_database_errors:
            self.server.send_query_prepared(self.name.encode(), [parameter.encode() for parameter in parameters])
            self.is_under_way, self.results = True, []
            while self.server.flush():
                select.select([self.file], [self.file], [])
                self.server.consume_input()

    def has_ended(self) -> bool:
        """Whether it is done, without waiting. Raises DatabaseError where it has failed."""
        if not self.is_under_way:
            return True
        with connection.wrap_database_errors:
            self.server.consume_input()
            while not self.server.is_busy():
                if (result := self.server.get_result()) is None:
                    self.is_under_way = False
                    _agreed(*self.results)
                    return True
                self.results.append(result)
        return False

    def settle(self) -> None:
        """Wait until it is done. Raises DatabaseError where it has failed."""
        while not self.has_ended():
            select.select([self.file], [], [])

    def close(self) -> None:
        """Leave the connection as it was."""
        self.settle()
        with connection.cursor() as cursor:
            cursor.execute(f"DEALLOCATE {self.name}")


def _agreed(*results: pq.abc.PGresult) -> None:
    for result in results:
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
