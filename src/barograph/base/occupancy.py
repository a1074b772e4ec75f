"""Whether processes of Barograph work on a data folder: each holds a shared lock, which ends with it.

A restore holds the lock alone while it replaces the folder, so that nothing is begun on a folder that is going away.
Where files can't be locked (some network file systems), nobody is kept out. Needs no Django.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The files that this process holds open: data folder → number. They are closed by the end of the process only.
_shared: dict[Path, int] = {}


def share(data: Path) -> bool:
    """Take part in the work on the folder, until this process, or the program it becomes, ends.

    Returns False where a restore is replacing the folder.
    """
    if data in _shared:
        return True
    try:
        (data / "installation").mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(data / "installation" / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.set_inheritable(number, True)
    except OSError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return False
    except OSError:
        os.close(number)
        return True
    _shared[data] = number
    return True


@contextmanager
def alone(data: Path) -> Iterator[bool]:
    """Keep all others from the folder for the length of the block; the value is False where somebody works on it."""
    if not data.is_dir():
        yield True
        return
    try:
        (data / "installation").mkdir(exist_ok=True, mode=0o700)
        number = os.open(data / "installation" / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield True
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    except OSError:
        yield True
    else:
        yield True
    finally:
        os.close(number)
