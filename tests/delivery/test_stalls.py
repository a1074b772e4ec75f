"""The carrier never waits for what has already come, nor for what never will: whatever the relay's manners."""

import socket

import pytest

from barograph.base.environment import Smtp
from barograph.delivery import services
from barograph.delivery.transports import Answer, Parcel
from barograph.delivery.transports.smtp import SmtpTransport, connection
from barograph.delivery.transports.smtp.line import Lines
from tests.delivery.mailings import mailing, readers
from tests.delivery.relays import RudeRelay

MAIL = b"Subject: x\r\n\r\nx\r\n"

#: How relays end a connection: `most` or `closes_after` mails, with or without a word, the line closed or left open.
MANNERS = {
    "closes without a word": {"most": 7},
    "says 421 and closes": {"most": 7, "farewell": "421 4.7.0 enough for one connection"},
    "says 421 and leaves the line open": {"most": 7, "farewell": "421 4.7.0 enough", "lingers": True},
    "closes right after a mail": {"closes_after": 7},
    "answers byte by byte": {"piece": 1},
    "cuts answers within line ends": {"piece": 7, "most": 5},
}


@pytest.mark.parametrize("turns", range(4))
def test_what_has_been_answered_is_no_longer_carried(turns):
    """A mail answered at the very moment at which the loop stopped once counted for ever: 30 s of waiting for it."""
    for other in range(4):
        transport = SmtpTransport(Smtp("relay.invalid", 25, "", "", ""), width=2)
        transport.lines = Lines()
        relays = []
        for begins in (turns, other):
            here, there = socket.socketpair()
            kept = connection.Connection(transport.relay, lines=transport.lines)
            kept.offers = {"PIPELINING": ""}
            kept.line.adopt(here)
            transport.idle.append(kept)
            transport.give(Parcel(1, "from@example.org", "a@example.org", MAIL))
            relays.append((begins, there, [b"250 ok\r\n250 ok\r\n354 go on\r\n", b"250 ok\r\n"]))
        left = 2
        for turn in range(6):
            for begins, there, script in relays:
                if turn >= begins and script:
                    there.send(script.pop(0))
            left -= len(transport.wait(0))
            assert (transport.carrying, transport.room) == (left, 2 - left)
        assert left == 0
        for kept in transport.idle:
            kept.abort()
        transport.close()
        for _begins, there, _script in relays:
            there.close()


def test_a_fault_of_our_own_is_raised_at_once_and_loses_no_mail(monkeypatch):
    async def broken(*_args):
        raise RuntimeError("a mistake in the code")

    monkeypatch.setattr(connection.Connection, "open", broken)
    transport = SmtpTransport(Smtp("relay.invalid", 25, "", "", ""))
    with pytest.raises(RuntimeError, match="a mistake"):
        transport.give(Parcel(1, "from@example.org", "a@example.org", MAIL))
    assert transport.carrying == 0
    transport.close()


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelining", "by turns"])
@pytest.mark.parametrize("manners", MANNERS.values(), ids=MANNERS)
def test_a_kept_connection_that_ends_costs_nobody_a_mail_or_a_wait(manners, offers):
    relay = RudeRelay(offers=offers, **manners)
    with relay.running() as port:
        transport = SmtpTransport(Smtp("127.0.0.1", port, "", "", ""), width=4)
        left, outcomes = list(range(60)), []
        while left or transport.carrying:
            while left and transport.room > 0:
                transport.give(Parcel(left.pop(), "from@example.org", f"reader@{len(left)}.example.org", MAIL))
            found = transport.wait(10)
            assert found, "waited in vain"
            outcomes += found
        transport.close()
    assert [outcome.result for outcome in outcomes] == [Answer(250, "2.0.0 ok")] * 60
    assert len(set(relay.accepted)) == len(relay.accepted) == 60


@pytest.mark.django_db
@pytest.mark.parametrize("manners", MANNERS.values(), ids=MANNERS)
def test_a_mailing_goes_through_in_one_run_where_connections_end_after_a_few_mails(manners):
    readers(60)
    made = mailing()
    relay = RudeRelay(**manners)
    with relay.running() as port:
        report = services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", "")))
    assert report.is_finished
    assert len(set(relay.accepted)) == len(relay.accepted) == 60
    made.refresh_from_db()
    assert (made.sent, made.failed, made.troubles) == (60, 0, 0)
