"""SMTP over several kept connections at once, driven from synchronous code.

The event loop runs only while `wait` is called: between two calls nothing
happens on the lines, so that whoever gives the mails can use the database
without a second thread, and no mail is taken up before it was given.
"""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

from django.conf import settings

from barograph.base.environment import Smtp
from barograph.delivery.transports import Answer, Outcome, Parcel, Unreachable
from barograph.delivery.transports.smtp.connection import Connection

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
        self.loop: asyncio.AbstractEventLoop | None = None
        self.idle: list[Connection] = []
        self.tasks: set[asyncio.Task] = set()
        self.outcomes: list[Outcome] = []
        self.news: asyncio.Future[None] | None = None
        self.fault: BaseException | None = None  # of our own making

    @property
    def carrying(self) -> int:
        return len(self.tasks) + len(self.outcomes)

    @property
    def room(self) -> int:
        return self.width - self.carrying

    def give(self, parcel: Parcel) -> None:
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
        task = self.loop.create_task(self._carry(parcel))
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def wait(self, seconds: float) -> list[Outcome]:
        if self.loop is not None and self.carrying:
            self.loop.run_until_complete(self._some(seconds))
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
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

    async def _some(self, seconds: float) -> None:
        if not self.outcomes:
            loop = asyncio.get_running_loop()
            self.news = loop.create_future()
            alarm = loop.call_later(seconds, self._stir)
            try:
                await self.news
            finally:
                alarm.cancel()
                self.news = None
        await asyncio.sleep(0)  # whatever else has come at the same moment

    def _stir(self) -> None:
        if self.news is not None and not self.news.done():
            self.news.set_result(None)

    def _ended(self, task: asyncio.Task) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.fault = task.exception()
            self._stir()

    async def _carry(self, parcel: Parcel) -> None:
        result = await self._result(parcel)
        # At once, not when the loop tells that the task is done: it may have stopped by then, and `carrying` would
        # count a mail of which nothing more will be heard.
        self.tasks.discard(asyncio.current_task())  # type: ignore[arg-type]
        self.outcomes.append(Outcome(parcel, result))
        self._stir()

    async def _result(self, parcel: Parcel) -> Answer | Unreachable:
        while True:
            connection = None
            try:
                connection = await self._connection()
                is_kept = connection.used > 0
                answer = await connection.send(parcel.sender, parcel.recipient, parcel.message)
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
        connection = Connection(self.relay, context=self._context(), host=self.host)
        await connection.open()
        return connection

    def _context(self) -> ssl.SSLContext | None:
        """One for all connections: reading the system's certificates takes a while."""
        if self.context is None and self.relay is not None and self.relay.tls:
            self.context = ssl.create_default_context()
        return self.context

    def close(self) -> None:
        if self.loop is None:
            return
        loop, self.loop = self.loop, None
        try:
            loop.run_until_complete(self._end())
        finally:
            loop.close()

    async def _end(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*(connection.quit() for connection in self.idle), return_exceptions=True)
        self.idle.clear()
        await asyncio.sleep(0)  # the transports' own farewell
