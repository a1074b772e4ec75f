"""Plans of the home page, the issues and their commentaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from markupsafe import Markup

from barograph.base import pages
from barograph.base.languages import localized
from barograph.website import metadata, presenters, ready
from barograph.website.chronicle import Entry
from barograph.website.planning import Content, Context, Plan, Planner, digest

PAST = 6  # earlier issues on the home page


class IssuePlans(Planner):
    """Home, issues, commentaries."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        #: of the issue last drawn: topic → its line in the list, as it is and marked
        self._weeks: dict[int, dict[str, tuple[Markup, Markup]]] = {}

    def plans(self) -> Iterator[Plan]:
        yield self._home(self.last)
        for index in self.scope.indices(self.last):
            if self.scope.issue(index):
                yield self._issue(index)
            for cell in self.chronicle.cells(index):
                if cell.headline is not None and self.scope.commentary(index, cell.key):
                    yield self.commentary(index, self.chronicle.in_short(index, cell.key))

    def _home(self, last: int) -> Plan:
        if last < 0:
            return self._plan("", "empty", self.imprint["topics"], self._empty, section="issue")
        return self._plan(
            "", "issue", self._home_inputs(last), lambda: self._issue_context(last, home=True), section="issue"
        )

    def _home_inputs(self, last: int) -> Any:
        past = [self.digests[index] for index in self._past(last)]
        return [self.digests[last], self._windows(last), past, self.chronicle.published[last], self._ready(last)]

    def _past(self, index: int) -> list[int]:
        return list(range(index - 1, max(-1, index - 1 - PAST), -1))

    def _empty(self) -> Context:
        if self.rhythm == "month":
            promise = _("It will appear here, followed by a new one every month.")
        else:
            promise = _("It will appear here, followed by a new one every week.")
        rows = [
            (
                localized(topic["names"], self.language, self.imprint["languages"]),
                f"/{self.language}/topics/{topic['key']}/",
            )
            for topic in self.imprint["topics"]
        ]
        return {"promise": promise, "topics": rows}

    def _issue(self, index: int) -> Plan:
        chronicle = self.chronicle
        first = chronicle.first(index)
        beside = [chronicle.contents[i]["issue"] for i in (index - 1, index + 1) if 0 <= i < len(chronicle.contents)]
        inputs = [self.digests[index], self._windows(index), beside, chronicle.published[index], self._ready(index)]
        return self._plan(
            f"{first}/",
            "issue",
            inputs,
            lambda: self._issue_context(index, home=False),
            section="archive",
            having=chronicle.published[index],
            fallback="archive/",
            reason=self.scope.why(index, first),
        )

    def _issue_context(self, index: int, *, home: bool) -> Context:
        chronicle, content = self.chronicle, self.chronicle.whole(index)
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
            "drawn": index > 0,  # one period makes no line
            "corrections": presenters.corrections(content),
            **self._taken(index),
            "past": [chronicle.issue_link(i) for i in self._past(index)] if home else [],
            "before": self._step(index - 1) if index > 0 else None,
            "after": self._step(index + 1) if index < last else None,
            "meta": metadata.issue(content, chronicle.published[index], self.name, home=home),
        }

    def _taken(self, index: int) -> Context:
        """The issue's files with their sizes, and its card."""
        place = f"{presenters.issue_path(self.language, self.chronicle.first(index))}"
        downloads = self._ready(index)
        forms = [("PDF", ready.PDF), ("EPUB", ready.EPUB)]
        return {
            "takeaways": [
                (label, f"{place}{name}", presenters.size(downloads[name], self.language))
                for label, name in forms
                if name in downloads
            ],
            "card": self._card(index, ready.CARD, place),
        }

    def _step(self, index: int) -> Context:
        """To the issue before or after."""
        issue = self.chronicle.contents[index]["issue"]
        text = presenters.issue_period(self.chronicle.contents[index])
        return {"url": presenters.issue_path(self.language, issue["first"]), "text": text}

    def _week(self, index: int, key: str) -> Markup:
        """The issue's topics, this one marked. The others look the same on all of the issue's commentaries."""
        if index not in self._weeks:
            url = presenters.issue_path(self.language, self.chronicle.first(index))
            draw = pages.macro("website/week.html", "line", self.language)
            rows = {row.key: row for row in self._rows(index, drawn=False)}
            self._weeks = {index: {key: (draw(row, url, False), draw(row, url, True)) for key, row in rows.items()}}
        return Markup("\n").join(lines[other == key] for other, lines in self._weeks[index].items())

    def commentary(self, index: int, topic: Content) -> Plan:
        chronicle = self.chronicle
        first, key = chronicle.first(index), topic["key"]
        having = [code for code in self.imprint["languages"] if code in topic["languages"]]
        having = [code for code in having if code in chronicle.published[index]]
        neighbours = chronicle.neighbours(index, key)
        inputs = [
            self.digests[index],
            digest(chronicle.window(index, key)),
            [entry.cell.fingerprint if entry else None for entry in neighbours],
            self._card(index, ready.card_name(key), ""),
        ]
        return self._plan(
            f"{first}/{key}/",
            "commentary",
            inputs,
            lambda: self._commentary_context(index, key, having, neighbours),
            section="",
            having=having,
            fallback=f"{first}/" if chronicle.published[index] == self.imprint["languages"] else "",
            reason=self.scope.why(index, first),
        )

    def _commentary_context(
        self,
        index: int,
        key: str,
        having: list[str],
        neighbours: tuple[Entry | None, Entry | None],
    ) -> Context:
        content, topic = self.chronicle.whole(index), self.chronicle.topic(index, key)
        first, language = content["issue"]["first"], self.language
        path = presenters.commentary_path(language, first, key)
        label, svg = self._drawn(index, key)
        title, _colon, text = label.partition(": ")
        before, after = (self.chronicle.link(entry) if entry else None for entry in neighbours)
        others = [code for code in having if code != language]
        card = self._card(index, ready.card_name(key), path)
        return {
            "issue": content["issue"],
            "issue_url": presenters.issue_path(language, first),
            "published": content["published"],
            "row": presenters.row(topic, content, self.chronicle.published[index], svg),
            "c": presenters.commentary_view(topic, content, self.name, f"{settings.BASE_URL}{path}"),
            "others": [(code, presenters.commentary_path(code, first, key)) for code in others],
            "corrections": presenters.corrections(content, key),
            "drawn": index > 0,  # one period makes no line
            "window_title": title,
            "window_text": text,
            "before": before,
            "after": after,
            "week": self._week(index, key),
            "meta": metadata.commentary(content, topic, having, self.name, card),
            "card": card,
        }


def _published(content: Content) -> str:
    day = presenters.long_day(content["published"], content["language"])
    return _("Published on %(day)s") % {"day": day}
