"""Plans of the pages that follow a topic or a person over time, and of the archive."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from barograph.base import barogram
from barograph.base.languages import localized
from barograph.website import presenters
from barograph.website.chronicle import Entry
from barograph.website.planning import Content, Context, Plan, Planner, digest, told

HISTORY = 104  # rows of a topic's table


class TopicPlans(Planner):
    """Topics, people, archive."""

    def plans(self) -> Iterator[Plan]:
        yield self._topics(self.last)
        for topic in self.imprint["topics"]:
            yield self._topic(topic)
        by_person = self.chronicle.by_person()
        for person in self.imprint["people"]:
            yield self._person(person, by_person.get(person["slug"], []))
        yield self._archive()

    def _topics(self, last: int) -> Plan:
        keys = [topic["key"] for topic in self.imprint["topics"]]
        inputs = [self.chronicle.window(last, key) for key in keys] if last >= 0 else []
        latest = [
            [(e.content["issue"], e.topic["verdict"]) for e in self.chronicle.entries.get(key, [])[-1:]] for key in keys
        ]
        return self._plan(
            "topics/", "topics", [digest(inputs), latest], lambda: self._topics_context(last), section="topics"
        )

    def _topics_context(self, last: int) -> Context:
        rows = []
        for topic in self.imprint["topics"]:
            name, about = self._about(topic)
            entries = [entry for entry in self.chronicle.entries.get(topic["key"], []) if entry.topic["verdict"]]
            latest = entries[-1] if entries else None
            verdict = latest.topic["verdict"] if latest else None
            window = self.chronicle.window(last, topic["key"]) if last >= 0 else []
            rows.append(
                {
                    "key": topic["key"],
                    "name": name,
                    "about": about,
                    "until": topic["until"],
                    "url": f"/{self.language}/topics/{topic['key']}/",
                    "verdict": verdict,
                    "word": presenters.word(verdict),
                    "period": presenters.issue_period(latest.content) if latest else "",
                    "barogram": presenters.small_barogram(window, self.rhythm) if window else "",
                }
            )
        return {"rows": rows, "axis": self._axis(last) if last >= 0 else None}

    def _topic(self, topic: Content) -> Plan:
        entries = self.chronicle.entries.get(topic["key"], [])
        inputs = digest([(told(self.chronicle.link(e)), e.content["issue"], e.topic["revised"]) for e in entries])
        return self._plan(
            f"topics/{topic['key']}/",
            "topic",
            [inputs, len(self.chronicle.contents)],
            lambda: self._topic_context(topic, entries),
            section="topics",
        )

    def _topic_context(self, topic: Content, entries: list[Entry]) -> Context:
        name, about = self._about(topic)
        rows = [self._history_row(entry) for entry in entries]
        points = self._points(topic["key"], entries)
        rated = [row for row in rows if row["verdict"]]
        counted = presenters.summary_text(row["verdict"] for row in rows)
        return {
            "topic_name": name,
            "about": about,
            "latest": rated[-1] if rated else None,
            "history": rows[::-1][:HISTORY],
            "more": len(rows) > HISTORY,
            "counted": counted,
            "fixes": any(point.corrected for point in points),
            "chart": barogram.large(points, label=counted) if points else "",
        }

    def _points(self, key: str, entries: list[Entry]) -> list[barogram.Point]:
        """Every issue from the topic's first entry on; those without the topic are gaps."""
        by_index = {entry.index: entry for entry in entries}
        start = entries[0].index if entries else len(self.chronicle.contents)
        points = []
        for index in range(start, len(self.chronicle.contents)):
            content, entry = self.chronicle.contents[index], by_index.get(index)
            points.append(
                barogram.Point(
                    label=presenters.issue_period(content),
                    verdict=entry.topic["verdict"] if entry else None,
                    year=int(content["issue"]["first"][:4]),
                    url=self.chronicle.link(entry).url if entry else "",
                    corrected=bool(entry and entry.topic["revised"]),
                    word=presenters.word(entry.topic["verdict"] if entry else None),
                )
            )
        return points

    def _person(self, person: Content, entries: list[Entry]) -> Plan:
        inputs = [told(self.chronicle.link(entry)) for entry in entries]
        names = [entry.topic["name"] for entry in entries]
        return self._plan(
            f"people/{person['slug']}/",
            "person",
            digest([inputs, names, [entry.content["issue"] for entry in entries]]),
            lambda: self._person_context(person, entries),
        )

    def _person_context(self, person: Content, entries: list[Entry]) -> Context:
        chain = self.imprint["languages"]
        rows = [{**self._history_row(entry), "name": entry.topic["name"]} for entry in entries]
        count = ngettext("%(count)s commentary", "%(count)s commentaries", len(rows)) % {"count": len(rows)}
        return {
            "person_name": localized(person["names"], self.language, chain),
            "about": localized(person["about"], self.language, chain),
            "pseudonym": person["pseudonym"],
            "entries": rows,
            "counted": count if rows else "",
        }

    def _archive(self) -> Plan:
        return self._plan("archive/", "archive", digest(self.digests), self._archive_context, section="archive")

    def _archive_context(self) -> Context:
        years: dict[int, list[Context]] = {}
        for index in range(len(self.chronicle.contents) - 1, -1, -1):
            line = self.chronicle.issue_link(index)
            years.setdefault(line["year"], []).append(line)
        count = len(self.chronicle.contents)
        counted = ngettext("%(count)s issue", "%(count)s issues", count) % {"count": count}
        return {"years": list(years.items()), "counted": counted if count else ""}
