"""Which pages a publication has: for each its place, its template, what it depends on, and how its context is made.

A plan's `inputs` name all of the contents its page shows, so that a bake knows
without rendering whether the page is still as it was. Knows no files.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.utils import translation

from barograph.base import barogram, languages, pages, style
from barograph.base.languages import localized
from barograph.base.sums import Remember, anew
from barograph.feeds import opendata
from barograph.website import presenters
from barograph.website.chronicle import Chronicle
from barograph.website.issue_plans import IssuePlans
from barograph.website.lite_plans import LitePlans
from barograph.website.looks import widget_css
from barograph.website.planning import Content, Context, Plan, Planner, Scope, digest
from barograph.website.topic_plans import TopicPlans

WIDGET_THEMES = ("", "light", "dark")
WIDGET_ROWS, WIDGET_PERIODS = 8, 12  # what fits in 8 KB whatever happened


def plans(
    imprint: Content,
    issues: Sequence[dict[str, Content]],
    *,
    load: Callable[[int], Content] | None = None,
    touched: frozenset[str] | None = None,
    house: bool = False,
    remember: Remember = anew,
) -> Iterator[Plan]:
    """The pages of the site. `issues`: newest first, {language: content, or its summary}.

    `touched`: first days of the issues that are new or corrected; then only pages that these can have changed.
    `house`: besides those that changed topics, people and standing texts can have changed.
    `remember` keeps the sums of years.
    """
    beside = {language: Chronicle(imprint, issues, language, load, remember) for language in imprint["languages"]}
    for chronicle in beside.values():
        chronicle.beside = beside
        digests = [content.get("digest") or digest(content) for content in chronicle.contents]
        scope = Scope(chronicle, touched, house=house)
        for group in (IssuePlans, TopicPlans, LitePlans, OtherPlans):
            yield from group(imprint, chronicle, digests, scope).plans()
    yield from _outside_languages(imprint, issues)


class OtherPlans(Planner):
    """Standing texts, sign-up, search, widget, and the page for what isn't there."""

    def plans(self) -> Iterator[Plan]:
        for kind, texts in self.imprint["standing"].items():
            if self.language in texts:
                yield self._standing(kind, texts)
        yield self._plan("subscribe/", "subscribe", None, lambda: {}, section="subscribe")
        yield self._plan("search/", "search", None, lambda: {"query": ""}, section="search")
        yield from self._widgets(self.last)
        shell = self._shell(None, "", "")
        yield Plan(
            f"{self.language}/404.html",
            "website/missing.html",
            self.language,
            None,
            lambda: {**shell(), "query": ""},
        )
        yield Plan(f"{self.language}/away.html", "website/away.html", self.language, None, shell)

    def _standing(self, kind: str, texts: Content) -> Plan:
        having = [code for code in self.imprint["languages"] if code in texts]
        text = texts[self.language]
        context = {**text, "definitions": self._definitions() if kind == "method" else []}
        return self._plan(f"{kind}/", "standing", context, lambda: dict(context), having=having)

    def _definitions(self) -> list[Content]:
        """What "improved" and "worsened" mean, topic by topic, where it is written in this language."""
        definitions = []
        for topic in self.imprint["topics"]:
            own = {kind: topic.get(kind, {}).get(self.language, "") for kind in ("improved", "worsened")}
            if any(own.values()):
                name = localized(topic["names"], self.language, self.imprint["languages"])
                definitions.append({"key": topic["key"], "name": name, **own})
        return definitions

    def _widgets(self, last: int) -> Iterator[Plan]:
        """The widget in the reader's colours, in light and in dark, and the page that shows how to set it in."""
        inputs = [self.digests[last], self._windows(last)] if last >= 0 else None
        for theme in WIDGET_THEMES:
            path = f"widget/{theme}/" if theme else "widget/"
            make = functools.partial(self._widget_context, last, theme)
            yield self._plan(path, "widget", inputs, make)
        yield self._plan("embed/", "embed", None, lambda: {"frames": True, "themes": list(WIDGET_THEMES)})

    def _widget_context(self, last: int, theme: str) -> Context:
        context: Context = {"issue": None, "rows": [], "rest": 0, "theme": theme, "widget_css": widget_css()}
        if last >= 0:
            content = self.chronicle.whole(last)
            topics = presenters.moved_first(content["topics"])
            rows = [self._widget_row(last, topic) for topic in topics[:WIDGET_ROWS]]
            context |= {"issue": content["issue"], "rows": rows, "rest": len(topics) - len(rows)}
        return context

    def _widget_row(self, last: int, topic: Content) -> presenters.Row:
        window = self.chronicle.window(last, topic["key"])[-WIDGET_PERIODS:]
        label = presenters.window_label([verdict for _first, verdict in window], self.rhythm)
        svg = barogram.svg(window, label=label, width=72, height=20) if len(window) > 1 else ""
        return presenters.row(topic, self.chronicle.whole(last), self.chronicle.published[last], svg)


def _outside_languages(imprint: Content, issues: Sequence[dict[str, Content]]) -> Iterator[Plan]:
    """`/`, `/404.html` and the page of the data, in English where the publication has it."""
    chain = imprint["languages"]
    language = "en" if "en" in chain else chain[0]
    front = {
        "imprint": imprint,
        "name": localized(imprint["name"], language, chain),
        "names": [(code, localized(imprint["name"], code, chain)) for code in chain],
        "base_url": settings.BASE_URL,
        "icon": style.address("favicon.svg"),
    }
    yield Plan("index.html", "website/front.html", language, None, lambda: {**front, "missing": False})
    yield Plan("404.html", "website/front.html", language, None, lambda: {**front, "missing": True})
    latest = (
        [
            (code, f"/data/editions/{issues[0][code]['issue']['first']}.{code}.json")
            for code in chain
            if code in issues[0]
        ]
        if issues
        else []
    )

    def data() -> Context:
        shell = pages.shell_context(imprint, language, {language: "/data/"}, "/data/")
        return {**shell, "latest": latest, "columns": columns}

    columns = [column.field() for column in opendata.COLUMNS]
    yield Plan("data/index.html", "website/data.html", language, [latest, columns], data)


def one_commentary(
    imprint: Content, issues: Sequence[dict[str, Content]], language: str, content: Content, key: str, *, note: str
) -> str:
    """A commentary's page out of contents that need not be published: for the desk's preview."""
    chronicle = Chronicle(imprint, issues, language)
    index = next(place for place, other in enumerate(chronicle.contents) if other is content)
    planner = IssuePlans(imprint, chronicle, [""] * len(chronicle.contents), Scope(chronicle, None))
    plan = planner.commentary(index, chronicle.in_short(index, key))
    with translation.override(languages.interface(language)):
        return pages.render(plan.template, {**plan.make(), "note": note}, language=language)
