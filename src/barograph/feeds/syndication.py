"""Atom (RFC 4287) and JSON Feed 1.1 from entries. Nothing here looks at the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from barograph.feeds.entries import Entry


class AtomFeed(Atom1Feed):
    """Django's, with the full text, every author, and a date that never comes from the clock."""

    def __init__(self, *args: Any, latest: datetime, **kwargs: Any) -> None:
        self.latest = latest
        super().__init__(*args, **kwargs)

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if settings.WEBSUB_URL:
            handler.addQuickElement("link", "", {"rel": "hub", "href": settings.WEBSUB_URL})

    def latest_post_date(self) -> datetime:
        return self.latest

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for name, address in item["people"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.addQuickElement("uri", address)
            handler.endElement("author")
        handler.addQuickElement("content", item["html"], {"type": "html"})


def atom(
    *, title: str, subtitle: str, url: str, feed_url: str, language: str, items: list[Entry], since: datetime, name: str
) -> bytes:
    """An Atom document. `since` is its date where it has no entry, `name` who speaks for the whole."""
    latest = max((item.updated for item in items), default=since)
    feed = AtomFeed(
        title,
        url,
        None,
        language=language,
        subtitle=subtitle or None,
        feed_url=feed_url,
        author_name=name,
        latest=latest,
    )
    for item in items:
        feed.add_item(
            item.title,
            item.url,
            item.summary or None,
            unique_id=item.id,
            pubdate=item.published,
            updateddate=item.updated,
            categories=(item.topic,),
            people=item.authors,
            html=item.html,
        )
    return feed.writeString("utf-8").encode("utf-8")


def json_feed(*, title: str, subtitle: str, url: str, feed_url: str, language: str, items: list[Entry]) -> bytes:
    """A JSON Feed (jsonfeed.org/version/1.1)."""
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": url,
        "feed_url": feed_url,
        "language": language,
        "items": [_json_item(item) for item in items],
    }
    if settings.WEBSUB_URL:
        feed["hubs"] = [{"type": "WebSub", "url": settings.WEBSUB_URL}]
    if subtitle:
        feed["description"] = subtitle
    return orjson.dumps(feed, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _json_item(item: Entry) -> dict[str, Any]:
    described = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "date_published": rfc3339_date(item.published),
        "date_modified": rfc3339_date(item.updated),
        "tags": [item.topic],
        "authors": [{"name": name, "url": address} for name, address in item.authors],
    }
    if item.summary:
        described["summary"] = item.summary
    return described


#: The date of a publication that has not published yet.
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
