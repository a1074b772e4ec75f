"""Which pages a publication has: for each its place, its template, what it depends on, and how its context is made.

`inputs` names all of the contents a page shows, so that a bake knows without
rendering whether a page is still as it was. Knows no files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barograph.base import languages, pages, style
from barograph.base.languages import localized
from barograph.website import barogram, presenters
from barograph.website.chronicle import Chronicle, Entry
from barograph.website.looks import widget_css

Content = dict[str, Any]
Context = dict[str, Any]

PAST = 6  # earlier issues on the home page
HISTORY = 104  # rows of a topic's table


@dataclass(frozen=True)
class Plan:
    """One page. `make` gives its context; call `render` for its text."""

    path: str
    template: str
    language: str
    inputs: Any
    make: Callable[[], Context]

    def key(self, common: str) -> str:
        """Changes exactly when the page may have changed."""
        told = json.dumps([common, self.template, self.language, self.path, self.inputs], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def render(self) -> str:
        with translation.override(languages.interface(self.language)):
            return pages.render(self.template, self.make(), language=self.language)


def digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plans(imprint: Content, issues: Sequence[dict[str, Content]]) -> Iterator[Plan]:
    """Every page of the site. `issues`: newest first, {language: content}."""
    for language in imprint["languages"]:
        yield from _Planner(imprint, issues, language).plans()
    yield from _outside_languages(imprint, issues)


class _Planner:
    """The pages of one language."""

    def __init__(self, imprint: Content, issues: Sequence[dict[str, Content]], language: str) -> None:
        self.imprint, self.language = imprint, language
        self.chronicle = Chronicle(imprint, issues, language)
        self.rhythm = imprint["rhythm"]
        self.digests = [digest(content) for content in self.chronicle.contents]
        self.name = localized(imprint["name"], language, imprint["languages"])

    def plans(self) -> Iterator[Plan]:
        last = len(self.chronicle.contents) - 1
        yield self._home(last)
        for index in range(last, -1, -1):
            yield self._issue(index)
            for topic in self.chronicle.contents[index]["topics"]:
                if topic["commentary"]:
                    yield self._commentary(index, topic)
        yield self._topics(last)
        for topic in self.imprint["topics"]:
            yield self._topic(topic)
        by_person = self.chronicle.by_person()
        for person in self.imprint["people"]:
            yield self._person(person, by_person.get(person["slug"], []))
        yield self._archive()
        for kind, texts in self.imprint["standing"].items():
            if self.language in texts:
                yield self._standing(kind, texts)
        yield self._plan("subscribe/", "subscribe", None, lambda: {}, section="subscribe")
        yield self._plan("search/", "search", None, lambda: {"query": ""}, section="search")
        yield self._widget(last)
        shell = self._shell(None, "", "")
        yield Plan(
            f"{self.language}/404.html",
            "website/missing.html",
            self.language,
            None,
            lambda: {**shell(), "query": ""},
        )

    def _shell(
        self, path: str | None, section: str, fallback: str, having: Sequence[str] | None = None
    ) -> Callable[[], Context]:
        """The frame's context; `having`: the languages the page exists in, `fallback`: where the others lead."""
        codes = self.imprint["languages"] if having is None else having
        alternates = {code: f"/{code}/{path}" for code in codes} if path is not None else {}
        canonical = f"/{self.language}/{path}" if path is not None else ""
        others = {code: f"/{code}/{fallback}" for code in self.imprint["languages"]}
        return lambda: pages.shell_context(
            self.imprint, self.language, alternates, canonical, section=section, fallbacks=others
        )

    def _plan(
        self,
        path: str,
        template: str,
        inputs: Any,
        make: Callable[[], Context],
        *,
        section: str = "",
        having: Sequence[str] | None = None,
        fallback: str = "",
    ) -> Plan:
        shell = self._shell(path, section, fallback, having)
        place = f"{self.language}/{path}index.html"
        inputs = [inputs, having]
        return Plan(place, f"website/{template}.html", self.language, inputs, lambda: {**shell(), **make()})

    # issues

    def _home(self, last: int) -> Plan:
        if last < 0:
            return self._plan("", "empty", None, self._empty, section="issue")
        return self._plan("", "issue", self._home_inputs(last), lambda: self._issue_context(last, home=True), section="issue")

    def _home_inputs(self, last: int) -> Any:
        past = [self.digests[index] for index in self._past(last)]
        return [self.digests[last], self._windows(last), past, self.chronicle.published[last]]

    def _past(self, index: int) -> list[int]:
        return list(range(index - 1, max(-1, index - 1 - PAST), -1))

    def _windows(self, index: int) -> str:
        topics = self.chronicle.contents[index]["topics"]
        return digest([self.chronicle.window(index, topic["key"]) for topic in topics])

    def _empty(self) -> Context:
        if self.rhythm == "month":
            promise = _("It will appear here. From then on there will be one every month.")
        else:
            promise = _("It will appear here. From then on there will be one every week.")
        rows = [
            (localized(topic["names"], self.language, self.imprint["languages"]), f"/{self.language}/topics/{topic['key']}/")
            for topic in self.imprint["topics"]
        ]
        return {"promise": promise, "topics": rows}

    def _issue(self, index: int) -> Plan:
        chronicle = self.chronicle
        first = chronicle.first(index)
        beside = [chronicle.contents[i]["issue"] for i in (index - 1, index + 1) if 0 <= i < len(chronicle.contents)]
        inputs = [self.digests[index], self._windows(index), beside, chronicle.published[index]]
        return self._plan(
            f"{first}/",
            "issue",
            inputs,
            lambda: self._issue_context(index, home=False),
            section="archive",
            having=chronicle.published[index],
            fallback="archive/",
        )

    def _rows(self, index: int, *, drawn: bool = True) -> list[presenters.Row]:
        content = self.chronicle.contents[index]
        return [self._row(index, topic, drawn=drawn) for topic in presenters.moved_first(content["topics"])]

    def _row(self, index: int, topic: Content, *, drawn: bool = True) -> presenters.Row:
        window = self.chronicle.window(index, topic["key"])
        svg = presenters.small_barogram(window, self.rhythm) if drawn else ""
        return presenters.row(topic, self.chronicle.contents[index], self.chronicle.published[index], svg)

    def _axis(self, index: int) -> tuple[str, str]:
        start, end = self.chronicle.axis(index)
        return _short(start, "first"), _short(end, "last")

    def _issue_context(self, index: int, *, home: bool) -> Context:
        chronicle, content = self.chronicle, self.chronicle.contents[index]
        verdicts = [topic["verdict"] for topic in content["topics"]]
        last = len(chronicle.contents) - 1
        return {
            "issue": content["issue"],
            "home": home,
            "published": content["published"],
            "published_line": _published(content),
            "summary": presenters.summary(verdicts),
            "summary_text": presenters.summary_text(verdicts),
            "rows": self._rows(index),
            "axis": self._axis(index),
            "corrections": presenters.corrections(content),
            "past": [chronicle.issue_link(i) for i in self._past(index)] if home else [],
            "before": chronicle.issue_link(index - 1) if index > 0 else None,
            "after": chronicle.issue_link(index + 1) if index < last else None,
        }

    # commentaries

    def _commentary(self, index: int, topic: Content) -> Plan:
        chronicle, content = self.chronicle, self.chronicle.contents[index]
        first, key = chronicle.first(index), topic["key"]
        having = [code for code in self.imprint["languages"] if code in topic["languages"]]
        having = [code for code in having if code in chronicle.published[index]]
        neighbours = chronicle.neighbours(index, key)
        inputs = [
            self.digests[index],
            digest(chronicle.window(index, key)),
            [_told(chronicle.link(entry)) if entry else None for entry in neighbours],
        ]
        return self._plan(
            f"{first}/{key}/",
            "commentary",
            inputs,
            lambda: self.commentary_context(index, topic, content, having, neighbours),
            section="",
            having=having,
            fallback=f"{first}/" if chronicle.published[index] == self.imprint["languages"] else "",
        )

    def commentary_context(
        self,
        index: int,
        topic: Content,
        content: Content,
        having: list[str],
        neighbours: tuple[Entry | None, Entry | None],
    ) -> Context:
        first, key, language = content["issue"]["first"], topic["key"], self.language
        path = presenters.commentary_path(language, first, key)
        window = self.chronicle.window(index, key)
        verdicts = [verdict for _first, verdict in window]
        title, _colon, text = presenters.window_label(verdicts, self.rhythm).partition(": ")
        before, after = (self.chronicle.link(entry) if entry else None for entry in neighbours)
        others = [code for code in having if code != language]
        return {
            "issue": content["issue"],
            "issue_url": presenters.issue_path(language, first),
            "published": content["published"],
            "note": "",
            "row": self._row(index, topic),
            "c": presenters.commentary_view(topic, content, self.name, f"{settings.BASE_URL}{path}"),
            "others": [(code, presenters.commentary_path(code, first, key)) for code in others],
            "corrections": presenters.corrections(content, key),
            "window_title": title,
            "window_text": text,
            "before": before,
            "after": after,
            "week": self._rows(index, drawn=False),
        }

    # topics, people, archive

    def _about(self, topic: Content) -> tuple[str, str]:
        chain = self.imprint["languages"]
        return localized(topic["names"], self.language, chain), localized(topic["about"], self.language, chain)

    def _topics(self, last: int) -> Plan:
        keys = [topic["key"] for topic in self.imprint["topics"]]
        inputs = [self.chronicle.window(last, key) for key in keys] if last >= 0 else []
        latest = [[(e.content["issue"], e.topic["verdict"]) for e in self.chronicle.entries.get(key, [])[-1:]] for key in keys]
        return self._plan("topics/", "topics", [digest(inputs), latest], lambda: self._topics_context(last), section="topics")

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
        inputs = digest([(_told(self.chronicle.link(e)), e.content["issue"], e.topic["revised"]) for e in entries])
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

    def _history_row(self, entry: Entry) -> Context:
        link, verdict = self.chronicle.link(entry), entry.topic["verdict"]
        return {
            "url": link.url,
            "period": presenters.issue_period(entry.content),
            "headline": link.headline,
            "verdict": verdict,
            "word": presenters.word(verdict),
            "sentence": presenters.sentence(verdict),
            "revised": entry.topic["revised"],
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
        inputs = [_told(self.chronicle.link(entry)) for entry in entries]
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

    # the rest

    def _standing(self, kind: str, texts: Content) -> Plan:
        having = [code for code in self.imprint["languages"] if code in texts]
        text = texts[self.language]
        return self._plan(f"{kind}/", "standing", None, lambda: dict(text), having=having)

    def _widget(self, last: int) -> Plan:
        inputs = self.digests[last] if last >= 0 else None
        return self._plan("widget/", "widget", inputs, lambda: self._widget_context(last))

    def _widget_context(self, last: int) -> Context:
        issue = self.chronicle.contents[last]["issue"] if last >= 0 else None
        rows = self._rows(last, drawn=False) if last >= 0 else []
        return {"issue": issue, "rows": rows, "widget_css": widget_css()}


def _told(link: presenters.Link) -> list:
    return [link.url, link.period, link.headline, link.verdict]


def _short(content: Content, end: str) -> str:
    return presenters.short_day(date.fromisoformat(content["issue"][end]), content["language"])


def _published(content: Content) -> str:
    day = presenters.long_day(content["published"], content["language"])
    return _("Published on %(day)s") % {"day": day}


def _outside_languages(imprint: Content, issues: Sequence[dict[str, Content]]) -> Iterator[Plan]:
    """`/`, `/404.html` and the page of the data, in English where the publication has it."""
    chain = imprint["languages"]
    language = "en" if "en" in chain else chain[0]
    front = {
        "imprint": imprint,
        "name": localized(imprint["name"], language, chain),
        "names": [(code, localized(imprint["name"], code, chain)) for code in chain],
        "base_url": settings.BASE_URL,
        "css": style.css(),
        "icon": style.address("favicon.svg"),
    }
    yield Plan("index.html", "website/front.html", language, None, lambda: {**front, "missing": False})
    yield Plan("404.html", "website/front.html", language, None, lambda: {**front, "missing": True})
    latest = [(code, f"/data/editions/{issues[0][code]['issue']['first']}.{code}.json") for code in chain if code in issues[0]] if issues else []

    def data() -> Context:
        return {**pages.shell_context(imprint, language, {language: "/data/"}, "/data/"), "latest": latest}

    yield Plan("data/index.html", "website/data.html", language, latest, data)


def one_commentary(
    imprint: Content, issues: Sequence[dict[str, Content]], language: str, content: Content, key: str, *, note: str
) -> str:
    """A commentary's page out of contents that need not be published: for the desk's preview."""
    planner = _Planner(imprint, issues, language)
    index = next(i for i, held in enumerate(planner.chronicle.contents) if held is content)
    topic = planner.chronicle.topics[index][key]
    plan = planner._commentary(index, topic)
    with translation.override(languages.interface(language)):
        return pages.render(plan.template, {**plan.make(), "note": note}, language=language)
