"""Measurements that only developers run (bench/) start, and give the figures they promise."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from bench import timing, week

BENCH = Path(week.__file__).parent


def no_progress(done, of):
    """Nobody looks on."""


@pytest.mark.django_db
def test_the_weeks_screen_asks_the_database_as_often_whatever_the_number_of_topics():
    counts = []
    for topics in (2, 5):
        with transaction.atomic():
            figures = week.run(progress=no_progress, topics=topics, people=2, rounds=1)
            transaction.set_rollback(True)
        counts.append(figures["queries"])
        assert min(figures["week_ms"], figures["save_ms"]) > 0
    assert counts[0] == counts[1] <= 28  # four look whether edited texts of the publication wait to be shown


@pytest.mark.django_db
def test_the_times_of_answers_are_measured():
    figures = timing.run(progress=no_progress, rounds=4)
    assert {"sign_up_rank", "address_change_rank", "password_reset_rank", "sign_up_worker_rank"} <= figures.keys()


@pytest.mark.parametrize("script", ["week.py", "timing.py"])
def test_a_script_says_how_it_is_run(script):
    command = [sys.executable, str(BENCH / script), "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    assert f"bench/{script}" in told.stdout
