"""Writing one file of the tree, with its compressed copies. Knows bytes and paths alone."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import brotli
import deflate

#: Brotli's quality: this one costs 0.5 ms for a page and is within 12 % of the best.
QUALITY = 5
#: How far back brotli looks, as a power of two: for a page's size there is a quicker way of finding, and none lost.
NARROW, WIDE = 16, 22
#: libdeflate's level 1 takes a fifth of zlib's 6, for pages 7 % larger: for whoever knows no brotli. The same bytes on
#: every machine.
GZIP = 1
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
TEXT = frozenset({".html", ".atom", ".json", ".xml", ".csv", ".txt", ".svg", ".css"})
#: What only programs fetch, which all know gzip: brotli at a like price would spare them 4 %.
FOR_PROGRAMS = frozenset({".json"})


def write(path: Path | str, content: bytes) -> None:
    """Write a file anew and, beside a text, its .br (not for data) and .gz. The same content gives the same bytes.

    The file may share its bytes with another tree's, so it is replaced, not written into.
    """
    place = str(path)
    _folder(os.path.dirname(place))
    _replace(place, content)
    ending = os.path.splitext(place)[1]
    if ending in FOR_PROGRAMS:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{place}.br")  # of a version that made one
    elif ending in TEXT:
        window = NARROW if len(content) <= 1 << NARROW else WIDE
        _replace(f"{place}.br", brotli.compress(content, quality=QUALITY, lgwin=window))
    if ending in TEXT:
        _replace(f"{place}.gz", deflate.gzip_compress(content, GZIP))


def _folder(path: str) -> None:
    """Most pages have one of their own, and those above it are there."""
    try:
        os.mkdir(path)
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)


def _replace(path: str, content: bytes) -> None:
    try:
        file = os.open(path, _NEW, 0o666)
    except FileExistsError:
        os.unlink(path)
        file = os.open(path, _NEW, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)
