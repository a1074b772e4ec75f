"""From an edition's content to the documents of the index. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

from barograph.editions.models import Edition
from barograph.search import words
from barograph.search.models import Document

_WITHIN_A_WORD = frozenset({"a", "abbr", "b", "em", "i", "span", "strong", "sub", "mark"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in _WITHIN_A_WORD:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def plain(html: str) -> str:
    """The words of an HTML text; blocks are parted by a space, inline marks are not."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return words.clean("".join(parser.pieces))


def _scenario_texts(commentary: dict[str, Any]) -> Iterator[str]:
    yield commentary.get("question") or ""
    for scenario in commentary["scenarios"]:
        yield scenario["title"]
        yield scenario["text"]
        yield from scenario["pros"]
        yield from scenario["cons"]
    yield commentary.get("resolution") or ""


def documents(edition: Edition) -> Iterator[Document]:
    """A document for each commentary that can be read in this edition (unsaved)."""
    content = edition.content
    first, language = content["issue"]["first"], content["language"]
    for position, topic in enumerate(content["topics"]):
        commentary = topic["commentary"]
        if not commentary:
            continue
        text = words.clean(f"{commentary['lede'] or ''} {plain(commentary['body'])}")
        text = words.clean(f"{text} {' '.join(filter(None, _scenario_texts(commentary)))}")
        names = " ".join(person["name"] for person in commentary["byline"])
        headline = words.clean(commentary["headline"])
        yield Document(
            edition=edition,
            first=date.fromisoformat(first),
            last=date.fromisoformat(content["issue"]["last"]),
            language=language,
            topic=topic["key"],
            topic_name=topic["name"],
            position=position,
            verdict=topic["verdict"] or "",
            url=f"/{language}/{first}/{topic['key']}/",
            headline=headline,
            text=text,
            folded_headline=words.folded(headline),
            folded=words.folded(f"{headline} {text} {topic['name']} {names}"),
        )
