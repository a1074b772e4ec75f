"""How many sign-ups are too many: per address, per network, and in all.

Counts stand under keyed hashes that change every day, and are erased when
their span ends, so that nobody can be followed by them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from barograph.base import proxies
from barograph.newsletter.models import Tally
from barograph.subscribers.addresses import keyed_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_ADDRESS = 3  # a day
PER_NETWORK = 20  # an hour
PER_LOOPBACK = 200  # an hour: a proxy that names nobody, or an onion service
MAILS = 500  # mails an hour that strangers cause: answers to sign-ups
FAIR = 3  # so many sign-ups of a network in an hour may use all of these mails; further ones only …
CROWDED = 0.5  # … so much of them, so that the busy networks leave the rest to everybody else
SUBSCRIBERS_MAILS = 500  # mails an hour that subscribers cause: changes of address, own data

_NO_SCRIPTS = "relay without SMTPUTF8"

log = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Taken:
    """What a sign-up that was counted may have."""

    network_may: bool
    address_may: bool
    share: int  # which one of its network this hour it is: 1, 2, …

    def __iter__(self) -> Iterator[bool]:
        return iter((self.network_may, self.address_may))


@transaction.atomic
def take(*, network: str, address_key: str) -> Taken:
    """Count a sign-up; says whether the network, and whether the address, is still within its limit.

    `address_key`: as from addresses.limit_key, the same for whatever stands behind a + in the name.
    """
    now = timezone.now()
    Tally.objects.filter(ends_at__lt=now).delete()
    most = PER_LOOPBACK if network == "loopback" else PER_NETWORK
    share = _one_more("network", network, HOUR, now)
    if share > most:
        return Taken(False, False, share)
    return Taken(True, _one_more("address", address_key, DAY, now) <= PER_ADDRESS, share)


@transaction.atomic
def may_mail(*, share: int = 1) -> datetime | None:
    """Count an answer to a sign-up. None where it may go out, else when to ask again.

    `share`: which sign-up of its network in its hour it answers. A network that asks often uses up a part of the hour's
    mails only, so that strangers with many sign-ups can't keep everybody else waiting.
    """
    return _may("mails", MAILS, MAILS if share <= FAIR else int(MAILS * CROWDED))


@transaction.atomic
def may_mail_subscriber() -> datetime | None:
    """The same for mail that a subscriber has asked for. It comes from a pot of its own, which no sign-up empties."""
    return _may("subscribers' mails", SUBSCRIBERS_MAILS, SUBSCRIBERS_MAILS)


def _may(pot: str, size: int, most: int) -> datetime | None:
    span, ends_at = _span(timezone.now(), HOUR)
    key = f"{pot} {span}"
    used = Tally.objects.filter(key=key).values_list("number", flat=True).first() or 0
    if used < most:
        number = _count(key, ends_at)
        if number == int(size * CROWDED):
            log.warning("half of the %s %s of this hour have gone out; more is asked for than usual", size, pot)
        if number <= size:
            return None
    if _count(f"waiting {key}", ends_at) == 1:
        log.warning("%s: more is asked for than this hour's limit allows; the rest waits for the next hour", pot)
    return ends_at


def note_scripts(*, are_taken: bool) -> None:
    """Remember for a day whether the relay takes addresses with letters outside ASCII (SMTPUTF8, RFC 6531)."""
    Tally.objects.filter(key=_NO_SCRIPTS).delete()
    if not are_taken:
        Tally.objects.create(key=_NO_SCRIPTS, number=1, ends_at=timezone.now() + DAY)


def can_write_to(address: str) -> bool:
    """Whether, as far as is known, the relay takes this address: one in ASCII, or it was not refused of late."""
    return address.isascii() or not Tally.objects.filter(key=_NO_SCRIPTS, ends_at__gt=timezone.now()).exists()


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
    """The /24 or /48 a request comes from: that of the last address before the proxies of this site.

    The sign-in and the API count by it, too. Proxies are those of BAROGRAPH_TRUSTED_PROXIES.
    """
    forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")
    address = proxies.client(request.META.get("REMOTE_ADDR", ""), forwarded_for, settings.TRUSTED_PROXIES)
    return "loopback" if address is None else proxies.network_of(address)
