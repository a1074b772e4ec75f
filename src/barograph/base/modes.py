"""File modes of the data folder: what its owner alone may read, and the baked site, which a web server reads, too.

The folder itself can be passed through (0711), so that nginx or Caddy, under another account, reach `site/`; everything
else in it is closed to other accounts (0700, 0600): the database with drafts and accounts, keys, pictures that are not
published, mail. POSIX only; elsewhere nothing is done.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

#: Taken away from whatever is written from now on.
UMASK = 0o077
#: In the data folder: made to be read by everybody.
PUBLIC = frozenset({"site"})
THROUGH = 0o711
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def close(data: Path, *files: Path) -> None:
    """Write what comes closed, and close what is there: the first level of the data folder, and these files.

    A closed folder closes all that lies in it. What belongs to another account stays as it is; `doctor` says so.
    """
    os.umask(UMASK)
    _set(data, THROUGH)
    for entry in (*_entries(data), *files):
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(entry.lstat().st_mode)
            if not entry.is_symlink() and mode & OTHERS:
                entry.chmod(mode & ~OTHERS)


@contextlib.contextmanager
def written_for_everybody() -> Iterator[None]:
    """What is written inside may be read by other accounts: the baked site and its copies, which are public."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(data: Path, *files: Path) -> list[Path]:
    """What other accounts of this machine may read or change, and should not."""
    paths = []
    for entry in (*_entries(data), *files):
        with contextlib.suppress(OSError):
            if not entry.is_symlink() and entry.lstat().st_mode & OTHERS:
                paths.append(entry)
    return paths


def _entries(data: Path) -> list[Path]:
    try:
        return [entry for entry in data.iterdir() if entry.name not in PUBLIC]
    except OSError:
        return []


def _set(path: Path, mode: int) -> None:
    with contextlib.suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) != mode:
            path.chmod(mode)
