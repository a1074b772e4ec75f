"""Secrets in the database that open with a key outside it (AES-256-GCM), for what is no address of a subscriber.

The key is derived (HKDF, RFC 5869) from the first address key, which every installation has and keeps: it lies in
`keys/address.key` or comes from BAROGRAPH_ADDRESS_KEY. Rotating address keys adds keys and takes none away.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
import secrets
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

log = logging.getLogger("barograph.base")

#: Before what is sealed; no hexadecimal secret begins so.
PREFIX = "s1:"
NONCE = 12


class Unreadable(Exception):
    """Sealed with another key, or changed since."""


@lru_cache(maxsize=16)
def _cipher(master: str, purpose: str) -> AESGCM:
    info = f"barograph sealed {purpose}".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(bytes.fromhex(master)))


def seal_hex(value: str, *, purpose: str) -> str:
    """Hexadecimal digits → what may stand in the database: 's1:' and base64. Sealed ones stay as they are."""
    if value.startswith(PREFIX):
        return value
    nonce = os.urandom(NONCE)
    sealed = _cipher(settings.ADDRESS_KEY, purpose).encrypt(nonce, bytes.fromhex(value), purpose.encode())
    return PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal_hex(value: str, *, purpose: str) -> str:
    """The digits again; what is not sealed comes back as it is. Raises Unreadable."""
    if not value.startswith(PREFIX):
        return value
    try:
        raw = base64.urlsafe_b64decode(value.removeprefix(PREFIX))
        return _cipher(settings.ADDRESS_KEY, purpose).decrypt(raw[:NONCE], raw[NONCE:], purpose.encode()).hex()
    except (InvalidTag, binascii.Error, ValueError):
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
