"""Plans of the pages that follow a topic or a person over time, and of the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.utils import translation
from django.utils.translation import ngettext
from markupsafe import Markup

from barograph.base import barogram, languages, pages
from barograph.base.languages import localized
from barograph.website import presenters, ready, sums
from barograph.website.chronicle import Entry
from barograph.website.planning import Content, Context, Plan, Planner, digest

HISTORY, CHANGES = 26, 26  # rows of a topic's tables: its last periods, and its last changes
RECENT = 2  # years that the archive's first page lists whole


class TopicPlans(Planner):
    """Topics, people, archive."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._lists: dict[int, Markup] = {}

    def plans(self) -> Iterator[Plan]:
        yield self._topics(self.last)
        for topic in self.imprint["topics"]:
            yield from self._topic(topic)
        for person in self.imprint["people"]:
            yield from self._person(person)
        yield from self._archive()

    def _topics(self, last: int) -> Plan:
        keys = [topic["key"] for topic in self.imprint["topics"]]
        inputs = [self.chronicle.window(last, key) for key in keys] if last >= 0 else []
        latest = [[(e.content["issue"], e.cell.verdict) for e in islice(self.chronicle.latest(key), 1)] for key in keys]
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
            latest = self._latest(topic["key"])
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
        key, path = topic["key"], f"topics/{topic['key']}/"
        years = {year: by_topic[key] for year, by_topic in self._sums_of("topics") if key in by_topic}
        yield self._plan(
            path,
            "topic",
            [topic, self._steps(topic), [year_sum.digest for year_sum in years.values()], len(self.chronicle.contents)],
            lambda: self._topic_context(topic, years),
            section="topics",
        )
        for year in self.scope.near_years(sorted(years)):
            year_sum, beside = years[year], _beside(year, years)
            indices = [
                index
                for index, letter in zip(self.chronicle.years[year], year_sum.line, strict=True)
                if letter != sums.ABSENT
            ]
            yield self._plan(
                f"{path}{year}/",
                "topic_year",
                [topic["names"], year_sum.digest, beside],
                partial(self._topic_year_context, topic, year, beside),
                section="topics",
                having=self._languages(indices),
                fallback=path,
            )

    def _latest(self, key: str) -> Entry | None:
        """The topic's latest entry that was rated."""
        return next((entry for entry in self.chronicle.latest(key) if entry.cell.verdict), None)

    def _topic_context(self, topic: Content, years: dict[int, sums.OfTopic]) -> Context:
        name, about = self._about(topic)
        latest = self._latest(topic["key"])
        changes = (sums.Change(*row) for year in reversed(years) for row in reversed(years[year].changes))
        moved = (row for row in changes if row.verdict in presenters.MOVED)
        counted = presenters.summary_text(sums.counted("".join(year_sum.line for year_sum in years.values())))
        return {
            "topic_name": name,
            "about": about,
            "latest": self._history_row(latest) if latest else None,
            "changes": [self._change_row(row) for row in islice(moved, CHANGES)],
            "history": [self._history_row(entry) for entry in islice(self.chronicle.latest(topic["key"]), HISTORY)],
            "years": self._year_links(f"topics/{topic['key']}/", years),
            "steps": self._steps(topic),
            "counted": counted,
            "fixes": any(sums.Change(*row).revised for year_sum in years.values() for row in year_sum.changes),
            "chart": self._chart(years, counted),
        }

    def _topic_year_context(self, topic: Content, year: int, beside: list[int]) -> Context:
        entries = self.chronicle.entries(year)[topic["key"]]
        return {
            "topic_name": self._about(topic)[0],
            "topic_url": f"/{self.language}/topics/{topic['key']}/",
            "year": year,
            "history": [self._history_row(entry) for entry in reversed(entries)],
            "years": self._year_links(f"topics/{topic['key']}/", beside),
            "counted": presenters.summary_text(entry.cell.verdict for entry in entries),
        }

    def _sums_of(self, kind: str) -> Iterator[tuple[int, dict]]:
        """Year → its sums of topics or of people, rising."""
        for year in self.chronicle.years:
            yield year, getattr(self.chronicle.sum(year), kind)

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

    def _chart(self, years: dict[int, sums.OfTopic], label: str) -> str:
        """The topic's whole history drawn, every issue from its first entry on; those without the topic are gaps."""
        if not years:
            return ""
        issues = self.chronicle.years
        first = min(years)
        start = issues[first][0] + len(years[first].line) - len(years[first].line.lstrip(sums.ABSENT))
        drawn = [
            barogram.Stretch(*years[year].drawn) if year in years else barogram.gap(len(issues[year]))
            for year in issues
            if year >= first
        ]
        ticks = self._ticks(start, len(self.chronicle.contents))
        return barogram.history(drawn, ticks, label=label, lead=start - issues[first][0])

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

    def _change_row(self, row: sums.Change) -> Context:
        word, sentence = self._words(row.verdict)
        return {**row._asdict(), "word": word, "sentence": sentence}

    def _person(self, person: Content) -> Iterator[Plan]:
        """What stands under a name, the latest first; all of it by year."""
        slug, path = person["slug"], f"people/{person['slug']}/"
        years = {year: by_person[slug] for year, by_person in self._sums_of("people") if slug in by_person}
        yield self._plan(
            path,
            "person",
            [person, [year_sum.digest for year_sum in years.values()]],
            lambda: self._person_context(person, years, years),
        )
        for year in self.scope.near_years(sorted(years)):
            year_sum, beside = years[year], _beside(year, years)
            yield self._plan(
                f"{path}{year}/",
                "person",
                [person, year_sum.digest, beside],
                partial(self._person_context, person, {year: year_sum}, beside, year),
                having=self.chronicle.signed_in(year, slug),
                fallback=path,
            )

    def _person_context(
        self,
        person: Content,
        sums_by_year: dict[int, sums.OfPerson],
        years: Iterable[int],
        year: int | None = None,
    ) -> Context:
        chain, chronicle, slug = self.imprint["languages"], self.chronicle, person["slug"]
        shown = chronicle.signed(year)[slug] if year else islice(chronicle.latest_signed(slug), HISTORY)
        rows = [{**self._history_row(entry), "name": entry.topic["name"]} for entry in shown]
        number = sum(year_sum.count for year_sum in sums_by_year.values())
        count = ngettext("%(count)s commentary", "%(count)s commentaries", number) % {"count": number}
        return {
            "person_name": localized(person["names"], self.language, chain),
            "person_url": f"/{self.language}/people/{person['slug']}/",
            "about": localized(person["about"], self.language, chain),
            "pseudonym": person["pseudonym"],
            "entries": rows,
            "counted": count if number else "",
            "year": year,
            "years": self._year_links(f"people/{person['slug']}/", years),
        }

    def _archive(self) -> Iterator[Plan]:
        """The latest years whole, then a link to each; a page for every year."""
        years = sorted(self.chronicle.years, reverse=True)
        recent = [[year, self._year_digest(year)] for year in years[:RECENT]]
        counts = [[year, len(self.chronicle.years[year])] for year in years]
        for year in years[1:RECENT]:  # closed, but shown every week
            drawn = self.chronicle.remembered("list/", year, partial(self._draw_list, year))
            self._lists[year] = Markup(drawn)  # noqa: S704 by our own template
        yield self._plan("archive/", "archive", [recent, counts], self._archive_context, section="archive")
        for year in self.scope.near_years(sorted(years)):
            beside = _beside(year, years)
            yield self._plan(
                f"archive/{year}/",
                "archive_year",
                [self._year_digest(year), beside, self._archive_of(year)],
                partial(self._archive_year_context, year, beside),
                section="archive",
                having=self._languages(self.chronicle.years[year]),
                fallback="archive/",
            )

    def _languages(self, indices: Iterable[int]) -> list[str]:
        """In which languages any of these issues was published, in the publication's order."""
        codes = {code for index in indices for code in self.chronicle.published[index]}
        return [code for code in self.imprint["languages"] if code in codes]

    def _year_digest(self, year: int) -> str:
        return digest([self.digests[index] for index in self.chronicle.years[year]])

    def _archive_context(self) -> Context:
        indices_by_year = self.chronicle.years
        years = sorted(indices_by_year, reverse=True)
        count = len(self.chronicle.contents)
        counted = ngettext("%(count)s issue", "%(count)s issues", count) % {"count": count}
        return {
            "years": [(year, self._list(year)) for year in years[:RECENT]],
            "links": [(year, f"/{self.language}/archive/{year}/", len(indices_by_year[year])) for year in years],
            "counted": counted if count else "",
        }

    def _archive_year_context(self, year: int, beside: list[int]) -> Context:
        return {
            "year": year,
            "rows": self._list(year),
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

    def _list(self, year: int) -> Markup:
        """The year's issues as a list, the latest first, drawn once for the pages that show it."""
        if year not in self._lists:
            self._lists[year] = self._draw_list(year)
        return self._lists[year]

    def _draw_list(self, year: int) -> Markup:
        with translation.override(languages.interface(self.language)):
            links = [self.chronicle.issue_link(index) for index in reversed(self.chronicle.years[year])]
            return pages.macro("website/lists.html", "issues", self.language)(links, self.language, False)


def _beside(year: int, years: Iterable[int]) -> list[int]:
    """The year with those before and after it that there are pages for."""
    rising = sorted(years)
    place = rising.index(year)
    return rising[max(0, place - 1) : place + 2]
