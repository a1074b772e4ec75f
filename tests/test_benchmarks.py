"""Synthetic data are a whole publication; benchmarks give the figures they promise."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.own_data


def run(folder, *arguments):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    command = [sys.executable, "-m", "barograph.cli", *arguments]
    environment = {**clean, "BAROGRAPH_DATA": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_made_data_are_published_in_every_language_and_the_next_call_goes_on(tmp_path):
    made = run(tmp_path, "make-data", "--issues", "2", "--topics", "3", "--subscribers", "5", "--json")
    assert made == {"issues": 2, "topics": 3, "commentaries": 18, "subscribers": 5}
    site = tmp_path / "site" / "current"
    for language in ("be", "ru", "en"):
        assert (site / language / "2004-01-05" / "topic-1" / "index.html").is_file()
    assert run(tmp_path, "subscribers", "count", "--json")["confirmed"] == 5
    run(tmp_path, "make-data", "--issues", "1", "--topics", "3", "--json")
    assert (site / "en" / "2004-01-19" / "index.html").is_file()


def test_publishing_is_measured_on_two_archives(tmp_path):
    told = run(tmp_path, "bench", "publish", "--issues", "3", "--topics", "2", "--rounds", "1", "--json")
    assert {"archive_pages", "seconds", "seconds_small_archive", "pages_written"} <= told.keys()
    assert 0 < told["pages_written"] < told["archive_pages"]


def test_a_whole_bake_is_measured(tmp_path):
    told = run(tmp_path, "bench", "bake", "--issues", "2", "--topics", "2", "--json")
    assert {"pages", "seconds", "peak_rss_mb"} <= told.keys()
    assert told["pages"] > 20


def test_the_weeks_screen_is_measured(tmp_path):
    told = run(tmp_path, "bench", "week", "--topics", "2", "--people", "2", "--rounds", "1", "--json")
    assert told["queries"] <= 25
    assert min(told["week_ms"], told["save_ms"]) > 0


def test_the_times_of_answers_are_measured(tmp_path):
    told = run(tmp_path, "bench", "timing", "--rounds", "4", "--json")
    assert {"sign_up_rank", "address_change_rank", "password_reset_rank", "sign_up_worker_rank"} <= told.keys()
