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
    result = _LINK.match(instruction)
    if not result:
        return ""
    target = result[1] or result[2] or ""
    return f"{target}#{result[3]}" if target and result[3] and "#" not in target else target


def name(instruction: str) -> str:
    """The kind of field, such as PAGE."""
    return (instruction.split() or [""])[0].upper()
