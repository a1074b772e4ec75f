"""Open data: the verdicts as a table, its description (Frictionless Data Package), the editions as they are."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import orjson

from barograph.base.languages import localized
from barograph.editions import renames
from barograph.editions.cells import Cell, cells

Content = dict[str, Any]


class RatedCell(NamedTuple):
    """A rated topic in an issue: what a row of the table is made of. `revised`: day of the last correction."""

    issue: Content
    cell: Cell
    revised: str | None


@dataclass(frozen=True)
class Column:
    """A column of the table of verdicts, and all that is said of it: header, Data Package, the site's page of data.

    `type` is one of the Data Package's, and `value` has to give what TYPES says of it: None, "" or () where the cell is
    empty, which a `required` column never is. `choices`: what a cell may say, as in CSV. A new column goes to the end
    of TOPIC_COLUMNS, since people's programs count on the order.
    """

    name: str
    type: str
    description: str
    value: Callable[[RatedCell], str | int | tuple[str, ...] | None]
    required: bool = False
    choices: tuple[str, ...] = ()

    def checked(self, rated: RatedCell) -> str | int | tuple[str, ...] | None:
        """The value of a row. Raises TypeError where it is not what the column says."""
        value = self.value(rated)
        text = _text(value)
        fits = type(value) in TYPES[self.type] if text else not self.required
        if not fits or (self.choices and text not in self.choices):
            raise TypeError(f"{value!r} does not fit the column {self.name} of verdicts.csv")
        return value

    def field(self) -> Content:
        """The column in the Data Package (Table Schema)."""
        limits: Content = {"required": True} if self.required else {}
        if self.choices:
            limits["enum"] = [*self.choices]
        field = {"name": self.name, "type": self.type, "description": self.description}
        return {**field, "constraints": limits} if limits else field


#: What may stand in a column of a type, None apart. A tuple is a list of texts: with semicolons between in CSV.
TYPES: dict[str, tuple[type, ...]] = {"date": (str,), "integer": (int,), "string": (str, tuple)}

ISSUE_COLUMNS = (
    Column("issue", "date", "First day of the issue's period", lambda rated: rated.issue["first"], required=True),
    Column("until", "date", "Last day of the issue's period", lambda rated: rated.issue["last"], required=True),
    Column("number", "integer", "Number of the issue", lambda rated: rated.issue["number"], required=True),
)
TOPIC_COLUMNS = (
    Column(
        "topic",
        "string",
        "Key of the topic, as in the site's present addresses, whatever it was called by at the time",
        lambda rated: rated.cell.key,
        required=True,
    ),
    Column(
        "verdict",
        "string",
        "How the topic moved; a topic that was not rated has no row",
        lambda rated: rated.cell.verdict,
        required=True,
        choices=("worsened", "unchanged", "improved"),
    ),
    Column(
        "outlook",
        "string",
        "What the coming period may bring: risk, opportunity, both with a semicolon between, or empty",
        lambda rated: tuple(sorted(rated.cell.outlook.split(), reverse=True)),
        choices=("", "risk", "opportunity", "risk;opportunity"),
    ),
    Column("revised", "date", "Day of the last correction, empty where there was none", lambda rated: rated.revised),
)
COLUMNS = (*ISSUE_COLUMNS, *TOPIC_COLUMNS)
ISSUE_NAMES, TOPIC_NAMES = (tuple(column.name for column in some) for some in (ISSUE_COLUMNS, TOPIC_COLUMNS))

#: A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: A row: the values of ISSUE_COLUMNS, and those of TOPIC_COLUMNS.
Values = tuple[str | int | tuple[str, ...] | None, ...]
Row = tuple[Values, Values]


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
                yield row(RatedCell(issue, cell, revised[cell.key][:10] if cell.key in revised else None))


def row(rated: RatedCell) -> Row:
    """The row of a rated cell. Raises TypeError where a value is not what its column says."""
    return tuple(c.checked(rated) for c in ISSUE_COLUMNS), tuple(c.checked(rated) for c in TOPIC_COLUMNS)


class Part(NamedTuple):
    """Some rows of the table, written: in CSV each with its end of line, in JSON with commas between."""

    csv: str
    json: str


def part(rows: Iterable[Row]) -> Part:
    """Write rows, as CSV and as JSON."""
    table = list(rows)
    lines = [f"{_csv(*issue)},{_csv(*topic)}\r\n" for issue, topic in table]
    objects = [f"{{{_members(ISSUE_NAMES, issue)}, {_members(TOPIC_NAMES, topic)}}}" for issue, topic in table]
    return Part("".join(lines), ",\n".join(objects))


def as_csv(parts: Iterable[Part]) -> bytes:
    """RFC 4180, UTF-8."""
    return "".join([",".join((*ISSUE_NAMES, *TOPIC_NAMES)), "\r\n", *(some.csv for some in parts)]).encode()


def _text(value: str | int | tuple[str, ...] | None) -> str:
    return ";".join(value) if type(value) is tuple else "" if value is None else str(value)


@lru_cache(maxsize=16_384)
def _csv(*values: str | int | tuple[str, ...] | None) -> str:
    """A part of a line. Few differ, so each is written once.

    A value that a spreadsheet would take for a formula begins with an apostrophe.
    """
    texts = [_text(value) for value in values]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(
        [f"'{text}" if text.startswith(FORMULA) else text for text in texts]
    )
    return out.getvalue().removesuffix("\r\n")


def as_json(value: Any) -> bytes:
    """JSON with sorted keys, so that its bytes do not depend on the order in which a database stores keys."""
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
            "schema": {
                "fields": [column.field() for column in COLUMNS],
                "primaryKey": ["issue", "topic"],
                "missingValues": [""],
            },
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
