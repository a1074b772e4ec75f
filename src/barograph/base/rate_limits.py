"""How often something may happen within an hour or a day: counts in the database, under keyed hashes.

The hashes change every day and the rows are erased when their span ends, so that nobody can be followed by them. What
a limit protects is counted before it is tried, in one step with the look at the limit; so of many tries at once no
more than the limit get through. What may happen how often is said where it happens.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from barograph.base import proxies
from barograph.base.models import RateCount
from barograph.base.sealing import keyed_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Sign-ups and requests for a password an hour from the machine itself: a proxy that names nobody, an onion service.
PER_LOOPBACK = 200


def span(now: datetime, length: timedelta) -> tuple[str, datetime]:
    """The number of the present span of that length since 1970, as text, and when it ends."""
    seconds = int(length.total_seconds())
    number = int(now.timestamp()) // seconds
    return str(number), datetime.fromtimestamp((number + 1) * seconds, tz=now.tzinfo)


def add_to(key: str, ends_at: datetime) -> int:
    """Add one to the count of a key; returns the sum. The first time takes no longer than the next ones."""
    RateCount.objects.bulk_create([RateCount(key=key, number=0, ends_at=ends_at)], ignore_conflicts=True)
    RateCount.objects.filter(key=key).update(number=F("number") + 1)
    return number_of(key)


def number_of(key: str) -> int:
    """The count of a key; 0 where there is none."""
    return RateCount.objects.filter(key=key).values_list("number", flat=True).first() or 0


def count(purpose: str, subject: str, *, length: timedelta = HOUR) -> int:
    """Count one more of something in the present span; returns the sum. `subject`: who or what it is counted for."""
    return add_to(*_key(purpose, subject, length))


def reached(purpose: str, subject: str) -> int:
    """How many of something this hour has seen."""
    return number_of(_key(purpose, subject, HOUR)[0])


@transaction.atomic
def spend(purpose: str, subject: str, most: int) -> bool:
    """Count one more of something in this hour; False where that makes more than `most`."""
    return count(purpose, subject) <= most


def give_back(purpose: str, subject: str) -> None:
    """Take back what was spent in this hour, since it was no misuse."""
    key, _ends_at = _key(purpose, subject, HOUR)
    RateCount.objects.filter(key=key, number__gt=0).update(number=F("number") - 1)


def erase_ended() -> None:
    """Erase the counts whose span has ended."""
    RateCount.objects.filter(ends_at__lt=timezone.now()).delete()


def network_of(request: HttpRequest) -> str:
    """The /24 or /48 that a request comes from: that of the last address before the proxies of this site.

    Proxies are those of BAROGRAPH_TRUSTED_PROXIES. "loopback" where the request comes from the machine itself.
    """
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")
    address = proxies.client(request.META.get("REMOTE_ADDR", ""), forwarded_for, settings.TRUSTED_PROXIES)
    return "loopback" if address is None else proxies.network_of(address)


def _key(purpose: str, subject: str, length: timedelta) -> tuple[str, datetime]:
    """The key of a count in the present span, and when that span ends."""
    now = timezone.now()
    number, ends_at = span(now, length)
    day = now.astimezone(timezone.get_default_timezone()).date()
    return keyed_hash(f"limit {purpose}", f"{day} {number} {subject}"), ends_at
