"""Our own SMTP client against real servers (aiosmtpd, Postfix's smtp-sink) and against a rude one."""

import datetime
import ipaddress
import os
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from barograph.base.environment import Smtp
from barograph.delivery.transports import Parcel, Unreachable
from barograph.delivery.transports.smtp import SmtpTransport, connection
from tests.delivery.relays import RudeRelay, free_port, postfix_sink

MAIL = b"Subject: dots\r\n\r\n.one\r\n..two\r\nthe end\r\n"


class Keeping:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((session.peer[1], session.ssl is not None, envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that only these tests trust: (server's context, client's context)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "cert").write_bytes(made.public_bytes(pem))
    (folder / "key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert", folder / "key")
    return server, ssl.create_default_context(cafile=folder / "cert")


@pytest.fixture
def relay():
    """Starts aiosmtpd servers and stops them."""
    started = []

    def start(handler, **options):
        port = free_port()
        server = Controller(handler, hostname="127.0.0.1", port=port, **options)
        server.start()
        started.append(server)
        return port

    yield start
    for server in started:
        server.stop()


def sent(transport, number, message=MAIL):
    """Everything that came of so many mails, the transport kept as full as it allows."""
    left, outcomes = list(range(number)), []
    try:
        while left or transport.carrying:
            while left and transport.room > 0:
                n = left.pop(0)
                transport.give(Parcel(n, "from@example.org", f"reader-{n}@example.org", message))
            outcomes += transport.wait(10)
    finally:
        transport.close()
    return outcomes


def test_without_pipelining_mails_arrive_byte_for_byte_over_kept_connections(relay):
    handler = Keeping()
    port = relay(handler)
    outcomes = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", "")), 50)
    assert [outcome.result.code for outcome in outcomes] == [250] * 50
    assert {outcome.result.status for outcome in outcomes} == {"2.0.0"}
    assert {content for *_, content in handler.mails} == {MAIL}
    assert len({recipient for *_, recipient, _ in handler.mails}) == 50
    assert 1 < len({peer for peer, *_ in handler.mails}) <= 10


def test_with_pipelining_against_postfix():
    with postfix_sink() as port:
        outcomes = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", "")), 200)
    assert {outcome.result.code for outcome in outcomes} == {250}


@pytest.mark.parametrize("refused", ["-q mail", "-q rcpt", "-q data", "-r mail", "-f rcpt", "-r ."])
def test_what_postfix_refuses_comes_back_for_every_mail(refused):
    """-q: disconnects, -f: a permanent error, -r: a temporary one."""
    with postfix_sink(*refused.split()) as port:
        outcomes = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", ""), width=3), 6)
    assert len(outcomes) == 6
    kinds = {type(outcome.result).__name__ for outcome in outcomes}
    if refused in ("-f rcpt", "-r ."):
        assert {outcome.result.code // 100 for outcome in outcomes} == {5 if "-f" in refused else 4}
    else:
        assert kinds == {"Unreachable"}  # about the line or our sender, not about a reader


def test_a_fresh_connection_after_so_many_mails(relay, monkeypatch):
    monkeypatch.setattr("barograph.delivery.transports.smtp.PER_CONNECTION", 3)
    handler = Keeping()
    sent(SmtpTransport(Smtp("127.0.0.1", relay(handler), "", "", ""), width=1), 9)
    assert len({peer for peer, *_ in handler.mails}) == 3


@pytest.mark.parametrize("way", ["LOGIN", "PLAIN"])
def test_starttls_is_verified_and_the_sign_in_goes_inside(relay, certificate, way):
    server, client = certificate
    seen = []

    def check(server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        seen.append((mechanism, session.ssl is not None))
        return AuthResult(success=(data.login, data.password) == (b"barograph", b"pa:ss"), handled=False)

    other = ["PLAIN" if way == "LOGIN" else "LOGIN"]
    handler = Keeping()
    port = relay(handler, authenticator=check, auth_required=True, tls_context=server, auth_exclude_mechanism=other)
    good = Smtp("127.0.0.1", port, "barograph", "pa:ss", "starttls")
    assert sent(SmtpTransport(good, context=client), 1)[0].result.code == 250
    assert seen == [(way, True)]
    assert handler.mails[0][1]
    wrong = Smtp("127.0.0.1", port, "barograph", "no", "starttls")
    assert "535" in str(sent(SmtpTransport(wrong, context=client), 1)[0].result)
    unknown = sent(SmtpTransport(good), 1)[0].result  # the system doesn't know this certificate
    assert isinstance(unknown, Unreachable)
    assert "certificate is not valid" in str(unknown)


def test_tls_from_the_start(relay, certificate):
    server, client = certificate
    port = relay(Keeping(), ssl_context=server)
    with_tls = Smtp("127.0.0.1", port, "", "", "tls")
    assert sent(SmtpTransport(with_tls, context=client), 3)[0].result.code == 250
    assert isinstance(sent(SmtpTransport(with_tls), 1)[0].result, Unreachable)


def test_nothing_goes_out_in_clear_where_starttls_was_wanted_and_nothing_said_before_tls_counts():
    plain = RudeRelay()
    with plain.running() as port:
        wanted = Smtp("127.0.0.1", port, "", "", "starttls")
        assert "offers no STARTTLS" in str(sent(SmtpTransport(wanted), 1)[0].result)
    assert plain.commands["MAIL"] == 0


def test_a_mail_too_large_or_in_bytes_the_relay_cannot_take_is_never_begun():
    small = RudeRelay(offers=("PIPELINING", "SIZE 20"))
    with small.running() as port:
        there = Smtp("127.0.0.1", port, "", "", "")
        assert sent(SmtpTransport(there), 1)[0].result.status == "5.3.4"
    seven_bit = RudeRelay()
    with seven_bit.running() as port:
        there = Smtp("127.0.0.1", port, "", "", "")
        assert sent(SmtpTransport(there), 1, "Subject: ў\r\n\r\n".encode())[0].result.status == "5.6.3"
        transport = SmtpTransport(there)
        assert transport.send("a@example.org", "чытачка@example.org", MAIL).status == "5.6.7"
        assert transport.send("a@example.org", "x@example.org>\r\nRSET", MAIL).status == "5.1.3"
        assert transport.send("a@example.org", "x@example.org", MAIL).code == 250
        transport.close()
    assert small.commands["MAIL"] == 0
    assert len(seven_bit.seen) == 1


def test_a_relay_that_says_go_on_though_nobody_is_there_gets_an_empty_mail_and_a_reset():
    rude = RudeRelay(to_rcpt=lambda address: "550 5.1.1 unknown" if address.startswith("reader-0") else "250 ok")
    with rude.running() as port:
        outcomes = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", ""), width=1), 2)
    assert [outcome.result.code for outcome in outcomes] == [550, 250]
    assert [recipient for recipient, _ in rude.seen] == ["reader-1@example.org"]
    assert rude.commands["RSET"] == 1


def test_a_line_that_breaks_after_the_mail_is_in_doubt_and_one_that_breaks_before_is_not(monkeypatch):
    monkeypatch.setattr(connection, "ACCEPT_SECONDS", 0.2)
    for answer in (None, 0.6):
        rude = RudeRelay(to_mail=lambda _number, _address, answer=answer: answer)
        with rude.running() as port:
            result = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", "")), 1)[0].result
        assert isinstance(result, Unreachable)
        assert result.in_doubt
    closed = sent(SmtpTransport(Smtp("127.0.0.1", free_port(), "", "", "")), 1)[0].result
    assert isinstance(closed, Unreachable)
    assert not closed.in_doubt


def test_a_421_is_about_the_line_and_its_words_are_kept():
    rude = RudeRelay(to_rcpt=lambda _address: "421 4.7.0 too many, ask <admin@example.org>")
    with rude.running() as port:
        result = sent(SmtpTransport(Smtp("127.0.0.1", port, "", "", "")), 1)[0].result
    assert isinstance(result, Unreachable)
    assert "too many" in str(result)
    assert "admin@" not in str(result)


@given(st.lists(st.sampled_from([b".", b"a", b"\r\n", b"\n", b"\r", b"\r\n.\r\n", b"\n.\n", b"\r.\r"]), max_size=12))
def test_no_bytes_in_a_mail_can_end_it_early(parts):
    line = connection.transparent(b"".join(parts))
    assert line.endswith(b".\r\n")
    body = line[:-3]
    assert b"\r\n.\r\n" not in b"\r\n" + body
    assert body.count(b"\n") == body.count(b"\r") == body.count(b"\r\n")
    assert not body or body.endswith(b"\r\n")


def test_a_mail_is_not_changed_but_for_its_dots():
    content = b"A: b\r\n\r\n" + b"\r\n".join(os.urandom(20).hex().encode() for _ in range(500)) + b"\r\n"
    assert connection.transparent(content) == content + b".\r\n"
