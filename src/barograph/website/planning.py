"""What every group of pages needs to plan them: the frame, a row of the bulletin, the time axis. Knows no files."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.utils import translation

from barograph.base import barogram, dates, languages, pages
from barograph.base.languages import localized
from barograph.editions import renames
from barograph.website import presenters, ready
from barograph.website.chronicle import Chronicle, Entry

Content = dict[str, Any]
Context = dict[str, Any]

DRAWINGS = 200  # kept at hand


@dataclass(frozen=True)
class Plan:
    """One page. `make` gives its context; call `render` for its text."""

    path: str
    template: str
    language: str
    inputs: Any
    make: Callable[[], Context]
    reason: str = ""  # in a few words, what it follows

    def key(self, common: str) -> str:
        """Changes exactly when the page may have changed."""
        return digest([common, self.template, self.language, self.path, self.inputs])

    def render(self) -> str:
        with translation.override(languages.interface(self.language)):
            return pages.drawn(self.template, self.make(), self.language)


def digest(value: Any) -> str:
    """Of plain values, whatever the order of their keys."""
    text = orjson.dumps(value, default=list, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(text).hexdigest()


class Scope:
    """Which pages are worth planning: all, or those that issues newly published or corrected can have changed."""

    def __init__(self, chronicle: Chronicle, touched: frozenset[str] | None, *, house: bool = False) -> None:
        self.everything = touched is None
        self.all_years = self.everything or house
        firsts = chronicle.firsts
        places = {first: index for index, first in enumerate(firsts)}
        days = {first for first in touched or () if len(first) > 4}  # the others are years
        self.touched = {places[first] for first in days if first in places}
        self.years = {int(first[:4]) for first in touched or ()}
        last = len(firsts) - 1
        gaps = {bisect_left(firsts, first) for first in days if first not in places}  # where an issue was taken back
        self.near = {
            index
            for place in self.touched | gaps
            for index in range(max(0, place - 1), min(last, place + presenters.WINDOW - 1) + 1)
        }
        edges = {index for gap in gaps for index in (gap - 1, gap) if 0 <= index <= last}
        self._beside = {
            (entry.index, key)
            for place in self.touched | edges
            for key in chronicle.topics
            for entry in chronicle.neighbours(place, key)
            if entry
        }

    def indices(self, last: int) -> Iterable[int]:
        """Issues with a page to plan, newest first."""
        if self.everything:
            return range(last, -1, -1)
        return sorted(self.near | {index for index, _key in self._beside}, reverse=True)

    def issue(self, index: int) -> bool:
        return self.everything or index in self.near

    def commentary(self, index: int, key: str) -> bool:
        return self.everything or index in self.near or (index, key) in self._beside

    def near_years(self, years: list[int]) -> list[int]:
        """Of the years (rising) that something has pages for: those touched, and the ones beside them."""
        if self.all_years:
            return years
        nearby: set[int] = set()
        for touched in self.years:
            place = bisect_left(years, touched)
            nearby.update(years[max(0, place - 1) : place + 2])
        return sorted(nearby)

    def why(self, index: int, first: str) -> str:
        """In a few words, why a page of this issue may have changed."""
        if self.everything:
            return "whole bake"
        return f"issue {first}" if index in self.touched else "an issue before or after it"


class Planner:
    """The pages of one language, or a part of them. `plans` yields them."""

    def __init__(self, imprint: Content, chronicle: Chronicle, digests: list[str], scope: Scope) -> None:
        self.imprint, self.chronicle, self.digests, self.scope = imprint, chronicle, digests, scope
        self.language = chronicle.language
        self.rhythm = imprint["rhythm"]
        self.name = localized(imprint["name"], self.language, imprint["languages"])
        self.last = len(chronicle.contents) - 1
        self.renames = renames.of(imprint)
        self._downloads: dict[int, dict[str, int]] = {}
        self._sums: dict[int, dict[str, str]] = {}
        self._verdict_words: dict[presenters.Verdict, tuple[str, str]] = {}
        self._frames: dict[str, Context] = {}
        self._drawings: dict[tuple[int, str], tuple[str, str]] = {}

    def _ready(self, index: int) -> dict[str, int]:
        """What can be taken along of an issue: name → size in bytes. Drafts have nothing yet."""
        edition_digest = self.chronicle.contents[index].get("digest")
        if not edition_digest:
            return {}
        if index not in self._downloads:
            files = ready.files(self.language, self.chronicle.first(index), edition_digest)
            self._downloads[index] = {self._present(name): path.stat().st_size for name, path in files.items()}
        return self._downloads[index]

    def _present(self, name: str) -> str:
        """A file's name among an edition's, with the present address of the topic whose card it is."""
        key = ready.card_of(name)
        return ready.card_name(self.renames.topic(key)) if key else name

    def _card(self, index: int, name: str, page: str) -> str:
        """The full address of the card of the page at this address; '' where it isn't ready.

        Messengers keep the picture of an address for weeks: one that was corrected has another address. Whatever
        stands behind the question mark, the file is the same.
        """
        if name not in self._ready(index):
            return ""
        if index not in self._sums:
            edition_digest, first = self.chronicle.contents[index]["digest"], self.chronicle.first(index)
            versions = ready.sums(self.language, first, edition_digest)
            self._sums[index] = {self._present(key): value for key, value in versions.items()}
        version = self._sums[index].get(name) or self.chronicle.contents[index]["digest"][:12]
        return f"{settings.BASE_URL}{page}{ready.CARD}?v={version}"

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
            self.imprint, self.language, alternates, canonical, fallbacks=others, framed=self._frame(section)
        )

    def _frame(self, section: str) -> Context:
        """Drawn once for all pages of a section."""
        if section not in self._frames:
            self._frames[section] = pages.frame(self.imprint, self.language, section)
        return self._frames[section]

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
        reason: str = "",
    ) -> Plan:
        shell = self._shell(path, section, fallback, having)
        place = f"{self.language}/{path}index.html"
        inputs = [inputs, having, fallback]
        reason = reason or ("whole bake" if self.scope.everything else "it follows every issue")
        return Plan(place, f"website/{template}.html", self.language, inputs, lambda: {**shell(), **make()}, reason)

    def _windows(self, index: int) -> str:
        return digest([self.chronicle.window(index, cell.key) for cell in self.chronicle.cells(index)])

    def _rows(self, index: int, *, drawn: bool = True) -> list[presenters.Row]:
        topics = presenters.moved_first(self.chronicle.whole(index)["topics"])
        return [self._row(index, topic, drawn=drawn) for topic in topics]

    def _row(self, index: int, topic: Content, *, drawn: bool = True) -> presenters.Row:
        svg = self._drawn(index, topic["key"])[1] if drawn else ""
        return presenters.row(topic, self.chronicle.contents[index], self.chronicle.published[index], svg)

    def _drawn(self, index: int, key: str) -> tuple[str, str]:
        """A topic's small barogram up to an issue: in words, and drawn. An issue and its commentaries show the same."""
        if (index, key) not in self._drawings:
            if len(self._drawings) > DRAWINGS:
                self._drawings.clear()
            window = self.chronicle.window(index, key)
            words = presenters.window_label([verdict for _first, verdict in window], self.rhythm)
            self._drawings[index, key] = words, barogram.svg(window, label=words)
        return self._drawings[index, key]

    def _axis(self, index: int) -> tuple[str, str]:
        """The months over the column of barograms, and the hairlines behind it."""
        places = range(max(0, index + 1 - presenters.WINDOW), index + 1)
        points = [barogram.Point("", None, self._first(place).year, month=self._month(place)) for place in places]
        return barogram.axis(points), barogram.lines(points)

    def _first(self, index: int) -> date:
        return date.fromisoformat(self.chronicle.first(index))

    def _month(self, index: int) -> str:
        """The month a period begins in, for an axis; '' where periods are months and years are marked."""
        return dates.short_month(self._first(index), self.language) if self.rhythm == "week" else ""

    def _about(self, topic: Content) -> tuple[str, str]:
        chain = self.imprint["languages"]
        return localized(topic["names"], self.language, chain), localized(topic["about"], self.language, chain)

    def _words(self, verdict: presenters.Verdict) -> tuple[str, str]:
        """The verdict in a word or two, and as a sentence. Call within the page's language."""
        if verdict not in self._verdict_words:
            self._verdict_words[verdict] = presenters.word(verdict), presenters.sentence(verdict)
        return self._verdict_words[verdict]

    def _history_row(self, entry: Entry) -> Context:
        verdict = entry.cell.verdict
        word, sentence = self._words(verdict)
        return {
            "url": self.chronicle.address(entry),
            "period": self.chronicle.period(entry.index),
            "headline": entry.cell.headline or "",
            "verdict": verdict,
            "word": word,
            "sentence": sentence,
            "revised": entry.cell.revised,
        }
