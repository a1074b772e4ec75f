"""The bake's memory: what each file of the newest tree was made from, why, and what changed from tree to tree.

One small SQLite file beside the trees, DATA/site/record.sqlite3. It may be
deleted: the next bake then writes everything anew. Knows no page.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file
    (path TEXT PRIMARY KEY, key TEXT NOT NULL, reason TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change
    (version INTEGER NOT NULL, path TEXT NOT NULL, PRIMARY KEY (version, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sum (name TEXT PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class File:
    """A file of the newest tree: the key of what it was made from, why it was last written, in which version."""

    key: str
    reason: str
    version: int


class Record:
    """Opened for one bake. `version` is the tree it speaks of, 0 where there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        self.connection.close()

    @property
    def version(self) -> int:
        return int(self.state("version") or 0)

    def state(self, name: str) -> Any:
        row = self.connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return orjson.loads(row[0]) if row else None

    @property
    def known_since(self) -> int:
        """The earliest version that `changed_since` knows."""
        return int(self.state("known_since") or 0)

    @cached_property
    def count(self) -> int:
        """Of files, when the record was opened."""
        return self.connection.execute("SELECT count(*) FROM file").fetchone()[0]

    def file(self, path: str) -> File | None:
        row = self.connection.execute("SELECT key, reason, version FROM file WHERE path = ?", (path,)).fetchone()
        return File(*row) if row else None

    def keys(self, paths: Iterable[str] | None = None) -> dict[str, str]:
        """Path → key: of these files, or of all."""
        if paths is None:
            return dict(self.connection.execute("SELECT path, key FROM file"))
        keys: dict[str, str] = {}
        asked = list(paths)
        for start in range(0, len(asked), 500):
            some = asked[start : start + 500]
            marks = ",".join("?" * len(some))
            keys.update(self.connection.execute(f"SELECT path, key FROM file WHERE path IN ({marks})", some))  # noqa: S608
        return keys

    def below(self, folder: str, ending: str = "") -> list[str]:
        """Files under a folder, given with its last slash, whose paths end so."""
        query = "SELECT path FROM file WHERE path >= ? AND path < ? AND substr(path, -?) = ?"
        if not ending:
            query = query.partition(" AND substr")[0]
        values = (folder, folder + "\x7f", len(ending), ending)
        rows = self.connection.execute(query, values if ending else values[:2])
        return [path for (path,) in rows]

    def changed_since(self, version: int) -> set[str] | None:
        """Files that a tree of that version has otherwise than the newest; None where that isn't known any more."""
        if not self.known_since <= version <= self.version:
            return None
        return {path for (path,) in self.connection.execute("SELECT path FROM change WHERE version > ?", (version,))}

    def renew(
        self,
        version: int,
        files: dict[str, tuple[str, str]],
        gone: Iterable[str],
        states: dict[str, Any],
        *,
        whole: bool,
    ) -> None:
        """Speak of tree `version` from now on. `files`: path → (key, reason) of what was written."""
        with self._transaction():
            do = self.connection.executemany
            if whole:
                self.connection.execute("DELETE FROM file")
                self.connection.execute("DELETE FROM change")
                states = {**states, "known_since": version}
            else:
                removed = [(path,) for path in gone]
                do("DELETE FROM file WHERE path = ?", removed)
                changes = {*files, *(path for (path,) in removed)}
                do("INSERT OR REPLACE INTO change VALUES (?, ?)", [(version, path) for path in changes])
                self.connection.execute("DELETE FROM change WHERE version < ?", (version - 20,))
                states = {**states, "known_since": max(self.known_since, version - 21)}
            rows = [(path, key, reason, version) for path, (key, reason) in files.items()]
            do("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", rows)
            self.note({**states, "version": version})

    def note(self, states: dict[str, Any]) -> None:
        rows = [(name, orjson.dumps(value).decode()) for name, value in states.items()]
        self.connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", rows)

    def remembered(self, name: str, key: str, make: Callable[[], Any], *, anew: bool = False) -> Any:
        """What was made under this name and key, or is made now: as plain values, the same either way.

        Its row's key is a digest of both, so that a damaged one is made again like one that was made from others.
        """
        row = None if anew else self.connection.execute("SELECT key, value FROM sum WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] != _sealed(key, row[1]):
            value = orjson.dumps(make())
            row = _sealed(key, value), value
            self.connection.execute("INSERT OR REPLACE INTO sum VALUES (?, ?, ?)", (name, *row))
        return orjson.loads(row[1])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


def _sealed(key: str, value: Any) -> str:
    """One digest of what a sum was made from and of the sum; of no value but bytes that `remembered` wrote."""
    return hashlib.sha256(key.encode() + value).hexdigest() if isinstance(value, bytes) else ""


@contextmanager
def opened(path: Path, *, files: bool = False) -> Iterator[Record]:
    """The record; one that can't be read is begun anew. `files`: for a bake, which reads what it says of each file."""
    try:
        record = Record(path)
        _known = record.count if files else record.version
    except sqlite3.DatabaseError:
        for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            part.unlink(missing_ok=True)
        record = Record(path)
    with closing(record):
        yield record
