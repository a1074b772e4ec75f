"""Taking a mailing back and claiming from it at the same time: one of the two is too late, and knows it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.delivery.test_kill import database_url  # noqa: F401

SCRIPT = Path(__file__).with_name("race_take_back.py")


def test_a_claim_and_an_undo_at_once(tmp_path, database_url):  # noqa: F811
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")} | {
        "DJANGO_SETTINGS_MODULE": "tests.delivery.kill_settings",
        "PYTHONPATH": os.pathsep.join([str(SCRIPT.parents[2]), str(SCRIPT.parents[2] / "src")]),
        "BAROGRAPH_DATA": str(tmp_path / "race"),
        "BAROGRAPH_DATABASE_URL": database_url,
    }
    run = subprocess.run([sys.executable, str(SCRIPT)], env=environment, capture_output=True, timeout=120)  # noqa: S603
    assert run.returncode == 0, run.stderr.decode()
    won = run.stdout.decode().split()
    assert len(won) == 20
    assert set(won) <= {"claim", "back"}
