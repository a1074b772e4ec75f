"""What takes long to make and is the same for every test: made once, then copied.

The tables are some three hundred migrations. `tools/run_tests.py` names a folder for all its runs; a run by itself
keeps what it makes in its own temporary one.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

#: The folder's place in the environment.
FOLDER = "PREPARED_FOR_TESTS"
#: On PostgreSQL: the database that others are copied from.
TEMPLATE = "prepared_for_tests"
DATABASE = "barograph.sqlite3"
ROLES = "import django; django.setup(); from barograph.desk.roles import ensure_roles; ensure_roles()"


def folder(factory: pytest.TempPathFactory) -> Path:
    if named := os.environ.get(FOLDER):
        return Path(named)
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(target: Path, make: Callable[[Path], object]) -> Path:
    """What `make` writes into the folder it is given; whoever comes meanwhile waits for it."""
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = target.with_name(f"{target.name}.partial")
            partial.mkdir()
            make(partial)
            partial.rename(target)
    return target


def environment(data: Path, **more: str) -> dict[str, str]:
    """For a process of Barograph's own, which inherits none of the tests' settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAROGRAPH_")}
    return kept | {"BAROGRAPH_DATA": str(data), "DJANGO_SETTINGS_MODULE": "barograph.settings"} | more


def copied(source: Path, target: str | Path) -> sqlite3.Connection:
    """A SQLite database, whole, in a file or in memory; the memory lasts as long as what is returned is open."""
    new = sqlite3.connect(target, uri=True, check_same_thread=False)
    whole = sqlite3.connect(source)
    whole.backup(new)
    whole.close()
    return new


def sqlite_tables(prepared: Path) -> Path:
    """A database with every table and nothing in it."""
    return once(prepared / "tables", _migrate) / DATABASE


def sqlite_installation(prepared: Path) -> Path:
    """The same with its roles, as a first start makes it: the next finds nothing to migrate."""

    def make(new: Path) -> None:
        copied(sqlite_tables(prepared), new / DATABASE).close()
        subprocess.run([sys.executable, "-c", ROLES], env=environment(new), check=True)

    return once(prepared / "installation", make) / DATABASE


def postgres_tables(prepared: Path, settings: dict) -> str:
    """The name of a database with every table, to copy from."""
    url = os.environ["BAROGRAPH_DATABASE_URL"]

    def make(new: Path) -> None:
        names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
        where = {name: settings[key] for name, key in names.items() if settings[key]}
        with psycopg.connect(**where, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
            server.execute(f"CREATE DATABASE {TEMPLATE}")
        server.close()
        _migrate(new, BAROGRAPH_DATABASE_URL=urlsplit(url)._replace(path=f"/{TEMPLATE}").geturl())

    once(prepared / "postgresql", make)
    return TEMPLATE


def _migrate(data: Path, **more: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment(data, **more), check=True)
