"""Cells of a CSV file that a spreadsheet will open, and the text in them again."""

from __future__ import annotations

import re

#: What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), in full width, too.
_FORMULA = "=+\\-@\\t\\r\\n＝＋－＠"
_NEEDS_GUARD = re.compile(f"'*[{_FORMULA}]")
_HAS_GUARD = re.compile(f"'+[{_FORMULA}]")


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front.

    So does a text that begins with apostrophes and then like a formula, so that `plain` gives every text again.
    """
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def plain(cell: str) -> str:
    """The text of a cell that `harmless` made: plain(harmless(text)) == text for every text."""
    return cell[1:] if _HAS_GUARD.match(cell) else cell
