"""Whom a mailing goes to: found by list in walks whose cost doesn't grow with the list, and looked at again
just before a mail is handed over.

The queries are shaped so that both databases answer them from an index, with
or without statistics. Sends nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from barograph.base.sql import one_of, table
from barograph.subscribers import addresses
from barograph.subscribers.enums import ALL, SubscriberState
from barograph.subscribers.models import ImportRun, Subscriber, Subscription


def _seen(column: str) -> str:
    """SQL for "this row is there": see models.ImportRun. Rows of no import cost no look at another table."""
    runs = table(ImportRun)
    return (
        f"(wanted.arrives_with_id IS NULL OR EXISTS (SELECT 1 FROM {runs} run "  # noqa: S608 - names of tables alone
        f"WHERE run.id = wanted.arrives_with_id AND run.finished_at {column})) "
        f"AND (wanted.leaves_with_id IS NULL OR EXISTS (SELECT 1 FROM {runs} run "
        "WHERE run.id = wanted.leaves_with_id AND run.finished_at IS NULL))"
    )


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail now."""

    id: uuid.UUID
    language: str
    cipher: bytes
    topics: tuple[str, ...] = ()  # what they chose, first first; none: all
    links: int | None = None  # what their signed links hold
    address_key: str = ""  # what the address is looked up by

    def address(self) -> str:
        """The address in clear. Raises addresses.Unreadable."""
        return addresses.unseal(self.cipher, bound_to=self.id.hex)


def still_receiving(
    *, ids: Iterable[uuid.UUID], list_key: str, on: date, paces: Iterable[str] = ()
) -> dict[uuid.UUID, Recipient]:
    """Those of `ids` who get the list on that day: confirmed, subscribed (at one of these paces), not pausing."""
    ids, ops = list(ids), connection.ops
    if not ids:
        return {}
    key, paces = Subscriber._meta.pk, list(paces)
    theirs, params = one_of("wanted.subscriber_id", [key.get_db_prep_value(one, connection) for one in ids])
    if paces:
        at_pace, more = one_of("wanted.pace", paces)
        theirs, params = f"{theirs} AND {at_pace}", params + more
    sql = f"""
        SELECT someone.id, wanted.topics, someone.language, someone.address_cipher, someone.links,
               someone.address_key
        FROM {table(Subscription)} wanted
        CROSS JOIN {table(Subscriber)} someone
        WHERE wanted.list_key = %s AND {theirs} AND {_seen("IS NOT NULL")}
        AND someone.id = wanted.subscriber_id AND someone.state = %s
        AND (someone.paused_until IS NULL OR someone.paused_until <= %s)
    """  # noqa: S608 - only names of tables are put in
    params = [list_key, *params, SubscriberState.CONFIRMED.value, ops.adapt_datefield_value(on)]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    recipients = {}
    for pk, topics, language, cipher, links, address_key in rows:
        reader = key.to_python(pk)
        chosen = tuple(json.loads(topics)) if topics != "[]" else ()
        recipients[reader] = Recipient(reader, language, cipher, chosen, links, address_key)
    return recipients


def end_of_chunk(*, list_key: str, after: uuid.UUID | None, size: int) -> uuid.UUID | None:
    """The last of the next `size` subscribers of a list, in the order of their ids; None where there are no more."""
    walk = Subscription.all_rows.filter(list_key=list_key).order_by("subscriber_id")
    if after is not None:
        walk = walk.filter(subscriber_id__gt=after)
    ids = walk.values_list("subscriber_id", flat=True)
    return ids[size - 1 : size].first() or ids.reverse().first()


def chunk_query(
    *,
    list_key: str,
    after: uuid.UUID | None,
    upto: uuid.UUID,
    joined_by: datetime,
    on: date,
    paces: Sequence[str] = (),
    topics: Sequence[str] = (),
) -> tuple[str, list]:
    """SQL (with parameters) that gives the ids of who gets the list, from `after` (not included) to `upto`.

    `paces`: only who reads at one of these. `topics`: only who chose one of these, or chose none.
    CROSS JOIN makes SQLite begin with the list and look each subscriber up by id.
    """
    ops = connection.ops
    field = Subscriber._meta.pk
    lower = "" if after is None else "AND wanted.subscriber_id > %s"
    sql = f"""
        SELECT someone.id FROM {table(Subscription)} wanted
        CROSS JOIN {table(Subscriber)} someone
        WHERE wanted.list_key = %s {lower} AND wanted.subscriber_id <= %s AND wanted.confirmed_at <= %s
        AND {_seen("<= %s")}
        AND someone.id = wanted.subscriber_id AND someone.state = %s
        AND (someone.paused_until IS NULL OR someone.paused_until <= %s)
    """  # noqa: S608 - only names of tables are put in
    chosen: list = []
    if paces:
        at_pace, chosen = one_of("wanted.pace", paces)
        sql += f" AND {at_pace}"
    if topics:  # as text: the same on both databases
        words = "CAST(wanted.topics AS TEXT)"
        sql += f" AND ({words} = '[]'" + f" OR {words} LIKE %s" * (len(topics) + 1) + ")"
        chosen += [f'%"{topic}"%' for topic in (*topics, ALL)]
    bounds = [field.get_db_prep_value(bound, connection) for bound in (after, upto) if bound is not None]
    return sql, [
        list_key,
        *bounds,
        ops.adapt_datetimefield_value(joined_by),
        ops.adapt_datetimefield_value(joined_by),
        SubscriberState.CONFIRMED.value,
        ops.adapt_datefield_value(on),
        *chosen,
    ]
