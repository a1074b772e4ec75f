"""Run a measurement on an empty data folder that goes when it ends. For scripts of this folder."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any


def measure(run: Callable[..., dict[str, Any]], about: str | None, **options: int) -> None:
    """Call `run` with the options that the command line gives (here with their defaults); print its figures as JSON."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, default in options.items():
        parser.add_argument(f"--{option}", type=int, default=default, help=f"default: {default}")
    chosen = vars(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="barograph-bench-") as folder:
        os.environ |= {"BAROGRAPH_DATA": folder, "DJANGO_SETTINGS_MODULE": "barograph.settings"}
        import django

        django.setup()
        from barograph.startup import ensure_database

        ensure_database()
        figures = run(progress=lambda done, of: None, **chosen)
    sys.stdout.write(json.dumps(figures) + "\n")
