"""kill -9 between any two parts of taking an issue back: real processes, real files. Nothing is half-done."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from barograph.publishing import steps
from tests import prepared

SCRIPT = Path(__file__).with_name("kill_take_back.py")


@pytest.mark.own_data
def test_killed_after_any_part_it_is_taken_up_again(tmp_path, installation):
    root = SCRIPT.parents[2]
    path = f"{root / 'src'}{os.pathsep}{root}"
    environment = prepared.environment(installation(tmp_path), PYTHONPATH=path, BAROGRAPH_MAIL_GRACE="60")
    site = tmp_path / "site/current/en"

    def done(*command):
        return subprocess.run([sys.executable, *command], env=environment, timeout=300, capture_output=True)  # noqa: S603

    def state():
        with sqlite3.connect(next(tmp_path.glob("*.sqlite3"))) as connection:
            back = connection.execute("SELECT count(*) FROM editions_withdrawal").fetchone()[0]
            open_ones = connection.execute("SELECT count(*) FROM issues_issue WHERE state = 'open'").fetchone()[0]
            keys = connection.execute("SELECT count(*) FROM delivery_mailing WHERE key LIKE 'taken-back:%'").fetchone()
        return bool(back), bool(open_ones), bool(keys[0])

    made = done(str(SCRIPT), "prepare")
    assert made.returncode == 0, made.stderr.decode()
    assert (site / "2020-08-10/index.html").exists()
    for part in ("withdraw", "request", *(step.name for step in steps.WITHDRAWAL[:-1])):
        assert done(str(SCRIPT), part).returncode == -signal.SIGKILL
        assert len(set(state())) == 1, "mailings, editions and the issue go together"
        assert (site / "2020-08-03/index.html").exists()
    assert state() == (True, True, True)
    assert done("-m", "barograph.cli", "worker", "--once").returncode == 0
    assert not (site / "2020-08-10").exists()
    assert "2020-08-10" not in (site / "index.html").read_text()
