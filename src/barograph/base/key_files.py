"""Files in `keys/` that hold a key of Barograph's own: read, and written once. Knows no meaning of a key."""

from __future__ import annotations

import os
from pathlib import Path


def read(folder: Path, name: str) -> str | None:
    """The text of `folder/name`; None where there is no such file. Raises OSError, UnicodeDecodeError."""
    try:
        return (folder / name).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def keep(folder: Path, name: str, text: str) -> str:
    """Write a new key, readable by the owner only → the key that holds: another's where that process was first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, partial = folder / name, folder / f".{name}.{os.getpid()}"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)  # fails where another process was first: its key holds
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return path.read_text(encoding="ascii").strip()
