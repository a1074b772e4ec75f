"""A line to a relay: bytes out, replies in, over a socket that never blocks.

Who talks on it is a coroutine that waits for replies; `Lines` lets all of them
go on as soon as theirs have come. That is all of an event loop that a mailing
needs, at a fraction of the cost of a general one (docs/decisions/0025). Knows
replies, but no SMTP commands.
"""

from __future__ import annotations

import math
import os
import selectors
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any

from barograph.delivery.transports import Unreachable, without_addresses
from barograph.delivery.transports.smtp.names import Lookup, Places, is_address

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 65_536
_LONGEST_ANSWER = 65_536
_MOST_LINES = 500
_CLOSED = "the relay closed the connection"
_NOT_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Reply = tuple[int, str]


class Line:
    """One line. After `fail` it is of no further use."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.socket: socket.socket | None = None
        self.watched = 0  # what the selector looks for
        self.rest = b""  # of a line that isn't whole yet
        self.words: list[str] = []  # of a reply that isn't whole yet
        self.replies: deque[Reply] = deque()
        self.unsent: deque[memoryview] = deque()
        self.lost: str | None = None
        self.replies_needed = 0  # how many replies are waited for; 0: whatever happens next
        self.deadline = 0.0
        self.too_late = ""
        self.talk: Talk | None = None  # what waits for this line

    @property
    def is_open(self) -> bool:
        return self.socket is not None and self.lost is None

    async def reach(self, host: str, port: int, seconds: float) -> None:
        """To the first of the host's addresses that answers. Raises OSError."""
        end, error = time.monotonic() + seconds, OSError(f"no address of {host}")
        addresses = await self._look_up(host, port, seconds)
        for place, (family, kind, protocol, _name, address) in enumerate(addresses):
            share = (end - time.monotonic()) / (len(addresses) - place)
            try:
                await self._connect(socket.socket(family, kind, protocol), address, share)
            except OSError as reason:
                error = reason
            else:
                return
        raise error

    async def _look_up(self, host: str, port: int, seconds: float) -> Places:
        """The host's addresses; other lines go on meanwhile. Raises OSError."""
        if is_address(host):
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        lookup = Lookup(host, port)
        try:
            self.adopt(lookup.answered)
            await self._happens(READ, seconds)
        except TimeoutError:
            raise OSError("no name server told the relay's address in time") from None
        finally:
            self._watch(0)
            self.socket = None
            lookup.answered.close()
        return lookup.places()

    def adopt(self, connected: socket.socket) -> None:
        """Talk over this socket."""
        connected.setblocking(False)
        self.socket = connected
        self._watch(READ)

    async def _connect(self, unconnected: socket.socket, address: Any, seconds: float) -> None:
        try:
            unconnected.setblocking(False)
            unconnected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            unconnected.connect_ex(address)
            self.adopt(unconnected)
            await self._happens(WRITE, seconds)
            if number := unconnected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(number, os.strerror(number))
            self._watch(READ)
        except BaseException:
            self._watch(0)
            self.socket = None
            unconnected.close()
            raise

    async def secure(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """TLS from here on. Raises OSError (ssl.SSLError is one)."""
        if self.socket is None:
            raise OSError(_CLOSED)
        self._watch(0)
        wrapped = context.wrap_socket(self.socket, server_hostname=host, do_handshake_on_connect=False)
        self.socket, end = wrapped, time.monotonic() + seconds
        while True:
            try:
                wrapped.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._happens(READ, end - time.monotonic())
            except ssl.SSLWantWriteError:
                await self._happens(WRITE, end - time.monotonic())
        self._watch(READ)

    async def _happens(self, event: int, seconds: float) -> None:
        """Wait until the socket can be read or written. Raises TimeoutError."""
        self._watch(event)
        self.replies_needed, self.deadline, self.too_late = 0, time.monotonic() + seconds, ""
        await _turn(self)
        if time.monotonic() >= self.deadline:
            raise TimeoutError

    async def expect(self, number: int, seconds: float) -> None:
        """Wait until so many replies are there. Raises Unreachable where they won't come."""
        if len(self.replies) < number and self.lost is None:
            self.replies_needed, self.deadline = number, time.monotonic() + seconds
            self.too_late = f"the relay did not answer within {seconds:.0f} s"
            await _turn(self)
        if len(self.replies) < number:
            refusals = [reply for reply in self.replies if reply[0] >= 400]  # its last words say more than the end
            words = f"{refusals[-1][0]} {without_addresses(refusals[-1][1])}: " if refusals else ""
            raise Unreachable(f"{words}{self.lost}")

    def write(self, data: bytes) -> None:
        """Send it, at once as far as the line takes it."""
        if not self.is_open:
            return
        if self.unsent:
            self.unsent.append(memoryview(data))
            return
        sent = self._send(data)
        if sent < len(data) and self.is_open:
            self.unsent.append(memoryview(data)[sent:])
            self._watch(READ | WRITE)

    def _send(self, data: bytes | memoryview) -> int:
        try:
            return self.socket.send(data)  # type: ignore[union-attr]
        except _NOT_YET:
            return 0
        except OSError as error:
            self._receive()  # its last words
            self.fail(reason(error))
            return 0

    def happened(self, event: int) -> bool:
        """Read and write what can be. Whether the one who waits may go on."""
        if self.replies_needed == 0 and self.talk is not None:
            return True
        if event & READ:
            self._receive()
        while event & WRITE and self.unsent and self.is_open:
            piece = self.unsent[0]
            sent = self._send(piece)
            if sent < len(piece):
                self.unsent[0] = piece[sent:]
                break
            self.unsent.popleft()
        if self.watched & WRITE and not self.unsent:
            self._watch(READ)
        return len(self.replies) >= self.replies_needed or self.lost is not None

    def is_late(self, now: float) -> bool:
        """Whether it has been waited for too long; then what was waited for won't come."""
        if now < self.deadline:
            return False
        if self.too_late:
            self.fail(self.too_late)
        return True

    def _receive(self) -> None:
        while self.socket is not None:
            try:
                data = self.socket.recv(CHUNK)
            except _NOT_YET:
                return
            except OSError as error:
                self.fail(reason(error))
                return
            if not data:
                self.fail(_CLOSED)
                return
            self._received(data)
            if not (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()):
                return

    def _received(self, data: bytes) -> None:
        *whole, self.rest = (self.rest + data).split(b"\n")
        for raw in whole:
            line = raw.rstrip(b"\r").decode("utf-8", "replace")
            self.words.append(line[4:])
            if not (line[:3].isascii() and line[:3].isdigit()) or len(self.words) > _MOST_LINES:
                self.fail("the relay does not speak SMTP")
                return
            if line[3:4] != "-":
                self.replies.append((int(line[:3]), "\n".join(self.words)))
                self.words = []
                if self.replies[-1][0] == 421:  # its last word (RFC 5321, 3.8), though some leave the line open
                    self.fail(_CLOSED)
                    return
        if len(self.rest) > _LONGEST_ANSWER:
            self.fail("the relay does not speak SMTP")

    def fail(self, why: str) -> None:
        self.lost = self.lost or why
        self.unsent.clear()
        if self.socket is not None:
            self._watch(0)
            self.socket.close()
            self.socket = None

    def _watch(self, event: int) -> None:
        if self.socket is None or event == self.watched:
            return
        if not event:
            self.lines.selector.unregister(self.socket)
        elif not self.watched:
            self.lines.selector.register(self.socket, event, self)
        else:
            self.lines.selector.modify(self.socket, event, self)
        self.watched = event


@coroutine
def _turn(line: Line) -> Generator[Line, None, None]:
    """Go on when what the line waits for has come, or won't come any more."""
    yield line


class Talk:
    """A coroutine on its way, and what is done with what it returns."""

    def __init__(self, work: Coroutine[Line, None, Any], ended: Callable[[Any], None]) -> None:
        self.work, self.ended = work, ended


class Lines:
    """All the lines of a transport, and the talks on them."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.waiting: dict[Talk, Line] = {}
        self.fault: BaseException | None = None  # of our own making
        self.soonest = math.inf  # no line's time is over before
        self.is_called = False  # whether the file that is watched beside the lines could be read in the last turn

    def watch(self, file: int) -> None:
        """Let a turn end when this file can be read, too."""
        self.selector.register(file, READ)

    def begin(self, work: Coroutine[Line, None, Any], ended: Callable[[Any], None]) -> None:
        """Start a talk; it goes on in `turn`."""
        self._go_on(Talk(work, ended))

    def _go_on(self, talk: Talk) -> None:
        try:
            line = talk.work.send(None)
        except StopIteration as end:
            talk.ended(end.value)
        except BaseException as fault:
            self.fault = fault
            talk.ended(None)
        else:
            line.talk = talk
            self.waiting[talk] = line
            self.soonest = min(self.soonest, line.deadline)

    def _resume(self, line: Line) -> None:
        talk, line.talk = line.talk, None
        if talk is not None:
            del self.waiting[talk]
            self._go_on(talk)

    def turn(self, seconds: float) -> None:
        """Let those go on whose replies have come; wait for so long at most where there are none."""
        now, self.is_called = time.monotonic(), False
        for key, event in self.selector.select(max(0.0, min(seconds, self.soonest - now))):
            if key.data is None:
                self.is_called = True
            elif key.data.watched and key.data.happened(event):
                self._resume(key.data)
        now = time.monotonic()
        if now >= self.soonest:
            for line in [line for line in self.waiting.values() if line.is_late(now)]:
                self._resume(line)
            self.soonest = min((line.deadline for line in self.waiting.values()), default=math.inf)

    def raise_fault(self) -> None:
        """Raise what a talk did not expect."""
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault

    def break_off(self) -> None:
        """End every talk where it is."""
        talks = list(self.waiting)
        self.waiting.clear()
        for talk in talks:
            talk.work.close()

    def close(self) -> None:
        self.break_off()
        self.selector.close()


def reason(error: BaseException) -> str:
    """Why a connection failed, in words for the operator."""
    if isinstance(error, TimeoutError):
        return "the relay did not answer"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the relay's certificate is not valid: {error.verify_message}"
    return without_addresses(str(getattr(error, "strerror", None) or error) or type(error).__name__)
