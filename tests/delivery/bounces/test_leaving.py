"""Leaving by mail: the mailto: address beside the link works, and nothing but a mail to it does."""

import asyncio
import uuid
from datetime import timedelta
from email import message_from_bytes
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from barograph.base.environment import Bounces
from barograph.delivery import services
from barograph.delivery.bounces import leaving
from barograph.delivery.bounces.inbound import Handler, look_into
from barograph.delivery.bounces.intake import Outcome, receive
from barograph.subscribers.models import Subscriber
from tests.delivery.mailings import mailing, readers

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(settings, outbox):
    """A letter that went out, and the address in it that leaves the list."""
    settings.BOUNCES = Bounces("return.example.org", None, None)
    readers(1)
    services.send(mailing().pk)
    raw = outbox[0][2]
    header = message_from_bytes(raw)["List-Unsubscribe"]
    link, by_mail = (part.strip().strip("<>") for part in header.split(","))
    assert link.startswith("https://")
    assert by_mail.startswith("mailto:u.")
    assert by_mail.endswith("@return.example.org?subject=unsubscribe")
    return raw, by_mail.removeprefix("mailto:").partition("?")[0]


def wish(address, more=""):
    return f"From: somebody@example.net\r\nTo: <{address}>\r\nSubject: unsubscribe\r\n{more}\r\n\r\n".encode()


@pytest.mark.parametrize("knows_recipients", [True, False])
def test_a_mail_to_it_leaves_the_list_from_whatever_address_it_comes(letter, knows_recipients):
    _raw, address = letter
    recipients = [address.upper()] if knows_recipients else ()
    raw = wish("anybody@return.example.org" if knows_recipients else address.upper())
    assert receive(raw=raw, recipients=recipients) == Outcome.LEFT
    assert not Subscriber.objects.exists()
    assert receive(raw=raw, recipients=recipients) == Outcome.LEFT  # again: nothing, and no complaint


def test_a_returned_letter_quotes_it_and_leaves_nothing(letter):
    raw, _address = letter
    returned = b"From: mailer-daemon@example.org\r\nTo: x@return.example.org\r\nSubject: later\r\n\r\n" + raw
    receive(raw=returned)
    assert Subscriber.objects.exists()


@pytest.mark.parametrize(
    "more", ["Auto-Submitted: auto-replied", "Content-Type: multipart/report; report-type=delivery-status"]
)
def test_a_machine_s_answer_leaves_nothing(letter, more):
    _raw, address = letter
    receive(raw=wish(address, f"{more}\r\n"))
    assert Subscriber.objects.exists()


def test_a_forged_or_too_old_address_leaves_nothing(letter):
    _raw, address = letter
    forged = address.replace(address[5:9], "aaaa" if address[5:9] != "aaaa" else "bbbb")
    assert not leaving.receive(raw=wish(forged))
    assert leaving.read(address, on=timezone.localdate() + leaving.LIFETIME - timedelta(days=1))
    assert leaving.read(address, on=timezone.localdate() + leaving.LIFETIME + timedelta(days=1)) is None
    assert Subscriber.objects.exists()


def test_the_listener_takes_it(letter):
    envelope = SimpleNamespace(rcpt_tos=[])
    assert asyncio.run(Handler().handle_RCPT(None, None, envelope, letter[1], [])).startswith("250")


def test_it_is_taken_out_of_a_maildir(letter, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(wish(letter[1]))
    assert look_into(tmp_path, known=set()) == 1
    assert not Subscriber.objects.exists()


def test_without_a_place_where_mail_comes_back_there_is_no_such_address(outbox):
    readers(1)
    services.send(mailing().pk)
    assert "mailto:" not in message_from_bytes(outbox[0][2])["List-Unsubscribe"]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw):
    assert not leaving.receive(raw=raw)


def test_no_return_path_is_taken_for_it(settings):
    from barograph.delivery.bounces.return_paths import return_path

    today = timezone.localdate()
    path = return_path(mailing_id=1, subscriber_id=uuid.uuid4(), domain="return.example.org", on=today)
    assert leaving.read(path, on=today) is None
    assert leaving.read(path.replace("b.", "u.", 1), on=today) is None
