"""How fast a whole archive is baked: every page rendered, written and compressed twice."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

from barograph.benchmarks import synthesis

LANGUAGES = ["be", "ru", "en"]


def run(*, progress: Callable[[int, int], None], issues: int, topics: int) -> dict[str, Any]:
    """Pages a second over the second of two whole bakes, and the most memory any process of it held."""
    from barograph.website import bake

    rows, people, words = synthesis.publication(topics=topics, languages=LANGUAGES, seed=1)
    new_issues = [synthesis.add_issue(number + 1, rows, people, LANGUAGES, words) for number in range(issues)]
    synthesis.release(new_issues, progress=progress, index=False)
    began = time.monotonic()
    report = bake.bake(everything=True, progress=progress)
    seconds = time.monotonic() - began
    pages = sum(1 for path in report.path.rglob("*.html"))
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pages": pages,
        "seconds": round(seconds, 2),
        "pages_per_second": round(pages / seconds, 1),
        "peak_rss_mb": round(max(own.ru_maxrss, children.ru_maxrss) / 1024, 1),
        "files": report.pages,
    }
