"""Which addresses a published text may lead to: whether every reader can open them. Knows no app and no database.

An address of the desk or of the demo's mailbox, a file or a page of the writer's own machine or network, and a relative
address (which was meant from another page) are none. The content folder's importer, the checklist before a sign-off
and the edition ask here, so that none of them lets through what another refuses.
"""

from __future__ import annotations

import ipaddress
import posixpath
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

SCHEMES = frozenset({"http", "https", "mailto"})
#: First parts of our own paths that only those who sign in may see, or that answer no reader's GET.
_CLOSED = frozenset({"desk", "mailbox", "admin", "django-admin", "media", "static"})
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".localdomain")


def is_public(address: str) -> bool:
    """Whether every reader can open the address: http(s) elsewhere, mailto, or a public path of this site."""
    address = "".join(letter for letter in address.strip() if letter not in "\t\r\n")  # as browsers do (WHATWG URL)
    if not address or address.startswith(("//", "/\\", "\\")):
        return False
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").lower()
        own = urlsplit(settings.BASE_URL)
    except ValueError:
        return False
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return bool(parts.path)
    if not scheme:
        return address.startswith("/") and _is_open(parts.path)
    if scheme not in SCHEMES or not host:
        return False
    if host == (own.hostname or "").rstrip(".").lower() and (not _is_local(host) or _same_place(parts, own)):
        return _is_open(parts.path)
    return not _is_local(host)


def _same_place(one: SplitResult, other: SplitResult) -> bool:
    """On this machine itself, another port is another site."""
    ports = {"http": 80, "https": 443}
    return (one.port or ports.get(one.scheme.lower())) == (other.port or ports.get(other.scheme.lower()))


def _is_open(path: str) -> bool:
    """Whether a path of ours is one for readers, however it is spelt."""
    for _again in range(3):
        path = unquote(path)
    plain = posixpath.normpath("/" + path.replace("\\", "/").lstrip("/")).casefold()
    return plain.split("/")[1] not in _CLOSED


def _is_local(host: str) -> bool:
    """A host that only this machine or its network knows: RFC 6761, RFC 6762, RFC 1918, RFC 4193, RFC 8375."""
    if host == "localhost" or host.endswith(_LOCAL_ENDINGS) or host.isdigit() or host.startswith("0x"):
        return True
    try:
        result = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    result = getattr(result, "ipv4_mapped", None) or result
    return not result.is_global
