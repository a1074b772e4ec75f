"""What became of each mail, written down in small groups.

One transaction a group. A connection gets its next mail only after the outcome
of its last one is written, so that after a crash nothing is in doubt but what
was on the connections at that moment. Knows no transport.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Case, Count, F, Q, Value, When
from django.utils import timezone

from barograph.base.sql import table
from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.transports import Answer

if TYPE_CHECKING:
    from barograph.delivery.background import Statement


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


#: One note after another, in a transaction.
_ONE = (
    "UPDATE {table} SET state = %s, tries = tries + %s, drops = drops + %s, "
    "settled_at = %s, next_try_at = COALESCE(%s, next_try_at), lease_until = NULL, claim = '', "
    "claimed_by = CASE WHEN %s THEN '' ELSE claimed_by END, last_code = %s, last_status = %s, last_text = %s, "
    "blame = %s "
    "WHERE id = %s AND claim = %s"
)
#: The same in one statement, for PostgreSQL: notes as JSON, their numbers, the moment, the claim.
_TOGETHER = """
    UPDATE {table} AS kept SET state = note.state, tries = tries + note.a_try, drops = drops + note.a_drop,
    settled_at = CASE WHEN note.waits THEN NULL ELSE $3::timestamptz END,
    next_try_at = COALESCE(note.until, next_try_at), lease_until = NULL, claim = '',
    claimed_by = CASE WHEN note.waits THEN '' ELSE claimed_by END, last_code = note.code, last_status = note.status,
    last_text = note.text, blame = note.blame
    FROM json_to_recordset($1::json) AS note (number bigint, state text, a_try int, a_drop int, waits boolean,
    until timestamptz, code int, status text, text text, blame text)
    WHERE kept.id = ANY($2::bigint[]) AND kept.id = note.number AND kept.claim = $4
"""

#: The same where all were accepted at once, as nearly all are: their numbers, codes, statuses and words as arrays.
_ACCEPTED = """
    UPDATE {table} AS kept SET state = 'sent', tries = tries + 1, settled_at = $5::timestamptz, lease_until = NULL,
    claim = '', last_code = note.code, last_status = note.status, last_text = note.text, blame = ''
    FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[]) AS note (number, code, status, text)
    WHERE kept.id = ANY($1::bigint[]) AND kept.id = note.number AND kept.claim = $6
"""


def _numbers(values: Iterable[int]) -> str:
    """An array as PostgreSQL reads it."""
    return f"{{{','.join(map(str, values))}}}"


def _texts(values: Iterable[str]) -> str:
    """The same of texts."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}'


def _answers(notes: list[Note]) -> list[Answer] | None:
    """The relay's answers, where every note says that a mail was accepted and nothing else; else None."""
    answers = [note.answer for note in notes if note.state == DeliveryState.SENT and note.is_a_try and note.answer]
    return answers if len(answers) == len(notes) else None


def _json(notes: list[Note]) -> str:
    return json.dumps(
        [
            {
                "number": note.number,
                "state": str(note.state),
                "a_try": int(note.is_a_try),
                "a_drop": int(note.is_a_drop),
                "waits": note.state == DeliveryState.QUEUED,
                "until": note.next_try_at.isoformat() if note.next_try_at else None,
                "code": note.answer.code if note.answer else None,
                "status": note.answer.status if note.answer else "",
                "text": note.answer.text if note.answer else "",
                "blame": str(note.blame),
            }
            for note in notes
        ]
    )


@dataclass
class Record:
    """The record of one run. `settled` counts what the mailing's own counts don't know yet."""

    mailing: Mailing
    claim: str
    settled: Counter[str] = field(default_factory=Counter)
    pending: int = 0  # notes that the database has and did not confirm
    statements: list[Statement] = field(default_factory=list, init=False)  # any notes, accepted ones: PostgreSQL's
    statement: Statement | None = field(default=None, init=False)  # the one that was begun last

    def __post_init__(self) -> None:
        if connection.vendor == "postgresql":
            from barograph.delivery.background import Statement  # psycopg takes memory that SQLite has no use for

            self.statements = [Statement(text.format(table=table(Delivery))) for text in (_TOGETHER, _ACCEPTED)]
            self.statement = self.statements[0]

    def write(self, notes: list[Note]) -> None:
        """Write down what became of some deliveries that are still ours."""
        self.begin(notes)
        self.settle()

    def begin(self, notes: list[Note]) -> None:
        """The same, but where the database can work by itself it is only `pending` until it `is_settled`."""
        self.settle()
        if not notes:
            return
        moment = connection.ops.adapt_datetimefield_value(timezone.now())
        if self.statement is not None:
            self._in_background(notes, moment)
        else:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(_ONE.format(table=table(Delivery)), [self._row(note, moment) for note in notes])
        for note in notes:
            if note.state != DeliveryState.QUEUED:
                self.settled[note.state] += 1

    def _in_background(self, notes: list[Note], moment: datetime) -> None:
        together, accepted = self.statements
        numbers, answers = _numbers(note.number for note in notes), _answers(notes)
        if answers is None:
            self.statement = together
            together.begin((_json(notes), numbers, moment.isoformat(), self.claim))
        else:
            self.statement = accepted
            codes, statuses = _numbers(one.code for one in answers), _texts(one.status for one in answers)
            words = _texts(one.text for one in answers)
            accepted.begin((numbers, codes, statuses, words, moment.isoformat(), self.claim))
        self.pending = len(notes)

    @property
    def is_settled(self) -> bool:
        """Whether all that was begun is written."""
        if self.pending and self.statement is not None and self.statement.has_ended():
            self.pending = 0
        return not self.pending

    def settle(self) -> None:
        """Wait until all that was begun is written: the database can be asked for nothing else before."""
        if self.pending and self.statement is not None:
            self.statement.settle()
            self.pending = 0

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

    def close(self) -> None:
        """Leave the database's connection to others. Raises DatabaseError where something could not be written."""
        self.settle()
        for statement in self.statements:
            statement.close()

    def take_back(self, numbers: list[int], *, until: datetime) -> None:
        """Refusals that were no fault of theirs: these deliveries wait again."""
        if not numbers:
            return
        self.settle()
        failed = self.mailing.deliveries.filter(pk__in=numbers, state=DeliveryState.FAILED)
        back = failed.update(state=DeliveryState.QUEUED, settled_at=None, claimed_by="", next_try_at=until)
        self.settled[DeliveryState.FAILED] -= back

    def count(self) -> None:
        """Keep the mailing's counts; what a crash loses here is set right at the end."""
        self.settle()
        changes = {state: F(state) + number for state, number in self.settled.items()}
        if changes:
            now = timezone.now()  # it is under way: not overdue. A pause that another run has entered holds
            rests = Q(due_at__gt=now) & (Q(troubles__gt=0) | Q(failures__gt=0))
            changes["due_at"] = Case(When(rests, then=F("due_at")), default=Value(now))
            Mailing.objects.filter(pk=self.mailing.pk).update(**changes)
            self.settled.clear()
        self.mailing.refresh_from_db(fields=["state", "sent", "failed", "skipped", "total", "trips", "version"])


def recount(mailing: Mailing) -> None:
    """Bring the kept counts up to date from the rows."""
    by_state = dict(mailing.deliveries.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {state: by_state.get(state, 0) for state in ("sent", "failed", "skipped")}
    Mailing.objects.filter(pk=mailing.pk).update(**counts)
    for name, number in counts.items():
        setattr(mailing, name, number)
