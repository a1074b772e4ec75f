"""Ceilings on what requests to Django may cost together: bodies in memory, and requests in work at once.

Django takes whole bodies before any view runs, and a thread with a database connection of its own for each request; so
a body is read here first, up to what its address may need and no slower than a slow line, and a request waits here for
its turn. What goes over is answered at once: 413 too large, 408 too slow, 503 too many. Baked files need none of this.

One process and one event loop; knows neither Django nor pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

KB, MB = 1024, 1024 * 1024

#: Largest bodies, by the beginning of the address; the first that fits. All others are public: an address and a list.
LARGEST = (
    ("/desk/login/", 64 * KB),
    ("/desk/password_reset/", 64 * KB),
    ("/desk/invitation/", 64 * KB),
    ("/desk/api/", 520 * KB),  # the API itself refuses from 512 KB on, in its own words
    ("/desk/mail-events/", 2 * MB),
    ("/desk/", 12 * MB),  # pictures of 10 MB, Word files
)
PUBLIC = 64 * KB
#: For a body, whatever its size; and what must have come by then and later, in bytes a second.
PATIENCE, SLOWEST = 30.0, 16 * KB
#: Of all bodies that are being read or wait for their turn together.
BODIES = 64 * MB
#: Requests in Django at once: each has a thread and a connection to the database. More only wait for each other.
AT_ONCE = 16
#: Those that may wait for their turn, and for how long, in seconds.
WAITING, TURN = 1000, 20.0


class Refused(Exception):
    """The request is answered with this status, before Django."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def largest(path: str) -> int:
    """How many bytes of a body an address may need."""
    return next((most for beginning, most in LARGEST if path.startswith(beginning)), PUBLIC)


class Ceilings:
    """What is in use now."""

    def __init__(self) -> None:
        self.bodies = 0
        self.waiting = 0
        self._turns: asyncio.Semaphore | None = None  # of the loop that serves

    @contextlib.asynccontextmanager
    async def body(self, *, method: str, path: str, length: str, pieces: Any) -> AsyncIterator[bytes]:
        """A request's whole body. Raises Refused."""
        if method in {"GET", "HEAD"}:
            yield b""
            return
        most, read = largest(path), 0
        if length.isdecimal() and (len(length) > 12 or int(length) > most):
            raise Refused(413)
        content, begun = bytearray(), time.monotonic()
        try:
            async for piece in _in_time(pieces, begun):
                read += len(piece)
                self.bodies += len(piece)
                content += piece
                if read > most:
                    raise Refused(413)
                if self.bodies > BODIES:
                    raise Refused(503)
                if time.monotonic() - begun > PATIENCE + read / SLOWEST:
                    raise Refused(408)
            yield bytes(content)
        finally:
            self.bodies -= read

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one of the places in Django. Raises Refused."""
        turns = self._turns = self._turns or asyncio.Semaphore(AT_ONCE)
        if self.waiting >= WAITING:
            raise Refused(503)
        self.waiting += 1
        try:
            await asyncio.wait_for(turns.acquire(), TURN)
        except TimeoutError:
            raise Refused(503) from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            turns.release()


async def _in_time(pieces: Any, begun: float) -> AsyncIterator[bytes]:
    """The pieces of a body; Refused where none comes for as long as a body may take without any."""
    iterator, read = aiter(pieces), 0
    while True:
        left = begun + PATIENCE + read / SLOWEST - time.monotonic()
        try:
            piece = await asyncio.wait_for(anext(iterator), max(left, 0.01))
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refused(408) from None
        read += len(piece)
        yield piece
