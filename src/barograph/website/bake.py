"""The bake: editions in, a tree of files out, shown all at once.

A tree is built aside and never changed afterwards, so that a reader in the
middle of reading, a full disk and a crash at any line all leave a whole site.
The same editions give the same bytes. What is written follows what changed:
an issue newly published or corrected names the pages it can have changed, the
record knows what each of them was made from. See trees.py for the folders.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from barograph.website import crew, ready
from barograph.website.items import Item, items, sources
from barograph.website.record import Record, opened
from barograph.website.trees import KEEP, Trees
from barograph.website.writing import write

__all__ = ["KEEP", "BakeFailed", "BakeReport", "bake", "folder", "newest", "prepare", "swap", "tidy", "undo", "why"]

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


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


def folder() -> Path:
    return Path(settings.DATA) / "site"


def bake(*, everything: bool = False, progress: Progress | None = None) -> BakeReport:
    """Build the site from the current editions and show it. Raises BakeFailed."""
    report = prepare(everything=everything, progress=progress)
    swap(report)
    tidy()
    return report


def prepare(*, everything: bool = False, progress: Progress | None = None) -> BakeReport:
    """Build the tree beside the one that readers see; without `everything` only what changed is written anew.

    Where nothing changed since the newest tree, that one is the answer. Raises BakeFailed.
    """
    started = time.monotonic()
    with _alone(), opened(folder() / "record.sqlite3") as record:
        try:
            report = _Baking(record, everything, progress).run()
        except OSError as error:
            raise BakeFailed(_reason(error)) from error
    return replace(report, seconds=round(time.monotonic() - started, 3))


def newest() -> BakeReport | None:
    """The newest prepared tree, whether readers see it or not; None where there is none."""
    with _alone(), opened(folder() / "record.sqlite3") as record:
        path, count = Trees(folder()).version(record.version), record.count()
    return BakeReport(count, 0, count, 0, 0.0, path) if path.is_dir() else None


def swap(report: BakeReport) -> None:
    """Show a prepared tree: one rename. Doing it again changes nothing. Raises BakeFailed where it has gone."""
    with _alone():
        if not report.path.is_dir():
            raise BakeFailed(_("The prepared site is no longer there. Bake again."))
        if Trees(folder()).show(int(report.path.name)):
            log.info("The site is now version %s", report.path.name)


def tidy() -> None:
    """Drop old trees and lay a spare ready for the next bake. Nobody waits for it."""
    with _alone():
        Trees(folder()).tidy()


def undo() -> int:
    """Show the version before the one that readers see; returns its number. Raises BakeFailed where there is none."""
    with _alone():
        trees = Trees(folder())
        earlier = [number for number in trees.numbers() if number < trees.shown()]
        if not earlier:
            raise BakeFailed(_("There is no earlier version of the site to go back to."))
        trees.show(earlier[-1])
        log.info("The site is version %s again", earlier[-1])
        return earlier[-1]


def why(path: str) -> dict[str, str | int] | None:
    """Why a file of the newest tree was last written, and in which version; None where there is no such file."""
    place = path.strip("/")
    with _alone(), opened(folder() / "record.sqlite3") as record:
        found = record.file(place) or record.file(f"{place}/index.html".lstrip("/"))
        return {"reason": found.reason, "version": found.version} if found else None


class _Baking:
    """One bake."""

    def __init__(self, record: Record, everything: bool, progress: Progress | None) -> None:
        self.record, self.everything, self.progress = record, everything, progress
        self.trees = Trees(folder())
        self.newest = record.version if self.trees.version(record.version).is_dir() else 0
        self.trees.give_up()  # what a crash may have left
        self.trees.drop_after(self.newest)
        self.kept = ready.journal()
        self.sources = sources()

    def run(self) -> BakeReport:
        touched = self._touched()
        due, total = [], 0
        known = {} if self.everything or not self.newest else self.record.keys() if touched is None else None
        looked = list(items(self.sources, touched))
        if known is None:
            known = self.record.keys(item.path for item in looked)
        due = [item for item in looked if known.get(item.path) != item.key]
        gone = self._gone(looked, touched)
        total = len(looked) if touched is None else self.record.count() + _new(due, known) - len(gone)
        states = {"common": self.sources.common, "marks": self.sources.marks, "kept": len(self.kept)}
        if self.newest and not self.everything and not due and not gone:
            self.record.note(states)
            return BakeReport(total, 0, total, 0, 0.0, self.trees.version(self.newest))
        path = self._build(due, gone, states)
        return BakeReport(total, len(due), total - len(due), len(gone), 0.0, path)

    def _touched(self) -> frozenset[str] | None:
        """First days of what is new or corrected since the newest tree; None where every file may have changed."""
        if self.everything or not self.newest or self.record.state("common") != self.sources.common:
            return None
        before = self.record.state("marks") or {}
        now = self.sources.marks
        made, seen = self.kept, self.record.state("kept") or 0
        if len(made) < seen:  # the folder of what is ready is another one
            return None
        changed = {first for first in before.keys() | now.keys() if before.get(first) != now.get(first)}
        return frozenset(changed.union(made[seen:]))

    def _gone(self, looked: list[Item], touched: frozenset[str] | None) -> list[str]:
        if not self.newest:
            return []
        there = {item.path for item in looked}
        if touched is None:
            return sorted(self.record.keys().keys() - there)
        languages = self.sources.imprint["languages"]
        below = [path for code in languages for first in touched for path in self.record.below(f"{code}/{first}/")]
        years = {f"/{first[:4]}{ending}" for first in touched for ending in ("/index.html", ".zip")}
        for code in languages:  # the text alone is the latest issue's, with other commentaries than the one before
            below += self.record.below(f"{code}/lite/")
        for code in languages:  # a correction may take the last commentary of somebody's year away
            for kind in ("people", "topics", "archive"):
                named = self.record.below(f"{code}/{kind}/")
                below += [path for path in named if any(path.endswith(year) for year in years)]
        below += self.record.below("sitemap-")
        named = self.record.below("data/editions/")
        below += [path for path in named if Path(path).name.split(".")[0] in touched]
        there |= self.sources.images
        below += self.record.below("images/")
        return sorted(set(below) - there)

    def _build(self, due: list[Item], gone: list[str], states: dict) -> Path:
        number = max([0, *self.trees.numbers(), self.record.version]) + 1
        whole = self.everything or not self.newest
        try:
            if whole:
                aside = self.trees.begin_empty()
            else:
                aside = self.trees.begin_from(self.newest, self.record.changed_since)
                self.trees.remove(gone)
            self._write(due, aside)
            path = self.trees.finish(number)
        except BaseException:
            self.trees.give_up()
            raise
        written = {item.path: (item.key, item.reason) for item in due}
        self.record.renew(number, written, gone, states, whole=whole)
        return path

    def _write(self, due: list[Item], aside: Path) -> None:
        if crew.pays(len(due)):
            crew.write_all(due, aside, self.progress)
            return
        # compressing and writing let other threads run: they take the second core
        with ThreadPoolExecutor(2) as pool:
            waiting: list[Future] = []
            for done, item in enumerate(due):
                if self.progress and done % 20 == 0:
                    self.progress(done, len(due))
                waiting.append(pool.submit(write, aside / item.path, item.make()))
                if len(waiting) > 64:
                    waiting.pop(0).result()
            for future in waiting:
                future.result()
        if self.progress:
            self.progress(len(due), len(due))


def _new(due: list[Item], known: dict[str, str]) -> int:
    return sum(item.path not in known for item in due)


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _("The disk is full: readers still see the old site. Make room, then try again.")
    detail = {"reason": error.strerror or str(error), "path": error.filename or folder()}
    return _("The new site could not be written, readers still see the old one: %(reason)s (%(path)s).") % detail


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One bake at a time; a second one waits. The lock dies with its process."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder() / "manifests", ignore_errors=True)  # of an earlier way of remembering
        lock = (folder() / ".lock").open("w")
    except OSError as error:
        raise BakeFailed(_reason(error)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
