"""E-mail addresses: checking, folding, encrypting, and the keyed hash they are found by.

The one place that turns an address into what is stored and back. The keys are
derived (HKDF, RFC 5869) from those of keyring.py, which lie outside the
database. Knows no models and logs nothing.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from barograph.base.sealing import NONCE, Unreadable, decrypt, derived, encrypt, keyed_hash
from barograph.subscribers import keyring, spellings


class InvalidAddress(ValueError):
    """Not an e-mail address that mail can be sent to."""


class UnknownKey(Unreadable):
    """It was sealed with a newer key than this machine has: copy keys/address.key here."""


def _validated(address: str) -> ValidatedEmail:
    try:
        return validate_email(
            spellings.bare(address),
            check_deliverability=False,
            allow_smtputf8=True,
            test_environment=settings.DEMO,
        )
    except EmailNotValidError:
        raise InvalidAddress("not an e-mail address") from None  # the cause would quote the address


def clean(address: str) -> str:
    """The address as mail is sent to: checked, its domain in ASCII (IDNA); its name may be in any script (RFC 6531).

    What is only around the address is taken off (see spellings.bare). Raises InvalidAddress.
    """
    valid = _validated(address)
    return f"{valid.local_part}@{valid.ascii_domain}"


def fold(address: str) -> str:
    """One form for all spellings of one mailbox: see spellings.folded. Raises InvalidAddress."""
    return fold_clean(clean(address))


def fold_clean(address: str) -> str:
    """The same for an address that `clean` gave."""
    return spellings.folded(address)


def limit_key(address: str) -> str:
    """What the limits count an address under: its fold without a +suffix, keyed and hashed. Raises InvalidAddress."""
    return keyed_hash("address limit", spellings.without_suffix(fold(address)))


def fingerprint(key: str) -> str:
    """What tells a key (64 hexadecimal digits) from others without giving it away: 32 bytes derived from it, in hex."""
    return derived(key, "fingerprint").hex()


def lookup_keys(address: str) -> tuple[str, ...]:
    """What an address is found by, with the first key, the second and so on: '001:…', '002:…'. The last one holds now.

    The same for every spelling of one mailbox. Raises InvalidAddress.
    """
    return keys_of_clean(clean(address))


def keys_of_clean(address: str) -> tuple[str, ...]:
    """The same for an address that `clean` gave.

    Rows from before some providers' spellings were known to be one mailbox have the keys of the spelling itself:
    those come first.
    """
    forms = [*spellings.former(address), spellings.folded(address)]
    return tuple(key for form in forms for key in raised(f"001:{keyed_hash('address lookup', form)}"))


def lookup_key(address: str) -> str:
    """What an address is found by with the newest key. Raises InvalidAddress."""
    return lookup_keys(address)[-1]


def raised(key: str) -> tuple[str, ...]:
    """A look-up key and what newer keys make of it: each hashes the one before, so that no address is needed for it.

    Who has an old key can't test a guess against a hash made with a newer one.
    """
    keys, version = [key], int(key[:3])
    for number in range(version + 1, keyring.version() + 1):
        secret = derived(keyring.key(number) or "", f"address lookup {number}")
        keys.append(f"{number:03}:{hmac.new(secret, keys[-1][4:].encode(), hashlib.sha256).hexdigest()}")
    return tuple(keys)


def newer_keys() -> str:
    """Where the look-up keys begin that this machine has no key for."""
    return f"{keyring.version() + 1:03}:"


def seal(address: str, *, bound_to: str) -> bytes:
    """Encrypt (AES-256-GCM): key version, random nonce, ciphertext. Only opens where `bound_to` is the same."""
    version = keyring.version()
    return bytes([version]) + encrypt(_encryption_key(version), address.encode(), bound_to=bound_to)


def _encryption_key(version: int) -> bytes:
    """Raises UnknownKey."""
    master = settings.ADDRESS_KEY if version == 1 else keyring.key(version)
    if master is None:
        raise UnknownKey("an address is sealed with a key that is not here: copy keys/address.key to this machine")
    return derived(master, f"address encryption {version}")


def unseal(sealed: bytes, *, bound_to: str) -> str:
    """The address again. Raises Unreadable."""
    sealed = bytes(sealed)
    if len(sealed) <= NONCE + 1:
        raise Unreadable("a stored address is damaged")
    key = _encryption_key(sealed[0])
    try:
        return decrypt(key, sealed[1:], bound_to=bound_to).decode()
    except Unreadable:
        raise Unreadable("a stored address does not open with this key") from None
