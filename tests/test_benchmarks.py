"""Synthetic data are a whole publication; benchmarks give the figures they promise."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.own_data


#: The command line, but a benchmark's throw-away folder has its tables already, as its first argument lies there.
BENCH = """
import shutil, sys
from barograph import cli
setup, source = cli.setup, sys.argv.pop(1)
def ready(access, *, data):
    shutil.copy(source, data)
    setup(access, data=data)
cli.setup = ready
sys.exit(cli.main(sys.argv[1:]))
"""


def run(folder, *arguments, program=("-m", "barograph.cli")):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    command = [sys.executable, *program, *arguments]
    environment = {**clean, "BAROGRAPH_DATA": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def bench(tmp_path, installation):
    database = installation(tmp_path / "ready") / "barograph.sqlite3"
    return lambda *arguments: run(tmp_path, "bench", *arguments, "--json", program=("-c", BENCH, str(database)))


def test_made_data_are_published_in_every_language_and_the_next_call_goes_on(tmp_path, installation):
    installation(tmp_path)
    made = run(tmp_path, "make-data", "--issues", "2", "--topics", "3", "--subscribers", "5", "--json")
    assert made == {"issues": 2, "topics": 3, "commentaries": 18, "subscribers": 5}
    site = tmp_path / "site" / "current"
    for language in ("be", "ru", "en"):
        assert (site / language / "2004-01-05" / "topic-1" / "index.html").is_file()
    assert run(tmp_path, "subscribers", "count", "--json")["confirmed"] == 5
    run(tmp_path, "make-data", "--issues", "1", "--topics", "3", "--json")
    assert (site / "en" / "2004-01-19" / "index.html").is_file()


def test_publishing_is_measured_on_two_archives_and_the_large_one_may_be_kept(bench, tmp_path):
    measure = "publish", "--issues", "3", "--topics", "2", "--rounds", "1", "--keep", str(tmp_path / "kept")
    told = bench(*measure)
    assert {"archive_pages", "seconds", "seconds_small_archive", "ratio", "pages_written"} <= told.keys()
    assert 0 < told["pages_written"] < told["archive_pages"]
    assert told["archive_issues"] == 3
    assert bench(*measure)["archive_issues"] == 4


def test_a_whole_bake_is_measured(tmp_path):
    told = run(tmp_path, "bench", "bake", "--issues", "2", "--topics", "2", "--json")
    assert {"pages", "seconds", "peak_rss_mb"} <= told.keys()
    assert told["pages"] > 20
