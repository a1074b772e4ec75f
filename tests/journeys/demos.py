"""Demos as `make demo` starts them. One is begun from nothing and waited for; the others are copies of what it made."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests import prepared

#: A copied folder asks before it sends mails; these are at their place from the start.
AT_HOME = "DELETE FROM delivery_sender"
WORK = "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(data: Path) -> Iterator[str]:
    """A demo's address; the whole product runs behind it, on this folder."""
    port = free_port()
    command = [sys.executable, "-m", "barograph.cli", "demo", "--no-browser", "--port", str(port), "--data", str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    with data.with_name(f"{data.name}.log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            base = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 280
            while not _answers(base):
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(f"the demo did not start:\n{log.read()}")
                time.sleep(0.3)
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _answers(base: str) -> bool:
    try:
        urllib.request.urlopen(f"{base}/be/", timeout=2).close()
    except OSError:
        return False
    return True


def played(place: Path) -> Path:
    """The data folder of a demo that has done all it does by itself, its printed forms among it."""

    def play(new: Path) -> None:
        data = new / "data"
        data.mkdir()
        prepared.copied(prepared.sqlite_database(place), data / prepared.DATABASE).close()
        (data / "demo").touch()  # the mark of a demo's folder
        with running(data):
            _wait_until_all_is_done(data / prepared.DATABASE)

    return prepared.once(place / "demo", play) / "data"


def _wait_until_all_is_done(database: Path) -> None:
    deadline = time.monotonic() + 280
    with contextlib.closing(sqlite3.connect(database)) as asked:
        while asked.execute(WORK).fetchone()[0]:
            if time.monotonic() > deadline:
                raise RuntimeError("the demo's printed forms were not made in time")
            time.sleep(0.3)


def copy(source: Path, target: Path) -> Path:
    """The same demo in another folder, ready to be started."""
    shutil.copytree(source, target, symlinks=True)
    shutil.rmtree(target / "installation")
    with contextlib.closing(sqlite3.connect(target / prepared.DATABASE)) as database, database:
        database.execute(AT_HOME)
    return target


if __name__ == "__main__":
    played(Path(os.environ[prepared.FOLDER]))
