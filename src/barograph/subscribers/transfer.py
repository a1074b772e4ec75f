"""Addresses in and out as CSV. All or nothing; a no stays a no; an export is on record.

Columns: address, list, language, status, confirmed_at, source, topics (keys, a
space between; "." before them: none of them first), named by the first line.
An export has pace and paused_until, too, where any reader chose something
there. A row is one address on one list. An unsubscribed row without a list says
no to every list. What an export wrote, an import takes in as it was. Messages
never quote an address.
"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass, field
from datetime import UTC
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.base import atomic_files
from barograph.base.cells import harmless
from barograph.editions.renames import Renames
from barograph.editions.services import current_imprint, current_renames
from barograph.subscribers import records, runs, services, tables, taking_in
from barograph.subscribers.enums import IN_ORDER, Act, Pace, Status, SubscriberState
from barograph.subscribers.models import Export, Subscription
from barograph.subscribers.rows import NO_FIRST, Offer, Row, row_of
from barograph.subscribers.tables import COLUMNS, MORE
from barograph.subscribers.taking_in import Counts, Progress


@dataclass
class ImportReport(Counts):
    """What came of a file. Where there are problems, nothing was written and the numbers are 0."""

    problems: list[dict] = field(default_factory=list)  # {"line", "message"}

    def problem(self, line: int, message: str) -> None:
        self.problems.append({"line": line, "message": message})


def import_csv(
    path: str | Path, *, offer: Offer | None = None, by=None, progress: Progress | None = None
) -> ImportReport:
    """Take addresses in. Any problem: nothing is written. The same file twice changes nothing.

    `offer`: what the publication has; None: as it stands. The file is checked to its end first. Then it is written a
    few rows at a time, so that nobody else waits, and seen as a whole when it is done: cut off, it left nothing.
    """
    report = ImportReport()
    try:
        rows = _checked(path, offer or Offer.of(current_imprint(), current_renames()), report)
        if report.problems:
            return report
        if rows:
            services.keys_of(rows[0].address)  # has this machine all keys?
        with runs.alone():
            counts = taking_in.take_in(rows, by=by, progress=progress)
        return ImportReport(**asdict(counts))
    except runs.Busy:
        report.problem(0, _("Another import is in progress. Import this file again when it has finished."))
    except UnicodeError:
        words = _("The file is not UTF-8. Save it as UTF-8 (in a spreadsheet: as “CSV UTF-8”) and import it again.")
        report.problem(1, words)
    except OSError as error:
        report.problem(0, _("The file can’t be read: %(reason)s.") % {"reason": error.strerror})
    return report


def _checked(path: str | Path, offer: Offer, report: ImportReport) -> list[Row]:
    """All rows that can be taken in, the problems of the others in the report. Raises OSError and UnicodeError."""
    with tables.text_of(path) as file:
        rows = (row_of(cells, line, offer, report.problem) for line, cells in tables.read(file, report.problem))
        return [row for row in rows if row is not None]


def export_csv(path: str | Path, *, by=None) -> int:
    """Write confirmed subscribers, and as bounced who is mailed no more; a row a list, readable by the owner only.

    Returns how many rows. Topics have their present keys, whatever they were called when they were chosen.
    The record of the export is made first: no file without a record.
    """
    rows = (
        Subscription.objects.filter(subscriber__state__in=[SubscriberState.CONFIRMED, SubscriberState.STOPPED])
        .select_related("subscriber")
        .order_by("subscriber_id", "list_key")
    )
    record = records.keep(act=Act.EXPORT, number=rows.count(), by=by)
    columns, renames = COLUMNS + _chosen(rows), current_renames()
    path = Path(path)
    number = 0
    with atomic_files.replacing(path, mode=atomic_files.PRIVATE) as raw:
        file = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows.iterator(chunk_size=1000):
            writer.writerow(_cells(row, renames)[: len(columns)])
            number += 1
        file.detach()
    Export.objects.filter(pk=record.pk).update(number=number)
    return number


def _chosen(rows: QuerySet) -> tuple[str, ...]:
    """The further columns, where somebody reads at another pace, or pauses."""
    paused = rows.filter(subscriber__paused_until__gt=timezone.localdate())
    return MORE if rows.exclude(pace=Pace.ISSUE).exists() or paused.exists() else ()


def _cells(row: Subscription, renames: Renames) -> list[str]:
    subscriber = row.subscriber
    topics = [NO_FIRST if key == IN_ORDER else renames.topic(key) for key in row.topics]
    return [
        harmless(subscriber.address()),
        harmless(row.list_key),
        subscriber.language,
        (Status.BOUNCED if subscriber.state == SubscriberState.STOPPED else Status.CONFIRMED).value,
        row.confirmed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        harmless(row.source),
        harmless(" ".join(topics)),
        row.pace,
        subscriber.paused_until.isoformat() if subscriber.paused_until else "",
    ]
