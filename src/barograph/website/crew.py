"""A whole site at once: files are made by several processes, as many as there are cores.

Children are forks: they find the plans in memory and open database
connections of their own. Small bakes don't come here, nor those inside a
transaction, whose rows a child couldn't see.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Sequence

from django.db import connection, connections

from barograph.website.items import Item
from barograph.website.trees import Trees
from barograph.website.writing import write

#: From so many files on, starting children pays.
LEAST = 600
CHUNK = 80
#: After so many the disk is asked for, while others are made.
SYNC = 4000

#: An edition's data, made from what its pages are made from.
_DATA = re.compile(r"data/editions/([\d-]+)\.([A-Za-z-]+)\.json")

_work: tuple[Sequence[Item], Trees | None, bool] = ((), None, False)


def pays(count: int) -> bool:
    """Whether a crew is worth its start, and safe here."""
    return count >= LEAST and not connection.in_atomic_block and threading.active_count() == 1


def write_all(
    due: Sequence[Item], trees: Trees, progress: Callable[[int, int], None] | None, *, shared: bool = False
) -> None:
    """Make and write every item; `shared`: into the next spare too. Raises what a child met first."""
    global _work
    _work = (sorted(due, key=_beside), trees, shared)
    connections.close_all()  # a connection must not be shared with a child
    gc.freeze()  # what is there stays shared with the children
    starts = range(0, len(due), CHUNK)
    done = synced = 0
    try:
        with multiprocessing.get_context("fork").Pool(min(os.cpu_count() or 1, 8), _seldom) as pool:
            for count in pool.imap_unordered(_chunk, starts):
                done += count
                if progress:
                    progress(done, len(due))
                if done - synced >= SYNC:
                    os.sync()  # what is on the disk by then need not be waited for at the end
                    synced = done
    finally:
        gc.unfreeze()
        _work = ((), None, False)


def _seldom() -> None:
    """Pages make little rubbish that needs looking for: seldom is enough."""
    gc.enable()
    gc.set_threshold(50_000, 20, 100)


def _beside(item: Item) -> str:
    """What is made from the same edition lies together, so that it is read once."""
    if match := _DATA.fullmatch(item.path):
        first, language = match.groups()
        return f"{language}/{first}/index.json"
    return item.path


def _chunk(start: int) -> int:
    due, trees, shared = _work
    assert trees
    some = due[start : start + CHUNK]
    for item in some:
        write(f"{trees.building}/{item.path}", item.make())
    if shared:
        trees.share(item.path for item in some)
    return len(some)
