"""Addresses in and out as CSV. All or nothing; a no stays a no; an export is on record.

Columns: address, list, language, status, confirmed_at, source, topics (keys, a
space between), named by the first line; between them a comma, a semicolon or a
tab, as spreadsheets of different countries write it. UTF-8, or UTF-16 with its
mark. A row is one address on one list. An unsubscribed row without a
list says no to every list. Messages never quote an address.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from barograph.base.cells import harmless
from barograph.subscribers import addresses, records, services
from barograph.subscribers.enums import REFUSALS, Act, Refusal, Status, SubscriberState
from barograph.subscribers.models import Export, Subscriber, Subscription, Suppression

COLUMNS = ("address", "list", "language", "status", "confirmed_at", "source", "topics")
NEEDED = ("address", "list", "status")
SEPARATORS = ",;\t"
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_LIST = re.compile(r"^[a-z0-9-]{1,40}$")


@dataclass
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0  # rows that say yes to what the person has said no to
    problems: list[dict] = field(default_factory=list)  # {"line", "message"}

    def problem(self, line: int, message: str) -> None:
        self.problems.append({"line": line, "message": message})


@dataclass(frozen=True)
class Row:
    line: int
    address: str
    keys: tuple[str, ...]  # what the address is found by
    list_key: str
    language: str
    status: str
    confirmed_at: datetime | None
    source: str
    topics: tuple[str, ...]


def _moment(text: str) -> datetime | None:
    """A date or a time with ISO 8601; without a zone it is UTC. Raises ValueError."""
    if not text:
        return None
    moment = parse_datetime(text)
    if moment is None:
        day = parse_date(text)
        if day is None:
            raise ValueError("no date")
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _row(cells: dict[str, str], line: int, report: ImportReport) -> Row | None:
    before = len(report.problems)
    status, list_key, language = cells["status"].lower(), cells["list"], cells["language"]
    keys, moment = (), None
    try:
        keys = addresses.lookup_keys(cells["address"])
    except addresses.InvalidAddress:
        report.problem(line, _("This is not an e-mail address."))
    if status not in Status.values:
        report.problem(line, _("The status must be confirmed, unsubscribed or bounced."))
    if list_key and not _LIST.match(list_key):
        report.problem(line, _("A list’s key has small letters, digits and hyphens only."))
    if not list_key and status == Status.CONFIRMED:
        report.problem(line, _("Say which list this address is on."))
    if language and not _LANGUAGE.match(language):
        report.problem(line, _("The language must be a code such as be, ru or en."))
    try:
        moment = _moment(cells["confirmed_at"])
    except ValueError:
        report.problem(line, _("The time of confirmation must look like 2020-08-03T10:00:00Z."))
    if status == Status.CONFIRMED and not cells["confirmed_at"]:
        report.problem(line, _("Say when this address was confirmed."))
    if moment and moment > timezone.now():
        report.problem(line, _("The time of confirmation lies in the future."))
    if len(report.problems) > before:
        return None
    topics = tuple(cells["topics"].split())
    return Row(line, cells["address"], keys, list_key, language, status, moment, _plain(cells["source"])[:100], topics)


def _text(path: str | Path) -> TextIO:
    """Raises OSError and UnicodeError."""
    data = Path(path).read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.StringIO(data.decode("utf-16"), newline="")
    if b"\0" in data:
        raise UnicodeError("UTF-16 without its mark, or no text at all")
    return io.StringIO(data.decode("utf-8-sig"), newline="")


def _separator(file: TextIO) -> str:
    """What stands most often in the line that names the columns."""
    first = next((line for line in file if line.strip()), "")
    file.seek(0)
    return max(SEPARATORS, key=first.count)


def _header(values: list[str], line: int, report: ImportReport) -> list[str]:
    """The names of the columns; none where that can't be the line with them."""
    header = [name.strip().lower() for name in values]
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if not set(header) & set(COLUMNS):
        told = _("The first line must name the columns. Put this line at the top of the file: %(names)s")
        report.problem(line, told % {"names": ",".join(COLUMNS)})
    elif missing:
        report.problem(line, _("Columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    elif unknown:
        told = _("Unknown columns: %(names)s. Take them out, or name them as one of these: %(known)s.")
        report.problem(line, told % {"names": ", ".join(unknown), "known": ", ".join(COLUMNS)})
    elif len(set(header)) < len(header):
        report.problem(line, _("Two columns have the same name."))
    else:
        return header
    return []


def _read(file: TextIO, report: ImportReport) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=_separator(file), strict=True)
    header: list[str] | None = None
    try:
        for values in reader:
            line = reader.line_num
            while values and not values[-1].strip() and len(values) > len(header or ()):
                values.pop()  # empty columns at the end, as spreadsheets add them
            if not values or not any(value.strip() for value in values):
                continue
            if header is None:
                header = _header(values, line, report)
                if not header:
                    return
                continue
            if len(values) != len(header):
                report.problem(line, _("This line has another number of cells than the first line."))
                continue
            cells = dict.fromkeys(COLUMNS, "") | {n: v.strip() for n, v in zip(header, values, strict=True)}
            if row := _row(cells, line, report):
                yield row
    except csv.Error:
        report.problem(reader.line_num, _("This is not well-formed CSV: a quotation mark is out of place."))
    if header is None:
        report.problem(1, _("The file is empty; its first line must name the columns."))


class _Nothing(Exception):
    """Take everything back."""


def import_csv(
    path: str | Path, *, default_language: str = "en", by=None, topic: Callable[[str], str] = str
) -> ImportReport:
    """Take addresses in. Any problem: nothing is written. The same file twice changes nothing.

    `topic`: a topic's key in the file → the key it is stored by, where topics' addresses changed.
    """
    report = ImportReport()
    try:
        with _text(path) as file, transaction.atomic():
            rows = [replace(row, topics=tuple(map(topic, row.topics))) for row in _read(file, report)]
            if report.problems:
                raise _Nothing
            if rows:
                services.keys_of(rows[0].address)  # has this machine all keys?
            # the noes first, so that the order of lines cannot turn one into a yes
            for row in sorted(rows, key=lambda row: row.status == Status.CONFIRMED):
                _take(row, report, default_language)
            records.keep(act=Act.IMPORT, number=len(rows), by=by)
    except _Nothing:
        pass
    except UnicodeError:
        told = _("The file is not UTF-8. Save it as UTF-8 (in a spreadsheet: as “CSV UTF-8”) and import it again.")
        report.problem(1, told)
    except OSError as error:
        report.problem(0, _("The file cannot be read: %(reason)s.") % {"reason": error.strerror})
    return report


def _take(row: Row, report: ImportReport, default_language: str) -> None:
    if row.status != Status.CONFIRMED:
        _take_no(row, report)
        return
    if Suppression.objects.forbidding(keys=row.keys, list_key=row.list_key).exists():
        report.refused += 1
        report.unchanged += 1
        return
    subscriber = Subscriber.objects.known_as(row.keys).first()
    created = subscriber is None
    if subscriber is None:
        subscriber = Subscriber(language=row.language or default_language, source=row.source)
        subscriber.seal(row.address)
    if not subscriber.is_confirmed:
        subscriber.state, subscriber.confirmed_at = SubscriberState.CONFIRMED, row.confirmed_at
        subscriber.source, subscriber.consent_text = row.source, "import"
        subscriber.created_at = subscriber.created_at or row.confirmed_at
        subscriber.save(force_insert=created)
    _subscription, added = Subscription.objects.get_or_create(
        subscriber=subscriber,
        list_key=row.list_key,
        defaults={"confirmed_at": row.confirmed_at, "source": row.source, "topics": list(row.topics)},
    )
    report.created += created
    report.updated += added and not created
    report.unchanged += not added and not created


def _take_no(row: Row, report: ImportReport) -> None:
    """Keep a no. It also ends what is there."""
    reason = REFUSALS[Status(row.status)]
    list_key = "" if reason == Refusal.BOUNCED else row.list_key
    if Suppression.objects.known_as(row.keys).filter(list_key=list_key, reason=reason).exists():
        report.unchanged += 1
        return
    subscriber = Subscriber.objects.known_as(row.keys).first()
    if reason == Refusal.BOUNCED or not list_key:
        services.suppress(keys=row.keys, reason=reason)
    else:
        if subscriber:
            services.leave(subscriber_id=subscriber.pk, list_key=list_key)
        services.refuse(keys=row.keys, list_key=list_key)
    report.updated += subscriber is not None
    report.created += subscriber is None


def _plain(text: str) -> str:
    """Without what a spreadsheet would run as a formula (the marks our own export puts in front)."""
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@\t\r" else text


def export_csv(path: str | Path, *, by=None, topic: Callable[[str], str] = str) -> int:
    """Write confirmed subscribers, a row a list, readable by the owner only. Returns how many rows.

    `topic`: the key a topic is stored by → its present one.
    The record of the export is made first: no file without a record.
    """
    rows = (
        Subscription.objects.filter(subscriber__state=SubscriberState.CONFIRMED)
        .select_related("subscriber")
        .order_by("subscriber_id", "list_key")
    )
    record = records.keep(act=Act.EXPORT, number=rows.count(), by=by)
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    number = 0
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for row in rows.iterator(chunk_size=1000):
                writer.writerow(_cells(row, topic))
                number += 1
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    Export.objects.filter(pk=record.pk).update(number=number)
    return number


def _cells(row: Subscription, topic: Callable[[str], str]) -> list[str]:
    subscriber = row.subscriber
    return [
        harmless(subscriber.address()),
        row.list_key,
        subscriber.language,
        Status.CONFIRMED.value,
        row.confirmed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        harmless(row.source),
        " ".join(map(topic, row.topics)),
    ]
