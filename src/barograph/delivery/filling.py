"""Addressing a mailing: a delivery for everybody on its list, in chunks, so that nobody else waits for the database.

Who gets it is fixed by a cut: whoever was confirmed on the list when the
mailing was made. The list is walked in the order of the subscribers' ids; how
far is kept with the rows, so that a crash goes on where it was and two at the
same work never do a chunk twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from barograph.base import writers
from barograph.base.sql import table
from barograph.delivery.enums import DeliveryState, MailingState
from barograph.delivery.models import Delivery, Mailing
from barograph.subscribers import recipients
from barograph.subscribers.models import Subscriber, Subscription

#: Subscribers a chunk; it shrinks where a chunk holds the database longer than LONGEST.
CHUNK = 3000
SMALLEST = 100
LONGEST = 0.05  # seconds


def fill(mailing: Mailing, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Give everybody on the list their delivery, then let the mailing be sent. Safe to repeat."""
    size = CHUNK
    while True:
        mailing.refresh_from_db(fields=["state", "filled_upto", "total"])
        if mailing.state != MailingState.PREPARING:
            return
        upto = recipients.end_of_chunk(list_key=mailing.list_key, after=mailing.filled_upto, size=size)
        if upto is None:
            if mailing.total > CHUNK:
                _look_at_tables()
            Mailing.objects.filter(pk=mailing.pk, state=MailingState.PREPARING).update(state=MailingState.QUEUED)
            mailing.state = MailingState.QUEUED
            return
        begun = time.monotonic()
        _chunk(mailing, upto)
        took = time.monotonic() - begun
        if connection.vendor == "sqlite":
            writers.rest()
            if took > LONGEST:
                size = max(min(SMALLEST, size), size // 2)
            elif took < LONGEST / 3:
                size = min(CHUNK, size * 2)
        if progress:
            progress(mailing.total, 0)


def _look_at_tables() -> None:
    """Let PostgreSQL know what has grown, before its own look (each minute): else it walks through a whole list."""
    if connection.vendor == "postgresql":
        tables = ", ".join(table(model) for model in (Delivery, Subscriber, Subscription))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


@transaction.atomic
def _chunk(mailing: Mailing, upto: object) -> None:
    """One INSERT … SELECT, together with the mark of how far it went; nothing where another was faster."""
    before = mailing.filled_upto
    here = Mailing.objects.filter(pk=mailing.pk, state=MailingState.PREPARING)
    here = here.filter(filled_upto__isnull=True) if before is None else here.filter(filled_upto=before)
    if not here.update(filled_upto=upto):
        return
    sql, params = recipients.chunk_query(
        list_key=mailing.list_key,
        after=before,
        upto=upto,
        joined_by=mailing.created_at,
        on=timezone.localdate(),
        paces=mailing.paces,
        topics=mailing.topics,
    )
    values = {
        "mailing_id": mailing.pk,
        "state": DeliveryState.QUEUED.value,
        "tries": 0,
        "drops": 0,
        "next_try_at": connection.ops.adapt_datetimefield_value(mailing.created_at),
        "claimed_by": "",
        "claim": "",
        "last_status": "",
        "last_text": "",
        "blame": "",
    }
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ["subscriber_id", *values])
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table(Delivery)} ({columns}) "  # noqa: S608
            f"SELECT chosen.id, {marks} FROM ({sql}) AS chosen",
            [*values.values(), *params],
        )
        created = cursor.rowcount
    Mailing.objects.filter(pk=mailing.pk).update(total=F("total") + created)
