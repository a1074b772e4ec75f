"""Who has which deliveries in hand: claims by conditional updates, leases, and taking over from the dead.

Means the same on SQLite and PostgreSQL; there, SKIP LOCKED keeps workers out of
each other's way. Knows no transport and builds no mail.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from django.db import connection, transaction
from django.utils import timezone

from barograph.base import processes
from barograph.base.sql import one_of, table
from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing

BATCH = 500
LEASE = timedelta(minutes=10)
RENEWED_AFTER = LEASE.total_seconds() / 5

FREE = {"state": DeliveryState.QUEUED, "claim": "", "claimed_by": "", "lease_until": None}


def now() -> datetime:
    """The time by which leases go: the database's, where machines with clocks of their own share one."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


#: The claims of the runs that go on in this process.
_LIVE: set[str] = set()


@dataclass
class Claims:
    """What one run of one worker has in hand of a mailing."""

    mailing: Mailing
    claim: str = field(default_factory=lambda: uuid.uuid4().hex)
    owner: str = field(default_factory=processes.me)
    renewed_at: float | None = None  # by this process's own count of seconds

    def take(self, number: int = BATCH) -> list[tuple[int, uuid.UUID | None, int, int]]:
        """The next few, now ours alone, as (id, subscriber, tries, drops); none where nothing is due, or the
        mailing has been paused, stopped or taken back.
        """
        moment, ops, deliveries = now(), connection.ops, table(Delivery)
        if connection.features.has_select_for_update_skip_locked:  # by where a row lies: it stays there while locked
            locked, name, chosen = "FOR UPDATE SKIP LOCKED", "ctid", "ctid = ANY(ARRAY(SELECT ctid FROM due))"
        else:
            locked, name, chosen = "", "id", "id IN (SELECT id FROM due)"
        sql = (
            f"WITH due AS MATERIALIZED (SELECT {name} FROM {deliveries} "  # noqa: S608 - only names are put in
            f"WHERE mailing_id = %s AND state = %s AND next_try_at <= %s ORDER BY next_try_at, id LIMIT %s {locked}) "
            f"UPDATE {deliveries} SET state = %s, claim = %s, claimed_by = %s, lease_until = %s "
            f"WHERE {chosen} AND state = %s RETURNING id, subscriber_id, tries, drops"
        )
        queued, claimed = DeliveryState.QUEUED.value, DeliveryState.CLAIMED.value
        at, until = (ops.adapt_datetimefield_value(time) for time in (moment, moment + LEASE))
        params = [self.mailing.pk, queued, at, number, claimed, self.claim, self.owner, until, queued]
        _LIVE.add(self.claim)
        going = Mailing.objects.unfinished().filter(pk=self.mailing.pk).select_for_update(no_key=True)
        with transaction.atomic(), connection.cursor() as cursor:
            if not going.values_list("pk", flat=True).first():  # whoever takes it back waits for us, or we for them
                return []
            cursor.execute(sql, params)
            rows = list(cursor.fetchall())
        self.renewed_at = self.renewed_at or time.monotonic()
        reader = Delivery._meta.get_field("subscriber").target_field
        return [
            (pk, reader.to_python(subscriber), *counts) for pk, subscriber, *counts in sorted(rows, key=itemgetter(0))
        ]

    def still_claimed(self, ids: list[int]) -> set[int]:
        """Those of `ids` that are still ours."""
        if not ids:
            return set()
        these, params = one_of("id", ids)
        sql = f"SELECT id FROM {table(Delivery)} WHERE {these} AND state = %s AND claim = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, DeliveryState.CLAIMED.value, self.claim])
            return {pk for (pk,) in cursor.fetchall()}

    @property
    def are_old(self) -> bool:
        """Whether it is time to prolong the lease, long before it ends."""
        return self.renewed_at is not None and time.monotonic() - self.renewed_at > RENEWED_AFTER

    def renew(self) -> None:
        """Prolong the lease while the work goes on."""
        self._mine().update(lease_until=now() + LEASE)
        self.renewed_at = time.monotonic()

    def release(self) -> None:
        """What was claimed and not settled waits again; where the database can't be written, for the next run."""
        _LIVE.discard(self.claim)
        self._mine().update(**FREE)

    def _mine(self):
        return self.mailing.deliveries.claimed().filter(claim=self.claim)


def take_over(mailing: Mailing) -> None:
    """Put back what was claimed by a process that is gone, or, on another machine, whose lease is over.

    A living process of this machine keeps its claims whatever the clock says, as long as their run goes on.
    """
    claimed = mailing.deliveries.claimed()
    for owner, claim, lease in claimed.order_by().values_list("claimed_by", "claim", "lease_until").distinct():
        is_over = owner == processes.me() and claim not in _LIVE  # it could not be released: a full disk, a lock
        is_late = not processes.is_here(owner) and lease is not None and lease < now()
        if is_over or is_late or processes.is_gone(owner):
            claimed.filter(claimed_by=owner, claim=claim, lease_until=lease).update(**FREE)
