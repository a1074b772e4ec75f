"""Where the relay allows it, the next mail's envelope goes out behind the text of the one before, never its text."""

from collections import deque

import pytest
from django.db.models import F

from barograph.base.environment import Smtp
from barograph.delivery import feed, sending, services
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Parcel, Unreachable
from barograph.delivery.transports.smtp import WIDTH, SmtpTransport, connection
from barograph.delivery.transports.smtp.line import Line
from barograph.subscribers import services as people
from tests.delivery.mailings import mailing, readers
from tests.delivery.relays import RudeRelay
from tests.delivery.test_stalls import MANNERS

MAIL = b"Subject: dots\r\n\r\n.one\r\n..two\r\nthe end\r\n"


def parcels(number):
    return [Parcel(n, "from@example.org", f"reader-{n}@example.org", MAIL) for n in range(number)]


def carried(port, mails, *, width=4, unwanted=()):
    """What came of some mails, by number; those unwanted are withdrawn once they are announced."""
    transport = SmtpTransport(Smtp("127.0.0.1", port, "", "", ""), width=width)
    left, outcomes = deque(mails), {}
    transport.announce(lambda: left.popleft() if left else None)
    while True:
        while transport.room > 0:
            if (parcel := transport.announced()) is None:
                if not left:
                    break
                parcel = left.popleft()
            elif parcel.number in unwanted:
                transport.withdraw(parcel)
                continue
            transport.give(parcel)
        if not transport.carrying:
            break
        found = transport.wait(10)
        assert found, "waited in vain"
        for outcome in found:
            assert outcome.parcel.number not in outcomes
            outcomes[outcome.parcel.number] = outcome.result
    transport.close()
    return outcomes


def test_a_mail_costs_one_piece_out_and_one_answer(monkeypatch):
    written, write = [], Line.write
    monkeypatch.setattr(Line, "write", lambda line, data: (written.append(data), write(line, data)))
    relay = RudeRelay()
    with relay.running() as port:
        outcomes = carried(port, parcels(20), width=1)
    assert {answer.code for answer in outcomes.values()} == {250}
    assert relay.seen == [(f"reader-{n}@example.org", MAIL.replace(b"\r\n.", b"\r\n..")) for n in range(20)]
    assert (relay.connections, relay.commands["RSET"], relay.commands["QUIT"]) == (1, 0, 1)
    assert len(written) == 1 + 1 + 20 + 1  # EHLO, the first envelope, the texts, QUIT


def test_nothing_is_announced_where_pipelining_is_not_offered():
    relay = RudeRelay(offers=())
    with relay.running() as port:
        outcomes = carried(port, parcels(9))
    assert len(outcomes) == len(set(relay.accepted)) == len(relay.accepted) == 9


@pytest.mark.parametrize("manners", MANNERS.values(), ids=MANNERS)
def test_a_connection_that_ends_costs_an_announced_mail_nothing(manners):
    relay = RudeRelay(**manners)
    with relay.running() as port:
        outcomes = carried(port, parcels(60))
    assert {answer.code for answer in outcomes.values()} == {250}
    assert len(outcomes) == len(set(relay.accepted)) == len(relay.accepted) == 60


def test_a_mail_that_is_withdrawn_is_not_sent_and_the_others_are():
    relay = RudeRelay()
    with relay.running() as port:
        outcomes = carried(port, parcels(30), unwanted={9, 10, 17})
    # what is given without an announcement cannot be withdrawn: the first of each connection
    assert set(outcomes) >= set(range(30)) - {9, 10, 17}
    assert sorted(relay.accepted) == sorted(f"reader-{n}@example.org" for n in outcomes)
    assert len(outcomes) < 30
    assert relay.connections > 4  # the relay waited for a text: that connection is of no further use


def test_an_announced_mail_is_refused_by_itself():
    mails = parcels(30)
    mails[7] = Parcel(7, "from@example.org", "no@example.org", MAIL)
    mails[8] = Parcel(8, "from@example.org", "not an address@example.org", MAIL)
    relay = RudeRelay(to_rcpt=lambda address: "550 5.1.1 nobody" if address.startswith("no@") else "250 ok")
    with relay.running() as port:
        outcomes = carried(port, mails, width=1)
    assert (outcomes.pop(7).status, outcomes.pop(8).status) == ("5.1.1", "5.1.3")
    assert {answer.code for answer in outcomes.values()} == {250}
    assert len(relay.accepted) == 28


@pytest.mark.parametrize("says", ["503 5.5.1 one after another", ""], ids=["refuses", "is silent"])
def test_a_relay_that_minds_announcements_gets_its_mails_by_turns(says, monkeypatch):
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.3)
    relay = RudeRelay(behind=says)
    with relay.running() as port:
        outcomes = carried(port, parcels(30))
    assert {answer.code for answer in outcomes.values()} == {250}
    assert len(set(relay.accepted)) == len(relay.accepted) == len(outcomes) == 30
    assert relay.connections <= 12  # each of the four lost at most two


def test_only_the_mail_whose_text_went_out_is_in_doubt():
    relay = RudeRelay(to_mail=lambda number, _address: None if number == 5 else "250 2.0.0 ok")
    with relay.running() as port:
        outcomes = carried(port, parcels(12), width=1)
    broken = [number for number, answer in outcomes.items() if isinstance(answer, Unreachable)]
    assert broken == [4]
    assert outcomes[4].in_doubt
    assert [recipient for recipient, _text in relay.seen] == [f"reader-{n}@example.org" for n in range(12)]


class Interfered(SmtpTransport):
    """Once some mails are announced, `deed` happens with one of them, and a slow relay has taken two seconds."""

    deed = None

    def wait(self, seconds):
        outcomes = super().wait(seconds)
        if self.deed is not None and self.foreseen:
            deed, self.deed = self.deed, None
            deed(next(iter(self.foreseen)))
        return outcomes


@pytest.fixture
def interfered(monkeypatch):
    """A run over a relay during which something happens to a mail that was announced → (the report, the relay)."""
    late = []
    clock = feed.time.monotonic
    monkeypatch.setattr(feed.time, "monotonic", lambda: clock() + 2 * len(late))

    def run(made, deed):
        relay = RudeRelay()
        with relay.running() as port:
            transport = Interfered(Smtp("127.0.0.1", port, "", "", ""))
            transport.deed = lambda number: (sending_is_settled(), late.append(1), deed(number))
            return sending.send(made.pk, transport=transport), relay

    records = []

    class Kept(sending.Record):
        def __post_init__(self):
            super().__post_init__()
            records.append(self)

    def sending_is_settled():
        records[-1].settle()  # the test uses the same connection to the database

    monkeypatch.setattr(sending, "Record", Kept)
    return run


@pytest.mark.django_db
def test_who_leaves_after_the_announcement_gets_nothing_and_costs_one_connection(interfered):
    readers(60)
    made = mailing()

    def leave(number):
        people.leave(subscriber_id=made.deliveries.get(pk=number).subscriber_id)

    report, relay = interfered(made, leave)
    assert report.is_finished
    assert len(set(relay.accepted)) == len(relay.accepted) == 59
    assert relay.connections == WIDTH + 1
    made.refresh_from_db()
    assert (made.sent, made.skipped, made.failed) == (59, 1, 0)


@pytest.mark.django_db
def test_who_changes_the_address_after_the_announcement_gets_it_at_the_new_one(interfered):
    readers(60)
    made = mailing()

    def move(number):
        people.move(subscriber_id=made.deliveries.get(pk=number).subscriber_id, address="new@example.org")

    report, relay = interfered(made, move)
    assert report.is_finished
    assert len(set(relay.accepted)) == len(relay.accepted) == 60
    assert "new@example.org" in relay.accepted


@pytest.mark.django_db
def test_a_mailing_that_is_paused_sends_nothing_that_was_announced(interfered):
    readers(60)
    made = mailing()
    report, relay = interfered(made, lambda _number: services.pause(mailing_id=made.pk))
    assert not report.is_finished
    assert len(relay.accepted) < 3 * WIDTH
    assert set(made.deliveries.values_list("state", "claim")) == {("sent", ""), ("queued", "")}
    assert services.resume(mailing_id=made.pk)
    with relay.running() as port:
        assert services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", ""))).is_finished
    assert len(set(relay.accepted)) == len(relay.accepted) == 60


@pytest.mark.django_db
def test_a_correction_reaches_those_whose_mail_was_announced(interfered):
    readers(60)
    made = mailing()

    def correct(_number):
        Mailing.objects.filter(pk=made.pk).update(text="Mended", version=F("version") + 1)

    report, relay = interfered(made, correct)
    assert report.is_finished
    assert len(set(relay.accepted)) == len(relay.accepted) == 60
    mended = [b"Mended" in text for _recipient, text in relay.seen]
    assert 30 <= sum(mended) < 60
    assert not mended[0]
