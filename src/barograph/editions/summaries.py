"""Summaries of editions, so that a bake need not read the text of every edition of the archive.

A summary has the shape of an edition's content without what only the edition's own pages show: bodies, ledes and
scenarios. It is stored in three parts: `head` (_EAGER), which each bake reads for every edition; `cells`; and
`content`, the whole of it. The last two are read for a language and year at once, when somebody asks for them.

A summary is made from its edition alone and is made again where it is missing. Whoever changes its shape, or the
fields of Cell, adds a migration that deletes all rows (as 0007_lines_anew): rows of another shape are refused with an
error. Knows no pages and no files.
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
from barograph.editions.models import Edition, Summary
from barograph.editions.renames import NONE, Renames

Content = dict[str, Any]

_IMAGE = re.compile(r'src=\\?"/images/([\w.-]+)\\?"')
_BATCH = 200
_CONTENT = f"SELECT CAST(content AS text) FROM {Edition._meta.db_table} WHERE id = %s"  # noqa: S608 our own name
#: The keys of a summary that are read at once, in the order of their values in `head`.
_EAGER = ("issue", "language", "published", "revised", "corrections", "edition", "digest", "images")


def summarize(content: Content, edition: int, digest: str) -> Content:
    """The summary of a content: the same shape, with headline and byline alone of each commentary.

    Three keys are added: `edition`, the id of the edition's row, its `digest`, and `images`, the files in its texts.
    """
    summary = {key: value for key, value in content.items() if key not in {"publication", "schema", "topics"}}
    summary["topics"] = [{**topic, "commentary": _commentary(topic["commentary"])} for topic in content["topics"]]
    summary["edition"] = edition
    summary["digest"] = digest
    summary["images"] = images(content)
    return summary


def _commentary(commentary: Content | None) -> Content | None:
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
def write(editions: Iterable[Edition]) -> None:
    """Write the summaries of editions. Repeating it changes nothing."""
    rows = [_row(edition) for edition in editions]
    Summary.objects.bulk_create(rows, ignore_conflicts=True)
    written = [row.edition_id for row in rows]
    fresh = set(Edition.objects.current().filter(pk__in=written).values_list("pk", flat=True))
    Summary.objects.filter(pk__in=[pk for pk in written if pk not in fresh]).update(current=False)
    for edition in (row.edition for row in rows if row.edition_id in fresh and row.edition.version > 1):
        older = Summary.objects.filter(edition__issue_id=edition.issue_id, language=edition.language, current=True)
        older.exclude(pk=edition.pk).update(current=False)


def _row(edition: Edition) -> Summary:
    summary = summarize(edition.content, edition.pk, edition.digest)
    place = {"edition": edition, "first": edition.first, "language": edition.language}
    head, rows = [summary[name] for name in _EAGER], [list(cell) for cell in cells(edition.content)]
    return Summary(**place, content=_json(summary), head=_json(head), cells=_json(rows))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_missing() -> int:
    """Write the summaries that are missing, however their editions came in; returns how many."""
    missing = list(Edition.objects.filter(summary__isnull=True).values_list("pk", flat=True))
    for start in range(0, len(missing), _BATCH):
        write(Edition.objects.filter(pk__in=missing[start : start + _BATCH]).order_by("pk"))
    return len(missing)


class LazySummary(dict):
    """A summary of which `cells`, and all but the keys of _EAGER, are read when they are asked for."""

    __slots__ = ("batch",)

    def __missing__(self, name: str) -> Any:
        if name == "cells":
            self.batch.read_cells(self)
        else:
            self.batch.read(self)
        return super().__getitem__(name)  # a name that no summary has calls this again, with nothing left to read


class _Batch:
    """The summaries of one language and year, read together, since neighbouring pages ask for them."""

    __slots__ = ("renames", "summaries")

    def __init__(self, renames: Renames = NONE) -> None:
        self.summaries: list[LazySummary] = []
        self.renames = renames

    def read(self, asked: LazySummary) -> None:
        """Read the whole of all summaries of the batch. Raises KeyError where `asked` is read already."""
        if "topics" in asked:
            raise KeyError
        texts = self._texts("content")
        for summary in self.summaries:
            if summary["edition"] in texts:
                summary.update(self.renames.content(orjson.loads(texts[summary["edition"]])))
        if "topics" not in asked:  # its row was deleted in this moment
            summary = summarize(content(asked["edition"]), asked["edition"], asked["digest"])
            asked.update(self.renames.content(summary))

    def read_cells(self, asked: LazySummary) -> None:
        """Read the cells of all summaries of the batch. Raises TypeError where a row has other fields than Cell."""
        texts = self._texts("cells")
        for summary in self.summaries:
            if summary["edition"] in texts:
                summary["cells"] = self.renames.cells(list(map(Cell._make, orjson.loads(texts[summary["edition"]]))))
        if "cells" not in asked:
            asked["cells"] = self.renames.cells(cells(content(asked["edition"])))

    def _texts(self, part: str) -> dict[int, str]:
        numbers = [summary["edition"] for summary in self.summaries]
        return dict(Summary.objects.filter(pk__in=numbers).values_list("pk", part))


def current(renames: Renames = NONE) -> list[dict[str, Content]]:
    """The summaries of the current editions, newest issue first, {language: summary}, with present addresses.

    Raises ValueError where a row has another number of values than _EAGER.
    """
    rows = Summary.objects.filter(current=True).values_list("head", flat=True)
    texts = rows.iterator(chunk_size=10_000)  # a hundred at a time, as Django asks for them, take half as long again
    issues: dict[str, dict[str, Content]] = {}
    batches: defaultdict[tuple[str, str], _Batch] = defaultdict(partial(_Batch, renames))
    for values in map(orjson.loads, texts):
        head = zip(_EAGER, values, strict=True)
        summary = LazySummary(renames.content(dict(head)) if renames else head)
        first, language = summary["issue"]["first"], summary["language"]
        summary.batch = batches[language, first[:4]]
        summary.batch.summaries.append(summary)
        issues.setdefault(first, {})[language] = summary
    return [dict(sorted(issues[first].items())) for first in sorted(issues, reverse=True)]


def content(edition: int) -> Content:
    """The whole content of an edition. Raises Edition.DoesNotExist."""
    with connection.cursor() as cursor:  # asked for every edition of a whole bake: Django takes longer than SQLite
        cursor.execute(_CONTENT, [edition])
        row = cursor.fetchone()
    if row is None:
        raise Edition.DoesNotExist(edition)
    return orjson.loads(row[0])
