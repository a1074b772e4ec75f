"""Notify a WebSub hub that feeds have new entries, so that feed readers fetch them at once.

Source: W3C Recommendation WebSub, section 7 ("Publishing"); the parameters are those of PubSubHubbub 0.4.
"""

from __future__ import annotations

import logging
import urllib.request
from http.client import HTTPException
from urllib.parse import urlencode

from django.conf import settings

from barograph.base import outgoing
from barograph.editions.models import EditionQuerySet
from barograph.editions.services import current_renames
from barograph.feeds import addresses

log = logging.getLogger("barograph.publishing")

#: Seconds that the hub has to answer.
TIMEOUT = 10.0


def feeds(editions: EditionQuerySet) -> list[str]:
    """Full addresses of the feeds in which an issue has entries by these editions of it."""
    paths: list[str] = []
    renamed = current_renames()
    for edition in editions.order_by("language", "version"):
        content = renamed.content(edition.content)
        language = content["language"]
        folders = [addresses.home(language)]
        written = [topic["key"] for topic in content["topics"] if topic["commentary"]]
        # subscribers of a feed's former address are notified, too
        folders += [addresses.topic(language, at) for key in written for at in (key, *renamed.former_topics(key))]
        paths += [f"{folder}{name}" for folder in folders for name in ("feed.atom", "feed.json")]
    return [settings.BASE_URL + path for path in dict.fromkeys(paths)]


def publish(*, editions: EditionQuerySet) -> tuple[int, str]:
    """Send the hub the addresses of the feeds that changed. Returns (number of feeds, problem or ''). Repeatable."""
    if not settings.WEBSUB_URL:
        return 0, ""
    urls = feeds(editions)
    body = urlencode([("hub.mode", "publish"), *(("hub.url", url) for url in urls)]).encode()
    request = urllib.request.Request(settings.WEBSUB_URL, body, {"User-Agent": "Barograph"})  # noqa: S310 http(s) by its setting
    try:
        with outgoing.open_url(request, timeout=TIMEOUT):
            return len(urls), ""
    except (OSError, HTTPException) as error:
        log.warning("The WebSub hub could not be told: %s", error)
        return 0, str(error)
