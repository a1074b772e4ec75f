"""Long work on the database in chunks, so that nobody else waits for it longer than for one chunk."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

#: A chunk shrinks where it holds the database longer than so many seconds.
LONGEST = 0.05
#: Seconds that SQLite's one writer is left to others after each chunk. Who waits for it looks again after 25 ms at the
#: most (in the first 0.1 s), so that nobody misses a pause of more: to wait is to wait for one chunk.
REST = 0.026


def rest() -> None:
    """Leave the writer to others. What the chunk wrote goes to the disk meanwhile, not with somebody's sign-up.

    Does nothing but on SQLite: elsewhere writers of different rows do not wait for one another.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")  # holds up no writer
    time.sleep(max(0.0, REST - (time.monotonic() - begun)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Switch garbage collection off: with a great many rows in memory, each run takes a tenth of a second."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def in_chunks(
    items: Sequence[Any],
    write: Callable[[Sequence[Any]], None],
    *,
    largest: int = 200,
    smallest: int = 20,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Call `write` with a part of `items` after another; it is one transaction each time. `progress`: how many so far.

    The size of a part follows the time that the one before took.
    """
    size, place = smallest * 4, 0
    while place < len(items):
        part = items[place : place + size]
        begun = time.monotonic()
        with _no_collection():
            write(part)
        took = time.monotonic() - begun
        place += len(part)
        if took > LONGEST / 2:
            size = max(smallest, size // 2)
        elif took < LONGEST / 5:
            size = min(largest, size * 2)
        rest()
        if progress:
            progress(place)
