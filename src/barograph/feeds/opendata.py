"""Open data: the verdicts as a table, its description (Frictionless Data Package), the editions as they are."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import orjson

from barograph.base.languages import localized
from barograph.editions import renames
from barograph.editions.cells import cells

Content = dict[str, Any]


class Row(NamedTuple):
    """A rated cell; the columns of the table."""

    issue: str
    until: str
    number: int | None
    topic: str
    verdict: str
    outlook: tuple[str, ...]
    revised: str | None


COLUMNS = Row._fields

VERDICTS = ["worsened", "unchanged", "improved"]

#: A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")

REQUIRED = {"required": True}

FIELDS = [
    {
        "name": "issue",
        "type": "date",
        "description": "First day of the issue's period",
        "constraints": {"required": True},
    },
    {
        "name": "until",
        "type": "date",
        "description": "Last day of the issue's period",
        "constraints": {"required": True},
    },
    {"name": "number", "type": "integer", "description": "Number of the issue", "constraints": REQUIRED},
    {
        "name": "topic",
        "type": "string",
        "description": "Key of the topic, as in the site's present addresses, whatever it was called by at the time",
        "constraints": {"required": True},
    },
    {
        "name": "verdict",
        "type": "string",
        "description": "How the topic moved; a topic that was not rated has no row",
        "constraints": {"required": True, "enum": VERDICTS},
    },
    {
        "name": "outlook",
        "type": "string",
        "description": "What the coming period may bring: risk, opportunity, both with a semicolon between, or empty",
        "constraints": {"enum": ["", "risk", "opportunity", "risk;opportunity"]},
    },
    {"name": "revised", "type": "date", "description": "Day of the last correction, empty where there was none"},
]


def rows(editions_by_issue: Iterable[dict[str, Content]]) -> Iterator[Row]:
    """A row per rated cell, oldest issue first, topics in the publication's order."""
    for editions in reversed(list(editions_by_issue)):
        contents = [editions[language] for language in sorted(editions)]
        if not contents:
            continue
        issue = contents[0]["issue"]
        cells_by_edition = [cells(content) for content in contents]
        revised: dict[str, str] = {}
        for cell in chain.from_iterable(cells_by_edition):
            if cell.revised:
                revised[cell.key] = max(cell.revised, revised.get(cell.key, ""))
        for cell in cells_by_edition[0]:
            if cell.verdict:
                outlook = tuple(sorted(cell.outlook.split(), reverse=True)) if cell.outlook else ()
                day = revised[cell.key][:10] if cell.key in revised else None
                yield Row(issue["first"], issue["last"], issue["number"], cell.key, cell.verdict, outlook, day)


class Part(NamedTuple):
    """Some rows of the table, written: in CSV each with its end of line, in JSON with commas between."""

    csv: str
    json: str


def part(rows: Iterable[Row]) -> Part:
    table = list(rows)
    lines = [f"{_csv(*row[:3])},{_csv(*row[3:])}\r\n" for row in table]
    objects = [f"{{{_members(COLUMNS[:3], row[:3])}, {_members(COLUMNS[3:], row[3:])}}}" for row in table]
    return Part("".join(lines), ",\n".join(objects))


def as_csv(parts: Iterable[Part]) -> bytes:
    """RFC 4180, UTF-8."""
    return "".join([",".join(COLUMNS), "\r\n", *(some.csv for some in parts)]).encode()


@lru_cache(maxsize=16_384)
def _csv(*values: str | int | tuple[str, ...] | None) -> str:
    """A part of a line. Few differ, so each is written once.

    A value that a spreadsheet would take for a formula begins with an apostrophe.
    """
    texts = [";".join(value) if type(value) is tuple else "" if value is None else str(value) for value in values]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(
        [f"'{text}" if text.startswith(FORMULA) else text for text in texts]
    )
    return out.getvalue().removesuffix("\r\n")


def as_json(value: Any) -> bytes:
    """JSON whose bytes do not hang on the order a database keeps keys in."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def table_as_json(parts: Iterable[Part]) -> bytes:
    """A list of objects, one a line."""
    text = ",\n".join(some.json for some in parts if some.json)
    return f"[\n{text}\n]\n".encode() if text else b"[]\n"


@lru_cache(maxsize=16_384)
def _members(names: tuple[str, ...], values: tuple) -> str:
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)[1:-1]


def _renamed(imprint: Content) -> Content:
    """Former keys of topics and people, as editions of their time have them: the tables have the present ones."""
    renamed = renames.of(imprint)
    return {"renamed": {"topics": renamed.topics, "people": renamed.people}} if renamed else {}


def datapackage(imprint: Content, table: bytes, table_json: bytes, base_url: str) -> bytes:
    """datapackage.json: what the files are, which columns they have, and their hashes."""
    name = localized(imprint["name"], "en", imprint["languages"])
    resources = [
        {
            "name": "verdicts",
            "path": "verdicts.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(table),
            "hash": f"sha256:{hashlib.sha256(table).hexdigest()}",
            "schema": {"fields": FIELDS, "primaryKey": ["issue", "topic"], "missingValues": [""]},
        },
        {
            "name": "verdicts-json",
            "path": "verdicts.json",
            "profile": "data-resource",
            "format": "json",
            "mediatype": "application/json",
            "encoding": "utf-8",
            "bytes": len(table_json),
            "hash": f"sha256:{hashlib.sha256(table_json).hexdigest()}",
            "description": "The same rows; outlook is a list",
        },
    ]
    return as_json(
        {
            "profile": "data-package",
            "name": "verdicts",
            "title": name,
            "homepage": f"{base_url}/data/",
            "description": (
                "Verdicts of every issue. Whole editions lie at editions/ISSUE.LANGUAGE.json, "
                f"for the languages {', '.join(imprint['languages'])}."
            ),
            "resources": resources,
            **_renamed(imprint),
        }
    )
