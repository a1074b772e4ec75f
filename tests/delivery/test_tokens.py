"""Mailboxes that take an OAuth access token instead of a password: signing in at SMTP and IMAP (XOAUTH2, RFC 7628)."""

import base64
import socketserver
import threading
from contextlib import contextmanager
from datetime import date

import pytest

from barograph.base import environment
from barograph.base.environment import EnvironmentProblem, Imap, Smtp, Token
from barograph.delivery.bounces.imap import Mailbox, Trouble
from barograph.delivery.transports import Unreachable
from barograph.delivery.transports.smtp import SmtpTransport

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\n\r\nText\r\n"


class _Server(socketserver.StreamRequestHandler):
    """Says what SMTP or IMAP says around one sign-in; takes the token 'good' alone."""

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def is_good(self, words):
        said = base64.b64decode(words)
        self.server.said.append(said)
        return b"auth=Bearer good\x01\x01" in said


class _Smtp(_Server):
    def handle(self):
        self.say("220 fake")
        while line := self.rfile.readline():
            words = line.decode().split()
            if words[0] == "EHLO":
                self.say("250-fake", f"250-AUTH {self.server.ways}", "250 HELP")
            elif words[0] == "AUTH" and self.is_good(words[2]):
                self.say("235 2.7.0 welcome")
            elif words[0] == "AUTH":
                self.say("334 eyJzdGF0dXMiOiI0MDEifQ==")
                self.server.said.append(self.rfile.readline())
                self.say("535 5.7.8 token not accepted")
            elif words[0] == "DATA":
                self.say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.say("250 2.0.0 taken")
            else:
                self.say("250 ok")


class _Imap(_Server):
    def handle(self):
        capabilities = " ".join(f"AUTH={way}" for way in self.server.ways.split())
        self.say(f"* OK [CAPABILITY IMAP4rev1 {capabilities}] fake")
        while line := self.rfile.readline():
            tag, verb, *rest = line.decode().split()
            if verb == "CAPABILITY":
                self.say(f"* CAPABILITY IMAP4rev1 {capabilities}", f"{tag} OK done")
            elif verb == "AUTHENTICATE":
                self.say("+ ")
                if self.is_good(self.rfile.readline()):
                    self.say(f"{tag} OK welcome")
                else:
                    self.say("+ eyJzdGF0dXMiOiI0MDEifQ==")
                    self.rfile.readline()
                    self.say(f"{tag} NO token not accepted")
            elif verb == "SELECT":
                self.say("* FLAGS ()", "* OK [PERMANENTFLAGS (\\*)] x", "* OK [UIDVALIDITY 1] x", f"{tag} OK done")
            elif verb == "UID":
                self.say("* SEARCH", f"{tag} OK done")
            else:
                self.say(f"{tag} OK done")


@contextmanager
def running(handler, ways):
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), handler) as server:
        server.ways, server.said = ways, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def sent(server, token):
    transport = SmtpTransport(Smtp("127.0.0.1", server.server_address[1], "me@example.org", "", "", token), width=1)
    try:
        return transport.send("a@example.org", "b@example.org", MAIL)
    finally:
        transport.close()


@pytest.mark.parametrize("ways", ["PLAIN XOAUTH2", "OAUTHBEARER PLAIN"])
def test_a_token_signs_in_at_the_relay_and_is_read_anew(ways, tmp_path):
    path = tmp_path / "token"
    path.write_text("old\n")
    with running(_Smtp, ways) as server:
        with pytest.raises(Unreachable, match="535") as refused:
            sent(server, Token(path=path))
        assert "old" not in str(refused.value)
        assert server.said[1] == (b"\r\n" if "XOAUTH2" in ways else b"AQ==\r\n")
        path.write_text("good\n")
        assert sent(server, Token(path=path)).is_accepted
        assert b"me@example.org" in server.said[-1]


def test_a_token_that_is_not_there_or_not_taken_is_told(tmp_path):
    with running(_Smtp, "PLAIN LOGIN") as server, pytest.raises(Unreachable, match="takes no access token"):
        sent(server, Token(value="good"))
    (tmp_path / "empty").touch()
    for path in (tmp_path / "empty", tmp_path / "missing"):
        with running(_Smtp, "XOAUTH2") as server, pytest.raises(Unreachable, match="access token cannot be read"):
            sent(server, Token(path=path))


@pytest.mark.parametrize("ways", ["PLAIN XOAUTH2", "OAUTHBEARER"])
def test_a_token_opens_the_mailbox_of_returned_mail(ways):
    with running(_Imap, ways) as server:

        def visit(token):
            setup = Imap(
                "127.0.0.1", server.server_address[1], "me@example.org", "", "", "INBOX", "", Token(value=token)
            )
            return Mailbox(setup, largest=1000).visit(lambda _raw: True, today=date(2026, 12, 1))

        assert visit("good") == 0
        with pytest.raises(Trouble) as refused:
            visit("bad-token")
        assert "bad-token" not in str(refused.value)


def read(tmp_path, **variables):
    base = {"BAROGRAPH_DATA": str(tmp_path), "BAROGRAPH_SECRET_KEY": "s" * 64, "BAROGRAPH_ADDRESS_KEY": "ab" * 32}
    return environment.read({**base, **variables})


def test_a_token_is_given_by_value_or_file_and_needs_user_and_tls(tmp_path):
    (tmp_path / "t").write_text("secret-token\n")
    url = "smtp://me%40example.org@smtp.example.org:587?tls=starttls"
    given = read(tmp_path, BAROGRAPH_SMTP_URL=url, BAROGRAPH_SMTP_TOKEN_FILE=str(tmp_path / "t")).smtp
    assert (given.user, given.token.read()) == ("me@example.org", "secret-token")
    assert "secret-token" not in repr(read(tmp_path, BAROGRAPH_SMTP_URL=url, BAROGRAPH_SMTP_TOKEN="secret-token"))
    (tmp_path / "t").write_text("renewed\n")
    assert given.token.read() == "renewed"
    imap = "imaps://me%40example.org@imap.example.org/INBOX"
    assert read(tmp_path, BAROGRAPH_BOUNCE_IMAP=imap, BAROGRAPH_IMAP_TOKEN="x").bounces.imap.token.read() == "x"
    for wrong in (
        "smtp://smtp.example.org?tls=starttls",
        "smtp://me:pass@smtp.example.org?tls=starttls",
        "smtp://me@smtp.example.org",
    ):
        with pytest.raises(EnvironmentProblem, match="BAROGRAPH_SMTP_URL"):
            read(tmp_path, BAROGRAPH_SMTP_URL=wrong, BAROGRAPH_SMTP_TOKEN="x")
    with pytest.raises(EnvironmentProblem, match="BAROGRAPH_BOUNCE_IMAP"):
        read(tmp_path, BAROGRAPH_BOUNCE_IMAP="imap://me@imap.example.org/INBOX?tls=none", BAROGRAPH_IMAP_TOKEN="x")
