"""Mail that came back, fetched from a mailbox by IMAP (RFC 3501).

A message is read without being marked, judged, and only then marked: whatever
fails in between, it is read again, which changes nothing. What is not ours is
neither marked nor moved. Blocking, for a thread of its own; knows no database.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import date, timedelta

from barograph.base import oauth
from barograph.base.environment import Imap

#: The mark on what was judged; where a server takes no words of our own, the flag that no report ever gets.
JUDGED_FLAG, FALLBACK_FLAG = "BarographJudged", "\\Answered"
#: Older mail counts no more: return paths end then (bounces/return_paths.py), and a report may be late itself.
LOOK_BACK = timedelta(days=63)
TIMEOUT = 30.0
#: Messages asked for in one line.
_TOGETHER = 200
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID, _SIZE = re.compile(rb"UID (\d+)"), re.compile(rb"RFC822\.SIZE (\d+)")


class Trouble(Exception):
    """The mailbox can't be used at the moment. Holds nothing secret."""


class Mailbox:
    """One mailbox over several visits. `known` remembers what was read and is not ours, or too large."""

    def __init__(
        self, setup: Imap, *, largest: int, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        self.setup, self.largest, self.context, self.timeout = setup, largest, context, timeout
        self.offers: set[str] = set()  # what the server can, once signed in
        self.known: set[tuple[str, str]] = set()  # (UIDVALIDITY, UID)

    def visit(self, judge: Callable[[bytes], bool], *, today: date) -> int:
        """Give each message that was not judged yet to `judge` → how many it has taken (True). Raises Trouble.

        `judge` has written down what follows from a message when it returns. What it raises is raised again once
        the others were judged: one bad message holds up none of them.
        """
        taken, trouble = 0, None
        with self._session() as server:
            flag, validity = self._opened(server)
            query = f"UNDELETED SINCE {_day(today - LOOK_BACK)} "
            query += f"UNKEYWORD {flag}" if flag == JUDGED_FLAG else "UNANSWERED"
            for uid in self._sized(server, validity, self._search(server, query)):
                raw = self._read(server, uid)
                try:
                    is_taken = raw is not None and judge(raw)
                except Exception as error:
                    trouble = trouble or error
                    continue
                if is_taken:
                    taken += 1
                    self._settle(server, uid, flag)
                else:
                    self.known.add((validity, uid))
        if trouble:
            raise trouble
        return taken

    def check(self) -> None:
        """Sign in and open the folder read-only; nothing is read or marked. Raises Trouble."""
        with self._session() as server:
            _done(server.select(_quoted(self.setup.folder), readonly=True))

    @contextmanager
    def _session(self):
        server = None
        try:
            server = self._connected()
            self._sign_in(server)
            yield server
        except (OSError, imaplib.IMAP4.error) as error:
            raise Trouble(self._words(error)) from None
        finally:
            if server is not None:
                with suppress(OSError, imaplib.IMAP4.error):
                    server.logout()
                with suppress(OSError):
                    server.shutdown()

    def _words(self, error: BaseException) -> str:
        """What went wrong, without what we said."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the mailbox's certificate is not valid: {error.verify_message}"
        text = " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())
        for secret in filter(None, (self.setup.password, self.setup.user)):
            text = text.replace(secret, "…")
        return text[:200]

    def _connected(self) -> imaplib.IMAP4:
        setup = self.setup
        if setup.tls == "tls":
            return imaplib.IMAP4_SSL(setup.host, setup.port, ssl_context=self._context(), timeout=self.timeout)
        return imaplib.IMAP4(setup.host, setup.port, timeout=self.timeout)

    def _context(self) -> ssl.SSLContext:
        """Certificate and name are checked."""
        return self.context or ssl.create_default_context()

    def _sign_in(self, server: imaplib.IMAP4) -> None:
        if self.setup.tls == "starttls":
            server.starttls(self._context())  # refused: an error, nothing was said yet
        words = f"\0{self.setup.user}\0{self.setup.password}".encode()
        if self.setup.token is not None:
            self._sign_in_with_token(server, self.setup.token.read())
        elif "AUTH=PLAIN" in server.capabilities:
            _done(server.authenticate("PLAIN", lambda _challenge: words))
        else:
            _done(server.login(self.setup.user, self.setup.password))
        self.offers = set(_words(_done(server.capability())).upper().split())  # more than before the sign-in

    def _sign_in_with_token(self, server: imaplib.IMAP4, token: str) -> None:
        """With an access token instead of a password, which is read at each visit, for somebody else renews it."""
        way = next((way for way in oauth.WAYS if f"AUTH={way}" in server.capabilities), None)
        if way is None:
            raise imaplib.IMAP4.error(f"the mailbox takes no access token ({', '.join(oauth.WAYS)})")
        setup = self.setup
        said = [oauth.words(way, user=setup.user, token=token, host=setup.host, port=setup.port)]
        _done(server.authenticate(way, lambda _challenge: said.pop() if said else oauth.after_refusal(way)))

    def _opened(self, server: imaplib.IMAP4) -> tuple[str, str]:
        """Select the folder → the mark this server takes, and the validity of its numbers."""
        _done(server.select(_quoted(self.setup.folder)))
        allowed, validity = (_words(server.response(name)[1]) for name in ("PERMANENTFLAGS", "UIDVALIDITY"))
        takes_words = "\\*" in allowed or JUDGED_FLAG.lower() in allowed.lower()
        return (JUDGED_FLAG if takes_words else FALLBACK_FLAG), validity

    def _search(self, server: imaplib.IMAP4, query: str) -> list[str]:
        return _words(_done(server.uid("SEARCH", query))).split()

    def _sized(self, server: imaplib.IMAP4, validity: str, uids: list[str]) -> list[str]:
        """Those of the messages that are not known and not too large."""
        new, fit = [uid for uid in uids if (validity, uid) not in self.known], []
        for start in range(0, len(new), _TOGETHER):
            lines = _done(server.uid("FETCH", ",".join(new[start : start + _TOGETHER]), "(RFC822.SIZE)"))
            for line in lines:
                uid, size = _UID.search(line or b""), _SIZE.search(line or b"")
                if uid is None or size is None:
                    continue
                if int(size[1]) <= self.largest:
                    fit.append(uid[1].decode())
                else:
                    self.known.add((validity, uid[1].decode()))
        return fit

    def _read(self, server: imaplib.IMAP4, uid: str) -> bytes | None:
        """The whole message, its flags left as they are; None where it is gone."""
        parts = _done(server.uid("FETCH", uid, "(BODY.PEEK[])"))
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def _settle(self, server: imaplib.IMAP4, uid: str, flag: str) -> None:
        """Mark what was judged, and put it aside where a folder for it is named."""
        _done(server.uid("STORE", uid, "+FLAGS.SILENT", f"({flag} \\Seen)"))
        if not self.setup.move_to:
            return
        folder = _quoted(self.setup.move_to)
        if "MOVE" in self.offers:
            _done(server.uid("MOVE", uid, folder))
            return
        _done(server.uid("COPY", uid, folder))
        _done(server.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)"))
        if "UIDPLUS" in self.offers:  # else it stays, struck out: EXPUNGE alone would take others' with it
            _done(server.uid("EXPUNGE", uid))


def _done(answer: tuple[str, list]) -> list:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(_words(data))
    return data


def _words(data: list) -> str:
    """All lines of an answer; a server may give several."""
    return b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(day: date) -> str:
    """A day as IMAP writes it, whatever the machine's language."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
