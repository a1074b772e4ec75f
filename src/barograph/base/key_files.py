"""Files in `keys/` that hold a key of Barograph's own: read, and written once. Knows no meaning of a key."""

from __future__ import annotations

from pathlib import Path

from barograph.base import atomic_files


def read(folder: Path, name: str) -> str | None:
    """The text of `folder/name`; None where there is no such file. Raises OSError, UnicodeDecodeError."""
    try:
        return (folder / name).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def keep(folder: Path, name: str, text: str) -> str:
    """Write a new key, readable by the owner only → the key that holds: another's where that process was first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    atomic_files.create(path, f"{text}\n", mode=atomic_files.PRIVATE)
    return path.read_text(encoding="ascii").strip()
