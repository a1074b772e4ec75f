"""Files that appear whole or not at all, whatever is killed and whenever the power fails.

The content is written beside the target under a name that nobody else uses, brought to the disk (fsync) and put in its
place by one call of the file system (rename or link), whose directory is brought to the disk, too. Parent directories
must exist. `mode` is that of `os.open`: permission bits, less those of the process's umask.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

#: Readable by the owner alone: keys, exports, backups.
PRIVATE = 0o600
#: Readable by others, less what the process's umask takes away.
SHARED = 0o666


@contextmanager
def replacing(path: Path, *, mode: int = SHARED) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when the block ends; an exception leaves everything as it was.

    Raises OSError where the file can't be written.
    """
    partial = _partial(path)
    try:
        with _opened(partial, mode) as file:
            yield file
            _to_disk(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    _sync_directory(path.parent)


def write(path: Path, content: bytes | str, *, mode: int = SHARED) -> None:
    """Write `path`, in place of what is there. Text is written as UTF-8. Raises OSError."""
    with replacing(path, mode=mode) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def create(path: Path, content: bytes | str, *, mode: int = SHARED) -> bool:
    """Write `path` where nothing is. False where another process was first: its file stays. Raises OSError."""
    partial = _partial(path)
    try:
        with _opened(partial, mode) as file:
            file.write(content.encode() if isinstance(content, str) else content)
            _to_disk(file)
        os.link(partial, path)
    except FileExistsError:
        return False
    finally:
        partial.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return True


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name[:200]}.{os.getpid()}.{secrets.token_hex(4)}")


def _opened(path: Path, mode: int) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb")


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
