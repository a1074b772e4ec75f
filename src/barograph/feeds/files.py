"""Every file of the site that is not a page: feeds, maps, open data. Called by the bake.

FeedFiles from the imprint and editions alone, the same input giving the same
bytes: no clock, no database, no order of keys shows in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from barograph.base.languages import interface, localized
from barograph.base.sums import Remember, anew
from barograph.editions import renames
from barograph.feeds import addresses, opendata, sitemap, syndication
from barograph.feeds.entries import ISSUES, RECENT, Entry, entries

Content = dict[str, Any]
Files = Iterator[tuple[str, bytes]]
Load = Callable[[int], Content]
#: path, what it depends on, its bytes or how they are made
FeedFiles = Iterator[tuple[str, Any, bytes | Callable[[], bytes]]]


def files(
    imprint: Content,
    editions_by_issue: Sequence[dict[str, Content]],
    base_url: str,
    *,
    load: Load | None = None,
    frozen: Load | None = None,
    touched: frozenset[str] | None = None,
    remember: Remember = anew,
) -> FeedFiles:
    """Each file's path without a leading slash. `editions_by_issue`: newest first, {language: content, or its line}.

    `load` gives the content behind a summary, `frozen` the same as it was frozen, where addresses changed
    since: an edition's own data never change. With `touched` (first days of issues) only what these
    can have changed. `remember` keeps the sums of years.
    """
    base_url = base_url.rstrip("/")
    issues = list(editions_by_issue)
    newest = [{code: _whole(line, load) for code, line in issue.items()} for issue in issues[:ISSUES]]
    for language in imprint["languages"]:
        for path, content in feeds(imprint, newest, base_url, language):
            yield path, None, content
    years = sitemap.by_year(issues)
    for path, inputs, make in sitemap.parts(imprint, issues, years, base_url, remember):
        yield path, inputs, make
    yield "robots.txt", None, sitemap.robots(base_url)
    for path, content in data(imprint, years, base_url, remember):
        yield path, None, content
    for editions in issues:
        for language, line in sorted(editions.items()):
            first = line["issue"]["first"]
            if touched is None or first in touched:
                yield (
                    addresses.edition_data(first, language)[1:],
                    line.get("digest"),
                    partial(_data, line, frozen or load),
                )


def _whole(line: Content, load: Load | None) -> Content:
    return load(line["edition"]) if load and "edition" in line else line


def _data(line: Content, frozen: Load | None) -> bytes:
    return opendata.as_json(_whole(line, frozen))


def _rows(issues: list[dict[str, Content]]) -> list[str]:
    return list(opendata.part(opendata.rows(issues)))


def feeds(imprint: Content, issues: list[dict[str, Content]], base_url: str, language: str) -> Files:
    """The feeds of one language, Atom and JSON: all topics in the newest four issues, each topic's own in ten."""
    editions = [issue[language] for issue in issues[:ISSUES] if language in issue]
    since = datetime.fromisoformat(editions[0]["published"]) if editions else syndication.BEFORE_ALL
    by_topic: dict[str, list[Entry]] = {topic["key"]: [] for topic in imprint["topics"]}
    everything = []
    origin, renamed = imprint.get("origin", base_url), renames.of(imprint)
    for place, content in enumerate(editions):
        for key, item in entries(content, base_url, origin=origin, renames=renamed):
            by_topic.setdefault(key, []).append(item)
            if place < RECENT:
                everything.append(item)
    name = localized(imprint["name"], language, imprint["languages"])
    home = addresses.home(language)
    common: dict[str, Any] = {
        "title": name,
        "subtitle": localized(imprint["strapline"], language, imprint["languages"]),
        "url": base_url + home,
        "language": language,
        "items": everything,
    }
    yield (
        f"{language}/feed.atom",
        syndication.atom(**common, feed_url=f"{base_url}{home}feed.atom", since=since, name=name),
    )
    yield f"{language}/feed.json", syndication.json_feed(**common, feed_url=f"{base_url}{home}feed.json")
    for topic in imprint["topics"]:
        address = base_url + addresses.topic(language, topic["key"])
        with translation.override(interface(language)):
            title = _("%(publication)s: %(topic)s") % {
                "publication": name,
                "topic": localized(topic["names"], language, imprint["languages"]) or topic["key"],
            }
        own: dict[str, Any] = {
            "title": title,
            "subtitle": localized(topic["about"], language, imprint["languages"]),
            "url": address,
            "language": language,
            "items": by_topic[topic["key"]],
        }
        path = addresses.topic(language, topic["key"])[1:]
        yield (
            f"{path}feed.atom",
            syndication.atom(**own, feed_url=f"{address}feed.atom", since=since, name=name),
        )
        yield f"{path}feed.json", syndication.json_feed(**own, feed_url=f"{address}feed.json")


def data(imprint: Content, years: dict[str, sitemap.Year], base_url: str, remember: Remember = anew) -> Files:
    """The table of verdicts and its description."""
    table = []
    columns = [column.field() for column in opendata.COLUMNS]  # a year written with other columns is written anew
    for year, listing in reversed(years.items()):
        written = remember(f"table/{year}", [columns, listing.marks], partial(_rows, listing.issues))
        table.append(opendata.Part(*written))
    as_csv, as_json = opendata.as_csv(table), opendata.table_as_json(table)
    yield "data/verdicts.csv", as_csv
    yield "data/verdicts.json", as_json
    yield "data/datapackage.json", opendata.datapackage(imprint, as_csv, as_json, base_url)
