"""Fields of a Word file: what an instruction says. Source: ECMA-376, part 1, 17.16."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Fields that show nothing by themselves: marks for an index, settings.
UNSEEN = frozenset({"XE", "TC", "TA", "RD", "PRIVATE", "SET", "ASK", "COMMENTS", "MACROBUTTON", "ADVANCE"})
_LINK = re.compile(r'^\s*HYPERLINK\s+(?:"([^"]*)"|([^\s"\\]\S*))?(?:.*?\\l\s+"?([^"\s]+))?', re.IGNORECASE | re.DOTALL)


@dataclass
class Field:
    """A complex field that has begun (ECMA-376, part 1, 17.16.18)."""

    instruction: str = ""
    shows: bool = False
    has_words: bool = False


def address(instruction: str) -> str:
    """Where a HYPERLINK field leads; empty for every other field."""
    found = _LINK.match(instruction)
    if not found:
        return ""
    target = found[1] or found[2] or ""
    return f"{target}#{found[3]}" if target and found[3] and "#" not in address else target


def name(instruction: str) -> str:
    """The kind of field, such as PAGE."""
    return (instruction.split() or [""])[0].upper()
