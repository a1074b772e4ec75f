"""The ledger: every edition in short, so that planning a site needs no archive of texts.

A line is an edition's content without what only its own page shows: bodies,
ledes, scenarios. Of these, `head` is what every bake asks of every edition;
the cells, and then the rest, are read for the years somebody asks about. It
is made from the edition alone; a lost one is made again. Knows no pages and
no files.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

import orjson
from django.db import connection, transaction

from barograph.editions.cells import Cell, cells
from barograph.editions.models import Edition, Line
from barograph.editions.renames import NONE, Renames

Content = dict[str, Any]

_IMAGE = re.compile(r'src=\\?"/images/([\w.-]+)\\?"')
_BATCH = 200
#: Cell._make without its count of the fields, which takes twice as long as the rest.
_cell = partial(tuple.__new__, Cell)
_CONTENT = f"SELECT CAST(content AS text) FROM {Edition._meta.db_table} WHERE id = %s"  # noqa: S608 our own name
#: What a line tells at once.
_EAGER = ("issue", "language", "published", "revised", "corrections", "edition", "digest", "images")


def short(content: Content, edition: int, digest: str) -> Content:
    """A content as its line: the same shape, `commentary` with headline and names alone.

    Three keys are its own: `edition`, the row it stands for, its `digest`, and `images`, the files its texts show.
    """
    line = {key: value for key, value in content.items() if key not in {"publication", "schema", "topics"}}
    line["topics"] = [{**topic, "commentary": _short(topic["commentary"])} for topic in content["topics"]]
    line["edition"] = edition
    line["digest"] = digest
    line["images"] = images(content)
    return line


def _short(commentary: Content | None) -> Content | None:
    if commentary is None:
        return None
    return {
        "headline": commentary["headline"],
        "byline": [{"slug": person["slug"]} for person in commentary["byline"]],
    }


def images(value: Any) -> list[str]:
    """Names of the images that these contents show."""
    return sorted(set(_IMAGE.findall(json.dumps(value))))


@transaction.atomic
def enter(editions: Iterable[Edition]) -> None:
    """Write the lines of editions. Doing it again changes nothing."""
    lines = [_line(edition) for edition in editions]
    Line.objects.bulk_create(lines, ignore_conflicts=True)
    entered = [line.edition_id for line in lines]
    fresh = set(Edition.objects.current().filter(pk__in=entered).values_list("pk", flat=True))
    Line.objects.filter(pk__in=[pk for pk in entered if pk not in fresh]).update(current=False)
    for edition in (line.edition for line in lines if line.edition_id in fresh and line.edition.version > 1):
        older = Line.objects.filter(edition__issue_id=edition.issue_id, language=edition.language, current=True)
        older.exclude(pk=edition.pk).update(current=False)


def _line(edition: Edition) -> Line:
    told = short(edition.content, edition.pk, edition.digest)
    place = {"edition": edition, "first": edition.first, "language": edition.language}
    head, held = [told[name] for name in _EAGER], [list(cell) for cell in cells(edition.content)]
    return Line(**place, content=_json(told), head=_json(head), cells=_json(held))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def catch_up() -> int:
    """Write the lines that are missing, however their editions came in; returns how many."""
    missing = list(Edition.objects.filter(line__isnull=True).values_list("pk", flat=True))
    for start in range(0, len(missing), _BATCH):
        enter(Edition.objects.filter(pk__in=missing[start : start + _BATCH]).order_by("pk"))
    return len(missing)


class InShort(dict):
    """A line of the ledger: what `_EAGER` names is there, `cells` and the rest are read when they are asked for."""

    __slots__ = ("shelf",)

    def __missing__(self, name: str) -> Any:
        if name == "cells":
            self.shelf.read_cells(self)
        else:
            self.shelf.read(self)
        return super().__getitem__(name)  # a name that no line has calls this again, with nothing left to read


class _Shelf:
    """The lines of one language and year, read together: neighbouring pages ask for them."""

    __slots__ = ("lines", "renames")

    def __init__(self, renames: Renames = NONE) -> None:
        self.lines: list[InShort] = []
        self.renames = renames

    def read(self, wanted: InShort) -> None:
        if "topics" in wanted:
            raise KeyError
        found = self._found("content")
        for line in self.lines:
            if line["edition"] in found:
                line.update(self.renames.content(orjson.loads(found[line["edition"]])))
        if "topics" not in wanted:  # its row was dropped in this moment
            told = short(content(wanted["edition"]), wanted["edition"], wanted["digest"])
            wanted.update(self.renames.content(told))

    def read_cells(self, wanted: InShort) -> None:
        found = self._found("cells")
        for line in self.lines:
            if line["edition"] in found:
                line["cells"] = self.renames.cells(list(map(_cell, orjson.loads(found[line["edition"]]))))
        if "cells" not in wanted:
            wanted["cells"] = self.renames.cells(cells(content(wanted["edition"])))

    def _found(self, part: str) -> dict[int, str]:
        numbers = [line["edition"] for line in self.lines]
        return dict(Line.objects.filter(pk__in=numbers).values_list("pk", part))


def current(renames: Renames = NONE) -> list[dict[str, Content]]:
    """The lines of the current editions, newest issue first, {language: line}, with present addresses."""
    rows = Line.objects.filter(current=True).values_list("head", flat=True)
    texts = rows.iterator(chunk_size=10_000)  # a hundred at a time, as Django asks for them, take half as long again
    issues: dict[str, dict[str, Content]] = {}
    shelves: defaultdict[tuple[str, str], _Shelf] = defaultdict(partial(_Shelf, renames))
    for told in map(orjson.loads, texts):
        line = InShort(
            renames.content(dict(zip(_EAGER, told, strict=True))) if renames else zip(_EAGER, told, strict=True)
        )
        first, language = line["issue"]["first"], line["language"]
        line.shelf = shelves[language, first[:4]]
        line.shelf.lines.append(line)
        issues.setdefault(first, {})[language] = line
    return [dict(sorted(issues[first].items())) for first in sorted(issues, reverse=True)]


def content(edition: int) -> Content:
    """The whole content behind a line."""
    with connection.cursor() as cursor:  # asked for every edition of a whole bake: Django takes longer than SQLite
        cursor.execute(_CONTENT, [edition])
        found = cursor.fetchone()
    if found is None:
        raise Edition.DoesNotExist(edition)
    return orjson.loads(found[0])
