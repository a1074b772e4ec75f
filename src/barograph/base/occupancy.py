"""Whether processes of Barograph run on a data folder: each holds a shared lock, which ends with it.

A restore takes the lock for itself, so that it never replaces a folder beneath a running service. Needs no Django.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_held: list[int] = []


def share(data: Path) -> None:
    """This process, and the program it becomes, runs on the folder. Where files can't be locked nothing happens."""
    try:
        (data / "installation").mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(data / "installation" / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.set_inheritable(number, True)
        fcntl.flock(number, fcntl.LOCK_SH)
    except OSError:
        return
    _held.append(number)


def is_used(data: Path) -> bool:
    """Whether a process of Barograph runs on the folder."""
    try:
        number = os.open(data / "installation" / "running", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(number)
    return False
