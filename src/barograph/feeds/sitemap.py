"""The site's map (sitemaps.org 0.9), each page with its other languages (hreflang), and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from barograph.base.languages import x_default
from barograph.feeds import addresses

Content = dict[str, Any]

#: A map holds at most 50,000 addresses and 50 MB; with their alternates in three languages this stays below both.
LARGEST = 25_000

_SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Page:
    """One page in the languages it exists in, with the day it last changed in each (or None)."""

    paths: dict[str, str]
    changed: dict[str, str | None]
    default: str | None = None  # the address that chooses a language


def _same(languages: list[str], tail: str, changed: str | None = None, default: str | None = None) -> Page:
    return Page({code: f"/{code}/{tail}" for code in languages}, dict.fromkeys(languages, changed), default=default)


def changed(content: Content) -> str:
    return (content["revised"] or content["published"])[:10]


def pages(imprint: Content, editions_by_issue: list[dict[str, Content]]) -> Iterator[Page]:
    """Every page a reader may look for: the standing ones, then issues, newest first, with their commentaries."""
    languages = imprint["languages"]
    latest = max((changed(content) for issue in editions_by_issue for content in issue.values()), default=None)
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
    for editions in editions_by_issue:
        have = [code for code in languages if code in editions]
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
        for topic in editions[code]["topics"]:
            if topic["commentary"]:
                day = (topic["revised"] or editions[code]["published"])[:10]
                written.setdefault(topic["key"], {})[code] = day
    for key, days in written.items():
        yield Page({code: addresses.commentary(code, first, key) for code in days}, dict(days))


def _urls(page: Page, base_url: str) -> Iterator[str]:
    links = [(code, path) for code, path in page.paths.items()]
    links.append(("x-default", page.default or x_default(page.paths)))
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(code)} href={quoteattr(base_url + path)}/>'
        for code, path in links
    )
    for code, path in page.paths.items():
        day = page.changed.get(code)
        lastmod = f"<lastmod>{day}</lastmod>" if day else ""
        yield f"<url><loc>{escape(base_url + path)}</loc>{lastmod}{alternates if len(page.paths) > 1 else ''}</url>\n"


def sitemaps(
    imprint: Content, editions_by_issue: list[dict[str, Content]], base_url: str
) -> Iterator[tuple[str, bytes]]:
    """sitemap.xml; beyond one map's size an index of several."""
    urls = [url for page in pages(imprint, editions_by_issue) for url in _urls(page, base_url)]
    urls.append(f"<url><loc>{escape(base_url)}/data/</loc></url>\n")
    if len(urls) <= LARGEST:
        yield "sitemap.xml", _urlset(urls)
        return
    names = []
    for start in range(0, len(urls), LARGEST):
        names.append(f"sitemap-{start // LARGEST + 1}.xml")
        yield names[-1], _urlset(urls[start : start + LARGEST])
    index = "".join(f"<sitemap><loc>{escape(base_url)}/{name}</loc></sitemap>\n" for name in names)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    yield "sitemap.xml", f"{_HEAD}<sitemapindex {space}>\n{index}</sitemapindex>\n".encode()


def _urlset(urls: list[str]) -> bytes:
    return f"{_HEAD}<urlset {_SPACES}>\n{''.join(urls)}</urlset>\n".encode()


def robots(base_url: str) -> bytes:
    """Everything but the desk and a reader's own pages may be read by everyone."""
    closed = ("/desk/", "/mailbox/", "/*/search/?", "/*/subscription/", "/*/unsubscribe/", "/*/subscribe/confirm/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "", f"Sitemap: {base_url}/sitemap.xml", ""]
    return "\n".join(lines).encode()
