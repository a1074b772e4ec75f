"""A stretch of a file, so that a download goes on where the line broke (RFC 9110, 14). Plain Python."""

from __future__ import annotations

import re

_ONE = re.compile(rb"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The file has nothing of what was asked for."""


def read(wish: bytes, size: int) -> tuple[int, int] | None:
    """Where the stretch begins and the first byte after it; None where the whole is to be sent.

    Several stretches at once are answered with the whole, as is what nobody can read. Raises Unsatisfiable.
    """
    match = _ONE.fullmatch(wish[:100].strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:  # the last so many bytes
        length = int(match[2])
        if not length or not size:
            raise Unsatisfiable
        return max(0, size - length), size
    start, end = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, end
