"""What refusals at the relay mean for subscribers: the same as mail that came back, once a mailing is through.

Drawn at the end, not at once: a relay that refuses everybody is found out
before anybody pays for it. Safe to repeat.
"""

from __future__ import annotations

from django.db.models import F, Q

from barograph.delivery.bounces.blame import is_for_good, reason_of
from barograph.delivery.enums import Blame, DeliveryState
from barograph.delivery.models import Mailing
from barograph.subscribers import standing
from barograph.subscribers.enums import Refusal

#: What is held against an address; the rest is between the servers and us.
ABOUT_THE_ADDRESS = frozenset({Blame.ADDRESS, Blame.MAILBOX})


def draw(mailing: Mailing) -> int:
    """Stop or count those whom this mailing could not reach. Returns how many are stopped."""
    refused = mailing.deliveries.filter(
        Q(subscriber__moved_at=None) | Q(subscriber__moved_at__lt=F("settled_at")),  # else another address was refused
        state=DeliveryState.FAILED,
        blame__in=ABOUT_THE_ADDRESS,
        subscriber__isnull=False,
    ).values_list("subscriber_id", "last_code", "last_status", "last_text")
    stopped = 0
    for subscriber_id, code, status, text in list(refused):
        if is_for_good(code=code, text=text):
            stopped += standing.stop(subscriber_id=subscriber_id, reason=Refusal.BOUNCED)
        else:
            reason = reason_of(code=code, text=text)
            stopped += standing.count_bounce(
                subscriber_id=subscriber_id, mailing_id=mailing.pk, status=status, reason=reason
            )
    return stopped
