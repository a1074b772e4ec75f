"""What refused and returned mail means for subscribers: one rule for both, which subscribers/standing.py states.

Refusals at the relay are drawn once a mailing is through, not at once: a relay that refuses everybody is found out
before anybody pays for it, and a domain that refuses an unusual share of its readers is known (doubts.py). Mail that
came back is counted as it comes. Safe to repeat.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from barograph.delivery import doubts
from barograph.delivery.bounces.blame import is_for_good, reason_of
from barograph.delivery.enums import Blame, DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.subscribers import standing
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Bounce
from barograph.subscribers.standing import Accepted, Failure

#: What is held against an address; the rest is between the servers and us.
ABOUT_THE_ADDRESS = frozenset({Blame.ADDRESS, Blame.MAILBOX})


@dataclass(frozen=True)
class _Refused:
    subscriber_id: uuid.UUID
    domain: str  # '' where it does not matter
    at: datetime
    code: int
    status: str
    text: str
    is_unknown: bool


def draw(mailing: Mailing) -> int:
    """Stop or count those whom this mailing could not reach. Returns how many are stopped."""
    refused = _refused(mailing)
    unknown = Counter(row.domain for row in refused if row.is_unknown)
    doubted = doubts.unusual(mailing, unknown)
    doubts.note(mailing, doubted)
    stopped = []
    for row in refused:
        failure = Failure(
            mailing_id=mailing.pk,
            made_at=mailing.created_at,
            noted_at=row.at,
            status=row.status,
            reason=reason_of(code=row.code, text=row.text),
            is_unknown=row.is_unknown,
            is_returned=False,
            is_doubted=row.is_unknown and row.domain in doubted,
        )
        if count(subscriber_id=row.subscriber_id, failure=failure):
            stopped.append(row.domain)
    doubts.add_stopped(mailing, [name for name in stopped if name in doubted])
    _clear(mailing)
    doubts.settle(mailing)
    return len(stopped)


def _clear(mailing: Mailing) -> None:
    """What was counted against those whom this mailing has reached counts no more."""
    counted = list(Bounce.objects.order_by().values_list("subscriber_id", flat=True).distinct())
    for start in range(0, len(counted), 500):
        some = mailing.deliveries.filter(subscriber_id__in=counted[start : start + 500], state=DeliveryState.SENT)
        for subscriber_id in some.values_list("subscriber_id", flat=True):
            standing.clear(subscriber_id=subscriber_id, accepted=accepted(subscriber_id=subscriber_id))


def _refused(mailing: Mailing) -> list[_Refused]:
    rows = mailing.deliveries.filter(
        Q(subscriber__moved_at=None) | Q(subscriber__moved_at__lt=F("settled_at")),  # else another address was refused
        state=DeliveryState.FAILED,
        blame__in=ABOUT_THE_ADDRESS,
        subscriber__isnull=False,
    ).values_list("subscriber_id", "subscriber__address_cipher", "settled_at", "last_code", "last_status", "last_text")
    refused = []
    for pk, cipher, at, code, status, text in rows:
        is_unknown = is_for_good(code=code or 0, text=text)
        domain = doubts.domain_of(pk, cipher) if is_unknown else ""
        refused.append(_Refused(pk, domain, at or timezone.now(), code or 0, status, text, is_unknown))
    return refused


def count(*, subscriber_id: uuid.UUID, failure: Failure) -> Refusal | None:
    """Count one failure by what else was delivered lately. The reason where the address is stopped by it."""
    return standing.count_failure(
        subscriber_id=subscriber_id, failure=failure, accepted=accepted(subscriber_id=subscriber_id)
    )


def accepted(*, subscriber_id: uuid.UUID) -> list[Accepted]:
    """The mailings that were accepted for a subscriber's present address as far back as anything counts."""
    since = timezone.now() - standing.FORGOTTEN_AFTER
    rows = Delivery.objects.filter(
        Q(subscriber__moved_at=None) | Q(subscriber__moved_at__lt=F("settled_at")),
        subscriber_id=subscriber_id,
        state=DeliveryState.SENT,
        settled_at__gte=since,
    )
    return [Accepted(*row) for row in rows.values_list("mailing_id", "mailing__created_at", "settled_at")]
