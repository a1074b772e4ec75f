"""One SMTP connection (RFC 5321) as a client: greeting, TLS, sign-in, then mail after mail.

Where the relay offers PIPELINING (RFC 2920), sender, recipient and DATA go out
in one piece, and behind the text of the mail before where the next is known: a
mail costs one turn on the line instead of four. Knows no queue, and never
repeats a mail on its own.
"""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Callable

from barograph.base import oauth
from barograph.base.environment import Smtp, Token
from barograph.delivery.transports import NO_SMTPUTF8, Answer, Parcel, Unreachable, without_addresses
from barograph.delivery.transports.smtp.line import Line, Lines, Reply, reason

#: Seconds to wait for an answer (RFC 5321, 4.5.3.2 asks for five minutes, ten after the mail's end).
CONNECT_SECONDS = 30.0
ANSWER_SECONDS = 300.0
ACCEPT_SECONDS = 600.0
QUIT_SECONDS = 2.0
_UNFIT = re.compile(r"[\s<>\x00-\x1f\x7f]")


class Connection:
    """Open it, send, quit. After an Unreachable it is of no further use."""

    def __init__(
        self, relay: Smtp, *, lines: Lines, context: ssl.SSLContext | None = None, host: str = "localhost"
    ) -> None:
        self.relay, self.host = relay, host
        self.context = context
        self.line = Line(lines)
        self.offers: dict[str, str] = {}  # what the relay says it can (EHLO), by keyword
        self.used = 0
        self.needs_reset = False
        self.announced: Parcel | None = None  # its envelope was said behind the last mail
        self.dislikes_announcements = False

    @property
    def is_open(self) -> bool:
        return self.line.is_open

    async def open(self) -> None:
        """Connect, secure, sign in. Raises Unreachable."""
        relay, line = self.relay, self.line
        try:
            try:
                await line.reach(relay.host, relay.port, CONNECT_SECONDS)
                if relay.tls == "tls":
                    await line.secure(self._context(), relay.host, CONNECT_SECONDS)
            except OSError as error:
                raise Unreachable(reason(error)) from None
            await self._greet()
        except BaseException:
            self.abort()
            raise

    async def _greet(self) -> None:
        await self.line.expect(1, ANSWER_SECONDS)
        self._agreed(self.line.replies.popleft(), 220)
        await self._hello()
        if self.relay.tls == "starttls":
            if "STARTTLS" not in self.offers:
                raise Unreachable("the relay offers no STARTTLS, and nothing is sent without it")
            self._agreed(await self._command("STARTTLS"), 220)
            await self._secure()
            await self._hello()
        if self.relay.user:
            await self._sign_in()

    def _context(self) -> ssl.SSLContext:
        if self.context is None:
            self.context = ssl.create_default_context()
        return self.context

    async def _secure(self) -> None:
        line = self.line
        if line.rest or line.replies or line.words:  # put there before TLS: it could be anybody's
            raise Unreachable("the relay sent something between STARTTLS and TLS")
        try:
            await line.secure(self._context(), self.relay.host, CONNECT_SECONDS)
        except OSError as error:
            raise Unreachable(reason(error)) from None

    async def _hello(self) -> None:
        code, text = await self._command(f"EHLO {self.host}")
        self.offers = {}
        if code == 250:
            for line in text.split("\n")[1:]:
                keyword, _, rest = line.partition(" ")
                self.offers[keyword.upper()] = rest
            return
        self._agreed(await self._command(f"HELO {self.host}"), 250)

    async def _sign_in(self) -> None:
        ways = self.offers.get("AUTH", "").upper().split()
        user, password = self.relay.user, self.relay.password
        if self.relay.token is not None:
            code, text = await self._sign_in_with_token(self.relay.token, ways)
        elif "PLAIN" in ways:
            code, text = await self._command("AUTH PLAIN " + _base64(f"\0{user}\0{password}"))
        elif "LOGIN" in ways:
            code, text = await self._command("AUTH LOGIN")
            for word in (user, password):
                if code == 334:
                    code, text = await self._command(_base64(word))
        else:
            raise Unreachable("the relay offers no way to sign in that we know (PLAIN, LOGIN)")
        self._agreed((code, text), 235)

    async def _sign_in_with_token(self, token: Token, ways: list[str]) -> Reply:
        """By XOAUTH2 or OAUTHBEARER; the token is read now, for somebody else renews it. Raises Unreachable."""
        way = next((way for way in oauth.WAYS if way in ways), None)
        if way is None:
            raise Unreachable(f"the relay takes no access token ({', '.join(oauth.WAYS)})")
        try:
            value = token.read()
        except OSError as error:
            raise Unreachable(f"the access token cannot be read: {error.strerror or error}") from None
        relay = self.relay
        said = oauth.words(way, user=relay.user, token=value, host=relay.host, port=relay.port)
        reply = await self._command(f"AUTH {way} {base64.b64encode(said).decode('ascii')}")
        if reply[0] == 334:  # why not, as a challenge
            reply = await self._command(base64.b64encode(oauth.after_refusal(way)).decode("ascii"))
        return reply

    async def _command(self, text: str) -> Reply:
        self.line.write(text.encode("ascii") + b"\r\n")
        await self.line.expect(1, ANSWER_SECONDS)
        return self.line.replies.popleft()

    def _agreed(self, reply: Reply, code: int) -> None:
        if reply[0] != code:
            raise Unreachable(f"{reply[0]} {without_addresses(reply[1])}")

    async def send(self, parcel: Parcel, following: Callable[[], Parcel | None] = lambda: None) -> Answer:
        """Hand over one mail. A refusal of MAIL or a 421 is about us or the relay, so it is Unreachable.

        `following` gives the mail that comes next, if it is known: it is `announced` behind this one, and has to be
        sent next. Raises ValueError for an address that cannot stand in an SMTP command.
        """
        self.used += 1
        was_announced = self.announced is parcel
        if was_announced:
            self.announced, resets = None, 0
            try:
                replies = await self._replies(3)
            except Unreachable:
                self.dislikes_announcements = not self.line.replies and self.line.is_late(time.monotonic())
                raise
        else:
            fits, commands = self._envelope(parcel)
            if fits is not None:
                return fits
            resets = int(self.needs_reset)
            replies = await self._dialogue([b"RSET\r\n"] * resets + commands)
        self.needs_reset = True
        self._check_421(replies)
        mail, rcpt, data = (replies[resets:] + [(503, ""), (503, "")])[:3]
        if mail[0] != 250:
            await self._empty(data)
            if was_announced:  # perhaps it minds what comes behind a text: anew then, and by turns
                self.dislikes_announcements = True
                self.abort()
            raise Unreachable(f"the relay does not take our sender: {mail[0]} {without_addresses(mail[1])}")
        if rcpt[0] not in (250, 251, 252):
            await self._empty(data)
            return Answer(rcpt[0], without_addresses(rcpt[1]))
        if data[0] != 354:
            return Answer(data[0], without_addresses(data[1]))
        if not self.is_open:
            raise Unreachable(self.line.lost or "closed")
        text = (parcel.message, b".\r\n") if parcel.is_smooth else (transparent(parcel.message),)
        self.line.write(b"".join((*text, *self._announcement(following))))
        try:
            await self.line.expect(1, ACCEPT_SECONDS)
        except Unreachable as trouble:
            raise Unreachable(str(trouble), in_doubt=True) from None
        code, words = self.line.replies.popleft()
        self._check_421([(code, words)])
        self.needs_reset = not 200 <= code < 300
        return Answer(code, without_addresses(words))

    def _announcement(self, following: Callable[[], Parcel | None]) -> list[bytes]:
        """What is said of the next mail behind this one (RFC 2920, 3.1: a mail's text may begin a group)."""
        if "PIPELINING" not in self.offers or (parcel := following()) is None:
            return []
        try:
            fits, commands = self._envelope(parcel)
        except ValueError:
            return []
        if fits is None:
            self.announced = parcel
        return commands

    def _envelope(self, parcel: Parcel) -> tuple[Answer | None, list[bytes]]:
        """The commands before a mail's text; none, and why, where this relay can't take it. Raises ValueError."""
        fits, options = self._options(parcel.sender, parcel.recipient, parcel.message)
        if fits is not None:
            return fits, []
        mail, rcpt = f"MAIL FROM:<{parcel.sender}>{options}\r\n", f"RCPT TO:<{parcel.recipient}>\r\n"
        return None, [mail.encode(), rcpt.encode(), b"DATA\r\n"]

    def _options(self, sender: str, recipient: str, message: bytes) -> tuple[Answer | None, str]:
        """What MAIL must say (RFC 1870, 6152, 6531), or why this relay can't take the mail."""
        for address in (sender, recipient):
            if _UNFIT.search(address):
                raise ValueError("an address with a character that SMTP does not allow")
        is_foreign = not (sender.isascii() and recipient.isascii())
        if is_foreign and "SMTPUTF8" not in self.offers:
            words = "the relay takes no address with letters outside ASCII: it does not offer SMTPUTF8"
            return Answer(553, f"{NO_SMTPUTF8} {words}"), ""
        options = ""
        if (limit := self.offers.get("SIZE")) is not None:
            if limit.isdigit() and 0 < int(limit) < len(message):
                return Answer(552, "5.3.4 larger than the relay takes"), ""
            options += f" SIZE={len(message)}"
        if not message.isascii():
            if "8BITMIME" not in self.offers:
                return Answer(554, "5.6.3 the relay takes no 8-bit mail"), ""
            options += " BODY=8BITMIME"
        if is_foreign:
            options += " SMTPUTF8"
        return None, options

    async def _dialogue(self, commands: list[bytes]) -> list[Reply]:
        """The replies to some commands: sent together where the relay allows it, else until one is refused."""
        line = self.line
        if "PIPELINING" in self.offers:
            line.write(b"".join(commands))
            return await self._replies(len(commands))
        replies: list[Reply] = []
        for command in commands:
            line.write(command)
            await line.expect(1, ANSWER_SECONDS)
            replies.append(line.replies.popleft())
            if replies[-1][0] >= 400:
                break
        return replies

    async def _replies(self, number: int) -> list[Reply]:
        await self.line.expect(number, ANSWER_SECONDS)
        return [self.line.replies.popleft() for _ in range(number)]

    async def _empty(self, data: Reply) -> None:
        """Some relays say 354 though there is nobody to take the mail (RFC 2920, 3.1): end it with nothing in it."""
        if data[0] == 354:
            self.line.write(b".\r\n")
            await self.line.expect(1, ANSWER_SECONDS)
            self.line.replies.popleft()

    def _check_421(self, replies: list[Reply]) -> None:
        for code, text in replies:
            if code == 421:
                self.abort()
                raise Unreachable(f"the relay closed the connection: {without_addresses(text)}")

    async def quit(self) -> None:
        """Say goodbye, briefly; without a word where the relay waits for the text of a mail."""
        if self.is_open and self.announced is None:
            try:
                self.line.write(b"QUIT\r\n")
                await self.line.expect(1, QUIT_SECONDS)
            except Unreachable:
                pass
        self.abort()

    def abort(self) -> None:
        self.line.fail("closed")


def transparent(message: bytes) -> bytes:
    """The mail as it goes over the line: CRLF line ends only, dots doubled (RFC 5321, 4.5.2), and the end."""
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:  # a bare one would smuggle a second mail in
        message = b"\r\n".join(re.split(rb"\r\n|\r|\n", message))
    message = message.replace(b"\r\n.", b"\r\n..")
    if message.startswith(b"."):
        message = b"." + message
    return message + (b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
