"""An ASGI application behind RSGI, the way Granian likes to talk to Python.

RSGI sends a ready answer in one call, ASGI in two messages that each wait
for the other side: for files out of memory that is a third more requests a
second. Django speaks ASGI alone, so its requests are translated here. Knows
neither Django nor files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from barograph.website.ceilings import Ceilings

Message = dict[str, Any]
Application = Callable[..., Awaitable[None]]


class Closed(Exception):
    """The reader has gone; what is left of the answer goes nowhere."""


class Scope(Protocol):
    """RSGI's description of a request (Granian's RSGI 1.5)."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


def asgi_scope(scope: Scope) -> Message:
    """The same request in ASGI's words."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": scope.path.encode("utf-8", "surrogateescape"),
        "query_string": scope.query_string.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in scope.headers.items()],
        "client": _place(scope.client),
        "server": _place(scope.server),
    }


def _place(address: str) -> tuple[str, int] | None:
    """'127.0.0.1:80' → ('127.0.0.1', 80); a Unix socket has none."""
    host, _colon, port = address.rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isdigit() else None


async def answer_with(application: Application, scope: Scope, proto: Any, ceilings: Ceilings) -> None:
    """Let an ASGI application answer an RSGI request, once its body is here and it is its turn. Raises Refused."""
    length = scope.headers.get("content-length", "")
    async with (
        ceilings.body(method=scope.method, path=scope.path, length=length, pieces=proto) as body,
        ceilings.turn(),
    ):
        exchange = _Exchange(proto, body)
        with contextlib.suppress(Closed):
            await application(asgi_scope(scope), exchange.receive, exchange.send)


class _Exchange:
    """One request's two channels."""

    def __init__(self, proto: Any, body: bytes) -> None:
        self.proto = proto
        self.body = body
        self.read = False
        self.start: Message = {}
        self.stream: Any = None

    async def receive(self) -> Message:
        if not self.read:
            self.read = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.proto.client_disconnect()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self.stream is None:
            status = self.start["status"]
            lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.start["headers"]]
            if not more:
                self.proto.response_bytes(status, lines, body)
                return
            self.stream = self.proto.response_stream(status, lines)
        if body:
            try:
                await self.stream.send_bytes(body)
            except RuntimeError as error:  # Granian's ProtocolClosed
                raise Closed from error
