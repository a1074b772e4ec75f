"""SMTP over several kept connections at once, driven from synchronous code.

What comes on the lines is taken up only while `wait` is called: whoever gives
the mails can use the database without a second thread.
"""

from __future__ import annotations

import ssl
import time
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings

from barograph.base.environment import Smtp
from barograph.delivery.transports import Answer, Outcome, Parcel, Unreachable
from barograph.delivery.transports.smtp.connection import QUIT_SECONDS, Connection
from barograph.delivery.transports.smtp.line import Lines

#: Connections at a time.
WIDTH = 10
#: After so many mails a fresh connection: many relays set such a limit.
PER_CONNECTION = 500


class SmtpTransport:
    """A transport and a carrier: mail by mail over at most `width` connections, opened as they are needed."""

    def __init__(self, relay: Smtp | None = None, *, width: int = WIDTH, context: ssl.SSLContext | None = None) -> None:
        self.relay = relay or settings.SMTP
        self.width = width
        self.context = context
        self.host = urlsplit(settings.BASE_URL).hostname or "localhost"
        self.lines: Lines | None = None
        self.idle: list[Connection] = []
        self.on_the_way = 0
        self.outcomes: list[Outcome] = []

    @property
    def carrying(self) -> int:
        return self.on_the_way + len(self.outcomes)

    @property
    def room(self) -> int:
        return self.width - self.carrying

    def give(self, parcel: Parcel) -> None:
        lines = self._lines()
        self.on_the_way += 1
        lines.begin(self._result(parcel), partial(self._ended, parcel))
        lines.raise_fault()

    def watch(self, file: int) -> bool:
        self._lines().watch(file)
        return True

    def _lines(self) -> Lines:
        self.lines = self.lines or Lines()
        return self.lines

    def _ended(self, parcel: Parcel, result: Answer | Unreachable | None) -> None:
        self.on_the_way -= 1
        if result is not None:
            self.outcomes.append(Outcome(parcel, result))

    def wait(self, seconds: float) -> list[Outcome]:
        lines = self.lines
        if lines is not None and self.on_the_way:
            end = time.monotonic() + seconds
            left = 0.0 if self.outcomes else seconds
            while True:
                known = len(self.outcomes)
                lines.turn(left)
                lines.raise_fault()
                left = end - time.monotonic()
                if left <= 0 or not self.on_the_way or 0 < known == len(self.outcomes) or lines.is_called:
                    break
                if self.outcomes:  # what else is there by now shares the commit; to sleep for more costs more than it
                    left = 0.0
        outcomes, self.outcomes = self.outcomes, []
        return outcomes

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one mail and wait. Raises Unreachable."""
        self.give(Parcel(0, sender, recipient, message))
        while not (found := self.wait(3600)):
            pass
        if isinstance(found[0].result, Unreachable):
            raise found[0].result
        return found[0].result

    async def _result(self, parcel: Parcel) -> Answer | Unreachable:
        while True:
            connection = None
            try:
                connection = await self._connection()
                is_kept = connection.used > 0
                answer = await connection.send(parcel)
            except Unreachable as trouble:
                if connection is None:
                    return trouble
                was_lost = not connection.is_open
                connection.abort()
                if is_kept and was_lost and not trouble.in_doubt:
                    continue  # the relay had enough of a kept connection: that says nothing about the next
                return trouble
            except ValueError as error:
                if connection is not None:
                    self.idle.append(connection)
                return Answer(553, f"5.1.3 {error}")
            except BaseException:
                if connection is not None:
                    connection.abort()
                raise
            self.idle.append(connection)
            return answer

    async def _connection(self) -> Connection:
        while self.idle:
            connection = self.idle.pop()
            if connection.is_open and connection.used < PER_CONNECTION:
                return connection
            await connection.quit()
        if self.relay is None:
            raise Unreachable("no relay is set (BAROGRAPH_SMTP_URL)")
        assert self.lines is not None
        connection = Connection(self.relay, lines=self.lines, context=self._context(), host=self.host)
        await connection.open()
        return connection

    def _context(self) -> ssl.SSLContext | None:
        """One for all connections: reading the system's certificates takes a while."""
        if self.context is None and self.relay is not None and self.relay.tls:
            self.context = ssl.create_default_context()
        return self.context

    def close(self) -> None:
        if self.lines is None:
            return
        lines, self.lines = self.lines, None
        lines.break_off()
        for connection in self.idle:
            lines.begin(connection.quit(), lambda _nothing: None)
        self.idle.clear()
        while lines.waiting:
            lines.turn(QUIT_SECONDS)
        lines.close()
