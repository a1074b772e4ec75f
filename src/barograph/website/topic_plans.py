"""Plans of the pages that follow a topic or a person over time, and of the archive."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from django.utils.translation import ngettext

from barograph.base import barogram
from barograph.base.languages import localized
from barograph.website import presenters, ready
from barograph.website.chronicle import Entry
from barograph.website.planning import Content, Context, Plan, Planner, digest

HISTORY, CHANGES = 26, 26  # rows of a topic's tables: its last periods, and its last changes
RECENT = 2  # years that the archive's first page lists whole


class TopicPlans(Planner):
    """Topics, people, archive."""

    def plans(self) -> Iterator[Plan]:
        yield self._topics(self.last)
        for topic in self.imprint["topics"]:
            yield from self._topic(topic)
        by_person = self.chronicle.by_person()
        for person in self.imprint["people"]:
            yield from self._person(person, by_person.get(person["slug"], []))
        yield from self._archive()

    def _topics(self, last: int) -> Plan:
        keys = [topic["key"] for topic in self.imprint["topics"]]
        inputs = [self.chronicle.window(last, key) for key in keys] if last >= 0 else []
        latest = [
            [(e.content["issue"], e.cell.verdict) for e in self.chronicle.entries.get(key, [])[-1:]] for key in keys
        ]
        return self._plan(
            "topics/",
            "topics",
            [self.imprint["topics"], digest(inputs), latest],
            lambda: self._topics_context(last),
            section="topics",
        )

    def _topics_context(self, last: int) -> Context:
        rows = []
        for topic in self.imprint["topics"]:
            name, about = self._about(topic)
            entries = self.chronicle.entries.get(topic["key"], [])
            latest = next((entry for entry in reversed(entries) if entry.cell.verdict), None)
            verdict = latest.cell.verdict if latest else None
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

    def _topic(self, topic: Content) -> Iterator[Plan]:
        """The topic's own page, and one for each year of it."""
        entries = self.chronicle.entries.get(topic["key"], [])
        inputs = _marks(entries)
        path = f"topics/{topic['key']}/"
        years = _by_year(entries)
        yield self._plan(
            path,
            "topic",
            [topic, self._steps(topic), inputs, len(self.chronicle.contents)],
            lambda: self._topic_context(topic, entries, years),
            section="topics",
        )
        for year in self.scope.near_years(sorted(years)):
            found, beside = years[year], _beside(year, years)
            yield self._plan(
                f"{path}{year}/",
                "topic_year",
                [topic["names"], _marks(found), beside],
                functools.partial(self._topic_year_context, topic, year, found, beside),
                section="topics",
                having=self._languages(entry.index for entry in found),
                fallback=path,
            )

    def _topic_context(self, topic: Content, entries: list[Entry], years: Iterable[int]) -> Context:
        name, about = self._about(topic)
        latest = next((entry for entry in reversed(entries) if entry.cell.verdict), None)
        moved = [entry for entry in entries if entry.cell.verdict in presenters.MOVED]
        counted = presenters.summary_text(entry.cell.verdict for entry in entries)
        return {
            "topic_name": name,
            "about": about,
            "latest": self._history_row(latest) if latest else None,
            "changes": [self._history_row(entry) for entry in moved[: -CHANGES - 1 : -1]],
            "history": [self._history_row(entry) for entry in entries[: -HISTORY - 1 : -1]],
            "years": self._year_links(f"topics/{topic['key']}/", years),
            "steps": self._steps(topic),
            "counted": counted,
            "fixes": any(entry.cell.revised for entry in entries),
            "chart": self._chart(entries, counted),
        }

    def _topic_year_context(self, topic: Content, year: int, found: list[Entry], beside: list[int]) -> Context:
        return {
            "topic_name": self._about(topic)[0],
            "topic_url": f"/{self.language}/topics/{topic['key']}/",
            "year": year,
            "history": [self._history_row(entry) for entry in reversed(found)],
            "years": self._year_links(f"topics/{topic['key']}/", beside),
            "counted": presenters.summary_text(entry.cell.verdict for entry in found),
        }

    def _year_links(self, path: str, years: Iterable[int]) -> list[tuple[int, str]]:
        """(year, address), the latest first."""
        return [(year, f"/{self.language}/{path}{year}/") for year in sorted(years, reverse=True)]

    def _steps(self, topic: Content) -> list[Context | None]:
        """The topics before and after this one, in the publication's order."""
        topics = [None, *self.imprint["topics"], None]
        place = topics.index(topic)
        return [
            {"url": f"/{self.language}/topics/{other['key']}/", "text": self._about(other)[0]} if other else None
            for other in (topics[place - 1], topics[place + 1])
        ]

    def _chart(self, entries: list[Entry], label: str) -> str:
        """The topic's whole history drawn, every issue from its first entry on; those without the topic are gaps."""
        if not entries:
            return ""
        start, count = entries[0].index, len(self.chronicle.contents)
        verdicts: list[presenters.Verdict] = [None] * (count - start)
        told = {}
        for entry in entries:
            verdicts[entry.index - start] = verdict = entry.cell.verdict
            if verdict in presenters.MOVED or entry.cell.revised:
                told[entry.index - start] = self._point(entry)
        return barogram.history(verdicts, told, self._ticks(start, count), label=label)

    def _ticks(self, start: int, count: int) -> list[tuple[int, str]]:
        """(place, word) where a month begins, or a year where there are too many months, counted from `start`."""
        if self.rhythm == "week" and count - start <= barogram.MONTHS:
            points = [
                barogram.Point("", None, self.chronicle.year(index), month=self._month(index))
                for index in range(start, count)
            ]
            return barogram.ticks(points)
        firsts = [(max(0, indices[0] - start), str(year)) for year, indices in self.chronicle.years.items()]
        return [
            tick for place, tick in enumerate(firsts) if tick[0] or place + 1 == len(firsts) or firsts[place + 1][0]
        ]

    def _point(self, entry: Entry) -> barogram.Point:
        """The barogram names and links a change, and rings a correction; a level stretch has neither."""
        verdict, moved = entry.cell.verdict, entry.cell.verdict in presenters.MOVED
        return barogram.Point(
            label=self.chronicle.period(entry.index) if moved else "",
            verdict=verdict,
            year=entry.year,
            url=self.chronicle.address(entry) if moved else "",
            corrected=bool(entry.cell.revised),
            word=self._words(verdict)[0],
        )

    def _person(self, person: Content, entries: list[Entry]) -> Iterator[Plan]:
        """What stands under a name, the latest first; all of it by year."""
        path = f"people/{person['slug']}/"
        told = [person, _marks(entries)]
        years = _by_year(entries)
        yield self._plan(path, "person", told, lambda: self._person_context(person, entries, entries[:HISTORY], years))
        for year in self.scope.near_years(sorted(years)):
            found, beside = years[year], _beside(year, years)
            inputs = _marks(found)
            yield self._plan(
                f"{path}{year}/",
                "person",
                [person, inputs, beside],
                functools.partial(self._person_context, person, found, found, beside, year),
                having=self.chronicle.signed_in(year, person["slug"]),
                fallback=path,
            )

    def _person_context(
        self,
        person: Content,
        entries: list[Entry],
        shown: list[Entry],
        years: Iterable[int],
        year: int | None = None,
    ) -> Context:
        chain = self.imprint["languages"]
        rows = [{**self._history_row(entry), "name": entry.topic["name"]} for entry in shown]
        number = len(entries)
        count = ngettext("%(count)s commentary", "%(count)s commentaries", number) % {"count": number}
        return {
            "person_name": localized(person["names"], self.language, chain),
            "person_url": f"/{self.language}/people/{person['slug']}/",
            "about": localized(person["about"], self.language, chain),
            "pseudonym": person["pseudonym"],
            "entries": rows,
            "counted": count if entries else "",
            "year": year,
            "years": self._year_links(f"people/{person['slug']}/", years),
        }

    def _archive(self) -> Iterator[Plan]:
        """The latest years whole, then a link to each; a page for every year."""
        years = sorted(self.chronicle.years, reverse=True)
        told = [[year, self._year_digest(year)] for year in years[:RECENT]]
        counts = [[year, len(self.chronicle.years[year])] for year in years]
        yield self._plan("archive/", "archive", [told, counts], self._archive_context, section="archive")
        for year in self.scope.near_years(sorted(years)):
            beside = _beside(year, years)
            yield self._plan(
                f"archive/{year}/",
                "archive_year",
                [self._year_digest(year), beside, self._archive_of(year)],
                functools.partial(self._archive_year_context, year, beside),
                section="archive",
                having=self._languages(self.chronicle.years[year]),
                fallback="archive/",
            )

    def _languages(self, indices: Iterable[int]) -> list[str]:
        """In which languages any of these issues was published, in the publication's order."""
        found = {code for index in indices for code in self.chronicle.published[index]}
        return [code for code in self.imprint["languages"] if code in found]

    def _year_digest(self, year: int) -> str:
        return digest([self.digests[index] for index in self.chronicle.years[year]])

    def _archive_context(self) -> Context:
        found = self.chronicle.years
        years = sorted(found, reverse=True)
        count = len(self.chronicle.contents)
        counted = ngettext("%(count)s issue", "%(count)s issues", count) % {"count": count}
        return {
            "years": [(year, self._issue_links(year)) for year in years[:RECENT]],
            "links": [(year, f"/{self.language}/archive/{year}/", len(found[year])) for year in years],
            "counted": counted if count else "",
        }

    def _archive_year_context(self, year: int, beside: list[int]) -> Context:
        return {
            "year": year,
            "rows": self._issue_links(year),
            "archive": self._archive_of(year),
            "before": next((self._year_step(other) for other in beside if other < year), None),
            "after": next((self._year_step(other) for other in beside if other > year), None),
        }

    def _year_step(self, year: int) -> Context:
        """To the archive's year before or after."""
        return {"url": f"/{self.language}/archive/{year}/", "text": year}

    def _archive_of(self, year: int) -> tuple[str, str] | None:
        """(address, size) of the year's archive, where one is ready."""
        path = ready.latest_year(self.language, year)
        if path is None:
            return None
        return f"/{self.language}/archive/{year}.zip", presenters.size(path.stat().st_size, self.language)

    def _issue_links(self, year: int) -> list[Context]:
        return [self.chronicle.issue_link(index) for index in reversed(self.chronicle.years[year])]


def _marks(entries: Iterable[Entry]) -> str:
    """Changes when a row about one of them may change."""
    return digest([entry.cell.mark for entry in entries])


def _beside(year: int, years: Iterable[int]) -> list[int]:
    """The year with those before and after it that there are pages for."""
    rising = sorted(years)
    place = rising.index(year)
    return rising[max(0, place - 1) : place + 2]


def _by_year(entries: list[Entry]) -> dict[int, list[Entry]]:
    return {year: list(found) for year, found in groupby(entries, key=attrgetter("year"))}
