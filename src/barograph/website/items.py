"""What there is to be: every file of the site, or those that newly published and corrected issues can have changed.

Reads nothing but editions, their summaries, the imprint and what is ready to be
taken along. Writes nothing.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from barograph.base import languages, pages, style
from barograph.base.sums import Remember, anew
from barograph.editions import renames, summaries
from barograph.editions.services import current_imprint
from barograph.feeds.files import files as feed_files
from barograph.website import ready, redirects
from barograph.website.planning import digest
from barograph.website.plans import plans

Content = dict[str, Any]
log = logging.getLogger(__name__)

_IMAGE = re.compile(r'src=\\?"/images/([\w.-]+)\\?"')


@dataclass(frozen=True, slots=True)
class Item:
    """A file to be: its place, a key that changes when it may change, how its bytes are made, why it is looked at."""

    path: str
    key: str
    make: Callable[[], bytes]
    reason: str


@dataclass
class Sources:
    """All that a site is made from, at one moment."""

    imprint: Content
    issues: list[dict[str, Content]]  # summaries, newest issue first
    common: str  # a digest of what every page shows
    house: str  # a digest of the rest of the imprint: topics, people, standing texts
    marks: dict[str, str] = field(default_factory=dict)  # issue → a digest of its editions
    renames: renames.Renames = renames.NONE

    @property
    def images(self) -> set[str]:
        """Places of the images that any page shows."""
        names = set(_IMAGE.findall(str(self.imprint["standing"])))
        for editions in self.issues:
            for line in editions.values():
                names.update(line["images"])
        return {f"images/{name}" for name in names}


def sources() -> Sources:
    """Read them. Missing summaries are written first."""
    summaries.write_missing()
    imprint = current_imprint()
    renamed = renames.of(imprint)
    issues = summaries.current(renamed)
    common, house = _parts(imprint)
    marks = {next(iter(editions.values()))["issue"]["first"]: _issue_digest(editions) for editions in issues}
    return Sources(imprint, issues, common, house, marks, renamed)


def _issue_digest(editions: dict[str, Content]) -> str:
    """Changes when an issue's editions change."""
    return hashlib.sha256(" ".join([line["digest"] for line in editions.values()]).encode()).hexdigest()


def _parts(imprint: Content) -> tuple[str, str]:
    """Digests: of what every page shows, and of what topics, people and standing texts show on pages of their own.

    A changed address is on every page that leads there.
    """
    own = {name: imprint[name] for name in ("topics", "people", "standing")}
    shown = {name: value for name, value in imprint.items() if name not in own}
    menu = {kind: sorted(texts) for kind, texts in imprint["standing"].items()}
    moved = [[entry.get("addresses", []) for entry in imprint[name]] for name in ("topics", "people")]
    changed = [moved] if any(map(any, moved)) else []
    return digest([shown, menu, settings.BASE_URL, _making(), *changed]), digest(own)


def items(
    sources: Sources, touched: frozenset[str] | None, *, house: bool = False, remember: Remember = anew
) -> Iterator[Item]:
    """`touched`: first days of the issues that are new or corrected; None: every file there is.

    `house`: besides, what topics, people and standing texts show. `remember` keeps the sums of years.
    Whatever lies at the address of something renamed has a file at its former addresses, too.
    """
    for item in _items(sources, touched, house=house, remember=remember):
        yield item
        for path in redirects.former(item.path, sources.renames):
            yield from _left_behind(path, item)
    if sources.renames:
        yield _fixed(redirects.TABLE, redirects.table(sources.renames))


def _left_behind(path: str, item: Item) -> Iterator[Item]:
    """What stands at a former address: a page that leads on, or the file itself (a feed, a picture)."""
    if not path.endswith("index.html"):
        yield Item(path, item.key, item.make, "a former address")
        return
    with translation.override(languages.interface(path.split("/")[0])):
        yield _fixed(path, redirects.page(f"/{item.path}"))
    yield _fixed(f"{path.removesuffix('index.html')}{redirects.SIGN}", b"")


def _items(
    sources: Sources, touched: frozenset[str] | None, *, house: bool = False, remember: Remember = anew
) -> Iterator[Item]:
    load = _loader(sources.renames)
    # feeds and tables take longest to compress: whoever writes while we plan has the pages left for the end
    options: dict[str, Any] = {"load": load, "touched": touched, "remember": remember}
    for path, key, content in feed_files(
        sources.imprint, sources.issues, settings.BASE_URL, frozen=summaries.content, **options
    ):
        if callable(content):
            yield Item(path, digest([sources.common, key]), content, "data of an issue")
        else:
            yield _fixed(path, content)
    for plan in plans(sources.imprint, sources.issues, house=house, **options):
        yield Item(plan.path, plan.key(sources.common), partial(_page, plan), plan.reason)
    for address, content in sorted(style.assets().items()):
        yield _fixed(address.lstrip("/"), content)
    yield from _images(sources, touched)
    yield from _takeaways(sources, touched)


def _loader(renamed: renames.Renames) -> Callable[[int], Content]:
    """Whole contents by edition, a few kept: neighbouring pages ask for the same."""
    return lru_cache(maxsize=64)(lambda edition: renamed.content(summaries.content(edition)))


def _page(plan) -> bytes:
    return plan.render().encode()


def _fixed(path: str, content: bytes) -> Item:
    return Item(path, hashlib.sha256(content).hexdigest(), partial(bytes, content), "its contents")


def _images(sources: Sources, touched: frozenset[str] | None) -> Iterator[Item]:
    names = set(_IMAGE.findall(str(sources.imprint["standing"])))
    for editions in sources.issues:
        for line in editions.values():
            if line["images"] and (touched is None or line["issue"]["first"] in touched):
                names.update(line["images"])
    for name in sorted(names):
        source = Path(settings.MEDIA_ROOT) / "images" / name
        if source.is_file():
            yield _fixed(f"images/{name}", source.read_bytes())
        else:
            log.warning("An image that a page shows is missing: %s", name)


def _takeaways(sources: Sources, touched: frozenset[str] | None) -> Iterator[Item]:
    """Printed forms and cards that are ready, and each year's archive as it was last made."""
    years = set()
    for editions in sources.issues:
        first = next(iter(editions.values()))["issue"]["first"]
        if touched is not None and first not in touched and first[:4] not in touched:
            continue
        for language, line in editions.items():
            years.add((language, first[:4]))
            for name, path in ready.shown(language, first, line["digest"]).items():
                key = ready.card_of(name)
                place = f"{sources.renames.topic(key)}/{ready.CARD}" if key else name
                yield _taken(f"{language}/{first}/{place}", path, path.parent.name)
    for language, year in sorted(years):
        if path := ready.latest_year(language, int(year)):
            yield _taken(f"{language}/archive/{year}.zip", path, path.name)


def _taken(place: str, path: Path, version: str) -> Item:
    return Item(place, digest([version, path.stat().st_size, path.name]), path.read_bytes, "a form that is ready")


@cache
def _making() -> str:
    """A digest of all that turns contents into pages: templates, styles, code, catalogues."""
    hasher = hashlib.sha256()
    parts = [
        *pages.PACKAGE.glob("*/jinja2/**/*.*"),
        *pages.PACKAGE.glob("base/*.py"),
        *pages.PACKAGE.glob("editions/*.py"),
        *pages.PACKAGE.glob("feeds/*.py"),
        *pages.PACKAGE.glob("website/*.py"),
        *pages.PACKAGE.glob("locale/**/*.mo"),
    ]
    for source in sorted(parts):
        hasher.update(str(source.relative_to(pages.PACKAGE)).encode())
        hasher.update(source.read_bytes())
    hasher.update(style.css().encode())
    return hasher.hexdigest()
