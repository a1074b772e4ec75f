"""A whole installation in one file, and back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from pathlib import Path

#: Made again from the rest, or true of one machine alone, so not kept.
LEFT_OUT = {"site", "static", "installation", "barograph.sqlite3", "barograph.sqlite3-wal", "barograph.sqlite3-shm"}


class BackupProblem(Exception):
    """A backup or restore can't be done; the message says what to do."""


def backup(file: str) -> Path:
    """Write database, keys and media into a .tar.gz, whole or not at all. SQLite only."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite":
        raise BackupProblem("On PostgreSQL use pg_dump, and keep a copy of the data folder beside it.")
    target = Path(file).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        copy = Path(work) / "barograph.sqlite3"
        with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as source, sqlite3.connect(copy) as kept:
            source.backup(kept)
        kept.close()
        source.close()
        partial = Path(work) / "backup.tar.gz"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz") as tar:
                tar.add(copy, "barograph.sqlite3")
                for entry in sorted(settings.DATA.iterdir()):
                    if entry.name not in LEFT_OUT and entry != target:
                        tar.add(entry, entry.name)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(target)
    return target


def restore(file: str) -> Path:
    """Put a backup in place of the data folder; returns where the old one is kept."""
    data = Path(os.environ.get("BAROGRAPH_DATA") or "data").absolute()
    work = data.with_name(f"{data.name}.restoring")
    shutil.rmtree(work, ignore_errors=True)
    try:
        with tarfile.open(file, "r:gz") as tar:
            if "barograph.sqlite3" not in tar.getnames():
                raise BackupProblem(f"{file} is no backup of Barograph.")
            tar.extractall(work, filter="data")
    except tarfile.TarError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise BackupProblem(f"{file} can't be read as a backup ({error}).") from error
    mark = work / "installation" / "restored"  # mailings ask before they go out (delivery/installation.py)
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    kept = data.with_name(f"{data.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
    if data.exists():
        data.rename(kept)
    work.rename(data)
    return kept
