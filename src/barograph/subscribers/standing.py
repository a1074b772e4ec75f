"""How an address stands: what came back from it, counted until enough is enough.

An address that does not exist is not mailed again at once. One that refuses for
another reason is not mailed again after four mailings in a row of three weeks or
more came back; what is older than three months is forgotten. A suppression keeps
the keyed hash, the reason and the date, and nothing else.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from barograph.subscribers import services
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Bounce, Subscriber

#: So many different mailings must have come back …
ENOUGH = 4
#: … over at least so long …
OVER = timedelta(days=21)
#: … and nothing older counts.
FORGOTTEN_AFTER = timedelta(days=90)


@transaction.atomic
def stop(*, subscriber_id: uuid.UUID, reason: Refusal) -> bool:
    """Never mail this subscriber again. False where they have left already."""
    subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    services.suppress(keys=subscriber.keys(), reason=reason)
    return True


@transaction.atomic
def count_bounce(
    *, subscriber_id: uuid.UUID, mailing_id: int, status: str, reason: str, on: date | None = None
) -> bool:
    """Count one mailing that came back for now, once. True where it was one too many and the address is stopped."""
    on = on or timezone.localdate()
    subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    Bounce.objects.filter(subscriber=subscriber, date__lt=on - FORGOTTEN_AFTER).delete()
    Bounce.objects.get_or_create(
        subscriber=subscriber,
        mailing_id=mailing_id,
        defaults={"date": on, "status": status[:12], "reason": reason[:100]},
    )
    dates = list(subscriber.bounces.order_by("date").values_list("date", flat=True))
    if len(dates) < ENOUGH or dates[-1] - dates[0] < OVER:
        return False
    return stop(subscriber_id=subscriber_id, reason=Refusal.BOUNCED)


@transaction.atomic
def forget_old_bounces(*, on: date | None = None) -> int:
    """Erase what no longer counts. Returns how many."""
    return Bounce.objects.filter(date__lt=(on or timezone.localdate()) - FORGOTTEN_AFTER).delete()[0]
