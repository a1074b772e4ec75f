"""Domains that refuse an unusual share of their readers as unknown: a provider's bad hour, or the domain has closed.

Nobody of such a domain is stopped at the first refusal. It stays open until an operator says what is right, or until
a later mailing is refused, too (subscribers/standing.py). Whoever may let a mailing go on is told by mail
(publishing/domain_alerts.py). Known under a keyed hash of the domain, and by name from FEWEST refused readers on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from barograph.delivery.enums import Doubt
from barograph.delivery.models import DomainRefusal, Mailing
from barograph.subscribers import addresses, standing
from barograph.subscribers.enums import SubscriberState
from barograph.subscribers.models import Bounce, Subscriber

#: A domain is in doubt where it refuses so many readers of a mailing as unknown …
FEWEST = 10
#: … and so large a share of all its readers there.
SHARE = 0.05
#: A domain that was in doubt so long ago is in doubt anew.
REPEATS_WITHIN = timedelta(weeks=8)


def domain_of(pk: Any, cipher: bytes) -> str:
    """The domain of a sealed address in small letters; '' where it can't be opened."""
    try:
        return addresses.unseal(cipher, bound_to=pk.hex).rpartition("@")[2].lower()
    except addresses.Unreadable:
        return ""


def unusual(mailing: Mailing, refused: Counter[str]) -> dict[str, tuple[int, int]]:
    """Of the domains that refused readers as unknown those where that is unusual: {domain: (refused, readers)}.

    Opens every address of the mailing where any domain has refused FEWEST or more, and none otherwise.
    """
    many = {name for name, number in refused.items() if name and number >= FEWEST}
    if not many:
        return {}
    readers: Counter[str] = Counter()
    rows = mailing.deliveries.order_by().filter(subscriber__isnull=False)
    for pk, cipher in rows.values_list("subscriber_id", "subscriber__address_cipher").iterator(chunk_size=1000):
        name = domain_of(pk, cipher)
        if name in many:
            readers[name] += 1
    pairs = {name: (refused[name], max(readers[name], refused[name])) for name in many}
    return {name: pair for name, pair in pairs.items() if pair[0] >= SHARE * pair[1]}


def is_open(*, mailing_id: int, domain_key: str) -> bool:
    """Whether a mailing's domain is in doubt."""
    rows = DomainRefusal.objects.filter(mailing_id=mailing_id, domain_key=domain_key)
    return rows.filter(state__in=[Doubt.OPEN, Doubt.REPEATED]).exists()


@transaction.atomic
def note(mailing: Mailing, domains: dict[str, tuple[int, int]]) -> list[DomainRefusal]:
    """Keep that these domains are in doubt; once a mailing and domain, with fresh figures. Returns the new ones."""
    fresh, now = [], timezone.now()
    for name, (refused, total) in sorted(domains.items()):
        key = standing.domain_key(f"@{name}")
        earlier = DomainRefusal.objects.filter(
            domain_key=key, mailing__created_at__lt=mailing.created_at, noted_at__gte=now - REPEATS_WITHIN
        ).exclude(state=Doubt.SET_ASIDE)
        row, is_new = DomainRefusal.objects.get_or_create(
            mailing=mailing,
            domain_key=key,
            defaults={
                "domain": name,
                "refused": refused,
                "total": total,
                "noted_at": now,
                "state": Doubt.REPEATED if earlier.filter(noted_at__lt=mailing.created_at).exists() else Doubt.OPEN,
            },
        )
        if is_new:
            earlier.filter(state=Doubt.OPEN).update(state=Doubt.REPEATED, decided_at=now)
            fresh.append(row)
        elif (row.refused, row.total) != (refused, total):
            DomainRefusal.objects.filter(pk=row.pk).update(refused=refused, total=total)
    return fresh


def look_at_returned(*, mailing_id: int, subscriber: Subscriber) -> None:
    """After a mail came back as unknown: whether that is unusual by now. Whom this mailing has stopped then go on.

    All readers of the mailing are counted at 10, 20, 40 … refusals only.
    """
    try:
        name = subscriber.address().rpartition("@")[2].lower()
    except addresses.Unreadable:
        return
    key = standing.domain_key(f"@{name}")
    number = Bounce.objects.filter(mailing_id=mailing_id, domain_key=key, is_unknown=True).count()
    if is_open(mailing_id=mailing_id, domain_key=key):
        DomainRefusal.objects.filter(mailing_id=mailing_id, domain_key=key, refused__lt=number).update(refused=number)
        return
    mailing = Mailing.objects.filter(pk=mailing_id).first()
    if mailing is None or not _is_time_to_count(number):
        return
    for row in note(mailing, unusual(mailing, Counter({name: number}))):
        standing.restore(mailing_id=mailing_id, domain=row.domain_key)


def _is_time_to_count(number: int) -> bool:
    return number >= FEWEST and number % FEWEST == 0 and (number // FEWEST).bit_count() == 1


def settle(mailing: Mailing) -> None:
    """After a mailing: a doubt is over where nobody is left who is refused and not yet stopped."""
    for row in DomainRefusal.objects.filter(state=Doubt.OPEN, mailing__created_at__lt=mailing.created_at):
        theirs = Bounce.objects.filter(mailing_id=row.mailing_id, domain_key=row.domain_key, is_unknown=True)
        if not theirs.filter(subscriber__state=SubscriberState.CONFIRMED).exists():
            DomainRefusal.objects.filter(pk=row.pk).update(state=Doubt.OVER, decided_at=timezone.now())


def add_stopped(mailing: Mailing, domains: Iterable[str]) -> None:
    """Keep how many of each domain a mailing's refusals have stopped."""
    for name, number in Counter(domains).items():
        key = standing.domain_key(f"@{name}")
        DomainRefusal.objects.filter(mailing=mailing, domain_key=key).update(stopped=number)


@transaction.atomic
def stop(*, refusal_id: int) -> int:
    """An operator's word: these addresses are gone. Returns how many are stopped."""
    row = DomainRefusal.objects.select_for_update().get(pk=refusal_id)
    number = standing.stop_domain(mailing_id=row.mailing_id, domain=row.domain_key)
    row.state, row.decided_at, row.stopped = Doubt.STOPPED, timezone.now(), row.stopped + number
    row.save(update_fields=["state", "decided_at", "stopped"])
    return number


@transaction.atomic
def set_aside(*, refusal_id: int) -> int:
    """An operator's word: the domain was in error. Returns how many refusals count no more."""
    row = DomainRefusal.objects.select_for_update().get(pk=refusal_id)
    number = standing.set_aside(mailing_id=row.mailing_id, domain=row.domain_key)
    row.state, row.decided_at = Doubt.SET_ASIDE, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    return number
