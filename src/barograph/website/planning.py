"""What every group of pages needs to plan them: the frame, a row of the bulletin, the time axis. Knows no files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from barograph.base import languages, pages
from barograph.base.languages import localized
from barograph.website import presenters
from barograph.website.chronicle import Chronicle, Entry

Content = dict[str, Any]
Context = dict[str, Any]


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


class Planner:
    """The pages of one language, or a part of them. `plans` yields them."""

    def __init__(self, imprint: Content, chronicle: Chronicle, digests: list[str]) -> None:
        self.imprint, self.chronicle, self.digests = imprint, chronicle, digests
        self.language = chronicle.language
        self.rhythm = imprint["rhythm"]
        self.name = localized(imprint["name"], self.language, imprint["languages"])
        self.last = len(chronicle.contents) - 1

    def plans(self) -> Iterator[Plan]:
        raise NotImplementedError

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
        inputs = [inputs, having, fallback]
        return Plan(place, f"website/{template}.html", self.language, inputs, lambda: {**shell(), **make()})

    def _windows(self, index: int) -> str:
        topics = self.chronicle.contents[index]["topics"]
        return digest([self.chronicle.window(index, topic["key"]) for topic in topics])

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

    def _about(self, topic: Content) -> tuple[str, str]:
        chain = self.imprint["languages"]
        return localized(topic["names"], self.language, chain), localized(topic["about"], self.language, chain)

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


def told(link: presenters.Link) -> list:
    return [link.url, link.period, link.headline, link.verdict, link.written]


def _short(content: Content, end: str) -> str:
    return presenters.short_day(date.fromisoformat(content["issue"][end]), content["language"])
