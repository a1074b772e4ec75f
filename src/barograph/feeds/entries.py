"""A commentary as a feed shows it: one Entry, from an edition's content alone, for Atom and JSON alike.

Knows no model and no clock: the same editions give the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from barograph.base import pages, richtext
from barograph.editions.changes import concerning, updated
from barograph.editions.renames import NONE, Renames
from barograph.feeds import addresses
from barograph.presentation.forecasts import forecast

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


def tag(origin: str, first: str, language: str, topic: str) -> str:
    """An id that stays whatever else changes (RFC 4151).

    `origin`: the site's address when it first published; `topic`: the first address of the topic.
    """
    return f"tag:{urlsplit(origin).hostname},{first}:{language}/{topic}"


def absolute(html: str, base_url: str, url: str) -> str:
    """HTML that can be read away from its page: addresses in full."""
    return _FRAGMENT.sub(rf"\g<1>{url}#", _ROOTED.sub(rf"\g<1>{base_url}/", html))


def plain(text: str) -> str:
    """Text without the characters XML 1.0 has no way to write."""
    return _CONTROL.sub("", text)


def entry(content: Content, topic: Content, base_url: str, *, origin: str = "", renames: Renames = NONE) -> Entry:
    """`origin` and `renames` are of the imprint, for the id."""
    first, language, commentary = content["issue"]["first"], content["language"], topic["commentary"]
    url = base_url + addresses.commentary(language, first, topic["key"])
    html = pages.render(
        "feeds/entry.html",
        {
            "topic": topic,
            "commentary": commentary,
            "forecast": forecast(commentary, language),
            "body": richtext.for_page(commentary["body"]),
            "issue": content["issue"],
            "corrections": concerning(content, topic["key"]),
        },
        language=language,
    )
    return Entry(
        id=tag(origin or base_url, first, language, renames.identity(topic["key"])),
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


def entries(
    content: Content, base_url: str, *, origin: str = "", renames: Renames = NONE
) -> Iterator[tuple[str, Entry]]:
    """(topic's key, entry) of every commentary in an edition, in its order. The rest is as for `entry`."""
    for topic in content["topics"]:
        if topic["commentary"]:
            yield topic["key"], entry(content, topic, base_url, origin=origin, renames=renames)
