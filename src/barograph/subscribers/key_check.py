"""Whether the address keys of this machine are those of the database.

The database holds a fingerprint of each key, derived from it (HKDF), so that a lost key, another machine's or another
installation's is noticed at every start and before each run of a mailing, instead of being used on addresses that it
does not open. A key is made only where nothing was ever sealed. Knows no command and no page.
"""

from __future__ import annotations

from django.conf import settings

from barograph.base import key_files
from barograph.machines.models import AddressKey
from barograph.subscribers import addresses, keyring
from barograph.subscribers.models import Subscriber, Suppression

#: Stored addresses that are tried where no fingerprint was written down yet.
SAMPLE = 20


class KeyProblem(Exception):
    """The address key is missing or another one than the database's. The message says what to do."""


def where() -> str:
    """Where this machine's address keys come from, for messages."""
    return "keys/address.key in the data folder" if settings.ADDRESS_KEY_IS_KEPT else "BAROGRAPH_ADDRESS_KEY"


def check() -> None:
    """Compare this machine's keys with the database's. Changes nothing. Raises KeyProblem.

    A key that this machine lacks since another machine has just added it is no problem of this kind: what it has
    sealed raises addresses.UnknownKey where it is read.
    """
    fingerprints = dict(AddressKey.objects.values_list("number", "fingerprint"))
    if settings.ADDRESS_KEY_IS_NEW:
        if fingerprints or _has_sealed():
            raise KeyProblem(
                f"The key of the subscribers' addresses is missing ({where()}); no other key opens them. Bring it back "
                "from a backup, or from the machine that has it."
            )
        return
    if not fingerprints:
        _try_to_open()
        return
    for number, key in enumerate(keyring.keys(), start=1):
        if number in fingerprints and fingerprints[number] != addresses.fingerprint(key):
            raise KeyProblem(
                f"Address key {number} ({where()}) is not the one that this database's addresses are sealed with. "
                "Bring the right key back from a backup, or from the machine that has it."
            )


def ensure() -> None:
    """As `check`; where nothing was ever sealed, make a key, and write down the fingerprints of all keys that are here.

    Called while nobody else makes the installation ready. Raises KeyProblem.
    """
    check()
    if settings.ADDRESS_KEY_IS_NEW:
        text = key_files.keep(settings.DATA / "keys", "address.key", settings.ADDRESS_KEY)
        settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_NEW = text.split()[0], False
    note()


def note() -> None:
    """Write down the fingerprints of keys that the database does not know yet."""
    known = set(AddressKey.objects.values_list("number", flat=True))
    for number, key in enumerate(keyring.keys(), start=1):
        if number not in known:
            AddressKey.objects.get_or_create(number=number, defaults={"fingerprint": addresses.fingerprint(key)})


def _has_sealed() -> bool:
    return Subscriber.objects.exists() or Suppression.objects.exists()


def _try_to_open() -> None:
    """A database of before there were fingerprints: its newest addresses tell."""
    newest = list(Subscriber.objects.order_by("-pk")[:SAMPLE])
    for subscriber in newest:
        try:
            subscriber.address()
        except addresses.UnknownKey:
            return
        except addresses.Unreadable:
            continue
        return
    if newest:
        raise KeyProblem(
            f"The address key ({where()}) opens none of the newest stored addresses: it is another one. Bring the "
            "right key back from a backup, or from the machine that has it."
        )
