"""A new key for addresses: made first, then every row is sealed anew, a few at a time.

Interrupted anywhere, a second call goes on: the rows themselves tell with which
key they are sealed, and the old keys stay on the ring. Nobody waits for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from barograph.subscribers import addresses, keyring, records
from barograph.subscribers.enums import Act
from barograph.subscribers.models import Subscriber

CHUNK = 500


@dataclass(frozen=True)
class Rotation:
    """`version` of the key that holds now; how many rows got it; how many could not be opened and stay as they are."""

    version: int
    sealed: int
    unreadable: int
    was_resumed: bool


def _old(version: int):
    """Rows sealed with an older key: the first byte is the version."""
    return Subscriber.objects.filter(address_cipher__lt=bytes([version]))


def rotate(*, by=None, progress: Callable[[int, int], None] | None = None) -> Rotation:
    """Seal every address with a new key, or go on with a rotation that was cut off. Raises keyring.KeptElsewhere."""
    version = keyring.version()
    was_resumed = version > 1 and _is_unfinished(version)
    if not was_resumed:
        version = keyring.add()
    total = _old(version).count()
    records.keep(act=Act.ROTATION, number=total, by=by)
    sealed = unreadable = 0
    mark: uuid.UUID | None = None
    while True:
        done, failed, mark = _chunk(version, mark)
        sealed, unreadable = sealed + done, unreadable + failed
        if mark is None:
            return Rotation(version, sealed, unreadable, was_resumed)
        if progress:
            progress(sealed + unreadable, total)


def _is_unfinished(version: int) -> bool:
    """Whether rows wait for the newest key. Those that no key opens are not waited for."""
    for subscriber in _old(version).order_by("pk").iterator(chunk_size=CHUNK):
        try:
            subscriber.address()
        except addresses.Unreadable:
            continue
        return True
    return False


@transaction.atomic
def _chunk(version: int, after: uuid.UUID | None) -> tuple[int, int, uuid.UUID | None]:
    """Seal the next rows → how many, how many don't open, and the last one looked at; None at the end."""
    rows = _old(version).order_by("pk").select_for_update()
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[:CHUNK])
    changed, failed = [], 0
    for subscriber in found:
        try:
            subscriber.address_cipher = addresses.seal(subscriber.address(), bound_to=subscriber.pk.hex)
        except addresses.Unreadable:
            failed += 1
            continue
        changed.append(subscriber)
    Subscriber.objects.bulk_update(changed, ["address_cipher"], batch_size=100)
    return len(changed), failed, found[-1].pk if found else None
