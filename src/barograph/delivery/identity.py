"""What makes one mail known again: its Message-ID (RFC 5322, 3.6.4), and the host that stands behind it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from barograph.subscribers import addresses


def message_id(key: str, recipient: str, *, host: str = "") -> str:
    """The Message-ID of one mail: always the same for the same letter and recipient, and telling nothing."""
    host = host or own_host()
    return f"<{addresses.keyed_hash('message id', f'{key} {recipient}')[:40]}@{host}>"


def own_host() -> str:
    """The site's host in ASCII: base/environment.py reads it so."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"
