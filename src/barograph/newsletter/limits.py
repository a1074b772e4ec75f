"""How many sign-ups are too many: per address, per network, and in all. Counted by base/rate_limits.py."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from barograph.base import rate_limits
from barograph.base.models import RateCount
from barograph.base.rate_limits import DAY, HOUR, PER_LOOPBACK

PER_ADDRESS = 3  # a day
PER_NETWORK = 20  # an hour
MAILS = 500  # mails an hour that strangers cause: answers to sign-ups
FAIR = 3  # so many sign-ups of a network in an hour may use all of these mails; further ones only …
CROWDED = 0.5  # … so much of them, so that the busy networks leave the rest to everybody else
SUBSCRIBERS_MAILS = 500  # mails an hour that subscribers cause: changes of address, own data

_NO_SCRIPTS = "relay without SMTPUTF8"

log = logging.getLogger(__name__)


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
    rate_limits.erase_ended()
    most = PER_LOOPBACK if network == "loopback" else PER_NETWORK
    share = rate_limits.count("network", network)
    if share > most:
        return Taken(False, False, share)
    return Taken(True, rate_limits.count("address", address_key, length=DAY) <= PER_ADDRESS, share)


@transaction.atomic
def may_mail(*, share: int = 1) -> datetime | None:
    """Count an answer to a sign-up. None where it may go out, else when to ask again.

    `share`: which sign-up of its network in its hour it answers. A network that asks often uses up a part of the hour's
    mails only, so that strangers with many sign-ups can't keep everybody else waiting.
    """
    return _may("mails", MAILS, MAILS if share <= FAIR else int(MAILS * CROWDED))


@transaction.atomic
def may_mail_subscriber() -> datetime | None:
    """Count a mail that a subscriber has asked for. None where it may go out, else when to ask again.

    These mails have a limit of their own, which no sign-up uses up.
    """
    return _may("subscribers' mails", SUBSCRIBERS_MAILS, SUBSCRIBERS_MAILS)


def _may(pot: str, size: int, most: int) -> datetime | None:
    span, ends_at = rate_limits.span(timezone.now(), HOUR)
    key = f"{pot} {span}"
    if rate_limits.number_of(key) < most:
        number = rate_limits.add_to(key, ends_at)
        if number == int(size * CROWDED):
            log.warning("half of the %s %s of this hour have gone out; more is asked for than usual", size, pot)
        if number <= size:
            return None
    if rate_limits.add_to(f"waiting {key}", ends_at) == 1:
        log.warning("%s: more is asked for than this hour's limit allows; the rest waits for the next hour", pot)
    return ends_at


def note_scripts(*, are_taken: bool) -> None:
    """Remember for a day whether the relay takes addresses with letters outside ASCII (SMTPUTF8, RFC 6531)."""
    RateCount.objects.filter(key=_NO_SCRIPTS).delete()
    if not are_taken:
        RateCount.objects.create(key=_NO_SCRIPTS, number=1, ends_at=timezone.now() + DAY)


def can_write_to(address: str) -> bool:
    """Whether, as far as is known, the relay takes this address: one in ASCII, or it was not refused of late."""
    return address.isascii() or not RateCount.objects.filter(key=_NO_SCRIPTS, ends_at__gt=timezone.now()).exists()
