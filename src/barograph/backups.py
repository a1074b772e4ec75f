"""A whole installation in one file, and back: database, keys, media and what else lies in the data folder.

Either works on the database that the settings name, or refuses. Nothing is said to be done that was not done here.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from barograph import __version__
from barograph.base import environment, modes, occupancy

DATABASE = "barograph.sqlite3"
MANIFEST = "barograph-backup.json"
#: Made again from the rest, or true of one machine alone, so not part of a backup.
LEFT_OUT = {
    "site",
    "static",
    "installation",
    "served-address",
    DATABASE,
    f"{DATABASE}-wal",
    f"{DATABASE}-shm",
    f"{DATABASE}-journal",
}
#: Folders of the data folder that a backup must not be written into: served to readers, or thrown away.
NOT_INTO = ("site", "static", "media", "installation", "keys")
_WORK = ".barograph-backup-"


class BackupProblem(Exception):
    """A backup or restore can't be done; the message says what to do."""


@dataclass(frozen=True)
class Restored:
    """What a restore has done: where the former folder lies (None where there was none)."""

    former: Path | None


def backup(file: str) -> Path:
    """Write database, keys and media into a .tar.gz, whole or not at all. SQLite only. Raises BackupProblem."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite":
        raise BackupProblem("On PostgreSQL use pg_dump, and keep a copy of the data folder beside it.")
    database = Path(settings.ENVIRONMENT.database_url.removeprefix("sqlite:///")).absolute()
    target = _target(file, settings.DATA)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_WORK) as work:
        copy = Path(work) / DATABASE
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as new:
            source.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        _check_database(copy)
        manifest = Path(work) / MANIFEST
        keys = "file" if settings.ADDRESS_KEY_IS_KEPT else "environment"
        about = {"version": __version__, "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "keys": keys}
        manifest.write_text(json.dumps(about), encoding="utf-8")
        partial = Path(work) / "backup.tar.gz"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1, dereference=True) as tar:
                tar.add(manifest, MANIFEST)
                tar.add(copy, DATABASE)
                for path, name in _files(settings.DATA, database):
                    try:
                        tar.add(path, name, recursive=False)
                    except FileNotFoundError:
                        continue  # it was replaced or removed meanwhile
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(target)
    return target


def _target(file: str, data: Path) -> Path:
    """Where the backup goes: a new file, or an earlier backup. Raises BackupProblem."""
    target = Path(file).absolute()
    target = target.resolve() if target.is_symlink() else target
    if target.exists() and not target.is_file():
        raise BackupProblem(f"{file} is no plain file. Name a file that the backup is written to.")
    if target.exists() and target.stat().st_size and not _is_backup(target):
        raise BackupProblem(f"{file} is there already and is no backup of Barograph. Choose another name.")
    for name in NOT_INTO:
        if target.resolve().is_relative_to((data / name).resolve()):
            raise BackupProblem(f"{file} lies in {data / name}, which is no place for a backup. Choose another folder.")
    return target


def _files(data: Path, database: Path) -> Iterator[tuple[Path, str]]:
    """What of the data folder is kept, with its name in the backup: neither earlier backups nor sockets. Links to
    folders elsewhere are followed, so that what lies behind them is kept."""
    skipped = {f"{database.resolve()}{ending}" for ending in ("", "-wal", "-shm", "-journal")}
    seen: set[tuple[int, int]] = set()
    for place, folders, names in os.walk(data, followlinks=True):
        here = Path(place)
        there = here.stat()
        if (there.st_dev, there.st_ino) in seen:
            folders.clear()
            continue
        seen.add((there.st_dev, there.st_ino))
        if here == data:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            names = [name for name in names if name not in LEFT_OUT]
        else:
            yield here, str(here.relative_to(data))
        folders[:] = sorted(name for name in folders if not name.startswith(_WORK))
        for name in sorted(names):
            path = here / name
            if path.is_file() and str(path.resolve()) not in skipped and not _is_backup(path):
                yield path, str(path.relative_to(data))


def _is_backup(path: Path) -> bool:
    """Whether a file is a backup of Barograph, by what it begins with."""
    try:
        with open(path, "rb") as raw:
            if raw.read(2) != b"\x1f\x8b":
                return False
        with tarfile.open(path, "r:gz") as tar:
            first = tar.next()
    except (OSError, EOFError, zlib.error, tarfile.TarError):
        return False
    return first is not None and first.name in {MANIFEST, DATABASE}


def _check_database(path: Path) -> None:
    """Raises BackupProblem where the database is damaged."""
    try:
        with closing(sqlite3.connect(path)) as database:
            answer = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise BackupProblem(f"The database is damaged ({answer}). Nothing was written; bring back an earlier backup.")


def restore(file: str) -> Restored:
    """Put a backup in place of the data folder. Raises BackupProblem, environment.EnvironmentProblem, OSError."""
    settings = environment.read()
    data = settings.data.resolve()
    expected = f"sqlite:///{settings.data / DATABASE}"
    if settings.database_url != expected:
        raise BackupProblem(
            "A restore replaces the SQLite database in the data folder, but BAROGRAPH_DATABASE_URL names another one. "
            "Nothing was changed. Unset it to restore; PostgreSQL is brought back with pg_restore."
        )
    if os.path.ismount(data):
        raise BackupProblem(f"{data} is a mount point and can't be replaced. Restore into a folder inside it.")
    with occupancy.alone(data) as is_free:
        if not is_free:
            raise BackupProblem(f"Barograph is running on {data}. Stop it first: a restore replaces the whole folder.")
        return _replace(data, file, settings)


def _replace(data: Path, file: str, settings: environment.Environment) -> Restored:
    """Unpack beside the data folder, check, then change places. Raises BackupProblem, OSError; then nothing changed."""
    former_stat = data.stat() if data.exists() else None
    work = data.with_name(f"{data.name}.restoring")
    shutil.rmtree(work, ignore_errors=True)
    try:
        _unpack(file, work)
        _check_unpacked(work, settings)
        _set_modes(work, former_stat)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    former = data.with_name(f"{data.name}.before-{time.strftime('%Y%m%d-%H%M%S')}") if former_stat else None
    if former:
        data.rename(former)
    try:
        work.rename(data)
    except OSError:
        if former:
            former.rename(data)
        raise
    return Restored(former)


def _unpack(file: str, work: Path) -> None:
    try:
        with tarfile.open(file, "r:gz") as tar:
            first = tar.next()
            if first is None or first.name not in {MANIFEST, DATABASE}:
                raise BackupProblem(f"{file} is no backup of Barograph.")
            _extract(tar, work)
            while tar.fileobj and tar.fileobj.read(1 << 20):  # to the end, where the checksum stands
                pass
    except (tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BackupProblem(f"{file} is damaged or cut off ({error}). Nothing was changed.") from error
    except OSError as error:
        if error.errno is None:  # gzip's "not a gzipped file" and a wrong checksum
            raise BackupProblem(f"{file} is damaged or no backup ({error}). Nothing was changed.") from error
        raise


def _extract(tar: tarfile.TarFile, work: Path) -> None:
    """Unpack plain files and folders below `work`, nothing else. Raises BackupProblem, tarfile.TarError, OSError.

    Python 3.11 has tarfile's own filter from 3.11.4 on only, so the members are checked here, too.
    """
    checks = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    for member in tar:
        path = PurePosixPath(member.name)
        if not (member.isreg() or member.isdir()) or path.is_absolute() or ".." in path.parts:
            raise BackupProblem(f"{member.name} has no place in a backup of Barograph. Nothing was changed.")
        member.uid, member.gid, member.uname, member.gname = os.geteuid(), os.getegid(), "", ""
        member.mode = (member.mode & 0o755) | (0o700 if member.isdir() else 0o600)
        tar.extract(member, work, **checks)


def _check_unpacked(work: Path, settings: environment.Environment) -> None:
    """Whether this version can work with what was unpacked, and with which keys. Raises BackupProblem."""
    path = work / DATABASE
    if not path.is_file():
        raise BackupProblem("The backup has no database in it. Nothing was changed.")
    _check_database(path)
    folder = Path(__file__).parent
    with closing(sqlite3.connect(path)) as database:
        applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
        has_addresses = database.execute("SELECT EXISTS (SELECT 1 FROM subscribers_subscriber)").fetchone()[0]
    newer = [
        f"{app}.{name}"
        for app, name in applied
        if (folder / app / "migrations").is_dir() and not (folder / app / "migrations" / f"{name}.py").is_file()
    ]
    if newer:
        raise BackupProblem(
            f"The backup is of a newer version of Barograph ({newer[-1]}). Install that version; nothing was changed."
        )
    if has_addresses and not (work / "keys" / "address.key").is_file() and settings.address_key_is_kept:
        raise BackupProblem(
            "The address key is not in this backup: it was kept in BAROGRAPH_ADDRESS_KEY. Set it to the same key, then "
            "restore. Nothing was changed."
        )


def _set_modes(work: Path, former: os.stat_result | None) -> None:
    """As private as before; where root restores, the files belong to whoever the former folder belonged to."""
    for place, folders, names in os.walk(work):
        inside = Path(place).relative_to(work).parts[:1]
        is_private = inside not in {("media",), ("takeaways",)}
        for path in [Path(place, name) for name in (*folders, *names)]:
            if is_private and not path.is_symlink() and path.name not in {"media", "takeaways"}:
                path.chmod(0o700 if path.is_dir() else 0o600)
    restored = work / "installation" / "restored"  # mailings ask before they go out (delivery/installation.py)
    restored.parent.mkdir(exist_ok=True, mode=0o700)
    restored.touch()
    work.chmod(stat.S_IMODE(former.st_mode) if former else modes.THROUGH)
    if former and os.geteuid() == 0:
        for place, folders, names in os.walk(work):
            for path in [Path(place), *(Path(place, name) for name in (*folders, *names))]:
                os.chown(path, former.st_uid, former.st_gid, follow_symlinks=False)
