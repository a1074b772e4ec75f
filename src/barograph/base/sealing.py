"""Encryption, keys derived for it and keyed hashes; and fields of secrets and names that are encrypted with them.

Subscribers' addresses have keys of several versions: see subscribers/addresses.py, which uses what is here.

Random digits are sealed with AES-256-GCM, each time anew. Names and addresses of accounts are sealed with AES-SIV
(RFC 5297), by which equal texts are sealed alike, so that the database can still look for one and keep it unique.

The key is derived (HKDF, RFC 5869) from the first address key, which every installation has and keeps: it lies in
`keys/address.key` or comes from BAROGRAPH_ADDRESS_KEY. Rotating address keys adds keys and takes none away.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import os
import secrets
from functools import cache, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Lookup

log = logging.getLogger("barograph.base")

#: Before what is sealed; no hexadecimal secret begins so.
PREFIX = "s1:"
NONCE = 12
#: Before a text that is sealed.
TEXT_PREFIX = "s2:"


class Unreadable(Exception):
    """Sealed with another key, or changed since."""


@lru_cache(maxsize=64)
def derived(master: str, purpose: str, *, length: int = 32) -> bytes:
    """A key of `length` bytes for one purpose, from a master key of 64 hexadecimal digits (HKDF, RFC 5869)."""
    info = f"barograph {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(bytes.fromhex(master))


def subkey(purpose: str) -> bytes:
    """32 bytes for one purpose, derived from the first address key."""
    return derived(settings.ADDRESS_KEY, purpose)


def keyed_hash(purpose: str, value: str) -> str:
    """HMAC-SHA256 of `value` under the sub-key of `purpose`, in hexadecimal."""
    return hmac.digest(subkey(purpose), value.encode(), "sha256").hex()


@lru_cache(maxsize=16)
def _aes_gcm(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt(key: bytes, clear: bytes, *, bound_to: str) -> bytes:
    """AES-256-GCM: a random nonce and the ciphertext, which opens with the same `bound_to` only."""
    nonce = os.urandom(NONCE)
    return nonce + _aes_gcm(key).encrypt(nonce, clear, bound_to.encode())


def decrypt(key: bytes, sealed: bytes, *, bound_to: str) -> bytes:
    """What `encrypt` was given. Raises Unreadable: another key, another `bound_to`, or changed since."""
    try:
        return _aes_gcm(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise Unreadable("it does not open with this key") from None


def seal_hex(value: str, *, purpose: str) -> str:
    """Hexadecimal digits → what may stand in the database: 's1:' and base64. Sealed ones stay as they are."""
    if value.startswith(PREFIX):
        return value
    sealed = encrypt(subkey(f"sealed {purpose}"), bytes.fromhex(value), bound_to=purpose)
    return PREFIX + base64.urlsafe_b64encode(sealed).decode("ascii")


def unseal_hex(value: str, *, purpose: str) -> str:
    """The digits again; what is not sealed comes back as it is. Raises Unreadable."""
    if not value.startswith(PREFIX):
        return value
    try:
        raw = base64.urlsafe_b64decode(value.removeprefix(PREFIX))
        return decrypt(subkey(f"sealed {purpose}"), raw, bound_to=purpose).hex()
    except (Unreadable, ValueError):
        raise Unreadable(purpose) from None


class SealedHexField(models.CharField):
    """A text field of hexadecimal digits, sealed in the database and plain in Python.

    It takes the place of another package's field (`take_place_of`), whose migrations stay as they are. Where a secret
    does not open, reading gives random digits instead: nothing is ever accepted by them, and no page fails.
    """

    purpose = ""

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return seal_hex(plain, purpose=self.purpose) if plain else plain

    def from_db_value(self, value: str | None, *_context: Any) -> str | None:
        if not value:
            return value
        try:
            return unseal_hex(value, purpose=self.purpose)
        except Unreadable:
            log.error("a secret in the database does not open with the key in keys/address.key: %s", self.purpose)
            return secrets.token_hex(20)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def take_place_of(field: Any, *, purpose: str) -> None:
    """From now on this text field of a model is sealed."""
    field.__class__ = SealedHexField
    field.purpose = purpose


@lru_cache(maxsize=16)
def _text_cipher(master: str, purpose: str) -> AESSIV:
    return AESSIV(derived(master, f"sealed text {purpose}", length=64))


def seal_text(text: str, *, purpose: str) -> str:
    """Any text → what may stand in the database: 's2:' and base64, the same for the same text. '' stays ''.

    What this key has sealed stays as it is; a text that only begins like that is sealed like any other.
    """
    if not text or _is_sealed(text, purpose):
        return text
    sealed = _text_cipher(settings.ADDRESS_KEY, purpose).encrypt(text.encode(), [purpose.encode()])
    return TEXT_PREFIX + base64.urlsafe_b64encode(sealed).decode("ascii")


def _is_sealed(text: str, purpose: str) -> bool:
    try:
        return text.startswith(TEXT_PREFIX) and bool(unseal_text(text, purpose=purpose))
    except Unreadable:
        return False


def unseal_text(text: str, *, purpose: str) -> str:
    """The text again; what is not sealed comes back as it is. Raises Unreadable."""
    if not text.startswith(TEXT_PREFIX):
        return text
    try:
        raw = base64.urlsafe_b64decode(text.removeprefix(TEXT_PREFIX))
        return _text_cipher(settings.ADDRESS_KEY, purpose).decrypt(raw, [purpose.encode()]).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise Unreadable(purpose) from None


#: Comparisons that the database can't make with sealed texts → the same in Python.
_COMPARISONS = {
    "iexact": lambda text, sought: text.casefold() == sought.casefold(),
    "contains": lambda text, sought: sought in text,
    "icontains": lambda text, sought: sought.casefold() in text.casefold(),
    "startswith": lambda text, sought: text.startswith(sought),
    "istartswith": lambda text, sought: text.casefold().startswith(sought.casefold()),
    "endswith": lambda text, sought: text.endswith(sought),
    "iendswith": lambda text, sought: text.casefold().endswith(sought.casefold()),
}


class _ComparedInPython(Lookup):
    """Opens the whole column, compares, and asks the database for the rows' numbers. For tables of accounts' size."""

    prepare_rhs = False

    def as_sql(self, compiler, connection):
        if not isinstance(self.lhs, Col):
            raise NotImplementedError(f"{self.lookup_name} on {self.lhs} is not possible: it is sealed")
        if hasattr(self.rhs, "resolve_expression"):
            raise NotImplementedError(f"{self.lookup_name} with {self.rhs} is not possible: the field is sealed")
        field, sought = self.lhs.target, str(self.rhs)
        rows = field.model._base_manager.using(connection.alias).values_list("pk", field.attname)
        compare = _COMPARISONS[self.lookup_name]
        numbers = [pk for pk, text in rows if text and compare(text, sought)]
        if not numbers:
            raise EmptyResultSet
        column = compiler.compile(Col(self.lhs.alias, field.model._meta.pk))[0]
        return f"{column} IN ({', '.join(str(int(number)) for number in numbers)})", []  # may be more than parameters


@cache
def _say_once(purpose: str) -> None:
    """In the log once for each process: with a wrong key every row would say it."""
    log.error("names in the database do not open with the key in keys/address.key: %s", purpose)


class Sealed:
    """Makes a text field sealed in the database and plain in Python. Comes before the field's class.

    Equal texts are found and kept unique by the database; other comparisons are made in Python. The order of rows by
    such a field is no order. Where a text does not open, reading gives ''.
    """

    purpose = ""

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_internal_type(self) -> str:
        return "TextField"  # what is sealed is longer than `max_length`

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)  # type: ignore[misc]
        return seal_text(plain, purpose=self.purpose) if plain else plain

    def from_db_value(self, value: str | None, *_context: Any) -> str | None:
        if not value:
            return value
        try:
            return unseal_text(value, purpose=self.purpose)
        except Unreadable:
            _say_once(self.purpose)
            return ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"exact", "in", "isnull", *_COMPARISONS}:
            return None  # Django refuses it: the database would compare what is sealed
        if lookup_name in _COMPARISONS:
            return type(f"Sealed_{lookup_name}", (_ComparedInPython,), {"lookup_name": lookup_name})
        return super().get_lookup(lookup_name)  # type: ignore[misc]


class SealedCharField(Sealed, models.CharField):
    """A line of text, sealed. `max_length` is of the text in clear."""


class SealedEmailField(Sealed, models.EmailField):
    """An e-mail address of an account, sealed."""


class SealedLabelField(Sealed, models.TextField):
    """What another package's text field becomes (`seal_label`), its migrations staying as they are."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def seal_label(field: Any, *, purpose: str) -> None:
    """From now on this TextField of another package's model is sealed."""
    field.__class__ = SealedLabelField
    field.purpose = purpose
