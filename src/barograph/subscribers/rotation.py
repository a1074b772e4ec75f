"""A new key for addresses: made first, then every row is sealed and hashed anew, a few at a time.

The noes come before the subscribers: while some are done and some not, a
subscriber's own look-up key then leads to them. Interrupted anywhere, a second
call goes on: the rows themselves tell with which key they are kept, and the old
keys stay on the ring. Nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from barograph.subscribers import addresses, key_check, keyring, records, runs, services
from barograph.subscribers.enums import WEAKER, Act, Refusal
from barograph.subscribers.models import Subscriber, Suppression

CHUNK = 500


@dataclass(frozen=True)
class Rotation:
    """`version` of the key that holds now; how many rows got it; how many could not be opened and stay as they are.

    `refusals`: how many noes got it; they are hashes alone.
    """

    version: int
    sealed: int
    unreadable: int
    was_resumed: bool
    refusals: int = 0


def _hashed_before(version: int) -> Q:
    return Q(address_key__lt=f"{version:03}:")


def _sealed_before(version: int) -> Q:
    """The first byte is the version."""
    return Q(address_cipher__lt=bytes([version]))


def _old(version: int):
    return Subscriber.all_rows.filter(_sealed_before(version) | _hashed_before(version))


def rotate(*, by=None, progress: Callable[[int, int], None] | None = None) -> Rotation:
    """Keep every address with a new key, or go on with a rotation that was cut off.

    Raises keyring.KeptElsewhere, and runs.Busy where an import does not end.
    """
    with runs.alone():
        return _rotate(by, progress)


def _rotate(by, progress: Callable[[int, int], None] | None) -> Rotation:
    version = keyring.version()
    was_resumed = version > 1 and _is_unfinished(version)
    if not was_resumed:
        version = keyring.add()
    key_check.note()
    noes, people = Suppression.all_rows.filter(_hashed_before(version)), _old(version)
    total = noes.count() + people.count()
    records.keep(act=Act.ROTATION, number=people.count(), by=by)
    counts = {"refusals": 0, "sealed": 0, "unreadable": 0}
    for rows, chunk in ((noes, _refusals), (people, _people)):
        position: Any = None
        while True:
            count, position = chunk(rows, position)
            for name, number in count.items():
                counts[name] += number
            if position is None:
                break
            if progress:
                progress(sum(counts.values()), total)
    return Rotation(version, counts["sealed"], counts["unreadable"], was_resumed, counts["refusals"])


def _is_unfinished(version: int) -> bool:
    """Whether rows wait for the newest key. Those that no key opens are not waited for."""
    if any(model.all_rows.filter(_hashed_before(version)).exists() for model in (Suppression, Subscriber)):
        return True
    for subscriber in Subscriber.all_rows.filter(_sealed_before(version)).order_by("pk").iterator(chunk_size=CHUNK):
        try:
            subscriber.address()
        except addresses.Unreadable:
            continue
        return True
    return False


def _next(rows: Any, after: Any) -> list:
    rows = rows.order_by("pk").select_for_update()
    return list((rows if after is None else rows.filter(pk__gt=after))[:CHUNK])


@transaction.atomic
def _refusals(rows: Any, after: Any) -> tuple[dict[str, int], Any]:
    """Hash the next noes anew → how many, and the last one; None at the end. Two of one address become one."""
    page = _next(rows, after)
    for no in page:
        key = addresses.raised(no.address_key)[-1]
        same = Suppression.all_rows.filter(address_key=key, list_key=no.list_key)
        if not same.exists():
            Suppression.all_rows.filter(pk=no.pk).update(address_key=key)
            continue
        same.filter(reason__in=WEAKER[Refusal(no.reason)]).update(reason=no.reason, date=no.date)
        no.delete()
    return {"refusals": len(page)}, page[-1].pk if page else None


@transaction.atomic
def _people(rows: Any, after: Any) -> tuple[dict[str, int], Any]:
    """Seal and hash the next rows anew → how many, how many don't open, and the last one; None at the end."""
    page = _next(rows, after)
    sealed = unreadable = 0
    for subscriber in page:
        try:
            subscriber.address_cipher = addresses.seal(subscriber.address(), bound_to=subscriber.pk.hex)
            sealed += 1
        except addresses.Unreadable:
            unreadable += 1
        subscriber.address_key = addresses.raised(subscriber.address_key)[-1]
    keys = {subscriber.address_key: subscriber for subscriber in page}
    for other in Subscriber.all_rows.known_as(keys).exclude(pk__in=[subscriber.pk for subscriber in page]):
        twin = keys.pop(other.address_key)  # a machine that lacked the key took the address for a new one
        if twin.is_confirmed:
            services.join(twin, other, now=timezone.now())
        else:
            twin.delete()
    Subscriber.all_rows.bulk_update(keys.values(), ["address_cipher", "address_key"], batch_size=100)
    return {"sealed": sealed, "unreadable": unreadable}, page[-1].pk if page else None
