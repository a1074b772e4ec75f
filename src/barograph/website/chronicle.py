"""A publication's issues in one language, in the order of time: what lies beside and behind each page.

Made from contents alone (docs/architecture.md). Knows no templates and no files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from barograph.website import presenters
from barograph.website.presenters import WINDOW, Link, Verdict

Content = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A topic in one of the issues."""

    index: int
    content: Content
    topic: Content


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
        self.published = [[code for code in imprint["languages"] if code in editions] for editions in held]
        self.topics = [{topic["key"]: topic for topic in content["topics"]} for content in self.contents]

    def whole(self, index: int) -> Content:
        """The issue's content with all its texts."""
        content = self.contents[index]
        return self._load(content["edition"]) if self._load and "edition" in content else content

    def topic(self, index: int, key: str) -> Content:
        """A topic of an issue, with all its texts."""
        return next(topic for topic in self.whole(index)["topics"] if topic["key"] == key)

    @cached_property
    def entries(self) -> dict[str, list[Entry]]:
        """Every topic's entries that say something (a verdict or a commentary), oldest first."""
        found: dict[str, list[Entry]] = {}
        for index, content in enumerate(self.contents):
            for topic in content["topics"]:
                if topic["verdict"] or topic["languages"]:
                    found.setdefault(topic["key"], []).append(Entry(index, content, topic))
        return found

    def first(self, index: int) -> str:
        return self.contents[index]["issue"]["first"]

    def window(self, index: int, key: str) -> list[tuple[str, Verdict]]:
        """(first day, verdict) of the last periods up to this issue, on the axis all topics share."""
        start = max(0, index + 1 - WINDOW)
        return [
            (self.first(place), self.topics[place].get(key, {}).get("verdict")) for place in range(start, index + 1)
        ]

    def neighbours(self, index: int, key: str) -> tuple[Entry | None, Entry | None]:
        """The topic's entries before and after this issue's."""
        entries = self.entries.get(key, [])
        before = bisect_left(entries, index, key=_place) - 1
        after = bisect_right(entries, index, key=_place)
        return (entries[before] if before >= 0 else None), (entries[after] if after < len(entries) else None)

    def link(self, entry: Entry) -> Link:
        """To the entry's commentary, or to its place in the issue where there is none in this language."""
        commentary, first = entry.topic["commentary"], entry.content["issue"]["first"]
        key = entry.topic["key"]
        place = f"{presenters.issue_path(self.language, first)}#{key}"
        return Link(
            url=presenters.commentary_path(self.language, first, key) if commentary else place,
            period=presenters.issue_period(entry.content, year=False),
            headline=commentary["headline"] if commentary else "",
            verdict=entry.topic["verdict"],
            word=presenters.word(entry.topic["verdict"]),
            written=bool(entry.topic["languages"]),
        )

    def raw(self, entry: Entry) -> list:
        """What a link to the entry is made of, without making it."""
        commentary = entry.topic["commentary"]
        return [
            self.first(entry.index),
            entry.content["issue"]["last"],
            entry.topic["key"],
            commentary["headline"] if commentary else None,
            entry.topic["verdict"],
            bool(entry.topic["languages"]),
            entry.topic["revised"],
        ]

    def issue_link(self, index: int) -> dict[str, Any]:
        """An issue as a line in a list: period, verdicts as glyphs, and the headline of what moved first."""
        content = self.contents[index]
        topics = presenters.moved_first(content["topics"])
        headlines = [topic["commentary"]["headline"] for topic in topics if topic["commentary"]]
        return {
            "url": presenters.issue_path(self.language, self.first(index)),
            "issue": content["issue"],
            "year": int(self.first(index)[:4]),
            "verdicts": [topic["verdict"] for topic in content["topics"]],
            "summary": presenters.summary_text(topic["verdict"] for topic in content["topics"]),
            "headline": headlines[0] if headlines else "",
            "revised": bool(content["corrections"]),
        }

    @cached_property
    def years(self) -> dict[int, list[int]]:
        """Year → indices of its issues, oldest first."""
        found: dict[int, list[int]] = {}
        for index in range(len(self.contents)):
            found.setdefault(int(self.first(index)[:4]), []).append(index)
        return found

    def by_person(self) -> dict[str, list[Entry]]:
        """Slug → what stands under that name, newest first."""
        found: dict[str, list[Entry]] = {}
        for entries in self.entries.values():
            for entry in entries:
                for person in (entry.topic["commentary"] or {}).get("byline", []):
                    found.setdefault(person["slug"], []).append(entry)
        for entries in found.values():
            entries.sort(key=lambda entry: -entry.index)
        return found
