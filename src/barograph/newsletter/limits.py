"""How many sign-ups are too many: per address, per network, and in all.

Counts stand under keyed hashes that change every day, and are erased when
their span ends, so that nobody can be followed by them.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from barograph.newsletter.models import Tally
from barograph.subscribers.addresses import keyed_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_ADDRESS = 3  # a day
PER_NETWORK = 20  # an hour
PER_LOOPBACK = 200  # an hour: a proxy that names nobody, or an onion service
MAILS = 500  # confirmation mails an hour, from everywhere


def _span(now: datetime, length: timedelta) -> tuple[str, datetime]:
    seconds = int(length.total_seconds())
    number = int(now.timestamp()) // seconds
    return str(number), datetime.fromtimestamp((number + 1) * seconds, tz=now.tzinfo)


def _count(key: str, ends_at: datetime) -> int:
    """One more; how many it makes. The first is no other work than the next: nobody can tell it by its time."""
    Tally.objects.bulk_create([Tally(key=key, number=0, ends_at=ends_at)], ignore_conflicts=True)
    Tally.objects.filter(key=key).update(number=F("number") + 1)
    return Tally.objects.values_list("number", flat=True).get(key=key)


def _one_more(purpose: str, what: str, length: timedelta, now: datetime) -> int:
    return _count(*_key(purpose, what, length, now))


def _key(purpose: str, what: str, length: timedelta, now: datetime) -> tuple[str, datetime]:
    """The tally's key in the present span, and when that ends."""
    span, ends_at = _span(now, length)
    day = now.astimezone(timezone.get_default_timezone()).date()
    return keyed_hash(f"limit {purpose}", f"{day} {span} {what}"), ends_at


@transaction.atomic
def take(*, network: str, address_key: str) -> tuple[bool, bool]:
    """Count a sign-up. Returns whether the network, and whether the address, is still within its limit."""
    now = timezone.now()
    Tally.objects.filter(ends_at__lt=now).delete()
    most = PER_LOOPBACK if network == "loopback" else PER_NETWORK
    if _one_more("network", network, HOUR, now) > most:
        return False, False
    return True, _one_more("address", address_key, DAY, now) <= PER_ADDRESS


@transaction.atomic
def may_mail() -> datetime | None:
    """Count a mail. None where it may go out, else when to ask again."""
    now = timezone.now()
    span, ends_at = _span(now, HOUR)
    return None if _count(f"mails {span}", ends_at) <= MAILS else ends_at


@transaction.atomic
def count(purpose: str, what: str) -> None:
    """One more of something in this hour."""
    _one_more(purpose, what, HOUR, timezone.now())


def reached(purpose: str, what: str) -> int:
    """How many of something this hour has seen."""
    key, _ends_at = _key(purpose, what, HOUR, timezone.now())
    return Tally.objects.filter(key=key).values_list("number", flat=True).first() or 0


@transaction.atomic
def spend(purpose: str, what: str, most: int) -> bool:
    """Count one more of something in this hour; False where that makes more than `most`.

    What a limit is for is counted before it is tried, in one step with the look at the limit: of many tries at once no
    more than `most` get through. A try that was no misuse is given back.
    """
    return _one_more(purpose, what, HOUR, timezone.now()) <= most


def give_back(purpose: str, what: str) -> None:
    """What was spent in this hour was no misuse."""
    key, _ends_at = _key(purpose, what, HOUR, timezone.now())
    Tally.objects.filter(key=key, number__gt=0).update(number=F("number") - 1)


def network_of(request: HttpRequest) -> str:
    """The /24 or /48 a request comes from. Behind a proxy on this machine, the one that proxy names last."""
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    if address is None or address.is_loopback:
        forwarded = _parsed(request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2])
        if forwarded is None or forwarded.is_loopback:
            return "loopback"
        address = forwarded
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None
