"""Cells: what other pages have to know of one topic in one issue and language.

Contents in, small tuples out; no database. Thousands of cells are read for every bake, so of all texts they hold the
headline alone. They are stored in the editions' summaries: a new field comes at the end, with a migration that deletes
those (as editions 0007_lines_anew), since rows of another length are refused.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from barograph.editions.changes import updated

Content = dict[str, Any]


class Cell(NamedTuple):
    """One topic of an issue in one language."""

    key: str
    verdict: str | None
    outlook: str  # flags with a space between
    written: bool  # in whatever language
    headline: str | None  # of the commentary in this language, None where there is none
    revised: str | None  # day of the last correction, or a time
    people: str  # who signed the commentary in this language: slugs with a space between
    fingerprint: str  # changes when a row about the cell on another page may change
    changed: str | None = None  # day on which the commentary last changed


def cells(content: Content) -> list[Cell]:
    """The cells of a content, or of its summary, in the publication's order."""
    if "edition" in content:  # a line
        return content["cells"]
    return [_cell(content, topic) for topic in content["topics"]]


def _cell(content: Content, topic: Content) -> Cell:
    issue = content["issue"]
    commentary = topic["commentary"]
    written, headline = bool(topic["languages"]), commentary["headline"] if commentary else None
    fields = [issue["first"], issue["last"], topic["key"], topic["name"], headline, topic["verdict"], written]
    text = json.dumps([*fields, topic["revised"]], ensure_ascii=False)
    return Cell(
        topic["key"],
        topic["verdict"],
        " ".join(topic["outlook"]),
        written,
        headline,
        topic["revised"],
        " ".join(person["slug"] for person in commentary["byline"]) if commentary else "",
        hashlib.sha256(text.encode()).hexdigest()[:16],
        updated(content, topic).date().isoformat() if topic.get("changed") or topic["revised"] else None,
    )
