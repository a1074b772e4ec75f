"""What became of each mail, written down in small groups.

One transaction a group. A connection gets its next mail only after the outcome
of its last one is written, so that after a crash nothing is in doubt but what
was on the connections at that moment. Knows no transport.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.transports import Answer


@dataclass(frozen=True)
class Note:
    """One line of the record: a delivery, its new state, and what the relay said, if anything."""

    number: int
    state: str
    answer: Answer | None = None
    next_try_at: datetime | None = None  # where it waits again
    is_a_try: bool = False
    is_a_drop: bool = False
    blame: str = ""  # what a refusal is about


@dataclass
class Record:
    """The record of one run. `settled` counts what the mailing's own counts don't know yet."""

    mailing: Mailing
    claim: str
    settled: Counter[str] = field(default_factory=Counter)

    def write(self, notes: list[Note]) -> None:
        """Write down what became of some deliveries that are still ours."""
        if not notes:
            return
        table, ops = connection.ops.quote_name(Delivery._meta.db_table), connection.ops
        sql = (
            f"UPDATE {table} SET state = %s, tries = tries + %s, drops = drops + %s, "  # noqa: S608
            "settled_at = %s, next_try_at = COALESCE(%s, next_try_at), lease_until = NULL, claim = '', "
            "claimed_by = CASE WHEN %s THEN '' ELSE claimed_by END, last_code = %s, last_status = %s, last_text = %s, "
            "blame = %s "
            "WHERE id = %s AND claim = %s"
        )
        moment = ops.adapt_datetimefield_value(timezone.now())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, [self._row(note, moment) for note in notes])
        for note in notes:
            if note.state != DeliveryState.QUEUED:
                self.settled[note.state] += 1

    def _row(self, note: Note, moment: object) -> tuple:
        answer, waits = note.answer, note.state == DeliveryState.QUEUED
        return (
            str(note.state),
            int(note.is_a_try),
            int(note.is_a_drop),
            None if waits else moment,
            connection.ops.adapt_datetimefield_value(note.next_try_at) if note.next_try_at else None,
            waits,
            answer.code if answer else None,
            answer.status if answer else "",
            answer.text if answer else "",
            str(note.blame),
            note.number,
            self.claim,
        )

    def take_back(self, numbers: list[int], *, until: datetime) -> None:
        """Refusals that were no fault of theirs: these deliveries wait again."""
        if not numbers:
            return
        failed = self.mailing.deliveries.filter(pk__in=numbers, state=DeliveryState.FAILED)
        back = failed.update(state=DeliveryState.QUEUED, settled_at=None, claimed_by="", next_try_at=until)
        self.settled[DeliveryState.FAILED] -= back

    def count(self) -> None:
        """Keep the mailing's counts; what a crash loses here is set right at the end."""
        changes = {state: F(state) + number for state, number in self.settled.items()}
        if changes:
            changes["due_at"] = timezone.now()  # it is under way: not overdue
            Mailing.objects.filter(pk=self.mailing.pk).update(**changes)
            self.settled.clear()
        self.mailing.refresh_from_db(fields=["state", "sent", "failed", "skipped", "total", "trips", "version"])


def recount(mailing: Mailing) -> None:
    """Bring the kept counts up to date from the rows."""
    found = dict(mailing.deliveries.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {state: found.get(state, 0) for state in ("sent", "failed", "skipped")}
    Mailing.objects.filter(pk=mailing.pk).update(**counts)
    for name, number in counts.items():
        setattr(mailing, name, number)
