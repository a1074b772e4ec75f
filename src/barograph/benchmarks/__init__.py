"""Benchmarks of CONTRACT.md: each module measures one promise on throw-away data and returns plain figures.

A module has `run(*, progress, **options) -> dict`. It is imported only when asked for, with Django set up on an
empty data folder that goes when the benchmark ends. What only developers measure (peers, the time of answers, the
screen of the week) lies in bench/ beside the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Benchmark:
    """What the command line offers: a sentence, an example and options with their defaults."""

    about: str
    example: str
    options: dict[str, int | str] = field(default_factory=dict)


BENCHMARKS: dict[str, Benchmark] = {
    "publish": Benchmark(
        about="Publishes one more issue on an archive of N issues and on one of N/100, until readers see it.",
        example="publish --issues 1000 --topics 8 --json",
        options={"issues": 1000, "topics": 8, "rounds": 5, "keep": ""},
    ),
    "bake": Benchmark(
        about="Bakes a whole archive anew.",
        example="bake --issues 1000 --topics 8 --json",
        options={"issues": 1000, "topics": 8},
    ),
    "pages": Benchmark(
        about="Requests a second of a commentary's page, beside nginx with the same files.",
        example="pages --json",
        options={"seconds": 3, "rounds": 3, "connections": 32},
    ),
    "mail": Benchmark(
        about="A real edition to N subscribers, with the full bookkeeping, through a relay that takes everything.",
        example="mail --recipients 20000 --smtp smtp://127.0.0.1:2525 --json",
        options={"recipients": 20000, "smtp": "smtp://127.0.0.1:2525", "workers": 1, "database": ""},
    ),
    "search": Benchmark(
        about="How long a query takes on an archive of N commentaries, and what the index costs.",
        example="search --documents 24000 --json",
        options={"documents": 24_000},
    ),
}
