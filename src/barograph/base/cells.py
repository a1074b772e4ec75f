"""Cells of a CSV file that a spreadsheet will open."""

from __future__ import annotations


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): such a one begins with an apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
