"""Who has which deliveries in hand: claims by conditional updates, leases, and taking over from the dead.

Means the same on SQLite and PostgreSQL; there, SKIP LOCKED keeps workers out of
each other's way. Knows no transport and builds no mail.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from barograph.base import processes
from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing

BATCH = 200
LEASE = timedelta(minutes=10)

FREE = {"state": DeliveryState.QUEUED, "claim": "", "claimed_by": "", "lease_until": None}


def now() -> datetime:
    """The time by which leases go: the database's, where machines with clocks of their own share one."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@dataclass
class Claims:
    """What one run of one worker has in hand of a mailing."""

    mailing: Mailing
    claim: str = field(default_factory=lambda: uuid.uuid4().hex)
    owner: str = field(default_factory=processes.me)
    renewed_at: datetime | None = None

    def take(self, number: int = BATCH) -> list[tuple[int, uuid.UUID | None, int, int]] | None:
        """The next few, now ours alone, as (id, subscriber, tries, drops). None where nothing is due, or the mailing
        has been paused, stopped or taken back; an empty list where another worker was faster.
        """
        moment = now()
        with transaction.atomic():
            going = Mailing.objects.unfinished().filter(pk=self.mailing.pk).select_for_update(no_key=True)
            if not going.values_list("pk", flat=True).first():  # whoever takes it back waits for us, or we for them
                return None
            due = self.mailing.deliveries.due(moment)
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            ids = list(due.values_list("pk", flat=True)[:number])
            if not ids:
                return None
            Delivery.objects.filter(pk__in=ids, state=DeliveryState.QUEUED).update(
                state=DeliveryState.CLAIMED, claim=self.claim, claimed_by=self.owner, lease_until=moment + LEASE
            )
        self.renewed_at = self.renewed_at or moment
        mine = Delivery.objects.claimed().filter(pk__in=ids, claim=self.claim).order_by("pk")
        return list(mine.values_list("pk", "subscriber_id", "tries", "drops"))

    def held(self, ids: list[int]) -> set[int]:
        """Those of `ids` that are still ours."""
        mine = Delivery.objects.claimed().filter(pk__in=ids, claim=self.claim)
        return set(mine.order_by().values_list("pk", flat=True))

    def renew(self) -> None:
        """Prolong the lease while the work goes on, long before it ends."""
        moment = now()
        if self.renewed_at is not None and moment - self.renewed_at > LEASE / 5:
            self._mine().update(lease_until=moment + LEASE)
            self.renewed_at = moment

    def release(self) -> None:
        """What was claimed and not settled waits again."""
        self._mine().update(**FREE)

    def _mine(self):
        return self.mailing.deliveries.claimed().filter(claim=self.claim)


def take_over(mailing: Mailing) -> None:
    """Put back what was claimed by a process that is gone, or, on another machine, whose lease is over.

    A living process of this machine keeps its claims whatever the clock says.
    """
    claimed = mailing.deliveries.claimed()
    for owner, lease in claimed.order_by().values_list("claimed_by", "lease_until").distinct():
        if processes.is_gone(owner) or (not processes.is_here(owner) and lease is not None and lease < now()):
            claimed.filter(claimed_by=owner, lease_until=lease).update(**FREE)
