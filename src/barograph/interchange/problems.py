"""What is wrong with a content folder: all of it, each with its file and line, saying what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the folder ('.': the folder itself); `line` begins at 1."""

    file: str
    line: int
    message: str

    def as_dict(self) -> dict[str, str | int]:
        return {"file": self.file, "line": self.line, "message": self.message}


class Problems:
    """Collects problems."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def add(self, file: str, line: int, message: str) -> None:
        self._problems[Problem(file, line, message)] = None

    def __bool__(self) -> bool:
        return bool(self._problems)

    def sorted(self) -> list[Problem]:
        return sorted(self._problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean “economy”?', or '' where nothing is known."""
    names = sorted(known)
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.0)
    return " " + _("Did you mean “%(name)s”?") % {"name": near[0]} if near else ""
