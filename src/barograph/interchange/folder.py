"""Safe access to the files of a content folder: inside it only, of bearable size, UTF-8.

Knows no formats.
"""

from __future__ import annotations

import os
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

from django.utils.translation import gettext as _

from barograph.interchange.problems import Problems
from barograph.interchange.richtext import CONTROLS

LARGEST_TEXT = 256 * 1024


class Folder:
    """A content folder; paths are given relative to it."""

    def __init__(self, root: Path, problems: Problems):
        self.root, self.problems = root.resolve(), problems

    def name(self, path: Path) -> str:
        """How a file is called in a problem."""
        return path.relative_to(self.root).as_posix()

    def entries(self, path: Path) -> list[Path]:
        """The files and folders in a folder, hidden ones left out, in order."""
        return sorted(
            (entry for entry in path.iterdir() if not entry.name.startswith(".") and self.is_inside(entry)),
            key=lambda entry: entry.name,
        )

    def standing(self, path: Path) -> Path:
        """The path as the file is called on this disk, where only its spelling differs.

        A Mac writes й as two letters (NFD) and takes Photo.JPG for photo.jpg; a text names the file as it is typed, or
        with %20. The first of these that is there: the exact name, the same letters, the same letters in other case.
        """
        if path.exists():
            return path
        if not path.is_relative_to(self.root) and not self.root.is_relative_to(path.parent):
            path = Path(os.path.normpath(path))
        resolved = Path(path.anchor)
        for part in path.parts[1:] if path.anchor else path.parts:
            step = resolved / part
            if part != ".." and not step.exists() and resolved.is_relative_to(self.root):
                step = resolved / self._alike(resolved, part)
            resolved = step
        return resolved

    def _alike(self, folder: Path, name: str) -> str:
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:
            return name
        for spelling in (lambda text: normalize("NFC", text), lambda text: normalize("NFC", text).casefold()):
            for candidate in (name, unquote(name)):
                fitting = [one for one in names if spelling(one) == spelling(candidate)]
                if len(fitting) == 1:
                    return fitting[0]
        return name

    def is_inside(self, path: Path, *, said_in: tuple[str, int] | None = None) -> bool:
        """Whether a path, links followed, stays in the folder; noted where not."""
        try:
            inside = path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            inside = False
        if not inside:
            file, line = said_in or (self.name(path), 1)
            self.problems.add(file, line, _("This points outside the content folder; put a copy inside it."))
        return inside

    def text(self, path: Path) -> str | None:
        """A file's text with plain line feeds and without a byte order mark; None where it can't be had."""
        name = self.name(path)
        try:
            if not path.is_file():
                raise OSError
            if path.stat().st_size > LARGEST_TEXT:
                message = _("The file is larger than %(size)s KB; make it smaller.") % {"size": LARGEST_TEXT // 1024}
                self.problems.add(name, 1, message)
                return None
            data = path.read_bytes()
        except OSError:
            self.problems.add(name, 1, _("The file can’t be read; check its permissions."))
            return None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.problems.add(name, line, _("The file is not UTF-8. Save it as UTF-8 and send it again."))
            return None
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if control := CONTROLS.search(text):
            line = text.count("\n", 0, control.start()) + 1
            message = _("There is an invisible control character (U+%(code)s) here; remove it.")
            self.problems.add(name, line, message % {"code": f"{ord(control[0]):04X}"})
            return None
        return text
