"""Requests that Barograph makes to others by HTTP: to the address that was set up and nowhere else.

No redirect is followed. An address on this machine or in a private network is asked only where the operator's setting
names it so itself (a hub at http://127.0.0.1:8080): a public name that leads inside, by its DNS record, is refused. The
address that was looked at is the one that is connected to, so that a second answer of DNS changes nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import urllib.request
from typing import Any
from urllib.parse import urlsplit


class AddressRefused(OSError):
    """The request would lead somewhere it may not."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None  # urllib then raises HTTPError with the redirect's status


def is_inside(host: str) -> bool:
    """Whether a host, as it is written, is this machine or an address that is not of the public internet."""
    name = host.strip("[]").rstrip(".").casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not _is_public(name.partition("%")[0])
    except ValueError:
        return False  # a name


def _is_public(address: str) -> bool:
    """Whether an address is of the public internet. Raises ValueError where it is none."""
    parsed = ipaddress.ip_address(address)
    inner = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    teredo = getattr(parsed, "teredo", None)
    inner = inner or (teredo[1] if teredo else None)
    return parsed.is_global and not parsed.is_multicast and (inner is None or inner.is_global)


def _connect(host: str, port: int, timeout: Any, source: Any) -> socket.socket:
    """A connection to one of a name's addresses, all of which must be public. Raises OSError."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not is_inside(host) and not all(_is_public(place[0].partition("%")[0]) for *_rest, place in addresses):
        raise AddressRefused(f"{host} leads to an address that is not public")
    trouble: OSError = OSError(f"{host} has no address")
    for *_rest, place in addresses:
        try:
            return socket.create_connection(place[:2], timeout, source)
        except OSError as error:
            trouble = error
    raise trouble


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = _connect(self.host, self.port, self.timeout, self.source_address)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = _connect(self.host, self.port, self.timeout, self.source_address)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


class _Handler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_Connection, request)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_SecureConnection, request, context=self._context)  # type: ignore[attr-defined]


def open_url(request: urllib.request.Request, *, timeout: float) -> Any:
    """The answer to a request. Raises OSError (HTTPError for a redirect or a refusal), HTTPException, ValueError."""
    if urlsplit(request.full_url).scheme not in {"http", "https"}:
        raise ValueError("only http and https")
    proxy = urllib.request.ProxyHandler({})  # a proxy of the environment would look names up itself
    return urllib.request.build_opener(proxy, _Handler, _SecureHandler, _NoRedirects).open(request, timeout=timeout)
