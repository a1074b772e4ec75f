"""The site's map (sitemaps.org 0.9), each page with its other languages (hreflang), and robots.txt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from barograph.base.languages import x_default
from barograph.base.sums import Remember, anew
from barograph.editions.cells import cells
from barograph.feeds import addresses

Content = dict[str, Any]

#: Addresses of a map. It may hold 50,000 and 50 MB; so few that a week rewrites no more than its own year's.
LARGEST = 2_500

_SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Page:
    """One page in the languages it exists in, with the day it last changed in each (or None)."""

    paths: dict[str, str]
    changed: dict[str, str | None]
    default: str | None = None  # the address that chooses a language


class Year(NamedTuple):
    """A year's issues, and what changes for each when its editions change."""

    issues: list[dict[str, Content]]
    marks: list[Any]


def _same(languages: list[str], tail: str, changed: str | None = None, default: str | None = None) -> Page:
    return Page({code: f"/{code}/{tail}" for code in languages}, dict.fromkeys(languages, changed), default=default)


def changed(content: Content) -> str:
    return (content["revised"] or content["published"])[:10]


def pages(imprint: Content, editions_by_issue: list[dict[str, Content]]) -> Iterator[Page]:
    """The standing pages that a reader may look for."""
    languages = imprint["languages"]
    latest = max((line["revised"] or line["published"] for i in editions_by_issue for line in i.values()), default="")
    latest = latest[:10] or None
    yield _same(languages, "", latest, default="/")
    for tail in ("topics/", "archive/"):
        yield _same(languages, tail, latest)
    for topic in imprint["topics"]:
        yield _same(languages, f"topics/{topic['key']}/")
    for person in imprint["people"]:
        yield _same(languages, f"people/{person['slug']}/")
    yield _same(languages, "subscribe/")
    for kind, texts in sorted(imprint["standing"].items()):
        if have := [code for code in languages if texts.get(code)]:
            yield _same(have, f"{kind}/")


def _issues(imprint: Content, editions_by_issue: list[dict[str, Content]]) -> Iterator[Page]:
    """Issues, newest first, with their commentaries."""
    for editions in editions_by_issue:
        have = [code for code in imprint["languages"] if code in editions]
        if have:
            yield from _issue(have, editions)


def _issue(languages: list[str], editions: dict[str, Content]) -> Iterator[Page]:
    first = editions[languages[0]]["issue"]["first"]
    yield Page(
        {code: addresses.issue(code, first) for code in languages},
        {code: changed(editions[code]) for code in languages},
    )
    written: dict[str, dict[str, str]] = {}
    for code in languages:
        for cell in cells(editions[code]):
            if cell.headline is not None:
                written.setdefault(cell.key, {})[code] = (cell.changed or editions[code]["published"])[:10]
    for key, days in written.items():
        yield Page({code: addresses.commentary(code, first, key) for code in days}, dict(days))


def _urls(page: Page, base_url: str) -> Iterator[str]:
    links = [(code, path) for code, path in page.paths.items()]
    links.append(("x-default", page.default or x_default(page.paths)))
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{_attribute(base_url + path)}"/>' for code, path in links
    )
    for code, path in page.paths.items():
        day = page.changed.get(code)
        lastmod = f"<lastmod>{day}</lastmod>" if day else ""
        yield f"<url><loc>{escape(base_url + path)}</loc>{lastmod}{alternates if len(page.paths) > 1 else ''}</url>\n"


def _attribute(text: str) -> str:
    return escape(text).replace('"', "&quot;")


def parts(
    imprint: Content,
    editions_by_issue: list[dict[str, Content]],
    years: dict[str, Year],
    base_url: str,
    remember: Remember = anew,
) -> Iterator[tuple[str, Any, Callable[[], bytes]]]:
    """sitemap.xml: one map, or an index with one for the standing pages and one for each year.

    (path, what it depends on, how it is made).
    """
    standing = [*_of(pages(imprint, editions_by_issue), base_url), f"<url><loc>{escape(base_url)}/data/</loc></url>\n"]
    counts = {
        year: remember(f"map/{year}", listing.marks, partial(_count, listing.issues)) for year, listing in years.items()
    }
    if len(standing) + sum(counts.values()) <= LARGEST:
        urls = [*standing, *_of(_issues(imprint, editions_by_issue), base_url)]
        yield "sitemap.xml", urls, lambda: _urlset(urls)
        return
    names = []
    for start in range(0, len(standing), LARGEST):
        names.append(f"sitemap-pages{_number(start)}.xml")
        yield names[-1], standing, partial(_urlset, standing[start : start + LARGEST])
    for year, listing in sorted(years.items(), reverse=True):
        urls_of_year = cache(lambda issues=listing.issues: list(_of(_issues(imprint, issues), base_url)))
        for start in range(0, counts[year], LARGEST):
            names.append(f"sitemap-{year}{_number(start)}.xml")
            yield names[-1], listing.marks, partial(_slice, urls_of_year, start)
    index = "".join(f"<sitemap><loc>{escape(base_url)}/{name}</loc></sitemap>\n" for name in names)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    text = f"{_HEAD}<sitemapindex {space}>\n{index}</sitemapindex>\n"
    yield "sitemap.xml", names, text.encode


def _number(start: int) -> str:
    return f"-{start // LARGEST + 1}" if start else ""


def _slice(urls: Callable[[], list[str]], start: int) -> bytes:
    return _urlset(urls()[start : start + LARGEST])


def by_year(editions_by_issue: Iterable[dict[str, Content]]) -> dict[str, Year]:
    """Years in the order given."""
    years: dict[str, Year] = {}
    for editions in editions_by_issue:
        if editions:
            year = next(iter(editions.values()))["issue"]["first"][:4]
            issues, marks = years.setdefault(year, Year([], []))
            issues.append(editions)
            marks.append([content.get("digest") or content for content in editions.values()])
    return years


def _count(issues: list[dict[str, Content]]) -> int:
    """Addresses of issues: their own and their commentaries', in each language."""
    contents = [content for editions in issues for content in editions.values()]
    return sum(1 + sum(cell.headline is not None for cell in cells(content)) for content in contents)


def _of(pages: Iterable[Page], base_url: str) -> Iterator[str]:
    return (url for page in pages for url in _urls(page, base_url))


def _urlset(urls: list[str]) -> bytes:
    return f"{_HEAD}<urlset {_SPACES}>\n{''.join(urls)}</urlset>\n".encode()


def robots(base_url: str) -> bytes:
    """Everything but the desk and a reader's own pages may be read by everyone."""
    closed = ("/desk/", "/mailbox/", "/*/search/?", "/*/subscription/", "/*/unsubscribe/", "/*/subscribe/confirm/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {base_url}/sitemap.xml", ""]
    return "\n".join(lines).encode()
