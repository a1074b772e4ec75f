"""The database's connection as a mailing wants it, which walks once through all of its rows, by indexes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

#: SQLite's cache while sending, in KB.
CACHE = 4000
#: PostgreSQL's planner while sending: plans are made once, not for each group of outcomes, and look readers up by
#: index; on a list of some ten thousand it thinks that to read the whole table for two hundred of them is as good.
PLANNER = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off"}


@contextmanager
def tuned() -> Iterator[None]:
    """Set it up so, and leave it as it was."""
    if connection.vendor == "sqlite":
        usual = {"cache_size": _asked("PRAGMA cache_size")}
        settings, words = {"cache_size": -CACHE}, "PRAGMA {} = {}"
    else:
        usual = {name: _asked(f"SHOW {name}") for name in PLANNER}
        settings, words = PLANNER, "SET {} = {}"
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(words.format(name, value))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in usual.items():
                cursor.execute(words.format(name, value))


def _asked(question: str) -> str | int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
