"""The part of the command line that measures: `barograph bench NAME`. Thin."""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

from barograph.base.languages import is_code
from barograph.benchmarks import BENCHMARKS


def do_bench(
    args: argparse.Namespace, *, setup: Callable[..., None], say: Callable[[str], None], progress: Callable[[str], Any]
) -> int:
    """Run one benchmark on a data folder that goes afterwards."""
    options = {name: getattr(args, name) for name in BENCHMARKS[args.name].options}
    line = progress(f"Measuring {args.name}")
    with tempfile.TemporaryDirectory(prefix="barograph-bench-") as folder:
        setup("begin", data=folder)
        result = importlib.import_module(f"barograph.benchmarks.{args.name}").run(progress=line, **options)
    line.end()
    say(
        json.dumps(result, ensure_ascii=False)
        if args.json
        else "\n".join(f"{name}: {value}" for name, value in result.items())
    )
    return 0


def do_make_data(
    args: argparse.Namespace, *, setup: Callable[..., None], say: Callable[[str], None], progress: Callable[[str], Any]
) -> int:
    """Fill the data folder with a synthetic publication."""
    setup("begin")
    from barograph.benchmarks import synthesis

    line = progress("Making data")
    counts = synthesis.make(
        number=args.issues,
        topics=args.topics,
        languages=args.languages.split(","),
        subscribers=args.subscribers,
        seed=args.seed,
        progress=line,
    )
    line.end()
    text = "{issues} issues, {topics} topics, {commentaries} commentaries, {subscribers} subscribers: published."
    say(json.dumps(counts) if args.json else text.format(**counts))
    return 0


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


def _languages(text: str) -> str:
    codes = text.split(",")
    if not all(map(is_code, codes)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of languages like be,ru,en")
    return text


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
    data = command(
        "make-data",
        partial(do_make_data, setup=setup, say=say, progress=progress),
        "A synthetic publication for scale, published. For an empty data folder; a real one is refused.",
        "make-data --issues 100 --topics 8",
        as_json=True,
    )
    data.add_argument("--issues", type=_count, required=True, metavar="N")
    data.add_argument("--topics", type=_count, required=True, metavar="K")
    data.add_argument("--languages", type=_languages, default="be,ru,en", metavar="be,ru,en")
    data.add_argument("--subscribers", type=_count, default=0, metavar="M")
    data.add_argument("--seed", type=_count, default=1, metavar="S")
    names = bench.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, benchmark in BENCHMARKS.items():
        example = f"Example: barograph bench {benchmark.example}"
        sub = names.add_parser(name, help=benchmark.about, description=benchmark.about, epilog=example)
        sub.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        for option, default in benchmark.options.items():
            sub.add_argument(f"--{option}", type=type(default), default=default, help=f"default: {default}")
