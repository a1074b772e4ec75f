"""From an edition's content to the documents of the index. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Any

from barograph.editions.models import Edition
from barograph.editions.services import present
from barograph.search.analysis import letters

_SENTENCE = re.compile(r"(?:^|[.!?…:;•·—])[\s«»„“”‘’\"'(]*\Z")
_UNFIT = re.compile(r"[^\w.-]")
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
    return letters.clean("".join(parser.pieces))


def _scenario_texts(commentary: dict[str, Any]) -> Iterator[str]:
    yield commentary.get("question") or ""
    for scenario in commentary["scenarios"]:
        yield scenario["title"]
        yield scenario["text"]
        yield from scenario["pros"]
        yield from scenario["cons"]
    yield commentary.get("resolution") or ""


@dataclass(frozen=True)
class Draft:
    """What search keeps of a commentary: its row, its text, its author, all as the edition has them."""

    first: date
    last: date
    language: str
    topic: str
    topic_name: str
    position: int
    verdict: str
    headline: str
    text: str
    authors: list[tuple[str, str]]  # slug, name

    def url(self) -> str:
        return f"/{self.language}/{self.first}/{self.topic}/"

    def row(self) -> dict[str, Any]:
        """Fields of models.Document."""
        names = ["first", "last", "language", "topic", "topic_name", "position", "verdict", "headline"]
        return {name: getattr(self, name) for name in names} | {"url": self.url()}

    def labels(self) -> list[str]:
        """What filters find it by."""
        labels = [language_label(self.language), label("topic", self.topic), label("year", str(self.first.year))]
        return [
            *labels,
            label("verdict", self.verdict or "unrated"),
            *(label("author", slug) for slug, _ in self.authors),
        ]

    def facets(self) -> list[tuple[str, str, str]]:
        """(kind, value, name): what readers may choose."""
        year = str(self.first.year)
        return [("topic", self.topic, self.topic_name), ("year", year, year), *(("author", *a) for a in self.authors)]

    def head_words(self) -> list[str]:
        return letters.split(self.headline)

    def body_words(self) -> list[str]:
        names = " ".join(name for _, name in self.authors)
        return letters.split(f"{self.text} {self.topic_name} {names}")

    def names(self) -> Iterator[str]:
        """Words with a capital amid a sentence of the text, and those of the authors."""
        for match in letters.WORD.finditer(self.text):
            if match.group()[:1].isupper() and not _SENTENCE.search(self.text, 0, match.start()):
                yield match.group()
        for _, name in self.authors:
            yield from letters.split(name)


def label(kind: str, value: str) -> str:
    """One token, whatever the value: what is no letter, digit, dot or hyphen becomes "_"."""
    return f"={kind[0]}:{_UNFIT.sub('_', value.casefold())}"


def language_label(language: str) -> str:
    return label("language", language)


def drafts(edition: Edition) -> list[Draft]:
    """What is to be indexed of each commentary that can be read in this edition."""
    content = present(edition)
    issue = content["issue"]
    texts = []
    for position, topic in enumerate(content["topics"]):
        commentary = topic["commentary"]
        if not commentary:
            continue
        pieces = [commentary["lede"] or "", plain(commentary["body"]), *filter(None, _scenario_texts(commentary))]
        texts.append(
            Draft(
                first=date.fromisoformat(issue["first"]),
                last=date.fromisoformat(issue["last"]),
                language=content["language"],
                topic=topic["key"],
                topic_name=topic["name"],
                position=position,
                verdict=topic["verdict"] or "",
                headline=letters.clean(commentary["headline"]),
                text=letters.clean(" · ".join(filter(None, pieces))),
                authors=[(person["slug"], person["name"]) for person in commentary["byline"]],
            )
        )
    return texts
