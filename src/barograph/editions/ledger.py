"""The ledger: every edition in short, so that planning a site needs no archive of texts.

A line is an edition's content without what only its own page shows: bodies,
ledes, scenarios. It is made from the edition alone; a lost one is made again.
Knows no pages and no files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from barograph.editions.models import Edition, Line

Content = dict[str, Any]

_IMAGE = re.compile(r'src=\\?"/images/([\w.-]+)\\?"')
_BATCH = 200


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
    lines = [
        Line(
            edition=edition,
            first=edition.first,
            language=edition.language,
            content=json.dumps(
                short(edition.content, edition.pk, edition.digest), ensure_ascii=False, separators=(",", ":")
            ),
        )
        for edition in editions
    ]
    Line.objects.bulk_create(lines, ignore_conflicts=True)
    entered = [line.edition_id for line in lines]
    fresh = set(Edition.objects.current().filter(pk__in=entered).values_list("pk", flat=True))
    Line.objects.filter(pk__in=[pk for pk in entered if pk not in fresh]).update(current=False)
    for edition in (line.edition for line in lines if line.edition_id in fresh and line.edition.version > 1):
        older = Line.objects.filter(edition__issue_id=edition.issue_id, language=edition.language, current=True)
        older.exclude(pk=edition.pk).update(current=False)


def catch_up() -> int:
    """Write the lines that are missing, however their editions came in; returns how many."""
    missing = list(Edition.objects.filter(line__isnull=True).values_list("pk", flat=True))
    for start in range(0, len(missing), _BATCH):
        enter(Edition.objects.filter(pk__in=missing[start : start + _BATCH]).order_by("pk"))
    return len(missing)


def current() -> list[dict[str, Content]]:
    """The lines of the current editions, newest issue first, {language: line}."""
    rows = Line.objects.filter(current=True).order_by("-first", "language")
    issues: dict[str, dict[str, Content]] = {}
    texts = rows.values_list("content", flat=True)
    for line in json.loads(f"[{','.join(texts)}]"):  # one call is much faster than thousands
        issues.setdefault(line["issue"]["first"], {})[line["language"]] = line
    return list(issues.values())


def content(edition: int) -> Content:
    """The whole content behind a line."""
    return Edition.objects.values_list("content", flat=True).get(pk=edition)
