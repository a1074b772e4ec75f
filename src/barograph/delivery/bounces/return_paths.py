"""Return paths that say, to us alone, which mailing to whom a mail that came back was.

The local part holds the mailing's number, the subscriber's id and the day, with a
keyed signature over all three and the domain: no address stands in it, nobody can
make one, and after two months it counts no more. It keeps to small letters and
digits, since servers on the way may change the case, and to 64 characters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare

#: How long a mail may take to come back; complaints come late.
LIFETIME = timedelta(days=60)
PREFIX = "b."
_EPOCH = date(2020, 1, 1)
_SIGNATURE = 10  # bytes: 80 bits, with a lifetime
_SALT = "barograph.delivery.return-path"
_PAYLOAD = 4 + 16 + 2
_ANYWHERE = re.compile(rb"(?<![a-z0-9])b\.[a-z2-7]{52}@[a-z0-9.-]{1,253}", re.IGNORECASE)


@dataclass(frozen=True)
class ReturnPath:
    """What a genuine return path says."""

    mailing_id: int
    subscriber_id: uuid.UUID
    sent_on: date


def return_path(*, mailing_id: int, subscriber_id: uuid.UUID, domain: str, on: date) -> str:
    """The envelope's sender for one mail; the same for a mail that is sent again on the same day."""
    payload = mailing_id.to_bytes(4, "big") + subscriber_id.bytes + (on - _EPOCH).days.to_bytes(2, "big")
    signed = payload + _signature(payload, settings.SECRET_KEY)
    return f"{PREFIX}{base64.b32encode(signed).decode().rstrip('=').lower()}@{domain}"


def envelope_sender(*, mailing_id: int, subscriber_id: uuid.UUID, otherwise: str, on: date) -> str:
    """Who a mailing's mail comes from in the envelope: a return path, or `otherwise` where no domain is set up."""
    domain = settings.BOUNCES.domain
    if settings.MAIL_PROVIDER:  # it goes along as metadata: no mail server ever sees it
        domain = domain or "provider.invalid"
    if not domain:
        return otherwise
    return return_path(mailing_id=mailing_id, subscriber_id=subscriber_id, domain=domain, on=on)


def read_return_path(address: str, *, on: date) -> ReturnPath | None:
    """What an address says if it is one of ours that still counts; None for everything else, forged ones too."""
    local = address.strip().strip("<>").partition("@")[0].lower()
    if not local.startswith(PREFIX) or len(local) != len(PREFIX) + 52:
        return None
    try:
        signed = base64.b32decode(local.removeprefix(PREFIX).upper() + "====")
    except (binascii.Error, ValueError):
        return None
    payload, signature = signed[:_PAYLOAD], signed[_PAYLOAD:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(signature, _signature(payload, key)) for key in keys):
        return None
    sent_on = _EPOCH + timedelta(days=int.from_bytes(payload[20:], "big"))
    if not timedelta(days=-1) <= on - sent_on <= LIFETIME:
        return None
    return ReturnPath(int.from_bytes(payload[:4], "big"), uuid.UUID(bytes=payload[4:20]), sent_on)


def genuine_in(raw: bytes, *, on: date) -> ReturnPath | None:
    """The first genuine return path that a raw mail holds anywhere: who has it has had a mail of ours."""
    for number, match in enumerate(_ANYWHERE.finditer(raw)):
        if number >= 50:
            break  # a mail made of forgeries
        if return_path := read_return_path(match.group(0).decode("ascii"), on=on):
            return return_path
    return None


def _signature(payload: bytes, key: str) -> bytes:
    return hmac.digest(_derived(key), payload, "sha256")[:_SIGNATURE]


@lru_cache(maxsize=8)
def _derived(key: str) -> bytes:
    """As django.utils.crypto.salted_hmac derives it."""
    return hashlib.sha256((_SALT + key).encode()).digest()
