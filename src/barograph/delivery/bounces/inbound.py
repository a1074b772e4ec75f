"""Where mail comes back in: a Maildir or an IMAP mailbox that is looked into, an LMTP or SMTP listener of our own.

None ever takes what is not ours: the listener accepts genuine return paths
alone and says no to the rest before any text is sent; in a Maildir or mailbox only
reports about our own mail are taken, all other mail stays as it is.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connection
from django.utils import timezone

from barograph.base.environment import Bounces, Listener
from barograph.delivery.bounces import leaving
from barograph.delivery.bounces.imap import Mailbox, Trouble
from barograph.delivery.bounces.intake import receive
from barograph.delivery.bounces.return_paths import read_return_path

log = logging.getLogger(__name__)

#: Larger mails are no reports.
LARGEST = 5_000_000
#: Seconds between two looks into the Maildir.
LOOK_EVERY = 60.0
#: How the listener names itself in its greeting.
IDENTITY = "mail"


def look_into(maildir: Path, *, known: set[str]) -> int:
    """Take the reports about our mail out of a Maildir. Returns how many.

    A report is erased once what follows from it is written down; a crash in between
    repeats it, which changes nothing. `known` remembers what was not ours. A mail that
    cannot be taken in stays for the next look and holds up no other; what went wrong is
    raised when all were looked at.
    """
    taken, trouble = 0, None
    for folder in ("new", "cur"):
        for path in sorted((maildir / folder).glob("*")):
            identity = path.name.partition(":")[0]
            if identity in known or not path.is_file():
                continue
            try:
                raw = path.read_bytes() if path.stat().st_size <= LARGEST else b""
            except OSError:
                continue  # a mail program has moved it in the meantime
            try:
                outcome = receive(raw=raw)
            except Exception as error:
                trouble = trouble or error
                continue
            if outcome is None:
                known.add(identity)
                continue
            path.unlink(missing_ok=True)
            taken += 1
    if trouble:
        raise trouble
    return taken


class Inbound:
    """What the worker does about mail that comes back, by what is set up: nothing, a Maildir, IMAP, a listener."""

    def __init__(self, setup: Bounces) -> None:
        self.setup, self.known, self.looked = setup, set[str](), float("-inf")
        self.controller: Controller | None = None
        self.is_missing_maildir_logged = False
        self.mailbox = Mailbox(setup.imap, largest=LARGEST) if setup.imap else None
        self.fetching: threading.Thread | None = None
        self.is_over = threading.Event()

    def begin(self) -> None:
        """Fetch in a thread of its own, for a mailbox far away may be slow; listen, unless another worker does."""
        if self.mailbox:
            self.fetching = threading.Thread(target=self._fetch, name="mailbox", daemon=True)
            self.fetching.start()
        if self.setup.listener is None:
            return
        try:
            self.controller = listen(self.setup.listener)
        except OSError as error:
            log.warning("mail that comes back is not listened for here: %s", error.strerror or error)

    def look(self) -> None:
        """Look into the Maildir, now and then; into the mailbox, too, where no thread does."""
        if (
            self.setup.maildir is None and (self.mailbox is None or self.fetching)
        ) or time.monotonic() - self.looked < LOOK_EVERY:
            return
        self.looked = time.monotonic()
        if self.mailbox and not self.fetching:
            visit(self.mailbox)
        if self.setup.maildir is None or self._is_maildir_missing(self.setup.maildir):
            return
        try:
            look_into(self.setup.maildir, known=self.known)
        except Exception:  # the worker has other work to do; the mail stays where it is
            log.exception("the Maildir of mail that came back could not be read")

    def _is_maildir_missing(self, maildir: Path) -> bool:
        """Say so in the log once, and again when it has been there and went away."""
        is_missing = not (maildir / "new").is_dir()
        if is_missing and not self.is_missing_maildir_logged:
            log.error(
                "BAROGRAPH_BOUNCE_MAILDIR: there is no Maildir at %s (it has a folder `new`), so mail that comes back "
                "is not read. It is looked for every minute.",
                maildir,
            )
        self.is_missing_maildir_logged = is_missing
        return is_missing

    def _fetch(self) -> None:
        while True:
            close_old_connections()
            visit(self.mailbox)
            connection.close()
            if self.is_over.wait(LOOK_EVERY):
                return

    def end(self) -> None:
        self.is_over.set()
        if self.controller:
            self.controller.stop()


def visit(mailbox: Mailbox) -> int:
    """Take the reports about our mail out of an IMAP mailbox → how many; what fails is tried again next time."""
    try:
        return mailbox.visit(lambda raw: receive(raw=raw) is not None, today=timezone.localdate())
    except Trouble as trouble:
        log.warning("the mailbox of mail that came back: %s", trouble)
    except Exception:  # the worker has other work to do; the mail stays where it is
        log.exception("the mailbox of mail that came back could not be read")
    return 0


class Handler:
    """Accepts what is sent to a genuine return path or an address that leaves a list, and takes it in."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        today = timezone.localdate()
        if read_return_path(address, on=today) is None and leaving.read(address, on=today) is None:
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            await asyncio.to_thread(_take_in, bytes(envelope.content or b""), list(envelope.rcpt_tos))
        except Exception:  # the other side must keep it and try again, whatever went wrong here
            log.exception("a mail that came back could not be taken in")
            return "451 4.3.0 Try again later"
        return "250 2.0.0 OK"


def _take_in(raw: bytes, recipients: list[str]) -> None:
    close_old_connections()
    try:
        for recipient in recipients:
            receive(raw=raw, recipients=[recipient])
    finally:
        close_old_connections()


class _Controller(Controller):
    def __init__(self, listener: Listener) -> None:
        self._protocol = LMTP if listener.protocol == "lmtp" else SMTP
        super().__init__(Handler(), hostname=listener.host, port=listener.port)

    def factory(self) -> SMTP:
        return self._protocol(self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident=IDENTITY)


def listen(listener: Listener) -> Controller:
    """Begin to listen in a thread of its own; `stop()` ends it. Raises OSError where the port is taken."""
    controller = _Controller(listener)
    try:
        controller.start()
    except OSError:
        controller.loop.close()
        raise
    return controller
