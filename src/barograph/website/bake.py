"""The bake: editions in, a tree of files out, shown all at once.

    DATA/site/versions/<n>/    one whole site: pages, feeds, data, fonts, and .br and .gz beside each text
    DATA/site/manifests/<n>    what each of its files was made from
    DATA/site/current          a link to the version that readers see

A tree is built aside and never changed afterwards, so that a reader in the
middle of reading, a full disk and a crash at any line all leave a whole site.
The same editions give the same bytes. Reads nothing but editions and the imprint.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from barograph.base import pages, style
from barograph.editions.models import Edition
from barograph.editions.services import current_imprint
from barograph.feeds.files import files as feed_files
from barograph.website.planning import Plan, digest
from barograph.website.plans import plans
from barograph.website.writing import write

Content = dict[str, Any]
Progress = Callable[[int, int], None]
Manifest = dict[str, list[str]]  # path → [key of what it was made from, SHA-256 of its bytes]

KEEP = 3
log = logging.getLogger(__name__)

_IMAGE = re.compile(r'src="/images/([\w.-]+)"')


class BakeFailed(Exception):
    """The new tree couldn't be written; the old one stands. The message says why and what to do."""


@dataclass(frozen=True)
class BakeReport:
    """What a bake did; counts are files of the tree without their compressed copies."""

    pages: int
    written: int
    unchanged: int
    removed: int
    seconds: float
    path: Path


@dataclass(frozen=True)
class Item:
    """A file to be: its place, a key that changes when it may change, and how its bytes are made."""

    path: str
    key: str
    make: Callable[[], bytes]


def folder() -> Path:
    return Path(settings.DATA) / "site"


def bake(*, everything: bool = False, progress: Progress | None = None) -> BakeReport:
    """Build the site from the current editions and show it. Raises BakeFailed."""
    report = prepare(everything=everything, progress=progress)
    swap(report)
    return report


def prepare(*, everything: bool = False, progress: Progress | None = None) -> BakeReport:
    """Build the tree beside the one that readers see; without `everything` only what changed is written anew.

    Where nothing changed since the newest tree, that one is the answer. Raises BakeFailed.
    """
    started = time.monotonic()
    with _alone():
        items = list(_items())
        version, old = _newest()
        if version and not everything and {item.path: item.key for item in items} == _keys(old):
            count = len(items)
            return BakeReport(count, 0, count, 0, time.monotonic() - started, _version(version))
        report = _build(items, version, {} if everything else old, progress)
        removed = len(old.keys() - {item.path for item in items})
        return replace(report, removed=removed, seconds=round(time.monotonic() - started, 3))


def swap(report: BakeReport) -> None:
    """Show a prepared tree: one rename. Doing it again changes nothing. Raises BakeFailed where it has gone."""
    with _alone():
        if not report.path.is_dir():
            raise BakeFailed(_("The prepared site is no longer there. Bake again."))
        link, target = folder() / "current", f"versions/{report.path.name}"
        if not (link.is_symlink() and os.readlink(link) == target):
            os.sync()  # whole files first, then the link to them
            new = folder() / ".current"
            new.unlink(missing_ok=True)
            new.symlink_to(target)
            new.replace(link)
            log.info("The site is now version %s", report.path.name)
        _prune(report.path.name)


# what there is to be


def _items() -> Iterator[Item]:
    imprint, issues = current_imprint(), _issues()
    common = digest([imprint, settings.BASE_URL, _making()])
    for plan in plans(imprint, issues):
        yield Item(plan.path, plan.key(common), partial(_page, plan))
    for path, content in _other_files(imprint, issues):
        yield Item(path, hashlib.sha256(content).hexdigest(), partial(bytes, content))


def _page(plan: Plan) -> bytes:
    return plan.render().encode()


def _issues() -> list[dict[str, Content]]:
    """Current editions, newest issue first, {language: content}."""
    issues: dict[Any, dict[str, Content]] = {}
    rows = Edition.objects.current().order_by("-first", "language").values_list("first", "language", "content")
    for first, language, content in rows.iterator():
        issues.setdefault(first, {})[language] = content
    return list(issues.values())


def _other_files(imprint: Content, issues: list[dict[str, Content]]) -> Iterator[tuple[str, bytes]]:
    for address, content in sorted(style.assets().items()):
        yield address.lstrip("/"), content
    yield from feed_files(imprint, issues, settings.BASE_URL)
    told = json.dumps([imprint["standing"], issues], ensure_ascii=False).replace('\\"', '"')
    for name in sorted(set(_IMAGE.findall(told))):
        source = Path(settings.MEDIA_ROOT) / "images" / name
        if source.is_file():
            yield f"images/{name}", source.read_bytes()
        else:
            log.warning("An image that a page shows is missing: %s", name)


@cache
def _making() -> str:
    """A digest of all that turns contents into pages: templates, styles, code, catalogues."""
    found = hashlib.sha256()
    sources = [
        *pages.PACKAGE.glob("*/jinja2/**/*.*"),
        *pages.PACKAGE.glob("base/*.py"),
        *pages.PACKAGE.glob("website/*.py"),
        *pages.PACKAGE.glob("locale/**/*.mo"),
    ]
    for source in sorted(sources):
        found.update(str(source.relative_to(pages.PACKAGE)).encode())
        found.update(source.read_bytes())
    found.update(style.css().encode())
    return found.hexdigest()


# the building


def _build(items: list[Item], version: int, old: Manifest, progress: Progress | None) -> BakeReport:
    number = _next_number()
    site, aside = folder(), folder() / "building"
    shutil.rmtree(aside, ignore_errors=True)
    before = _version(version) if version else None
    manifest: Manifest = {}
    written = 0
    try:
        for done, item in enumerate(items):
            if progress and done % 20 == 0:
                progress(done, len(items))
            kept = _kept(item, before, old, aside)
            if kept is None:
                content = item.make()
                kept = hashlib.sha256(content).hexdigest()
                write(aside / item.path, content)
                written += 1
            manifest[item.path] = [item.key, kept]
        (site / "manifests").mkdir(exist_ok=True)
        (site / "manifests" / str(number)).write_text(json.dumps(manifest), encoding="utf-8")
        _version(number).parent.mkdir(exist_ok=True)
        aside.rename(_version(number))
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        (site / "manifests" / str(number)).unlink(missing_ok=True)
        raise BakeFailed(_reason(error)) from error
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    if progress:
        progress(len(items), len(items))
    return BakeReport(len(items), written, len(items) - written, 0, 0.0, _version(number))


def _kept(item: Item, before: Path | None, old: Manifest, aside: Path) -> str | None:
    """Take the file over from the tree before, where it was made from the same; its digest, or None."""
    key, mark = old.get(item.path, ["", ""])
    if before is None or key != item.key:
        return None
    source, target = before / item.path, aside / item.path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _link(source, target)
    except FileNotFoundError:
        return None
    for suffix in (".br", ".gz"):
        with contextlib.suppress(FileNotFoundError):
            _link(source.with_name(source.name + suffix), target.with_name(target.name + suffix))
    return mark


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EMLINK, errno.EPERM, errno.ENOTSUP}:
            raise
        shutil.copyfile(source, target)


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _("The disk is full: readers still see the old site. Make room, then try again.")
    detail = {"reason": error.strerror or str(error), "path": error.filename or folder()}
    return _("The new site could not be written, readers still see the old one: %(reason)s (%(path)s).") % detail


# versions


def _version(number: int) -> Path:
    return folder() / "versions" / str(number)


def _numbers() -> list[int]:
    """Whole versions, oldest first."""
    try:
        names = [entry.name for entry in (folder() / "versions").iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(name) for name in names if name.isdecimal())


def _next_number() -> int:
    return max(_numbers(), default=0) + 1


def _newest() -> tuple[int, Manifest]:
    """The newest whole version and its manifest; (0, {}) where there is none."""
    for number in reversed(_numbers()):
        with contextlib.suppress(OSError, ValueError):
            return number, json.loads((folder() / "manifests" / str(number)).read_text(encoding="utf-8"))
    return 0, {}


def _keys(manifest: Manifest) -> dict[str, str]:
    return {path: key for path, (key, _mark) in manifest.items()}


def _prune(shown: str) -> None:
    """Keep the newest versions and the one that is shown."""
    for number in _numbers()[:-KEEP]:
        if str(number) != shown:
            shutil.rmtree(_version(number), ignore_errors=True)
            (folder() / "manifests" / str(number)).unlink(missing_ok=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One bake at a time; a second one waits. The lock dies with its process."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        lock = (folder() / ".lock").open("w")
    except OSError as error:
        raise BakeFailed(_reason(error)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
