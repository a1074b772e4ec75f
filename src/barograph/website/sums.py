"""A year in short: what the pages that tell a whole history show of it. Made from the year's cells alone, once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from barograph.editions.cells import Cell
from barograph.website.presenters import Verdict

#: A period in a topic's line of the year; ABSENT where the issue says nothing about the topic.
LETTERS: dict[Verdict, str] = {None: "-", "unchanged": "u", "worsened": "w", "improved": "i"}
ABSENT = "."


class Change(NamedTuple):
    """An entry that moved or was corrected."""

    place: int  # of its issue in the year
    url: str
    period: str
    headline: str
    verdict: Verdict
    revised: str | None


class OfTopic(NamedTuple):
    """A topic in a year."""

    digest: str  # changes when a row about one of its entries may change
    line: str  # a letter an issue
    changes: list[list]  # as Change
    drawn: list  # as barogram.Stretch


def counted(line: str) -> Counter[Verdict]:
    """How many of its entries have each verdict."""
    return Counter({verdict: line.count(letter) for verdict, letter in LETTERS.items()})


class OfPerson(NamedTuple):
    """What stands under a name in a year."""

    digest: str
    count: int


class Sum:
    """Both, from plain values."""

    def __init__(self, topics: dict[str, list], people: dict[str, list]) -> None:
        self.topics = {key: OfTopic(*value) for key, value in topics.items()}
        self.people = {slug: OfPerson(*value) for slug, value in people.items()}


def cells_digest(cells: Iterable[Cell]) -> str:
    """Changes when a row about one of them may change."""
    return hashlib.sha256(" ".join(cell.fingerprint for cell in cells).encode()).hexdigest()
