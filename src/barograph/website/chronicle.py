"""A publication's issues in one language, in the order of time: what lies beside and behind each page.

Made from contents alone (docs/architecture.md). Knows no templates and no files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple

from django.utils import translation

from barograph.base import barogram, languages
from barograph.base.sums import Remember, anew
from barograph.editions.cells import Cell, cells
from barograph.website import presenters, sums
from barograph.website.presenters import WINDOW, Link, Verdict

Content = dict[str, Any]

WINDOWS = 400  # kept at hand: an issue, its commentaries and their drawings ask for the same


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


def _point(year: int, row: sums.Change) -> barogram.Point:
    """The barogram names and links a change, and rings a correction; a level stretch has neither."""
    moved = row.verdict in presenters.MOVED
    return barogram.Point(
        label=row.period if moved else "",
        verdict=row.verdict,
        year=year,
        url=row.url if moved else "",
        corrected=bool(row.revised),
        word=presenters.word(row.verdict),
    )


class Chronicle:
    """`issues`: newest first, {language: content}; those without this language are left out."""

    def __init__(
        self,
        imprint: Content,
        issues: Sequence[dict[str, Content]],
        language: str,
        load: Callable[[int], Content] | None = None,
        remember: Remember = anew,
    ) -> None:
        """`issues` may be summaries: `load` then gives the whole content of the edition behind one.

        `remember` keeps the sums of years.
        """
        self.imprint = imprint
        self.language = language
        self._load = load
        self._remember = remember
        in_language = [editions for editions in reversed(issues) if language in editions]
        self.contents = [editions[language] for editions in in_language]
        #: the same issues in each of the publication's languages
        self.beside: Mapping[str, Chronicle] = {language: self}
        self.published = [[code for code in imprint["languages"] if code in editions] for editions in in_language]
        self.firsts = [content["issue"]["first"] for content in self.contents]
        self._years = [int(first[:4]) for first in self.firsts]
        self._periods: dict[int, str] = {}
        self._cells: dict[int, list[Cell]] = {}
        self._by_key: dict[int, dict[str, Cell]] = {}
        self._entries: dict[int, dict[str, list[Entry]]] = {}
        self._people: dict[int, dict[str, list[Entry]]] = {}
        self._sums: dict[int, sums.Sum] = {}
        self._windows: dict[tuple[int, str], list[tuple[str, Verdict]]] = {}

    def whole(self, index: int) -> Content:
        """The issue's content with all its texts."""
        content = self.contents[index]
        return self._load(content["edition"]) if self._load and "edition" in content else content

    def in_short(self, index: int, key: str) -> Content:
        """A topic of an issue, without the text of its commentary."""
        return next(topic for topic in self.contents[index]["topics"] if topic["key"] == key)

    def cells(self, index: int) -> list[Cell]:
        """An issue's topics, in the publication's order."""
        if index not in self._cells:
            self._cells[index] = cells(self.contents[index])
        return self._cells[index]

    def cell(self, index: int, key: str) -> Cell | None:
        """A topic's cell in an issue; None where the issue doesn't have the topic."""
        return self._keyed(index).get(key)

    def _keyed(self, index: int) -> dict[str, Cell]:
        by_key = self._by_key.get(index)
        if by_key is None:
            by_key = self._by_key[index] = {cell.key: cell for cell in self.cells(index)}
        return by_key

    def topic(self, index: int, key: str) -> Content:
        """A topic of an issue, with all its texts."""
        return next(topic for topic in self.whole(index)["topics"] if topic["key"] == key)

    def _rows(self, year: int) -> list[list[Entry]]:
        """The entries of each of the year's issues that say something (a verdict or a commentary)."""
        return [
            [_entry((index, year, cell, self)) for cell in self.cells(index) if cell.verdict or cell.written]
            for index in self.years.get(year, [])
        ]

    def entries(self, year: int) -> dict[str, list[Entry]]:
        """Every topic's entries of a year, oldest first."""
        if year not in self._entries:
            by_topic: defaultdict[str, list[Entry]] = defaultdict(list)
            for entry in chain.from_iterable(self._rows(year)):
                by_topic[entry.cell.key].append(entry)
            self._entries[year] = dict(by_topic)
        return self._entries[year]

    def signed(self, year: int) -> dict[str, list[Entry]]:
        """Slug → what of a year stands under that name, newest first."""
        if year not in self._people:
            by_person: defaultdict[str, list[Entry]] = defaultdict(list)
            for entry in chain.from_iterable(reversed(self._rows(year))):
                for slug in entry.cell.people.split():
                    by_person[slug].append(entry)
            self._people[year] = dict(by_person)
        return self._people[year]

    def sum(self, year: int) -> sums.Sum:
        """A year in short. Closed years aren't read for it, where it is remembered."""
        if year not in self._sums:
            self._sums[year] = sums.Sum(*self.remembered("", year, partial(self._summed, year)))
        return self._sums[year]

    def remembered(self, what: str, year: int, make: Callable[[], Any]) -> Any:
        """What was made of a year's issues in this language, or is made now."""
        made_from = [self.contents[index].get("digest") for index in self.years[year]]
        return self._remember(f"{what}{self.language}/{year}", made_from, make)

    def _summed(self, year: int) -> list[dict[str, list]]:
        with translation.override(languages.interface(self.language)):
            topics = {key: self._topic_sum(year, entries) for key, entries in self.entries(year).items()}
        people = {
            slug: [sums.cells_digest(e.cell for e in entries), len(entries)]
            for slug, entries in self.signed(year).items()
        }
        return [topics, people]

    def _topic_sum(self, year: int, entries: list[Entry]) -> list:
        start = self.years[year][0]
        line = [sums.ABSENT] * len(self.years[year])
        verdicts: list[Verdict] = [None] * len(line)
        changes = []
        for entry in entries:
            place, cell = entry.index - start, entry.cell
            line[place], verdicts[place] = sums.LETTERS[cell.verdict], cell.verdict
            if cell.verdict in presenters.MOVED or cell.revised:
                row = (self.address(entry), self.period(entry.index), cell.headline or "", cell.verdict, cell.revised)
                changes.append(sums.Change(place, *row))
        drawn = barogram.stretch(verdicts, {row.place: _point(year, row) for row in changes})
        return [
            sums.cells_digest(entry.cell for entry in entries),
            "".join(line),
            [list(row) for row in changes],
            list(drawn),
        ]

    @cached_property
    def topics(self) -> list[str]:
        """Every topic that any issue says something about."""
        return sorted({key for year in self.years for key in self.sum(year).topics})

    def latest(self, key: str) -> Iterator[Entry]:
        """A topic's entries, newest first."""
        for year in reversed(self.years):
            if key in self.sum(year).topics:
                yield from reversed(self.entries(year)[key])

    def latest_signed(self, slug: str) -> Iterator[Entry]:
        """What stands under a name, newest first."""
        for year in reversed(self.years):
            if slug in self.sum(year).people:
                yield from self.signed(year)[slug]

    def first(self, index: int) -> str:
        return self.firsts[index]

    def period(self, index: int) -> str:
        """The issue's period in words: every topic and person asks for the same."""
        if index not in self._periods:
            self._periods[index] = presenters.issue_period(self.contents[index])
        return self._periods[index]

    def year(self, index: int) -> int:
        return self._years[index]

    def window(self, index: int, key: str) -> list[tuple[str, Verdict]]:
        """(first day, verdict) of the last periods up to this issue, on the axis all topics share."""
        if (index, key) not in self._windows:
            if len(self._windows) > WINDOWS:
                self._windows.clear()
            places = range(max(0, index + 1 - WINDOW), index + 1)
            window_cells = [self._keyed(place).get(key) for place in places]
            self._windows[index, key] = [
                (first, cell.verdict if cell else None)
                for first, cell in zip(self.firsts[places.start : places.stop], window_cells, strict=True)
            ]
        return self._windows[index, key]

    def neighbours(self, index: int, key: str) -> tuple[Entry | None, Entry | None]:
        """The topic's entries before and after this issue's."""
        year = self.year(index)
        entries = self.entries(year).get(key, [])
        before, after = bisect_left(entries, index, key=_place), bisect_right(entries, index, key=_place)
        earlier = entries[before - 1] if before else self._in_other_years(year, key, -1)
        return earlier, (entries[after] if after < len(entries) else self._in_other_years(year, key, 1))

    def _in_other_years(self, year: int, key: str, step: int) -> Entry | None:
        """The topic's last entry before this year (step -1), or its first one after it (1)."""
        years = list(self.years)[::step]
        for other in years[years.index(year) + 1 :]:
            if key in self.sum(other).topics:
                return self.entries(other)[key][0 if step > 0 else -1]
        return None

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
        written = [cell for cell in self.cells(index) if cell.headline is not None]
        first = min(written, key=lambda cell: presenters.rank(cell.verdict), default=None)
        return {
            "url": presenters.issue_path(self.language, self.first(index)),
            "issue": content["issue"],
            "year": int(self.first(index)[:4]),
            "verdicts": [cell.verdict for cell in self.cells(index)],
            "summary": presenters.summary_text(cell.verdict for cell in self.cells(index)),
            "headline": first.headline if first else "",
            "revised": bool(content["corrections"]),
        }

    def signed_in(self, year: int, slug: str) -> list[str]:
        """The languages in which something of this year stands under a name, in the publication's order."""
        beside = [self.beside[code] for code in self.imprint["languages"] if code in self.beside]
        return [other.language for other in beside if year in other.years and slug in other.sum(year).people]

    @cached_property
    def years(self) -> dict[int, list[int]]:
        """Year → indices of its issues, oldest first."""
        by_year: dict[int, list[int]] = {}
        for index, year in enumerate(self._years):
            by_year.setdefault(year, []).append(index)
        return by_year
