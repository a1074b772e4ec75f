"""SMTP over several kept connections at once, driven from synchronous code.

What comes on the lines is taken up only while `wait` is called: whoever gives
the mails can use the database without a second thread.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
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
        self.following: Callable[[], Parcel | None] = _nobody
        self.foreseen: dict[int, tuple[Parcel, Connection]] = {}  # by number: given next, on this connection
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

    def announce(self, following: Callable[[], Parcel | None]) -> None:
        self.following = following

    def announced(self) -> Parcel | None:
        return next((parcel for parcel, _connection in self.foreseen.values()), None)

    def withdraw(self, parcel: Parcel) -> None:
        _parcel, connection = self.foreseen.pop(parcel.number)
        if connection.announced is None:
            self.idle.append(connection)
        else:  # the relay waits for its text
            connection.abort()

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
        while not (answers := self.wait(3600)):
            pass
        if isinstance(answers[0].result, Unreachable):
            raise answers[0].result
        return answers[0].result

    async def _result(self, parcel: Parcel) -> Answer | Unreachable:
        while True:
            _parcel, connection = self.foreseen.pop(parcel.number, (parcel, None))
            following: list[Parcel] = []
            try:
                connection = connection or await self._connection()
                is_kept = connection.used > 0
                return await connection.send(parcel, partial(self._after, connection, following))
            except Unreachable as trouble:
                if connection is None:
                    return trouble
                was_lost = not connection.is_open
                if connection.dislikes_announcements:
                    self.following = _nobody
                connection.abort()
                if is_kept and was_lost and not trouble.in_doubt:
                    continue  # the relay had enough of a kept connection: that says nothing about the next
                return trouble
            except ValueError as error:
                return Answer(553, f"5.1.3 {error}")
            except BaseException:
                if connection is not None:
                    connection.abort()
                raise
            finally:
                self._leave(connection, following)

    def _after(self, connection: Connection, following: list[Parcel]) -> Parcel | None:
        """The mail that goes over this connection after the one on its way, if that is known."""
        if connection.used < PER_CONNECTION and (parcel := self.following()) is not None:
            following.append(parcel)
            return parcel
        return None

    def _leave(self, connection: Connection | None, following: list[Parcel]) -> None:
        """Keep a connection for others, or for the mail that follows; where it is lost, that one gets another."""
        if connection is None:
            return
        for parcel in following:
            self.foreseen[parcel.number] = (parcel, connection)
        if not following and connection.is_open:
            self.idle.append(connection)

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
        for connection in [*self.idle, *(connection for _parcel, connection in self.foreseen.values())]:
            lines.begin(connection.quit(), lambda _nothing: None)
        self.idle.clear()
        self.foreseen.clear()
        while lines.waiting:
            lines.turn(QUIT_SECONDS)
        lines.close()


def _nobody() -> None:
    """No mail is known to follow."""
