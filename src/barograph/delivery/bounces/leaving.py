"""Leaving a list by mail: the mailto: address beside the link in List-Unsubscribe (RFC 2369, 3.2; RFC 8058, 8).

Some mail programs show their own "unsubscribe" only where such an address stands there. It is signed like a return
path, with a prefix and a key of its own: it names mailing, subscriber and day, and no address. Old letters are what
people unsubscribe from, so it counts for two years. Only a mail that is addressed to it is a wish to leave: a returned
letter quotes the address in its text, and a machine's own answer means nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from barograph.delivery.models import Mailing
from barograph.subscribers import services

PREFIX = "u."
LIFETIME = timedelta(days=730)
_EPOCH = date(2020, 1, 1)
_SALT = "barograph.delivery.leave-by-mail"
_SIGNATURE, _PAYLOAD, _LENGTH = 10, 22, 52  # bytes, bytes, characters
#: Where a server writes down whom a mail was for; the last three are the envelope's.
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


def leave_address(*, mailing_id: int, subscriber_id: uuid.UUID, on: date) -> str:
    """The address that leaves the mailing's list; '' where no mail comes back to us (BAROGRAPH_BOUNCE_DOMAIN)."""
    if not settings.BOUNCES.domain or settings.MAIL_PROVIDER:
        return ""
    payload = mailing_id.to_bytes(4, "big") + subscriber_id.bytes + (on - _EPOCH).days.to_bytes(2, "big")
    signed = payload + _signature(payload, settings.SECRET_KEY)
    return f"{PREFIX}{base64.b32encode(signed).decode().rstrip('=').lower()}@{settings.BOUNCES.domain}"


def read(address: str, *, on: date) -> tuple[int, uuid.UUID] | None:
    """(mailing, subscriber) of a genuine address that still counts; None for everything else."""
    local = address.strip().strip("<>").partition("@")[0].lower()
    if not local.startswith(PREFIX) or len(local) != len(PREFIX) + _LENGTH:
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
    return int.from_bytes(payload[:4], "big"), uuid.UUID(bytes=payload[4:20])


def receive(*, raw: bytes, recipients: Iterable[str] = ()) -> bool:
    """Act on a mail that wishes to leave. False where it is none: nothing was done.

    `recipients`: whom the envelope names, where it is known; else the headers say.
    """
    today = timezone.localdate()
    message = message_from_bytes(raw[: raw.find(b"\r\n\r\n") + 4 or None], policy=policy.compat32)
    named = [*recipients] or [address for _name, address in getaddresses(_values(message))]
    wish = next((address_wish for to in named[:50] if (address_wish := read(to, on=today))), None)
    if wish is None:
        return False
    if not _is_by_a_machine(message):
        mailing_id, subscriber_id = wish
        list_key = Mailing.objects.filter(pk=mailing_id).values_list("list_key", flat=True).first()
        if list_key:
            services.leave(subscriber_id=subscriber_id, list_key=list_key)
    return True


def _values(message: EmailMessage) -> list[str]:
    return [str(value) for name in _TO for value in message.get_all(name, [])]


def _is_by_a_machine(message: EmailMessage) -> bool:
    """A report or an automatic answer (RFC 3834, 2): nobody has wished for anything."""
    answered = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    kind = str(message.get("Content-Type", "")).lower()
    return answered not in {"", "no"} or kind.startswith("multipart/report")


def _signature(payload: bytes, key: str) -> bytes:
    return hmac.digest(_derived(key), payload, "sha256")[:_SIGNATURE]


@lru_cache(maxsize=8)
def _derived(key: str) -> bytes:
    return hashlib.sha256((_SALT + key).encode()).digest()
