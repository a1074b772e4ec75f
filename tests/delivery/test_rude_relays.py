"""Relays on a bad day: lines that break, silence, 4xx and 5xx. Nobody is lost, nobody pays for the relay's trouble."""

import random
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.utils import timezone

from barograph.base.environment import Smtp
from barograph.delivery import sending, services
from barograph.delivery.transports.smtp import SmtpTransport, connection
from tests.delivery.mailings import mailing, readers
from tests.delivery.relays import RudeRelay

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    readers(60)
    return mailing()


def worked_through(made, relay):
    """Send until the mailing is finished, as if the time of every pause had come."""
    with relay.running() as port:
        for _ in range(60):
            report = services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", "")))
            if report.is_finished:
                return
            made.deliveries.update(next_try_at=timezone.now() - timedelta(seconds=1))
    raise AssertionError("the mailing does not come to its end")


def test_lines_that_break_before_during_and_after_a_mail_lose_nobody(made):
    chance = random.Random(7)
    accepted_silently = []

    def to_mail(_number, address):
        throw = chance.random()
        if throw < 0.1:
            accepted_silently.append(address)
            return None
        return "421 4.3.2 closing" if throw < 0.2 else "250 2.0.0 ok"

    relay = RudeRelay(to_mail=to_mail)
    worked_through(made, relay)
    got = Counter(relay.accepted) + Counter(accepted_silently)
    assert len(got) == 60
    assert sum(got.values()) <= 60 + len(accepted_silently)  # only what was accepted without a word is repeated
    identities = {(address, message_from_bytes(raw)["Message-ID"]) for address, raw in relay.seen}
    assert len(identities) == 60
    made.refresh_from_db()
    assert (made.sent, made.failed) == (60, 0)


def test_a_relay_that_stalls_is_left_after_a_while_and_nobody_pays_for_it(made, monkeypatch):
    monkeypatch.setattr(connection, "ACCEPT_SECONDS", 0.1)
    relay = RudeRelay(to_mail=lambda number, _address: 0.3 if number <= 5 else "250 ok")
    worked_through(made, relay)
    assert len(set(relay.accepted)) == len(relay.accepted) == 60
    assert set(made.deliveries.values_list("state", flat=True)) == {"sent"}


def test_a_mail_on_which_every_line_breaks_does_not_hold_up_the_rest_for_ever(made):
    poison = "reader-3@example.org"
    relay = RudeRelay(to_mail=lambda _number, address: None if address == poison else "250 ok")
    worked_through(made, relay)
    assert len(relay.accepted) == 59
    left = made.deliveries.get(state="failed")
    assert (left.drops, left.tries, left.last_code) == (sending.MOST_DROPS, 0, 0)


def test_later_is_tried_for_days_and_no_is_no(made):
    busy, full = "reader-1@example.org", "reader-2@example.org"
    answers = {busy: "450 4.2.1 busy, try later", full: "552 5.2.2 over quota"}
    relay = RudeRelay(to_mail=lambda _number, address: answers.get(address, "250 ok"))
    worked_through(made, relay)
    times = Counter(address for address, _ in relay.seen)
    assert times[busy] == len(sending.PAUSES) + 1
    assert times[full] == 1
    assert sum(sending.PAUSES, timedelta()) >= timedelta(days=2)
    assert sorted(made.deliveries.filter(state="failed").values_list("last_status", flat=True)) == ["4.2.1", "5.2.2"]


def test_words_with_a_nul_are_kept_without_it():
    readers(2)
    made = mailing()
    with RudeRelay(to_mail=lambda _number, _address: "250 2.0.0 taken\0 well").running() as port:
        assert services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", ""))).is_finished
    assert set(made.deliveries.values_list("state", "last_text")) == {("sent", "2.0.0 taken well")}
