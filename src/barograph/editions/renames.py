"""Addresses of topics and analysts that changed: editions keep the old ones, readers get the present ones.

An edition is never rewritten, so an old address in it is replaced by the present one wherever it is read for the
public: pages, feeds, the table of verdicts, search, mails and printed forms. The one exception is the edition's own
data file, which stays as it was frozen; the data package lists the pairs of old and present addresses.

The pairs come from the snapshot of the publication (Imprint), so that a change takes effect for all readers at one
moment, with a release.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from barograph.editions.cells import Cell

Content = dict[str, Any]


@dataclass(frozen=True)
class Renames:
    """`topics`, `people`: former address → present one. `firsts`: a topic's present address → its first one ever."""

    topics: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    firsts: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.topics or self.people)

    def topic(self, key: str) -> str:
        """A topic's present address, whichever it was called by."""
        return self.topics.get(key, key)

    def identity(self, key: str) -> str:
        """The name of a topic that never changes: its first address. Readers' choices and feed entries have it."""
        present = self.topic(key)
        return self.firsts.get(present, present)

    def former_topics(self, key: str) -> list[str]:
        """The addresses that led to the topic at this one before."""
        return [old for old, new in self.topics.items() if new == key]

    def content(self, content: Content) -> Content:
        """An edition's content, or its summary, with present addresses. The one given stays as it is."""
        if not self:
            return content
        changed = dict(content)
        if "topics" in content:
            changed["topics"] = [self._renamed_topic(topic) for topic in content["topics"]]
        if "corrections" in content:
            changed["corrections"] = [
                {**entry, "topic": self.topics.get(entry["topic"], entry["topic"])} for entry in content["corrections"]
            ]
        return changed

    def _renamed_topic(self, topic: Content) -> Content:
        commentary = topic["commentary"]
        if commentary:
            byline = [
                {**person, "slug": self.people.get(person["slug"], person["slug"])} for person in commentary["byline"]
            ]
            commentary = {**commentary, "byline": byline}
        return {**topic, "key": self.topic(topic["key"]), "commentary": commentary}

    def cells(self, cells: list[Cell]) -> list[Cell]:
        """An issue's cells with present addresses. The list given stays as it is."""
        if not self:
            return cells
        return [
            cell._replace(
                key=self.topic(cell.key), people=" ".join(self.people.get(slug, slug) for slug in cell.people.split())
            )
            for cell in cells
        ]


#: Nothing was ever renamed.
NONE = Renames()


def of(imprint: Content) -> Renames:
    """The renames that an imprint tells: of topics and people whose `addresses` (in their order) are several."""
    topics, firsts = _pairs(imprint.get("topics", ()), "key")
    people, _firsts = _pairs(imprint.get("people", ()), "slug")
    return Renames(topics, people, firsts) if topics or people else NONE


def _pairs(entries: Iterable[Content], name: str) -> tuple[dict[str, str], dict[str, str]]:
    former: dict[str, str] = {}
    firsts: dict[str, str] = {}
    for entry in entries:
        present, addresses = entry[name], entry.get("addresses", ())
        former.update({address: present for address in addresses if address != present})
        if addresses:
            firsts[present] = addresses[0]
    return former, firsts
