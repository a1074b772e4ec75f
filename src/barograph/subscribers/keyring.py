"""The keys that addresses are encrypted with, oldest first: version 1, 2 and so on.

They lie in `keys/address.key` in the data folder, one a line, or come from
BAROGRAPH_ADDRESS_KEY, a comma between. Old ones stay, so that what was sealed
with them opens. The hashes that addresses are found by are made with all of
them, one after another (addresses.raised): a suppression has nothing else.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings

from barograph.base import atomic_files

MOST = 255  # a version is one byte

_seen: dict[Path, tuple[tuple[int, int], tuple[str, ...]]] = {}


class KeptElsewhere(Exception):
    """The keys come from the environment: only its keeper can add one."""


def _file() -> Path:
    return settings.DATA / "keys" / "address.key"


def keys() -> tuple[str, ...]:
    """All keys. The file is read again where it has changed: another process may have added one."""
    if not settings.ADDRESS_KEY_IS_KEPT:
        return (settings.ADDRESS_KEY, *settings.LATER_ADDRESS_KEYS)
    path = _file()
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (settings.ADDRESS_KEY,)
    version = (stat.st_mtime_ns, stat.st_ino)
    if path not in _seen or _seen[path][0] != version:
        _seen[path] = (version, tuple(path.read_text(encoding="ascii").split()))
    return (settings.ADDRESS_KEY, *_seen[path][1][1:])


def version() -> int:
    """What new addresses are sealed with."""
    return len(keys())


def key(number: int) -> str | None:
    """The key of a version; None where this machine doesn't have it."""
    known = keys()
    return known[number - 1] if 1 <= number <= len(known) else None


def add() -> int:
    """Make one more key → its version. It is on the disk before it is used. Raises KeptElsewhere."""
    if not settings.ADDRESS_KEY_IS_KEPT:
        raise KeptElsewhere(
            "The keys come from BAROGRAPH_ADDRESS_KEY. Write a new one (64 hexadecimal digits) after the present one, "
            "a comma between, start everything again, and then repeat this."
        )
    known = keys()
    if len(known) >= MOST:
        raise KeptElsewhere(f"There are {MOST} keys already; no more can be told apart.")
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = "".join(f"{one}\n" for one in (*known, secrets.token_hex(32)))
    atomic_files.write(path, lines, mode=atomic_files.PRIVATE)
    return len(known) + 1
