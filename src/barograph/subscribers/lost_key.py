"""Going on after an address key is lost for good: what it sealed is given up, and a new key is begun.

The last resort, for an operator who has looked in every backup. Nothing here opens a sealed address.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from barograph.base import key_files
from barograph.machines import schema
from barograph.machines.models import AddressKey
from barograph.people.models import Invitation, User
from barograph.subscribers import addresses, key_check, records
from barograph.subscribers.enums import Act
from barograph.subscribers.models import Subscriber, Suppression

#: Rows that are read or erased together.
CHUNK = 1000


class NothingLost(Exception):
    """The keys that are here are the database's: there is nothing to give up."""


@dataclass(frozen=True)
class Loss:
    """What cannot be read with the keys that are here."""

    subscribers: int
    suppressions: int  # earlier unsubscribes and bounces, whose addresses can't be recognized any more


def measure() -> Loss:
    """Count what is lost; changes nothing. Raises NothingLost where the keys are right."""
    try:
        key_check.check()
    except key_check.KeyProblem:
        return Loss(len(_unreadable()), Suppression.objects.count())
    raise NothingLost("The address key is the right one; nothing is lost. Nothing was changed.")


def replace() -> Loss:
    """Erase subscribers that no key here opens, and go on with the keys that are here, or a new one.

    Earlier unsubscribes and bounces stay, in case the lost key turns up again. Open invitations go: their addresses
    can't be read either. One process at a time does so. Raises NothingLost, OSError.
    """
    with schema.locked():
        _take_key_of_another_process()
        loss = measure()
        if settings.ADDRESS_KEY_IS_NEW:  # it is on the disk before anything is sealed with it
            text = key_files.keep(settings.DATA / "keys", "address.key", settings.ADDRESS_KEY)
            settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_NEW = text.split()[0], False
        with transaction.atomic():
            ids = _unreadable()
            for start in range(0, len(ids), CHUNK):
                Subscriber.all_rows.filter(pk__in=ids[start : start + CHUNK]).delete()
            _rename_unreadable_accounts()
            _end_unreadable_invitations()
            AddressKey.objects.all().delete()
            key_check.note()
            records.keep(act=Act.LOST_KEY, number=loss.subscribers)
    return loss


def _take_key_of_another_process() -> None:
    """A command like this one may have made a key since this process began."""
    text = key_files.read(settings.DATA / "keys", "address.key") if settings.ADDRESS_KEY_IS_NEW else None
    if text:
        settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_NEW = text.split()[0], False


def _unreadable() -> list:
    ids = []
    for subscriber in Subscriber.all_rows.only("pk", "address_cipher").iterator(CHUNK):
        try:
            subscriber.address()
        except addresses.Unreadable:
            ids.append(subscriber.pk)
    return ids


def _rename_unreadable_accounts() -> None:
    """Accounts whose names no key here opens get plain ones, so that an administrator can set them right."""
    for account in User.objects.all():
        if not account.username:
            account.username = f"account-{account.pk}"
            account.first_name = account.last_name = account.email = ""
            account.save(update_fields=["username", "first_name", "last_name", "email"])


def _end_unreadable_invitations() -> None:
    for invitation in Invitation.objects.open():
        if not invitation.email:
            invitation.delete()
