"""An edition's content as plain values for the printed forms.

Call within the edition's language: words come from gettext.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _

from barograph.base import barogram, dates, languages, richtext
from barograph.website import presenters

Content = dict[str, Any]
Windows = dict[str, list[tuple[str, str | None]]]  # topic → (first day, verdict) of the last periods, oldest first
Node = list  # [tag, {attribute: value}, [children]]; a child is a Node or a str


class _Tree(HTMLParser):
    """The restricted HTML of a body as nested lists."""

    VOID = frozenset({"img", "br"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Node = ["body", {}, []]
        self.open: list[Node] = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: Node = [tag, {name: value or "" for name, value in attrs}, []]
        self.open[-1][2].append(node)
        if tag not in self.VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1][2].append(data)


def tree(html: str) -> list:
    """'<p>A <b>word</b></p>' → [['p', {}, ['A ', ['b', {}, ['word']]]]]."""
    parser = _Tree()
    parser.feed(html)
    parser.close()
    return [child for child in parser.root[2] if not isinstance(child, str) or child.strip()]


def masthead(content: Content, imprint: Content) -> Content:
    """What stands on every printed form."""
    verdicts = [topic["verdict"] for topic in content["topics"]]
    number = content["issue"]["number"]
    return {
        "language": content["language"],
        "dir": languages.direction(content["language"]),
        "publication": content["publication"]["name"],
        "strapline": languages.localized(imprint["strapline"], content["language"], imprint["languages"]),
        "period": presenters.issue_period(content),
        "number": _("No. %(number)s") % {"number": number} if number else "",
        "published": _("Published on %(day)s")
        % {"day": presenters.long_day(content["published"], content["language"])},
        "published_at": content["revised"] or content["published"],
        "summary": [{"verdict": part.verdict or "", "text": part.text} for part in presenters.summary(verdicts)],
        "summary_text": presenters.summary_text(verdicts),
    }


def bulletin(content: Content, imprint: Content, windows: Windows, base_url: str) -> Content:
    """A whole issue, topics that moved first."""
    language, first = content["language"], content["issue"]["first"]
    topics = [
        _topic(topic, content, windows.get(topic["key"], []), imprint["rhythm"], base_url)
        for topic in presenters.moved_first(content["topics"])
    ]
    return {
        **masthead(content, imprint),
        "origin": imprint.get("origin", base_url),
        "topics": topics,
        "address": f"{base_url}{presenters.issue_path(language, first)}",
        "corrections": [
            {
                "day": presenters.long_day(c["date"], language),
                "name": c["name"],
                "note": c["note"],
                "language": c["language"],
            }
            for c in presenters.corrections(content)
        ],
        "words": {
            "pros": _("Pros"),
            "cons": _("Cons"),
            "probability": _("Probability"),
            "corrections": _("Corrections"),
            "pseudonym": _("pseudonym"),
            "next": _("What may come next"),
            "other": _("Another option"),
            "outcome": _("Outcome:"),
        },
    }


def _topic(topic: Content, content: Content, window: list, rhythm: str, base_url: str) -> Content:
    language, first = content["language"], content["issue"]["first"]
    verdicts = [verdict for _first, verdict in window]
    label = presenters.window_label(verdicts, rhythm) if verdicts else ""
    values: Content = {
        "key": topic["key"],
        "name": topic["name"],
        "verdict": topic["verdict"] or "",
        "sentence": presenters.sentence(topic["verdict"]),
        "word": presenters.word(topic["verdict"]),
        "outlook": presenters.outlook(topic["outlook"]),
        "barogram": drawn(window) if len(window) > 1 else "",
        "label": label,
        "commentary": None,
        "none": _missing(topic, language),
    }
    if topic["commentary"]:
        address = f"{base_url}{presenters.commentary_path(language, first, topic['key'])}"
        view = presenters.commentary_view(topic, content, content["publication"]["name"], address)
        values["commentary"] = {
            "headline": view.headline,
            "lede": view.lede,
            "html": richtext.with_full_addresses(
                richtext.for_page(
                    topic["commentary"]["body"],
                    notes=_("Notes"),
                    back=_("Back to the text"),
                    prefix=f"n-{topic['key']}-",
                ),
                address,
            ),
            "written": view.written,
            "byline": ", ".join(person["name"] for person in view.byline),
            "question": view.question,
            "resolves": _("Resolves by %(day)s") % {"day": dates.day(date.fromisoformat(view.resolves_by), language)}
            if view.resolves_by
            else "",
            "resolution": view.resolution or "",
            "rest": view.rest,
            "scenarios": [
                {"title": s.title, "text": s.text, "pros": s.pros, "cons": s.cons, "percent": s.percent}
                for s in view.scenarios
            ],
            "address": address,
        }
    return values


def _missing(topic: Content, language: str) -> str:
    """What stands where there is no commentary in this language."""
    others = [languages.name(code) for code in topic["languages"] if code != language]
    if not others:
        return _("No commentary this time.")
    return _("The commentary is available in:") + " " + ", ".join(others)


def drawn(window: Sequence[tuple[str, str | None]]) -> str:
    """A barogram for a PDF or a card: the bulletin's own ink on its own paper."""
    return barogram.alone(window, ink="#1a1c1e", rule="#cfcabd")
