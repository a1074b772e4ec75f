"""`make test` finds the same on anybody's machine."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: What machines and their users set.
FOREIGN = {
    "BAROGRAPH_BASE_URL": "https://mine.example",
    "DJANGO_SETTINGS_MODULE": "mine.settings",
    "LANG": "tr_TR.UTF-8",
    "LANGUAGE": "de:fr",
    "LC_NUMERIC": "de_DE.UTF-8",
    "TZ": "Pacific/Kiritimati",
    "PGHOST": "db.example",
    "PGPORT": "6543",
    "PGSERVICE": "mine",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "FONTCONFIG_FILE": "/nowhere/fonts.conf",
    "XDG_CONFIG_HOME": "/nowhere",
    "PYTHONWARNINGS": "ignore",
    "PYTHONHASHSEED": "1",
    "PYTEST_ADDOPTS": "--no-such-option",
    "SOURCE_DATE_EPOCH": "0",
    "EMAIL": "me@example.org",
}


@pytest.fixture
def tool(monkeypatch):
    spec = importlib.util.spec_from_file_location("run_tests", ROOT / "tools/run_tests.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_run_knows_nothing_of_the_machines_own_settings(tool, monkeypatch, tmp_path):
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PREPARED_FOR_TESTS", str(tmp_path))
    found = tool.variables(BAROGRAPH_DATA="x")
    assert {name for name in FOREIGN if found.get(name) == FOREIGN[name]} == set()
    assert (found["TZ"], found["LC_ALL"], found["HOME"]) == ("UTC", "C.UTF-8", str(tmp_path / "home"))
    assert found["BAROGRAPH_DATA"] == "x"
    assert found["PATH"] == os.environ["PATH"]


def test_chosen_tests_pass_under_foreign_settings_and_a_narrow_umask(tmp_path):
    """The tool itself, as a user with all of them starts it."""
    environment = {**os.environ, **FOREIGN, "HOME": "/nowhere", "TMPDIR": str(tmp_path)}
    environment.pop("PREPARED_FOR_TESTS", None)
    command = [sys.executable, "tools/run_tests.py", "-q", "tests/base/test_dates.py"]  # starts no database
    told = subprocess.run(command, cwd=ROOT, env=environment, umask=0o077, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
