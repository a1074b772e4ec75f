"""A commentary as a feed shows it: one Entry, from an edition's content alone, for Atom and JSON alike.

Knows no model and no clock: the same editions give the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from barograph.base import pages
from barograph.feeds import addresses

Content = dict[str, Any]

#: How many issues a topic's feed reaches back, and that of all topics: a reader's program asks for it again and again.
ISSUES, RECENT = 10, 4

_ROOTED = re.compile(r'(\s(?:href|src)=")/(?!/)')
_FRAGMENT = re.compile(r'(\shref=")#')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    id: str
    url: str
    title: str
    summary: str
    html: str
    topic: str
    authors: tuple[tuple[str, str], ...]  # name and address
    published: datetime
    updated: datetime


def tag(base_url: str, first: str, language: str, topic: str) -> str:
    """An id that stays whatever else changes (RFC 4151)."""
    return f"tag:{urlsplit(base_url).hostname},{first}:{language}/{topic}"


def updated(content: Content, topic: Content) -> datetime:
    """When this commentary last changed: a correction of another topic does not count."""
    published = datetime.fromisoformat(content["published"])
    if not topic["revised"]:
        return published
    day = date.fromisoformat(topic["revised"][:10])
    version = datetime.fromisoformat(content["revised"] or content["published"])
    if version.date() != day:  # a later version corrected another topic
        version = datetime.combine(day, time(23, 59, 59), tzinfo=published.tzinfo)
    return max(published, version)


def absolute(html: str, base_url: str, url: str) -> str:
    """HTML that can be read away from its page: addresses in full."""
    return _FRAGMENT.sub(rf"\g<1>{url}#", _ROOTED.sub(rf"\g<1>{base_url}/", html))


def plain(text: str) -> str:
    """Text without the characters XML 1.0 has no way to write."""
    return _CONTROL.sub("", text)


def entry(content: Content, topic: Content, base_url: str) -> Entry:
    first, language, commentary = content["issue"]["first"], content["language"], topic["commentary"]
    url = base_url + addresses.commentary(language, first, topic["key"])
    html = pages.render(
        "feeds/entry.html",
        {"topic": topic, "commentary": commentary, "issue": content["issue"]},
        language=language,
    )
    return Entry(
        id=tag(base_url, first, language, topic["key"]),
        url=url,
        title=plain(commentary["headline"]),
        summary=plain(commentary["lede"] or ""),
        html=plain(absolute(html, base_url, url)).strip(),
        topic=plain(topic["name"]),
        authors=tuple(
            (plain(person["name"]), base_url + addresses.person(language, person["slug"]))
            for person in commentary["byline"]
        ),
        published=datetime.fromisoformat(content["published"]),
        updated=updated(content, topic),
    )


def entries(content: Content, base_url: str) -> Iterator[tuple[str, Entry]]:
    """(topic's key, entry) of every commentary in an edition, in its order."""
    for topic in content["topics"]:
        if topic["commentary"]:
            yield topic["key"], entry(content, topic, base_url)
