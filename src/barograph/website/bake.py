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
import gc
import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from barograph.base import modes
from barograph.machines import site
from barograph.website import crew, ready
from barograph.website.items import Item, items, sources
from barograph.website.planning import digest
from barograph.website.record import Record, opened
from barograph.website.trees import KEEP, Trees
from barograph.website.writing import write

__all__ = ["KEEP", "BakeFailed", "BakeReport", "bake", "folder", "newest", "prepare", "swap", "tidy", "undo", "why"]

Progress = Callable[[int, int], None]
#: Files that are planned before their keys are compared.
BATCH = 50
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

    Where nothing changed since the newest tree, that one is the answer. Raises BakeFailed, site.SiteElsewhere.
    """
    site.require()
    started = time.monotonic()
    with _alone(), opened(folder() / "record.sqlite3", files=True) as record:
        try:
            with _calm():
                report = _Baking(record, everything, progress).run()
        except OSError as error:
            raise BakeFailed(_reason(error)) from error
    return replace(report, seconds=round(time.monotonic() - started, 3))


def newest() -> BakeReport | None:
    """The newest prepared tree, whether readers see it or not; None where there is none."""
    with _alone(), opened(folder() / "record.sqlite3") as record:
        path, count = Trees(folder()).version(record.version), record.count
    return BakeReport(count, 0, count, 0, 0.0, path) if path.is_dir() else None


def swap(report: BakeReport) -> None:
    """Show a prepared tree: one rename. Doing it again changes nothing. Raises BakeFailed where it has gone.

    Where another bake has been faster, its newer tree is the one that is shown: never an older one after it.
    """
    with _alone(), opened(folder() / "record.sqlite3") as record:
        if not report.path.is_dir():
            raise BakeFailed(_("The prepared site no longer exists. Bake again."))
        trees, number = Trees(folder()), int(report.path.name)
        if record.version > number and trees.version(record.version).is_dir():
            number = record.version
        if trees.show(number):
            log.info("The site is now version %s", number)


def tidy() -> None:
    """Drop old trees and lay a spare ready for the next bake. Nobody waits for it, and its failure fails nothing."""
    try:
        with _alone(), opened(folder() / "record.sqlite3") as record:
            Trees(folder()).tidy(record.version, record.changed_since)
    except OSError as error:
        log.warning(
            "Earlier versions of the site could not be removed (%s: %s). Give %s to the account that runs Barograph.",
            type(error).__name__,
            error.filename or error,
            folder(),
        )


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
        entry = record.file(place) or record.file(f"{place}/index.html".lstrip("/"))
        return {"reason": entry.reason, "version": entry.version} if entry else None


class _Baking:
    """One bake."""

    def __init__(self, record: Record, everything: bool, progress: Progress | None) -> None:
        self.record, self.everything, self.progress = record, everything, progress
        self.trees = Trees(folder())
        self.newest = record.version if self.trees.version(record.version).is_dir() else 0
        self.trees.give_up()  # what a crash may have left
        self.trees.drop_after(self.newest)
        self.whole = everything or not self.newest
        self.aside: Path | None = None
        self.fresh = 0  # files that the newest tree doesn't have
        self.journal = ready.journal()
        self.sources = sources()

    def run(self) -> BakeReport:
        touched = self._touched()
        house = self.record.state("house") != self.sources.house
        try:
            looked, due = self._write_due(items(self.sources, touched, house=house, remember=self._remember), touched)
            gone = self._gone(looked, touched, house)
            total = len(looked) if touched is None else self.record.count + self.fresh - len(gone)
            states = {
                "common": self.sources.common,
                "house": self.sources.house,
                "marks": self.sources.marks,
                "kept": len(self.journal),
            }
            if not self.whole and not due and not gone:
                self.record.note(states)
                return BakeReport(total, 0, total, 0, 0.0, self.trees.version(self.newest))
            path = self._finish(due, gone, states)
        except BaseException:
            self.trees.give_up()
            raise
        return BakeReport(total, len(due), total - len(due), len(gone), 0.0, path)

    def _remember(self, name: str, made_from: Any, make: Callable[[], Any]) -> Any:
        """A sum of an earlier bake, where it was made from the same. A whole bake makes each anew."""
        key = digest([self.sources.common, made_from])
        return self.record.remembered(name, key, make, anew=self.everything)

    def _touched(self) -> frozenset[str] | None:
        """First days of what is new or corrected since the newest tree; None where every file may have changed."""
        if self.whole or self.record.state("common") != self.sources.common:
            return None
        before = self.record.state("marks") or {}
        now = self.sources.marks
        journal, seen = self.journal, self.record.state("kept") or 0
        if len(journal) < seen:  # the folder of what is ready is another one
            return None
        changed = {first for first in before.keys() | now.keys() if before.get(first) != now.get(first)}
        return frozenset(changed.union(journal[seen:]))

    def _gone(self, looked: list[Item], touched: frozenset[str] | None, house: bool) -> list[str]:
        if not self.newest:
            return []
        there = {item.path for item in looked}
        if touched is None:
            return sorted(self.record.keys().keys() - there)
        return sorted({*self._looked_at(touched), *(self._of_the_house() if house else ())} - there)

    def _of_the_house(self) -> list[str]:
        """Files that go with a topic, a person or a standing text."""
        below = []
        for code in self.sources.imprint["languages"]:
            for path in self.record.below(f"{code}/"):
                kind = path.split("/")[1]
                if not kind[0].isdecimal() and kind != "archive":
                    below.append(path)
        return below

    def _looked_at(self, touched: frozenset[str]) -> set[str]:
        """Files that are no longer due where they are not planned for these issues."""
        languages = self.sources.imprint["languages"]
        folders = [*sorted(touched), "lite"]  # of the latest issue alone, whichever topics it has
        below = [path for code in languages for name in folders for path in self.record.below(f"{code}/{name}/")]
        years = sorted({f"/{first[:4]}{ending}" for first in touched for ending in ("/index.html", "/.moved", ".zip")})
        for code in languages:  # a correction may take the last commentary of somebody's year away
            for kind in ("people", "topics", "archive"):
                for year in years:
                    below += self.record.below(f"{code}/{kind}/", year)
        below += self.record.below("sitemap-")
        for first in touched:
            below += self.record.below(f"data/editions/{first}.")
        if images := self.record.below("images/"):
            below += set(images) - self.sources.images
        return set(below)

    def _begun(self) -> Path:
        """Where the new tree is built."""
        if self.aside is None:
            if self.whole:
                self.aside = self.trees.begin_empty()
            else:
                self.aside = self.trees.begin_from(self.newest, self.record.changed_since)
        return self.aside

    def _finish(self, due: list[Item], gone: list[str], states: dict) -> Path:
        number = max([0, *self.trees.numbers(), self.record.version]) + 1
        self._begun()
        self.trees.remove(gone)
        path = self.trees.finish(number)
        written = {item.path: (item.key, item.reason) for item in due}
        self.record.renew(number, written, gone, states, whole=self.whole)
        return path

    def _write_due(self, outputs: Iterator[Item], touched: frozenset[str] | None) -> tuple[list[Item], list[Item]]:
        """Write what changed → all that was looked at, and what was written."""
        if touched is None:
            looked = list(outputs)
            known = {} if self.whole else self.record.keys()
            due = [item for item in looked if known.get(item.path) != item.key]
            if due and crew.pays(len(due)):
                self._begun()
                crew.write_all(due, self.trees, self.progress, shared=self.whole)
                return looked, due
            outputs = iter(looked)
        return self._write_along(outputs)

    def _write_along(self, outputs: Iterator[Item]) -> tuple[list[Item], list[Item]]:
        """The same, the first files being written while the next are planned.

        Compressing and writing let other threads run: they take the second core.
        """
        looked: list[Item] = []
        due: list[Item] = []
        with ThreadPoolExecutor(2) as pool:
            waiting: deque[Future] = deque()
            while batch := list(islice(outputs, BATCH)):
                looked += batch
                known = {} if self.whole else self.record.keys(item.path for item in batch)
                for item in batch:
                    if known.get(item.path) == item.key:
                        continue
                    self.fresh += item.path not in known
                    due.append(item)
                    waiting.append(pool.submit(write, f"{self._begun()}/{item.path}", item.make()))
                    if len(waiting) > 64:
                        waiting.popleft().result()
                if self.progress and due:
                    self.progress(len(due), max(len(due), len(looked)))
            for future in waiting:
                future.result()
        if self.progress:
            self.progress(len(due), len(due))
        return looked, due


def _reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _("The disk is full. Readers still see the old site. Free up space, then try again.")
    detail = {"reason": error.strerror or str(error), "path": error.filename or folder()}
    return _("The new site could not be written; readers still see the old one: %(reason)s (%(path)s).") % detail


@contextlib.contextmanager
def _calm() -> Iterator[None]:
    """Planning makes many small objects and no rubbish: looking for it among them all takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One bake at a time; a second one waits. The lock dies with its process."""
    try:
        with modes.written_for_everybody():
            folder().mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder() / "manifests", ignore_errors=True)  # of an earlier way of remembering
        lock = (folder() / ".lock").open("w")
    except OSError as error:
        raise BakeFailed(_reason(error)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with modes.written_for_everybody():
            yield
