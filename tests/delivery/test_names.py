"""A relay's name is looked up beside the lines: whatever the resolver does, only the connection that asked waits."""

import socket
import threading
import time

import pytest

from barograph.base.environment import Smtp
from barograph.delivery.transports import Answer, Parcel, Unreachable
from barograph.delivery.transports.smtp import SmtpTransport, connection, names
from tests.delivery.relays import RudeRelay

MAIL = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture
def resolver(monkeypatch):
    """Answers with this machine once it is let go."""
    let_go, real = threading.Event(), socket.getaddrinfo

    def slow(host, port, **more):
        if host != "relay.example":
            return real(host, port, **more)
        let_go.wait(20)
        return real("127.0.0.1", port, **more)

    monkeypatch.setattr(names.socket, "getaddrinfo", slow)
    yield let_go
    let_go.set()


def parcel(number):
    return Parcel(number, "from@example.org", f"reader-{number}@example.org", MAIL)


def carried(transport, seconds=10):
    """What comes of the next mail."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := transport.wait(0.1):
            return found
    return []


def test_mails_on_other_lines_go_on_while_a_name_is_looked_up(resolver):
    with RudeRelay().running() as port:
        transport = SmtpTransport(Smtp("relay.example", port, "", "", ""), width=2)
        resolver.set()
        assert transport.send("from@example.org", "a@example.org", MAIL).is_accepted
        resolver.clear()
        transport.give(parcel(1))  # over the line that is kept
        began = time.monotonic()
        transport.give(parcel(2))  # needs another one
        assert time.monotonic() - began < 5
        for _mail in range(3):
            (outcome,) = carried(transport)
            assert isinstance(outcome.result, Answer)
            assert outcome.parcel.number != 2
            transport.give(parcel(3))
        resolver.set()
        numbers = {outcome.parcel.number for _two in range(2) for outcome in carried(transport)}
        assert numbers == {2, 3}
        transport.close()


def test_a_resolver_that_never_answers_is_given_up(resolver, monkeypatch):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.2)
    transport = SmtpTransport(Smtp("relay.example", 25, "", "", ""))
    with pytest.raises(Unreachable, match="no name server"):
        transport.send("from@example.org", "a@example.org", MAIL)
    assert transport.carrying == 0
    transport.close()


def test_a_mailing_that_ends_while_a_name_is_looked_up_leaves_nothing_open(resolver):
    transport = SmtpTransport(Smtp("relay.example", 25, "", "", ""))
    transport.give(parcel(1))
    transport.close()  # an open socket would be a warning, and warnings are errors


@pytest.mark.parametrize("name", ["nowhere.invalid", "x" * 80 + ".example"])
def test_a_name_that_nobody_knows_is_the_relays_trouble(name, monkeypatch):
    if name == "nowhere.invalid":  # no name server is asked in tests

        def unknown(*_given, **_named):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(names.socket, "getaddrinfo", unknown)
    transport = SmtpTransport(Smtp(name, 25, "", "", ""))
    with pytest.raises(Unreachable, match="no address is known"):
        transport.send("from@example.org", "a@example.org", MAIL)
    transport.close()
