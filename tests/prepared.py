"""What takes long to make and is the same for every test: made once, then copied.

A database with its tables (some three hundred migrations) and roles, and nothing else. `tools/run_tests.py` names a
folder for all its runs and has it filled (python -m tests.prepared); a run by itself does so in its own temporary one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
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
READY = """
import django
django.setup()
from django.core.management import call_command
from barograph.desk.roles import ensure_roles
call_command("migrate", verbosity=0)
ensure_roles()
"""


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
            shutil.rmtree(partial, ignore_errors=True)
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


def sqlite_database(prepared: Path) -> Path:
    """Every table, and the roles: what a first start makes."""
    return once(prepared / "sqlite", _made_ready) / DATABASE


def postgres_database(prepared: Path) -> str:
    """The same on the server of `BAROGRAPH_DATABASE_URL`: the name of a database to copy from."""
    url = os.environ["BAROGRAPH_DATABASE_URL"]

    def make(new: Path) -> None:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
            server.execute(f"CREATE DATABASE {TEMPLATE}")
        _made_ready(new, BAROGRAPH_DATABASE_URL=urlsplit(url)._replace(path=f"/{TEMPLATE}").geturl())

    once(prepared / "postgresql", make)
    return TEMPLATE


def _made_ready(data: Path, **more: str) -> None:
    subprocess.run([sys.executable, "-c", READY], env=environment(data, **more), check=True)


if __name__ == "__main__":
    place = Path(os.environ[FOLDER])
    postgres_database(place) if "BAROGRAPH_DATABASE_URL" in os.environ else sqlite_database(place)
