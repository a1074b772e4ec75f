"""The trees of a site on disk: whole versions, one link to the one that readers see, a spare to build the next in.

    DATA/site/versions/<n>   one whole site; never touched again once it has this name
    DATA/site/current        a link to the version that readers see
    DATA/site/spare/<k>      an old version, whose files are brought up to date for the next bake
    DATA/site/building       a bake under way; left over by a crash, it is thrown away
    DATA/site/.cloning       a spare under way, the same

Trees share their files by hard links, so a file is always replaced, never
written into. Bringing a spare up to date costs what changed since it was
current, whatever the archive holds. Knows no page.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

SUFFIXES = ("", ".br", ".gz")
Changes = Callable[[int], set[str] | None]
KEEP = 3  # the version that readers see and those before it, for undo


class Trees:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.building = folder / "building"
        self.cloning = folder / ".cloning"

    # what there is

    def version(self, number: int) -> Path:
        return self.folder / "versions" / str(number)

    def numbers(self) -> list[int]:
        """Whole versions, oldest first."""
        return _numbers(self.folder / "versions")

    def shown(self) -> int:
        """The version that readers see; 0 where there is none."""
        try:
            name = Path(os.readlink(self.folder / "current")).name
        except OSError:
            return 0
        return int(name) if name.isdecimal() and self.version(int(name)).is_dir() else 0

    # building

    def begin_empty(self) -> Path:
        self.give_up()
        self.building.mkdir(parents=True)
        return self.building

    def share(self, paths: Iterable[str]) -> None:
        """Lay files into the next spare as soon as they are written: by whoever writes, beside others.

        All of a tree begun empty, or none.
        """
        for path in paths:
            os.makedirs(os.path.dirname(f"{self.cloning}/{path}"), exist_ok=True)
            for suffix in SUFFIXES:
                with contextlib.suppress(FileNotFoundError):
                    _link(f"{self.building}/{path}{suffix}", f"{self.cloning}/{path}{suffix}")

    def begin_from(self, newest: int, changed_since: Changes) -> Path:
        """`building` with the files of the newest version: from a spare where one can be brought up to date.

        `changed_since(k)` names the files that version k has otherwise than the newest, or None.
        """
        shutil.rmtree(self.building, ignore_errors=True)
        for number in reversed(_numbers(self.folder / "spare")):
            spare = self.folder / "spare" / str(number)
            changed = changed_since(number)
            if changed is None:
                shutil.rmtree(spare, ignore_errors=True)
                continue
            spare.rename(self.building)
            _bring_up(self.building, self.version(newest), changed)
            return self.building
        _clone(self.version(newest), self.building)
        return self.building

    def finish(self, number: int) -> Path:
        """Give what was built its name."""
        target = self.version(number)
        target.parent.mkdir(exist_ok=True)
        os.sync()  # a power cut must not leave a named tree, which the record speaks of, with empty files
        self.building.rename(target)
        if self.cloning.is_dir():
            (self.folder / "spare").mkdir(exist_ok=True)
            self.cloning.rename(self.folder / "spare" / str(number))
        return target

    def give_up(self) -> None:
        shutil.rmtree(self.building, ignore_errors=True)
        shutil.rmtree(self.cloning, ignore_errors=True)

    def remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            _remove(self.building, path)

    # showing

    def show(self, number: int) -> bool:
        """Turn the link: one rename. False where it was so already."""
        link, target = self.folder / "current", f"versions/{number}"
        if link.is_symlink() and os.readlink(link) == target:
            return False
        os.sync()  # whole files first, then the link to them
        new = self.folder / ".current"
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(link)
        return True

    # housekeeping

    def drop_after(self, number: int) -> None:
        """Remove versions and spares that no record speaks of, but never the version that readers see."""
        for other in _numbers(self.folder / "spare"):
            if other > number:
                shutil.rmtree(self.folder / "spare" / str(other), ignore_errors=True)
        shown = self.shown()
        for other in self.numbers():
            if other > number and other != shown:
                shutil.rmtree(self.version(other), ignore_errors=True)

    def tidy(self, newest: int, changed_since: Changes) -> None:
        """Keep the newest versions and the one shown; of the others one becomes the spare. There is one afterwards.

        It holds what version `newest` holds, so that the next bake can begin at once. `changed_since` as in begin_from.
        """
        shown, numbers = self.shown(), self.numbers()
        retained = {*numbers[-KEEP:], shown}
        spare = self.folder / "spare"
        spare.mkdir(exist_ok=True)
        for number in numbers:
            if number not in retained and (spare / str(newest)).is_dir():
                shutil.rmtree(self.version(number), ignore_errors=True)
            elif number not in retained:
                for older in _numbers(spare):
                    shutil.rmtree(spare / str(older), ignore_errors=True)
                self.version(number).rename(spare / str(number))
        if newest not in numbers:
            return
        for number in _numbers(spare):
            changed = changed_since(number)
            if changed is None:
                shutil.rmtree(spare / str(number), ignore_errors=True)
            elif number != newest:
                _bring_up(spare / str(number), self.version(newest), changed)
                (spare / str(number)).rename(spare / str(newest))
        if not _numbers(spare):
            shutil.rmtree(self.cloning, ignore_errors=True)
            try:
                _clone(self.version(newest), self.cloning)
                self.cloning.rename(spare / str(newest))
            except OSError:  # a spare saves time, no more
                shutil.rmtree(self.cloning, ignore_errors=True)


def _numbers(folder: Path) -> list[int]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted(int(name) for name in names if name.isdecimal())


def _clone(source: Path, target: Path) -> None:
    """The same tree again, its files shared."""
    target.mkdir(parents=True)
    for place, _folders, names in os.walk(source):
        there = os.path.join(target, os.path.relpath(place, source))
        if place != str(source):
            os.mkdir(there)
        for name in names:
            _link(os.path.join(place, name), os.path.join(there, name))


def _bring_up(tree: Path, source: Path, changed: Iterable[str]) -> None:
    """Make files of `tree` what they are in `source`: others, the same, or none. Doing it again changes nothing."""
    for path in changed:
        if not (source / path).exists():
            _remove(tree, path)
            continue
        os.makedirs((tree / path).parent, exist_ok=True)
        for suffix in SUFFIXES:
            there, here = f"{source}/{path}{suffix}", f"{tree}/{path}{suffix}"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(here)
            if os.path.exists(there):
                _link(there, here)


def _remove(tree: Path, path: str) -> None:
    for suffix in SUFFIXES:
        (tree / (path + suffix)).unlink(missing_ok=True)
    folder = (tree / path).parent
    while folder != tree:
        try:
            folder.rmdir()  # only where it is empty
        except OSError:
            break
        folder = folder.parent


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EMLINK, errno.EPERM, errno.ENOTSUP}:
            raise
        shutil.copyfile(source, target)
        with contextlib.suppress(OSError):
            shutil.copystat(source, target)
