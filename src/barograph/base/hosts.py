"""Host names in two forms: ASCII for protocols (IDNA 2008, UTS #46), their own script for people. Knows no setting."""

from __future__ import annotations

import ipaddress
import re

import idna

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def to_ascii(host: str) -> str:
    """`сітуацыя.бел` → `xn--…`, in small letters, without a dot at the end; an IP address as it is.

    Raises ValueError for what no host can be called.
    """
    host = host.strip().removesuffix(".").lower()
    try:
        return str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    if not host.isascii() or "xn--" in host:
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f"no host can be called so: {error}") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise ValueError("no host can be called so")
    return host


def to_people(host: str) -> str:
    """A host's name in its own script (IDNA): to be shown, not to be connected to."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except (idna.IDNAError, UnicodeError):
        return host


def in_brackets(host: str) -> str:
    """A host as it is written in a URL: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def is_address(host: str) -> bool:
    """Whether it is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
