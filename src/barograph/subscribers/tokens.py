"""Signed links: a subscriber, a purpose, and nothing that could be read as an address.

A link that leaves a list holds the keyed hash of its letter's address, too, for a letter lives longer than a row.

Each purpose has its own salt, so that a link of one kind never works as
another. Confirmations end after a week, unsubscribing never, settings with a
change of address: from then on the subscriber's links hold a number (`links`),
and a link with another one, or with none, lay in a mailbox that was left.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings as django_settings
from django.core import signing
from django.utils.encoding import force_bytes

CONFIRMATION_AGE = timedelta(days=7)


class InvalidToken(Exception):
    """The link is cut off, altered, or of another kind."""


class ExpiredToken(InvalidToken):
    """The link was right once."""


@dataclass(frozen=True)
class Confirmation:
    subscriber_id: uuid.UUID
    list_keys: tuple[str, ...]
    issued_at: datetime


@dataclass(frozen=True)
class Settings:
    subscriber_id: uuid.UUID
    links: int | None


@dataclass(frozen=True)
class Unsubscription:
    subscriber_id: uuid.UUID
    list_key: str
    links: int | None
    address_key: str = ""  # the look-up key of the mailbox the letter went to; '' in letters of earlier versions


def _salt(purpose: str) -> str:
    return f"barograph.subscribers.{purpose}"


#: As django.core.signing writes it.
_JSON = json.JSONEncoder(separators=(",", ":"))


class _Signer(signing.Signer):
    """Django's, with the encoder and each secret's key made once: a mailing signs two links for each reader."""

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        derived = _derived(force_bytes(self.salt + "signer"), force_bytes(key or self.key))
        digest = hmac.digest(derived, force_bytes(value), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def signed(self, value: list) -> str:
        """What `sign_object` gives."""
        return self.sign(base64.urlsafe_b64encode(_JSON.encode(value).encode("latin-1")).rstrip(b"=").decode("ascii"))


@lru_cache(maxsize=64)
def _derived(salt: bytes, secret: bytes) -> bytes:
    """As django.utils.crypto.salted_hmac derives it."""
    return hashlib.sha256(salt + secret).digest()


def _signer(purpose: str) -> _Signer:
    return _signed(purpose, django_settings.SECRET_KEY, tuple(django_settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=32)
def _signed(purpose: str, key: str, fallbacks: tuple[str, ...]) -> _Signer:
    return _Signer(key=key, salt=_salt(purpose), fallback_keys=list(fallbacks))


def confirmation(subscriber_id: uuid.UUID, list_keys: list[str], *, now: datetime) -> str:
    """A link's token that confirms these lists."""
    value = [subscriber_id.hex, list(list_keys), now.timestamp()]
    return _signer("confirm").signed(value)


def read_confirmation(token: str, *, now: datetime) -> Confirmation:
    """Raises ExpiredToken after a week, InvalidToken where it is no such token."""
    subscriber_id, list_keys, issued = _read("confirm", token, 3)
    issued_at = datetime.fromtimestamp(issued, tz=UTC)
    if now - issued_at > CONFIRMATION_AGE:
        raise ExpiredToken("too old")
    return Confirmation(uuid.UUID(hex=subscriber_id), tuple(list_keys), issued_at)


def settings(subscriber_id: uuid.UUID, *, links: int | None) -> str:
    """A link's token that opens the subscription settings until the address changes. `links`: the subscriber's own."""
    return _signer("settings").signed([subscriber_id.hex] if links is None else [subscriber_id.hex, links])


def read_settings(token: str) -> Settings:
    """Raises InvalidToken."""
    subscriber_id, *links = _read("settings", token, 1, 2)
    return Settings(uuid.UUID(hex=subscriber_id), *(links or [None]))


def unsubscription(subscriber_id: uuid.UUID, list_key: str, *, links: int | None, address_key: str = "") -> str:
    """A link's token that leaves one list. Works for ever (RFC 8058 asks for no less).

    `address_key`: what the letter's address is looked up by ('001:' and 64 hexadecimal digits). With it the link
    leaves the list whatever has become of the subscriber's row.
    """
    value: list = [subscriber_id.hex, list_key]
    if address_key:
        value += [links, _packed(address_key)]
    elif links is not None:
        value.append(links)
    return _signer("unsubscribe").signed(value)


def read_unsubscription(token: str) -> Unsubscription:
    """Tokens of all forms that were ever sent. Raises InvalidToken."""
    subscriber_id, list_key, *more = _read("unsubscribe", token, 2, 3, 4)
    links, packed = (more + [None, ""][len(more) :])[:2]
    return Unsubscription(uuid.UUID(hex=subscriber_id), list_key, links, _unpacked(packed) if packed else "")


def _packed(address_key: str) -> str:
    """'001:ab…' in two thirds of the length."""
    return address_key[:4] + base64.urlsafe_b64encode(bytes.fromhex(address_key[4:])).rstrip(b"=").decode("ascii")


def _unpacked(packed: str) -> str:
    return packed[:4] + base64.urlsafe_b64decode(packed[4:] + "=").hex()


def address_change(change_id: uuid.UUID, side: str) -> str:
    """A link's token by which one of two mailboxes ('old', 'new') agrees to a change of address."""
    return _signer("address").signed([change_id.hex, side])


def read_address_change(token: str) -> tuple[uuid.UUID, str]:
    """Raises InvalidToken."""
    change_id, side = _read("address", token, 2)
    return uuid.UUID(hex=change_id), side


def _read(purpose: str, token: str, *lengths: int) -> list:
    try:
        value = _signer(purpose).unsign_object(token)
    except Exception:  # a garbled token fails in many ways: signature, base64, JSON
        raise InvalidToken("not a valid link") from None
    if not isinstance(value, list) or len(value) not in lengths:
        raise InvalidToken("not a valid link")
    return value
