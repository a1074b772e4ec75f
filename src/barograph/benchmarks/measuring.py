"""The part of the command line that measures: `barograph bench NAME`. Thin."""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from barograph.benchmarks import BENCHMARKS


def do_bench(
    args: argparse.Namespace, *, setup: Callable[..., None], say: Callable[[str], None], progress: Callable[[str], Any]
) -> int:
    """Run one benchmark on a data folder that goes afterwards."""
    options = {name: getattr(args, name) for name in BENCHMARKS[args.name].options}
    line = progress(f"Measuring {args.name}")
    with tempfile.TemporaryDirectory(prefix="barograph-bench-") as folder:
        setup(data=folder)
        result = importlib.import_module(f"barograph.benchmarks.{args.name}").run(progress=line, **options)
    line.end()
    say(
        json.dumps(result, ensure_ascii=False)
        if args.json
        else "\n".join(f"{name}: {value}" for name, value in result.items())
    )
    return 0


def add(
    command: Callable[..., argparse.ArgumentParser],
    *,
    setup: Callable[..., None],
    say: Callable[[str], None],
    progress: Callable[[str], Any],
) -> None:
    """Put `bench` on the command line, with a name for each benchmark."""
    do = partial(do_bench, setup=setup, say=say, progress=progress)
    bench = command("bench", do, "Measure this product on throw-away data.", "bench publish --issues 1000")
    names = bench.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, benchmark in BENCHMARKS.items():
        example = f"Example: barograph bench {benchmark.example}"
        sub = names.add_parser(name, help=benchmark.about, description=benchmark.about, epilog=example)
        sub.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        for option, default in benchmark.options.items():
            sub.add_argument(f"--{option}", type=type(default), default=default, help=f"default: {default}")
