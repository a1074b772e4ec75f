"""A publication's issues in one language, in the order of time: what lies beside and behind each page.

Made from contents alone (docs/architecture.md). Knows no templates and no files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

from barograph.editions.cells import Cell, cells
from barograph.website import presenters
from barograph.website.presenters import WINDOW, Link, Verdict

Content = dict[str, Any]


class Entry(NamedTuple):
    """A topic in one of the issues."""

    index: int
    year: int
    cell: Cell
    chronicle: Chronicle

    @property
    def content(self) -> Content:
        return self.chronicle.contents[self.index]

    @property
    def topic(self) -> Content:
        """In short: without the commentary's text."""
        return self.chronicle.in_short(self.index, self.cell.key)


#: Entry._make without its count of the fields: there are tens of thousands.
_entry = partial(tuple.__new__, Entry)


def _place(entry: Entry) -> int:
    return entry.index


class Chronicle:
    """`issues`: newest first, {language: content}; those without this language are left out."""

    def __init__(
        self,
        imprint: Content,
        issues: Sequence[dict[str, Content]],
        language: str,
        load: Callable[[int], Content] | None = None,
    ) -> None:
        """`issues` may be lines of the ledger: `load` then gives the whole content of the edition behind one."""
        self.imprint = imprint
        self.language = language
        self._load = load
        held = [editions for editions in reversed(issues) if language in editions]
        self.contents = [editions[language] for editions in held]
        self._held = held
        self._signed: dict[int, dict[str, set[str]]] = {}
        self.published = [[code for code in imprint["languages"] if code in editions] for editions in held]
        self.cells = [cells(content) for content in self.contents]
        self._years = [int(content["issue"]["first"][:4]) for content in self.contents]
        self._periods: dict[int, str] = {}
        self._by_key: dict[int, dict[str, Cell]] = {}

    def whole(self, index: int) -> Content:
        """The issue's content with all its texts."""
        content = self.contents[index]
        return self._load(content["edition"]) if self._load and "edition" in content else content

    def in_short(self, index: int, key: str) -> Content:
        """A topic of an issue, without the text of its commentary."""
        return next(topic for topic in self.contents[index]["topics"] if topic["key"] == key)

    def cell(self, index: int, key: str) -> Cell | None:
        """A topic's cell in an issue; None where the issue doesn't have the topic."""
        found = self._by_key.get(index)
        if found is None:
            found = self._by_key[index] = {cell.key: cell for cell in self.cells[index]}
        return found.get(key)

    def topic(self, index: int, key: str) -> Content:
        """A topic of an issue, with all its texts."""
        return next(topic for topic in self.whole(index)["topics"] if topic["key"] == key)

    @cached_property
    def entries(self) -> dict[str, list[Entry]]:
        """Every topic's entries that say something (a verdict or a commentary), oldest first."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in chain.from_iterable(self._rows):
            found[entry.cell.key].append(entry)
        return dict(found)

    @cached_property
    def _rows(self) -> list[list[Entry]]:
        """Every issue's entries, in the publication's order."""
        return [
            [_entry((index, year, cell, self)) for cell in row if cell.verdict or cell.written]
            for index, (year, row) in enumerate(zip(self._years, self.cells, strict=True))
        ]

    def first(self, index: int) -> str:
        return self.contents[index]["issue"]["first"]

    def period(self, index: int) -> str:
        """The issue's period in words: every topic and person asks for the same."""
        if index not in self._periods:
            self._periods[index] = presenters.issue_period(self.contents[index])
        return self._periods[index]

    def year(self, index: int) -> int:
        return self._years[index]

    def window(self, index: int, key: str) -> list[tuple[str, Verdict]]:
        """(first day, verdict) of the last periods up to this issue, on the axis all topics share."""
        start = max(0, index + 1 - WINDOW)
        found = ((self.first(place), self.cell(place, key)) for place in range(start, index + 1))
        return [(first, cell.verdict if cell else None) for first, cell in found]

    def neighbours(self, index: int, key: str) -> tuple[Entry | None, Entry | None]:
        """The topic's entries before and after this issue's."""
        entries = self.entries.get(key, [])
        before = bisect_left(entries, index, key=_place) - 1
        after = bisect_right(entries, index, key=_place)
        return (entries[before] if before >= 0 else None), (entries[after] if after < len(entries) else None)

    def address(self, entry: Entry) -> str:
        """Of the entry's commentary, or of its place in the issue where there is none in this language."""
        first, key = self.first(entry.index), entry.cell.key
        if entry.cell.headline is not None:
            return presenters.commentary_path(self.language, first, key)
        return f"{presenters.issue_path(self.language, first)}#{key}"

    def link(self, entry: Entry) -> Link:
        """To where its address leads."""
        verdict = entry.cell.verdict
        return Link(
            url=self.address(entry),
            period=presenters.issue_period(entry.content, year=False),
            headline=entry.cell.headline or "",
            verdict=verdict,
            word=presenters.word(verdict),
            written=entry.cell.written,
        )

    def issue_link(self, index: int) -> dict[str, Any]:
        """An issue as a line in a list: period, verdicts as glyphs, and the headline of what moved first."""
        content = self.contents[index]
        written = [cell for cell in self.cells[index] if cell.headline is not None]
        first = min(written, key=lambda cell: presenters.rank(cell.verdict), default=None)
        return {
            "url": presenters.issue_path(self.language, self.first(index)),
            "issue": content["issue"],
            "year": int(self.first(index)[:4]),
            "verdicts": [cell.verdict for cell in self.cells[index]],
            "summary": presenters.summary_text(cell.verdict for cell in self.cells[index]),
            "headline": first.headline if first else "",
            "revised": bool(content["corrections"]),
        }

    def signed_in(self, year: int, slug: str) -> list[str]:
        """The languages in which something of this year stands under a name, in the publication's order."""
        if year not in self._signed:
            found = self._signed[year] = defaultdict(set)
            for index in self.years.get(year, []):
                for code, content in self._held[index].items():
                    for cell in cells(content):
                        for person in cell.people.split():
                            found[person].add(code)
        return [code for code in self.imprint["languages"] if code in self._signed[year].get(slug, ())]

    @cached_property
    def years(self) -> dict[int, list[int]]:
        """Year → indices of its issues, oldest first."""
        found: dict[int, list[int]] = {}
        for index in range(len(self.contents)):
            found.setdefault(self.year(index), []).append(index)
        return found

    def by_person(self) -> dict[str, list[Entry]]:
        """Slug → what stands under that name, newest first."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in chain.from_iterable(reversed(self._rows)):
            for slug in entry.cell.people.split():
                found[slug].append(entry)
        return dict(found)
